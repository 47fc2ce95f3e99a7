//! What a mirror is to hold, by the arguments.

use std::collections::HashSet;

use super::MirrorArgs;
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::request::Selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn;
use crate::fetch::Location;
use crate::lock::Lock;
use crate::mirror::{Contents, Images, Mirror, MirrorFolder, Store};
use crate::release::{self, Release};

/// The folders of the mirror, each once.
pub fn folders(
    env: &mut Env,
    args: &MirrorArgs,
    session: &mut Session,
    store: &dyn Store,
) -> Result<Vec<MirrorFolder>, Failure> {
    let earlier = Mirror::earlier(store)?;
    let mut wanted = Wanted { args, contents: Contents::new(&earlier), warnings: Vec::new() };
    let default = ["owpkg.lock".to_owned()];
    let only_feed = !args.source.feed.is_empty() && args.lock.is_empty() && !env.path(&default[0]).exists();
    let chosen = args.whole.full || args.images || !args.selection.is_empty() || only_feed;
    if !args.source.feed.is_empty() && !args.whole.archs.is_empty() && args.whole.targets.is_empty() {
        return Err(Failure::usage(
            "--feed goes with a target, and --archs has none",
            "leave out --archs, or name a target with --targets",
        ));
    }
    let locks = if args.lock.is_empty() && !chosen { &default[..] } else { &args.lock[..] };
    for path in locks {
        wanted.add_lock(env, session, path)?;
    }
    if chosen {
        let selection = Selection::read(env, &args.selection, &args.source)?;
        for release in variants(&args.whole.releases, &args.source.release) {
            if args.whole.archs.is_empty() || !args.whole.targets.is_empty() {
                for target in variants(&args.whole.targets, &args.source.target) {
                    let source = SourceArgs { release: release.clone(), target, ..args.source.clone() };
                    wanted.add_release(env, session, &source, &selection)?;
                }
            }
            for arch in &args.whole.archs {
                wanted.add_arch(env, session, release.clone(), arch)?;
            }
        }
    }
    let mut said = HashSet::new();
    wanted.warnings.retain(|warning| said.insert(warning.clone()));
    warn(env, &wanted.warnings)?;
    Ok(wanted.contents.into_folders(&session.keyring))
}

/// Several values, or the one that other commands take, or none.
fn variants(several: &[String], one: &Option<String>) -> Vec<Option<String>> {
    match several {
        [] => vec![one.clone()],
        several => several.iter().cloned().map(Some).collect(),
    }
}

/// What the arguments name, as far as it was opened.
struct Wanted<'a> {
    args: &'a MirrorArgs,
    contents: Contents<'a>,
    warnings: Vec<String>,
}

impl Wanted<'_> {
    fn add_release(
        &mut self,
        env: &mut Env,
        session: &Session,
        source: &SourceArgs,
        selection: &Selection<'_>,
    ) -> Result<(), Failure> {
        let args = self.args;
        let open = session.open(env, source)?;
        self.warnings.extend(open.facts.warnings.iter().cloned());
        if args.whole.full {
            self.contents.add_feeds(&open, &args.whole.feeds)?;
        }
        if !args.source.feed.is_empty() {
            self.contents.add_indexes(&open)?;
        }
        self.take_warnings();
        if !args.selection.is_empty() {
            let (universe, odd) = open.universe()?;
            let planned = session.plan(env, &open, &universe, selection)?;
            self.warnings.extend(planned.warnings.iter().chain(&odd).cloned());
            self.contents.add_plan(&open, &planned.plan)?;
        }
        self.add_target(session, &open)
    }

    fn add_arch(
        &mut self,
        env: &Env,
        session: &Session,
        release: Option<String>,
        arch: &str,
    ) -> Result<(), Failure> {
        if !crate::format::is_plain(arch) {
            return Err(Failure::usage(
                format!("{arch:?} is no architecture"),
                "like --archs x86_64 mips_24kc",
            ));
        }
        let source = &self.args.source;
        let mirror = Location::parse(&source.mirror, &env.cwd)?;
        let release = match release {
            Some(name) => Release::parse(&name)?,
            None => release::latest_stable(&session.fetcher, &mirror)?,
        };
        let root = match (&session.built_in, &source.tree) {
            (Some(tree), _) => tree.root(),
            (None, Some(tree)) => Location::parse(tree, &env.cwd)?,
            (None, None) => mirror.join(&release.folder())?,
        };
        let feeds = release::open_arch(&session.fetcher, &session.keyring, &root, arch, session.unsigned)?;
        self.contents.add_arch(&release, &root, &feeds, &self.args.whole.feeds)?;
        self.take_warnings();
        Ok(())
    }

    fn add_lock(&mut self, env: &mut Env, session: &mut Session, path: &str) -> Result<(), Failure> {
        let text = std::fs::read_to_string(env.path(path)).map_err(|error| {
            Failure::usage(
                format!("the lock {path} cannot be read: {error}"),
                "name a card with --chip, whole feeds with --full, or run owpkg resolve first",
            )
        })?;
        let lock = Lock::parse(&text).map_err(|error| Failure::from(error).about(path))?;
        if lock.demo && session.built_in.is_none() {
            session.turn_to_demo()?;
        }
        let built_in = session.built_in.as_ref();
        self.contents.add_lock(&session.fetcher, &session.keyring, session.unsigned, &lock, built_in)?;
        // A router asks for every index of its release, not only for those that the lock uses.
        let source = SourceArgs {
            release: lock.release,
            target: Some(lock.target),
            tree: built_in.is_none().then_some(lock.source),
            ..self.args.source.clone()
        };
        let open = session.open(env, &source)?;
        self.contents.add_indexes(&open)?;
        self.add_target(session, &open)
    }

    /// The target's metadata, and the images that are asked for.
    fn add_target(&mut self, session: &Session, open: &release::OpenRelease) -> Result<(), Failure> {
        let images = match (self.args.images, &self.args.source.profile) {
            (false, _) => Images::None,
            (true, None) => Images::All,
            (true, Some(profile)) => Images::Of(profile.clone()),
        };
        let Session { fetcher, keyring, unsigned, .. } = session;
        self.contents.add_target(fetcher, keyring, *unsigned, open, &images)?;
        self.take_warnings();
        Ok(())
    }

    /// Tells what the contents warn of in the order in which it came.
    fn take_warnings(&mut self) {
        self.warnings.extend(self.contents.warnings.drain(..).map(|warning| warning.to_string()));
    }
}

//! What a mirror is to hold, by the arguments.

use super::args::MirrorArgs;
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::input;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::{sentence, warn_of};
use crate::fetch::Location;
use crate::mirror::{Contents, Images, Mirror, MirrorFolder, Store};
use crate::release::{OpenRelease, Release, Upstream};
use crate::selection::{Selection, Warning};
use crate::suggest::near;

/// The folders of the mirror, each once.
pub(crate) fn folders(
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
        let selection = selection::read(env, &args.selection, &args.source)?;
        for release in variants(&args.whole.releases, &args.source.release) {
            let release = exactly(env, session, &args.source, release)?;
            if args.whole.archs.is_empty() || !args.whole.targets.is_empty() {
                for target in variants(&args.whole.targets, &args.source.target) {
                    let source = SourceArgs { release: release.clone(), target, ..args.source.clone() };
                    let open = Opened::release(session.open(env, &source)?);
                    wanted.add_release(env, &session.upstream, &open, &selection)?;
                }
            }
            for arch in &args.whole.archs {
                wanted.add_arch(env, session, release.clone(), arch)?;
            }
        }
    }
    wanted.warnings.iter().try_for_each(|warning| warn_of(env, warning))?;
    Ok(wanted.contents.into_folders(&session.upstream.keyring))
}

/// Several values, or the one that other commands take, or none.
fn variants(several: &[String], one: &Option<String>) -> Vec<Option<String>> {
    match several {
        [] => vec![one.clone()],
        several => several.iter().cloned().map(Some).collect(),
    }
}

/// The newest release in place of a series, so that it is looked up and told once.
fn exactly(
    env: &mut Env,
    session: &Session,
    source: &SourceArgs,
    release: Option<String>,
) -> Result<Option<String>, Failure> {
    let Some(name) = &release else { return Ok(release) };
    let named = Release::parse(name)?;
    if source.tree.is_some() || source.demo || !named.is_series() {
        return Ok(release);
    }
    let mirror = Location::parse(source.mirror(env), &env.cwd)?;
    Ok(Some(session.release(env, &mirror, Some(named))?.to_string()))
}

/// Fails where a feed is named that there is none of.
fn check_names<'f>(names: &[String], feeds: impl Iterator<Item = &'f str> + Clone) -> Result<(), Failure> {
    let Some(name) = names.iter().find(|name| !feeds.clone().any(|feed| feed == *name)) else {
        return Ok(());
    };
    let near = near(name, feeds.clone());
    let help = match near.is_empty() {
        false => format!("did you mean {}?", near.join(", ")),
        true => format!("there are: {}", feeds.collect::<Vec<_>>().join(", ")),
    };
    Err(Failure::new(Exit::Unknown, format!("--feeds {name}: there is no feed of that name"), Some(help)))
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
        upstream: &Upstream,
        opened: &Opened,
        selection: &Selection,
    ) -> Result<(), Failure> {
        let Opened::Release(open) = opened else { return Ok(()) };
        let args = self.args;
        self.say(open.facts.warnings.iter().cloned());
        if args.whole.full {
            check_names(&args.whole.feeds, open.facts.feeds.iter().map(|feed| feed.name.as_str()))?;
            self.contents.add_feeds(open, &args.whole.feeds)?;
        }
        if !args.source.feed.is_empty() {
            self.contents.add_indexes(open)?;
        }
        self.take_warnings();
        if !args.selection.is_empty() {
            let joined = opened.join()?;
            let planned = joined.plan(env, upstream, selection)?;
            self.say(planned.warnings.iter().cloned());
            self.contents.add_plan(open, &planned.plan)?;
        }
        self.add_target(open)
    }

    fn add_arch(
        &mut self,
        env: &mut Env,
        session: &Session,
        release: Option<String>,
        arch: &str,
    ) -> Result<(), Failure> {
        if !crate::format::is_plain(arch) {
            return Err(Failure::usage(format!("{arch:?} is no architecture"), "like --archs x86_64"));
        }
        let source = &self.args.source;
        let mirror = Location::parse(source.mirror(env), &env.cwd)?;
        let named = release.as_deref().or(source.release(env)).map(Release::parse).transpose()?;
        let release = session.release(env, &mirror, named)?;
        let root = match (session.upstream.fetcher.mounted(), &source.tree) {
            (Some(tree), _) => tree.root(),
            (None, Some(tree)) => Location::parse(tree, &env.cwd)?,
            (None, None) => mirror.join(&release.folder())?,
        };
        let feeds = session.upstream.open_arch(&root, arch)?;
        check_names(&self.args.whole.feeds, feeds.feeds.iter().map(|(feed, _)| feed.name.as_str()))?;
        self.contents.add_arch(&release, &root, &feeds, &self.args.whole.feeds)?;
        self.take_warnings();
        Ok(())
    }

    fn add_lock(&mut self, env: &mut Env, session: &mut Session, path: &str) -> Result<(), Failure> {
        let lock = input::read_lock(env, path, |error| {
            Failure::usage(
                format!("the lock {path} cannot be read: {error}"),
                "name a card with --chip, whole feeds with --full, or run owpkg resolve first",
            )
        })?;
        if lock.demo {
            session.turn_to_demo()?;
        }
        self.contents.add_lock(&session.upstream, &lock)?;
        // A router asks for every index of its release, not only for those that the lock uses.
        let source = SourceArgs {
            release: lock.release,
            target: Some(lock.target),
            tree: (!lock.demo).then_some(lock.source),
            ..self.args.source.clone()
        };
        let open = session.open(env, &source)?;
        self.contents.add_indexes(&open)?;
        self.add_target(&open)
    }

    /// The target's metadata, and the images that are asked for.
    fn add_target(&mut self, open: &OpenRelease) -> Result<(), Failure> {
        let images = match (self.args.images, &self.args.source.profile) {
            (false, _) => Images::None,
            (true, None) => Images::All,
            (true, Some(profile)) => Images::Of(profile.clone()),
        };
        self.contents.add_target(open, &images)?;
        self.take_warnings();
        Ok(())
    }

    fn say(&mut self, warnings: impl IntoIterator<Item = impl Into<Warning>>) {
        self.warnings.extend(warnings.into_iter().map(|warning| sentence(&warning.into())));
    }

    /// Tells what the contents warn of in the order in which it came.
    fn take_warnings(&mut self) {
        self.warnings.extend(self.contents.warnings.drain(..).map(|warning| warning.to_string()));
    }
}

//! What a mirror is to hold, by the arguments.

use std::collections::{BTreeMap, HashSet};

use super::MirrorArgs;
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::request::Selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn;
use crate::fetch::Location;
use crate::format::Package;
use crate::lock::Lock;
use crate::mirror::{Earlier, Images, Mirror, MirrorFolder, Store, Target, of_arch, of_lock, of_release};
use crate::release::{self, OpenRelease, Release};

/// The folders of the mirror, each once.
pub fn parts(
    env: &mut Env,
    args: &MirrorArgs,
    session: &mut Session,
    store: &dyn Store,
) -> Result<Vec<MirrorFolder>, Failure> {
    let earlier = Mirror::earlier(store)?;
    let mut parts = Parts::default();
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
        of_one_lock(env, args, session, path, &earlier, &mut parts)?;
    }
    if chosen {
        let selection = Selection::read(env, &args.selection, &args.source)?;
        for release in variants(&args.whole.releases, &args.source.release) {
            if args.whole.archs.is_empty() || !args.whole.targets.is_empty() {
                for target in variants(&args.whole.targets, &args.source.target) {
                    let source = SourceArgs { release: release.clone(), target, ..args.source.clone() };
                    let open = session.open(env, &source)?;
                    of_one_release(env, args, &selection, session, &open, &earlier, &mut parts)?;
                }
            }
            for arch in &args.whole.archs {
                of_one_arch(env, args, session, release.clone(), arch, &earlier, &mut parts)?;
            }
        }
    }
    let mut said = HashSet::new();
    parts.warnings.retain(|warning| said.insert(warning.clone()));
    warn(env, &parts.warnings)?;
    Ok(parts.by_folder.into_values().map(|part| part.with_keys(&session.keyring)).collect())
}

/// Several values, or the one that other commands take, or none.
fn variants(several: &[String], one: &Option<String>) -> Vec<Option<String>> {
    match several {
        [] => vec![one.clone()],
        several => several.iter().cloned().map(Some).collect(),
    }
}

#[derive(Default)]
struct Parts {
    by_folder: BTreeMap<String, MirrorFolder>,
    warnings: Vec<String>,
}

impl Parts {
    fn add(&mut self, part: MirrorFolder) {
        if part.without_digest > 0 {
            self.warnings.push(format!(
                "{}: {} packages are left out: their index states no digest for them",
                part.folder, part.without_digest
            ));
        }
        if part.gone > 0 {
            self.warnings.push(format!(
                "{}: {} files that were mirrored earlier are not in its index any more: run what asked for them again",
                part.folder, part.gone
            ));
        }
        match self.by_folder.get_mut(&part.folder) {
            Some(same) => same.join(part),
            None => drop(self.by_folder.insert(part.folder.clone(), part)),
        }
    }
}

fn of_one_release(
    env: &mut Env,
    args: &MirrorArgs,
    selection: &Selection<'_>,
    session: &Session,
    open: &OpenRelease,
    earlier: Earlier<'_>,
    parts: &mut Parts,
) -> Result<(), Failure> {
    parts.warnings.extend(open.facts.warnings.iter().cloned());
    if args.whole.full {
        let wanted = |feed: &str, _: &Package<'_>| {
            args.whole.feeds.is_empty() || args.whole.feeds.iter().any(|name| name == feed)
        };
        let names: Vec<&str> = open.facts.feeds.iter().map(|feed| feed.name.as_str()).collect();
        for name in args.whole.feeds.iter().filter(|name| !names.contains(&name.as_str())) {
            parts.warnings.push(format!("there is no feed {name} here: {}", names.join(", ")));
        }
        let found = of_release(open, &wanted, earlier)?.into_iter();
        // Of feeds that --feeds leaves out, not even the index is asked for.
        found.filter(|part| !part.files.is_empty()).for_each(|part| parts.add(part));
    }
    if !args.source.feed.is_empty() {
        of_release(open, &|_, _| false, earlier)?.into_iter().for_each(|part| parts.add(part));
    }
    if !args.selection.is_empty() {
        let (universe, odd) = open.universe()?;
        let planned = session.plan(env, open, &universe, selection)?;
        parts.warnings.extend(planned.warnings.iter().chain(&odd).cloned());
        let files: HashSet<(&str, &str)> = planned
            .plan
            .steps
            .iter()
            .map(|step| planned.plan.package(step))
            .map(|package| (universe.feed(package.feed).name.as_str(), &*package.file))
            .collect();
        let wanted = |feed: &str, package: &Package<'_>| files.contains(&(feed, &*package.file));
        of_release(open, &wanted, earlier)?.into_iter().for_each(|part| parts.add(part));
    }
    add_target(args, session, open, earlier, parts)
}

/// The target's metadata, where somebody vouches for it.
fn add_target(
    args: &MirrorArgs,
    session: &Session,
    open: &OpenRelease,
    earlier: Earlier<'_>,
    parts: &mut Parts,
) -> Result<(), Failure> {
    let Some(release) = &open.facts.release else { return Ok(()) };
    let target =
        Target { root: &open.facts.root, release, target: &open.facts.target, images: &images(args) };
    match target.part(&session.fetcher, &session.keyring, session.unsigned, earlier)? {
        Ok(part) => parts.add(part),
        Err(why) => {
            parts.warnings.push(format!("{why}: its profiles.json, manifest and images are left out"))
        }
    }
    Ok(())
}

fn images(args: &MirrorArgs) -> Images {
    match (args.images, &args.source.profile) {
        (false, _) => Images::None,
        (true, None) => Images::All,
        (true, Some(profile)) => Images::Of(profile.clone()),
    }
}

fn of_one_arch(
    env: &Env,
    args: &MirrorArgs,
    session: &Session,
    release: Option<String>,
    arch: &str,
    earlier: Earlier<'_>,
    parts: &mut Parts,
) -> Result<(), Failure> {
    if !crate::format::is_plain(arch) {
        return Err(Failure::usage(format!("{arch:?} is no architecture"), "like --archs x86_64 mips_24kc"));
    }
    let mirror = Location::parse(&args.source.mirror, &env.cwd)?;
    let release = match release {
        Some(name) => Release::parse(&name)?,
        None => release::latest_stable(&session.fetcher, &mirror)?,
    };
    let root = match (&session.built_in, &args.source.tree) {
        (Some(tree), _) => tree.root(),
        (None, Some(tree)) => Location::parse(tree, &env.cwd)?,
        (None, None) => mirror.join(&release.folder())?,
    };
    let feeds = release::open_arch(&session.fetcher, &session.keyring, &root, arch, session.unsigned)?;
    let wanted = |feed: &str| args.whole.feeds.is_empty() || args.whole.feeds.iter().any(|name| name == feed);
    let found = of_arch(&release, &root, &feeds, &wanted, earlier)?.into_iter();
    found.filter(|part| !part.files.is_empty()).for_each(|part| parts.add(part));
    Ok(())
}

fn of_one_lock(
    env: &mut Env,
    args: &MirrorArgs,
    session: &mut Session,
    path: &str,
    earlier: Earlier<'_>,
    parts: &mut Parts,
) -> Result<(), Failure> {
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
    let found = of_lock(&session.fetcher, &session.keyring, session.unsigned, &lock, built_in, earlier)?;
    found.into_iter().for_each(|part| parts.add(part));
    // A router asks for every index of its release, not only for those that the lock uses.
    let source = crate::cli::args::SourceArgs {
        release: lock.release,
        target: Some(lock.target),
        tree: built_in.is_none().then_some(lock.source),
        ..args.source.clone()
    };
    let open = session.open(env, &source)?;
    of_release(&open, &|_, _| false, earlier)?.into_iter().for_each(|part| parts.add(part));
    add_target(args, session, &open, earlier, parts)
}

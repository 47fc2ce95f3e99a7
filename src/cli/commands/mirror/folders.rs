//! What a mirror is to hold, by the arguments.

use std::collections::{BTreeMap, HashSet};

use super::MirrorArgs;
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::{sentence, warn_of};
use crate::fetch::Location;
use crate::format::Package;
use crate::lock::Lock;
use crate::mirror::{Earlier, Images, Mirror, MirrorFolder, Store, of_arch, of_lock, of_release, of_target};
use crate::release::{self, OpenRelease, Release, Unvouched};
use crate::selection::{Selection, Warning};

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
        let selection = selection::read(env, &args.selection, &args.source)?;
        for release in variants(&args.whole.releases, &args.source.release) {
            if args.whole.archs.is_empty() || !args.whole.targets.is_empty() {
                for target in variants(&args.whole.targets, &args.source.target) {
                    let source = SourceArgs { release: release.clone(), target, ..args.source.clone() };
                    let open = Opened::release(session.open(env, &source)?);
                    of_one_release(env, args, &selection, &open, &earlier, &mut parts)?;
                }
            }
            for arch in &args.whole.archs {
                of_one_arch(env, args, session, release.clone(), arch, &earlier, &mut parts)?;
            }
        }
    }
    let mut said = HashSet::new();
    parts.warnings.retain(|warning| said.insert(warning.clone()));
    parts.warnings.iter().try_for_each(|warning| warn_of(env, warning))?;
    Ok(parts.by_folder.into_values().map(|part| part.with_keys(&session.upstream.keyring)).collect())
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
    fn say(&mut self, warnings: impl IntoIterator<Item = impl Into<Warning>>) {
        self.warnings.extend(warnings.into_iter().map(|warning| sentence(&warning.into())));
    }

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
    selection: &Selection,
    opened: &Opened,
    earlier: Earlier<'_>,
    parts: &mut Parts,
) -> Result<(), Failure> {
    let Opened::Release(open) = opened else { return Ok(()) };
    parts.say(open.facts.warnings.iter().cloned());
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
        let joined = opened.join()?;
        let universe = &joined.universe;
        let planned = joined.plan(env, selection)?;
        parts.say(planned.warnings.iter().cloned());
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
    add_target(args, open, earlier, parts)
}

/// The target's metadata, where somebody vouches for it.
fn add_target(
    args: &MirrorArgs,
    open: &OpenRelease,
    earlier: Earlier<'_>,
    parts: &mut Parts,
) -> Result<(), Failure> {
    let Some(release) = &open.facts.release else { return Ok(()) };
    let metadata = &open.metadata;
    match of_target(&open.facts.root, release, metadata, &images(args), earlier)? {
        Ok(part) => parts.add(part),
        Err(unvouched) => {
            let why = match unvouched {
                Unvouched::NoList => format!("{} has no sha256sums", metadata.folder),
                Unvouched::Trust(error) => error.to_string(),
            };
            parts.warnings.push(format!("{why}: its profiles.json, manifest and images are left out"));
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
        None => release::latest_stable(&session.upstream.fetcher, &mirror)?,
    };
    let root = match (session.upstream.fetcher.mounted(), &args.source.tree) {
        (Some(tree), _) => tree.root(),
        (None, Some(tree)) => Location::parse(tree, &env.cwd)?,
        (None, None) => mirror.join(&release.folder())?,
    };
    let feeds = session.upstream.open_arch(&root, arch)?;
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
    if lock.demo {
        session.turn_to_demo()?;
    }
    let found = of_lock(&session.upstream, &lock, earlier)?;
    found.into_iter().for_each(|part| parts.add(part));
    // A router asks for every index of its release, not only for those that the lock uses.
    let source = crate::cli::args::SourceArgs {
        release: lock.release,
        target: Some(lock.target),
        tree: (!lock.demo).then_some(lock.source),
        ..args.source.clone()
    };
    let open = session.open(env, &source)?;
    of_release(&open, &|_, _| false, earlier)?.into_iter().for_each(|part| parts.add(part));
    add_target(args, &open, earlier, parts)
}

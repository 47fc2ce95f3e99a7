//! What a mirror is to hold, by the arguments, or by `owpkg.toml` and `owpkg.lock` where they name nothing.

use super::args::{EVERY, MirrorArgs};
use super::wanted::{Wanted, Whole};
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::locks;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets;
use crate::mirror::{Images, Mirror, MirrorFolder, Store};
use crate::sets::Mirrored;

/// The folders of the mirror, each once.
pub(crate) fn folders(
    env: &mut Env,
    args: &MirrorArgs,
    session: &mut Session,
    store: &dyn Store,
) -> Result<Vec<MirrorFolder>, Failure> {
    let earlier = Mirror::earlier(store)?;
    // What is not named now is to go.
    let earlier = |folder: &str| if args.only { Ok(Vec::new()) } else { earlier(folder) };
    let mut wanted = Wanted::new(args, &earlier);
    let has_feed = !args.source.feed.is_empty();
    if has_feed && !args.whole.archs.is_empty() && args.whole.targets.is_empty() {
        return Err(Failure::usage(
            "--feed goes with a target, and --archs has none",
            "leave out --archs, or name a target with --targets",
        ));
    }
    let has_images = !args.images.is_empty() && args.lock.is_empty();
    let chosen = args.whole.full || has_images || !args.selection.is_empty();
    let images = of_args(args).images;
    for path in &args.lock {
        wanted.add_lock_file(env, session, path, &images)?;
    }
    if chosen {
        let selection = selection::read(env, &args.selection, &args.source)?;
        let selection = Some(&selection).filter(|_| !args.selection.is_empty());
        wanted.add_whole(env, session, &of_args(args), selection)?;
    } else if !args.lock.is_empty() {
    } else if let Some(file) = sets::file(env)? {
        for mirrored in &file.mirrored {
            wanted.add_whole(env, session, &of_file(mirrored, &args.source), None)?;
        }
        for set in &file.sets {
            wanted.add_set(env, session, &set.name)?;
        }
    } else if has_feed && !env.path(locks::DEFAULT).exists() {
        wanted.add_whole(env, session, &of_args(args), None)?;
    } else {
        wanted.add_lock_file(env, session, locks::DEFAULT, &images)?;
    }
    wanted.into_folders(env, session)
}

/// What the flags name of releases.
fn of_args(args: &MirrorArgs) -> Whole<'_> {
    let MirrorArgs { whole, source, images, .. } = args;
    let images = match (&images[..], &source.profile) {
        ([], _) => Images::None,
        (names, Some(profile)) if names.iter().all(|name| name == EVERY) => Images::Of(vec![profile.clone()]),
        (names, _) if names.iter().any(|name| name == EVERY) => Images::All,
        (names, _) => Images::Of(names.to_vec()),
    };
    Whole {
        releases: variants(&whole.releases, &source.release),
        targets: match whole.archs.is_empty() || !whole.targets.is_empty() {
            true => variants(&whole.targets, &source.target),
            false => Vec::new(),
        },
        archs: &whole.archs,
        feeds: whole.full.then_some(&whole.feeds),
        images,
    }
}

/// The same of a `[[mirror]]`.
fn of_file<'f>(mirrored: &'f Mirrored, source: &SourceArgs) -> Whole<'f> {
    let Mirrored { releases, targets, archs, feeds, images } = mirrored;
    Whole {
        releases: variants(releases, &source.release),
        targets: match archs.is_empty() || !targets.is_empty() {
            true => variants(targets, &source.target),
            false => Vec::new(),
        },
        archs,
        feeds: Some(feeds),
        images: match images {
            None => Images::None,
            Some(names) if names.is_empty() => Images::All,
            Some(names) => Images::Of(names.clone()),
        },
    }
}

/// Several values, or the one that other commands take, or none.
fn variants(several: &[String], one: &Option<String>) -> Vec<Option<String>> {
    match several {
        [] => vec![one.clone()],
        several => several.iter().cloned().map(Some).collect(),
    }
}

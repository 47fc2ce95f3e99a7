//! `owpkg fill --with-image`: the stick that brings a router to a release, with its packages.

use super::args::FillArgs;
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::following;
use crate::cli::planning::Opened;
use crate::cli::session::Session;
use crate::cli::writing::{DiskOptions, ImageOptions};
use crate::disk::{self, Misfit};
use crate::hardware::Series;
use crate::release::image::fwtool;
use crate::release::{ImageWanted, Release};
use crate::selection::Selection;
use crate::stick::Request;
use crate::upgrade::{self, Comparison, Script, Side, Stick};

/// Runs the command.
pub(crate) fn run(
    env: &mut Env,
    args: &FillArgs,
    (settings, wishes): (&ImageOptions, DiskOptions<'_>),
    request: Request,
    selection: Selection,
) -> Result<(), Failure> {
    let source = following::source_to(&request, &args.source)?;
    let session = Session::new(env, &source)?;
    let profile = session.device_of(env, &source, &request.board)?;
    let source = SourceArgs { profile, ..source };
    let images = session.images(env, &source)?;
    let wanted = ImageWanted { kind: args.kind.clone(), filesystem: args.filesystem.clone() };
    let image = upgrade::choose(&images, &request.system, &wanted)?;
    let opened = session.open(env, &source)?;
    let to = opened.facts.release.as_ref().map_or_else(|| request.release.clone(), ToString::to_string);
    if let Ok(from) = Release::parse(&request.release)
        && let Some(to) = &opened.facts.release
    {
        upgrade::check_order(&from, to, args.fresh)?;
    }
    let revision = opened.facts.version_code.clone();
    let had =
        following::had_of_request(env, &session, &source, args.old_tree.as_ref(), &request, &opened.facts)?;
    let opened = Opened::release(opened);
    let joined = opened.join()?;
    let mut followed =
        following::into_release(had, Series::of_release(&request.release), opened.release_of()?, &joined)?;
    let selection = followed.select(selection, &joined)?;
    let planned = joined.plan(env, &session.upstream, &selection)?;
    let from = Side {
        release: Some(request.release.clone()),
        kernel: request.installed.get("kernel").map(|held| held.version.clone()),
        format: request.format,
        signed_by: Vec::new(),
    };
    let mut comparison = Comparison::new(from, followed.series, &followed.had, followed.successors, &planned);
    let (lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    let artifact = images.fetch(&session.upstream.fetcher, image)?;
    comparison.sizes.image = Some(artifact.size());
    comparison.sizes.flash = request.system.flash_kb.map(|kb| kb << 10);
    let about = fwtool::about(&artifact).map_err(|error| {
        Failure::new(Exit::Untrusted, format!("{}: what it says of itself: {error}", image.name), None)
    })?;
    upgrade::check(&image.name, &about.unwrap_or_default(), &request, args.fresh)?;
    let needed_kb = disk::needed_kb(&lock);
    if let Some(free) = request.system.flash_kb.filter(|flash| needed_kb > *flash) {
        return Err(Misfit::Space { needed: needed_kb, free }.into());
    }
    let bundle = joined.bundle(&session.upstream, lock)?;
    let stick = Stick {
        script: Script {
            router: request.router.as_str(),
            board: &request.board,
            from: &request.release,
            to: &to,
            revision: revision.as_deref(),
            target: request.target.as_str(),
            image: &image.name,
            needed_kb,
            fresh: args.fresh,
        },
        profile: &images.profile,
        comparison: &comparison,
        image: artifact,
        disk: disk::contents(&bundle, &setup.overlay)?,
    };
    let entries = upgrade::contents(stick);
    setup.write_upgrade(env, &bundle, (&comparison, &entries), &args.out, settings)
}

//! `owpkg image --from-request`: an image with the packages of a router that asked.

use super::args::ImageArgs;
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::writing::{DiskOptions, RouterSetup};
use crate::hardware::Series;
use crate::lock::Bundle;
use crate::proof::Proofs;
use crate::stick::{Boot, Request};

/// Where the image comes from: the router's release and device, unless others are named.
pub(super) fn source(env: &mut Env, args: &ImageArgs, request: &Request) -> Result<SourceArgs, Failure> {
    let source = following::source_to(request, &args.source)?;
    if source.profile.is_some() {
        return Ok(source);
    }
    let session = Session::new(env, &source)?;
    let profile = session.device_of(env, &source, &request.board)?;
    Ok(SourceArgs { profile, ..source })
}

/// The kind of image that starts on the router's machine.
pub(super) fn kind(request: &Request) -> Option<String> {
    let kind = |boot| match boot {
        Boot::Efi => "combined-efi",
        Boot::Bios => "combined",
    };
    request.system.boot.map(|boot| kind(boot).to_owned())
}

/// What the image carries: all that the router's user added, what its cards take, and what is selected beside.
pub(super) fn bundle(
    env: &mut Env,
    args: &ImageArgs,
    source: &SourceArgs,
    session: &Session,
    request: &Request,
    wishes: DiskOptions<'_>,
) -> Result<(Bundle, Proofs, RouterSetup), Failure> {
    let mut selection = selection::read(env, &args.selection, source)?;
    selection.take_router(&request.devices);
    let release = session.open(env, source)?;
    let had =
        following::had_of_request(env, session, source, args.old_tree.as_ref(), request, &release.facts)?;
    let opened = Opened::release(release);
    let joined = opened.join()?;
    let mut followed =
        following::into_release(had, Series::of_release(&request.release), opened.release_of()?, &joined)?;
    let selection = followed.select(selection, &joined)?;
    let (lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    Ok((bundle, proofs, setup))
}

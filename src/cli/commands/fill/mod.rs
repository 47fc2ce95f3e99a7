//! `owpkg fill`: writes the disk for the router that made a request or for many that did, or with the image of a release the
//! stick that upgrades one.

mod args;
mod many;
mod upgrade;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::planning::{Joined, Opened};
use crate::cli::preview;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::{DiskOptions, ImageOptions, RouterSetup};
use crate::lock::Lock;
use crate::selection::Selection;
use crate::stick::Request;

pub(crate) use args::FillArgs;

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &FillArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    following::refuse_what_is_answered(&args.selection, &args.source, args.with_image)?;
    let stdin = args.requests.iter().find(|file| *file == "-").cloned();
    let wishes = DiskOptions::read(env, &args.output, &args.out, &[&stdin])?;
    let request = match &args.requests[..] {
        [request] if !many::is_meant(env, args) => following::read_request(env, request)?,
        _ => return many::run(env, args, (&settings, wishes)),
    };
    let selection = selection::read(env, &args.selection, &args.source)?;
    if args.with_image {
        return upgrade::run(env, args, (&settings, wishes), request, selection);
    }
    let selection = following::wanted(selection, &request)?;
    let source = following::source_of(&request, &args.source)?;
    let session = Session::new(env, &source)?;
    let opened = Opened::release(session.open_for(env, &source, request.installed.clone())?);
    let joined = opened.join()?;
    let (lock, setup) = plan(env, wishes, &session, &joined, (&request, &selection))?;
    if args.dry_run {
        return preview::tell(env, &session.upstream, &lock, &args.out, settings.json);
    }
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    setup.write(env, &session.upstream, &bundle, &proofs, &args.out, &settings)
}

/// The lock of the disk for a router, which fits it.
fn plan<'o>(
    env: &mut Env,
    wishes: DiskOptions<'_>,
    session: &Session,
    joined: &'o Joined<'o>,
    (request, selection): (&Request, &Selection),
) -> Result<(Lock, RouterSetup), Failure> {
    let (lock, setup) = wishes.plan(env, &session.upstream, joined, selection)?;
    let lock = following::lock_for(request, lock)?;
    if request.free_kb.is_none() {
        warn_of(env, "the request does not say how much space the router has")?;
    }
    Ok((lock, setup))
}

//! `owpkg fill`: writes the disk for the router that made a request, or with the image of a release the stick that
//! upgrades it.

mod args;
mod upgrade;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::{DiskOptions, ImageOptions};

pub(crate) use args::FillArgs;

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &FillArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    following::refuse_what_is_answered(&args.selection, &args.source, args.with_image)?;
    let request_file = Some(args.request.clone());
    let wishes = DiskOptions::read(env, &args.output, &args.out, &[&request_file])?;
    let request = following::read_request(env, &args.request)?;
    if args.with_image {
        let selection = selection::read(env, &args.selection, &args.source)?;
        return upgrade::run(env, args, (&settings, wishes), request, selection);
    }
    let selection = following::selection_of(env, &request, &args.selection, &args.source)?;
    let source = following::source_of(&request, &args.source)?;
    let session = Session::new(env, &source)?;
    let opened = Opened::release(session.open_for(env, &source, request.installed.clone())?);
    let joined = opened.join()?;
    let (lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    let lock = following::lock_for(&request, lock)?;
    if request.free_kb.is_none() {
        warn_of(env, "the request does not say how much space the router has")?;
    }
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    setup.write(env, &session.upstream, &bundle, &proofs, &args.out, &settings)
}

//! `owpkg fill`: writes the disk for the router that made a request or for many that did, or with the image of a release the
//! stick that upgrades one.

mod answer;
mod args;
mod many;
mod upgrade;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::input;
use crate::cli::planning::Opened;
use crate::cli::preview;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::writing::{DiskOptions, ImageOptions};
use crate::stick::Request;

use answer::plan;
pub(crate) use args::FillArgs;

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &FillArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    following::refuse_what_is_answered(&args.selection, &args.source, args.with_image)?;
    refuse_request_as_output(env, &args.out)?;
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

/// A list of requests with no output behind it would be written over its last one.
fn refuse_request_as_output(env: &Env, out: &str) -> Result<(), Failure> {
    // What cannot be read is none.
    let head = input::read_start(env, out, 64).unwrap_or_default();
    match Request::is_one(&String::from_utf8_lossy(&head)) {
        false => Ok(()),
        true => Err(Failure::usage(
            format!("{out} is a request, and would be written over: what to write is named last"),
            "name it behind the requests: owpkg fill REQUEST… stick.img",
        )),
    }
}

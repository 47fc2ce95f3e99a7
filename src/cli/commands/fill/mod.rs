//! `owpkg fill`: writes the disk for the router that made a request, or with the image of a release the stick that
//! upgrades it.

mod args;
mod upgrade;

use crate::cli::env::Env;
use crate::cli::error::{ASK_MORE, Exit, Failure};
use crate::cli::following;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::{DiskOptions, ImageOptions};
use crate::disk::check_fit;
use crate::stick::Request;

pub(crate) use args::FillArgs;

/// How many devices an error names.
const MOST_NAMED: usize = 8;

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &FillArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    refuse_what_is_answered(args)?;
    let request_file = Some(args.request.clone());
    let wishes = DiskOptions::read(env, &args.output, &args.out, &[&request_file])?;
    let request = following::read_request(env, &args.request)?;
    let mut selection = selection::read(env, &args.selection, &args.source)?;
    if args.with_image {
        return upgrade::run(env, args, (&settings, wishes), request, selection);
    }
    selection.take_router(&request.devices);
    if selection.is_empty() {
        return Err(no_card(&request));
    }
    let source = following::source_of(&request, &args.source)?;
    let session = Session::new(env, &source)?;
    let opened = Opened::release(session.open_for(env, &source, request.installed.clone())?);
    let joined = opened.join()?;
    let (mut lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    check_fit(&request, &lock)?;
    if request.free_kb.is_none() {
        warn_of(env, "the request does not say how much space the router has")?;
    }
    // A tree that does not state its release is of the router's, as far as its kernel and its architecture tell.
    lock.release.get_or_insert(request.release);
    lock.router = Some(request.router);
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    setup.write(env, &session.upstream, &bundle, &proofs, &args.out, &settings)
}

/// What the request says of the router cannot be said otherwise: the disk would be for another.
fn refuse_what_is_answered(args: &FillArgs) -> Result<(), Failure> {
    let (selection, source) = (&args.selection, &args.source);
    let answered = [
        ("--detect", &selection.detect),
        ("--release", if args.with_image { &None } else { &source.release }),
        ("--target", &source.target),
        ("--profile", &source.profile),
        ("--installed", &source.installed),
    ];
    match answered.iter().find(|(_, value)| value.is_some()) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::usage(
            format!("{flag} is answered by the request"),
            "leave it out, or make the disk without a request: owpkg disk",
        )),
    }
}

/// The failure that the router has no card that anything is known of.
fn no_card(request: &Request) -> Failure {
    let shown: Vec<String> =
        request.devices.iter().map(|device| format!("{} {}", device.id.bus, device.id)).collect();
    let seen = match shown.len() {
        0 => "it shows no device".to_owned(),
        count if count > MOST_NAMED => {
            format!("it shows {} and {} more", shown[..MOST_NAMED].join(", "), count - MOST_NAMED)
        }
        _ => format!("it shows {}", shown.join(", ")),
    };
    Failure::new(
        Exit::Unknown,
        format!("the router has no network card that needs a package: {seen}"),
        Some(ASK_MORE.to_owned()),
    )
}

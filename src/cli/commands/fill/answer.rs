//! What answers a router's request.

use crate::cli::env::Env;
use crate::cli::error::{ASK_MORE, Exit, Failure};
use crate::cli::planning::Joined;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::{DiskOptions, RouterSetup};
use crate::disk::check_fit;
use crate::lock::Lock;
use crate::selection::Selection;
use crate::stick::Request;

/// How many devices an error names.
const MOST_NAMED: usize = 8;

/// A selection with the cards of a router.
pub(super) fn wanted(mut selection: Selection, request: &Request) -> Result<Selection, Failure> {
    selection.take_router(&request.devices);
    match selection.is_empty() {
        true => Err(no_card(request)),
        false => Ok(selection),
    }
}

/// The lock of the disk for a router, which fits it.
pub(super) fn plan<'o>(
    env: &mut Env,
    wishes: DiskOptions<'_>,
    session: &Session,
    joined: &'o Joined<'o>,
    (request, selection): (&Request, &Selection),
) -> Result<(Lock, RouterSetup), Failure> {
    let (mut lock, setup) = wishes.plan(env, &session.upstream, joined, selection)?;
    check_fit(request, &lock)?;
    if request.free_kb.is_none() {
        warn_of(env, "the request does not say how much space the router has")?;
    }
    // A tree that does not state its release is of the router's, as far as its kernel and its architecture tell.
    lock.release.get_or_insert(request.release.clone());
    lock.router = Some(request.router.clone());
    Ok((lock, setup))
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

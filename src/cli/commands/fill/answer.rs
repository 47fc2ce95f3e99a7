//! What answers a router's request.

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::planning::Joined;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::{DiskOptions, RouterSetup};
use crate::lock::Lock;
use crate::selection::Selection;
use crate::stick::Request;

/// The lock of the disk for a router, which fits it.
pub(super) fn plan<'o>(
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

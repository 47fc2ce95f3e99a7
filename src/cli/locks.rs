//! Locks that the command line names.

use super::env::Env;
use super::error::Failure;
use super::input;
use crate::lock::Lock;

/// The name of a lock that is not named otherwise.
pub(super) const DEFAULT: &str = "owpkg.lock";

/// Reads the lock, which stands for the selection that there is not.
pub(crate) fn read(env: &mut Env, file: &str) -> Result<Lock, Failure> {
    input::read_lock(env, file, |error| {
        Failure::usage(
            format!("nothing is selected, and the lock {file} cannot be read: {error}"),
            "name a card with --chip, --device or --detect, or run owpkg resolve first",
        )
    })
}

/// The release and the target of a lock.
pub(crate) fn title(lock: &Lock) -> String {
    let demo = if lock.demo { "DEMO: " } else { "" };
    let release = lock.release.as_deref().unwrap_or("of unknown release");
    format!("{demo}OpenWrt {release}, {}", lock.target)
}

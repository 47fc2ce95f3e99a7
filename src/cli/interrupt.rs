//! What happens when the process is told to stop: what it is writing goes away, and it says so.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::files;

/// What is kept, and how to go on.
const MESSAGE: &str =
    "interrupted: what was fetched is kept, nothing is left half written; the same command goes on";
/// What shells take for "ended by Ctrl-C".
const STATUS: i32 = 130;

/// Whether a command ends in its own way.
static IN_ITS_OWN_WAY: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C and SIGTERM end the process tidily. Where they cannot be waited for, they end it as they always do.
pub(crate) fn watch() {
    let waiting = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if runtime.is_ok_and(|runtime| runtime.block_on(told_to_stop()).is_ok())
            && !IN_ITS_OWN_WAY.load(Ordering::SeqCst)
        {
            files::abandon();
            // There is nobody to tell that nobody can be told.
            let mut err = std::io::stderr();
            let clear = if err.is_terminal() { "\r\x1b[2K" } else { "" };
            let _ = writeln!(err, "{clear}{MESSAGE}");
            std::process::exit(STATUS);
        }
    };
    let _ = thread::Builder::new().name("owpkg-interrupt".to_owned()).spawn(waiting);
}

/// Leaves the end to the command.
pub(crate) fn leave_to_command() {
    IN_ITS_OWN_WAY.store(true, Ordering::SeqCst);
}

#[cfg(unix)]
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        stopped = tokio::signal::ctrl_c() => stopped,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

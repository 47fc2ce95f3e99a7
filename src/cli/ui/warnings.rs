//! What the user should know, on standard error.

use std::io::Write as _;

use super::style::Style;
use crate::cli::env::Env;
use crate::cli::error::Failure;

/// Shows warnings, a line each.
pub fn warn(env: &mut Env, warnings: &[String]) -> Result<(), Failure> {
    let style = Style::new(env.err_is_terminal, env);
    for warning in warnings {
        writeln!(env.err, "{} {warning}", style.warning("warning:")).map_err(Failure::stdout)?;
    }
    Ok(())
}

/// Warns that a secret that was written is none to others on this computer.
pub fn warn_of_readers(env: &mut Env, path: &str) -> Result<(), Failure> {
    warn(env, &[format!("others on this computer can read {path}: its file system keeps no permissions")])
}

//! What is said when a command does not end well.

use std::io::{self, Write as _};

use super::json;
use super::style::Style;
use crate::cli::env::Env;
use crate::cli::error::Failure;

/// Shows a failure on standard error.
pub fn show(env: &mut Env, failure: &Failure) -> io::Result<()> {
    let style = Style::new(env.err_is_terminal, env);
    writeln!(env.err, "{} {}", style.error("error:"), failure.message)?;
    match &failure.help {
        Some(help) => writeln!(env.err, " {} {help}", style.help("help:")),
        None => Ok(()),
    }
}

/// Prints the refusal that a failure is as JSON, if it is one.
pub fn print_json(env: &mut Env, failure: &Failure) -> Result<(), Failure> {
    let Some(refusal) = &failure.refusal else { return Ok(()) };
    let report = refusal.report(failure.help.clone().unwrap_or_default());
    json::print(&mut env.out, &report).and_then(|()| env.out.flush()).map_err(Failure::stdout)
}

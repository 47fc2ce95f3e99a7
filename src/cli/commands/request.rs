//! `owpkg request`: prints the script that makes a request on a router.

use std::io::Write as _;

use clap::Args;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::stick::SCRIPT;

/// Nothing is to be told.
#[derive(Debug, Args)]
pub(crate) struct RequestArgs;

/// Runs the command.
pub(crate) fn run(env: &mut Env) -> Result<(), Failure> {
    env.out.write_all(SCRIPT.as_bytes()).map_err(Failure::stdout)
}

//! `owpkg request` and `owpkg fill`: the two-way stick.

mod fill;

use std::io::Write as _;

pub use fill::{FillArgs, fill};

use super::env::Env;
use super::failure::Failure;
use crate::stick::SCRIPT;

/// Runs `owpkg request`: prints the script that makes a request on the router.
pub fn request(env: &mut Env) -> Result<(), Failure> {
    env.out.write_all(SCRIPT.as_bytes()).map_err(Failure::stdout)
}

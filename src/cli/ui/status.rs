//! What the program says of its work, on standard error: more or less of it, as it is asked for.

use std::fmt::Display;

use crate::cli::env::Env;
use crate::cli::error::Failure;

/// What was done; `--quiet` leaves it out.
pub(crate) fn note(env: &mut Env, text: impl Display) -> Result<(), Failure> {
    say(env, 0, text)
}

/// What was chosen; `-v` shows it.
pub(crate) fn detail(env: &mut Env, text: impl Display) -> Result<(), Failure> {
    say(env, 1, text)
}

/// What was chosen, one by one; `-vv` shows it.
pub(crate) fn trace(env: &mut Env, text: impl Display) -> Result<(), Failure> {
    say(env, 2, text)
}

fn say(env: &mut Env, verbosity: i8, text: impl Display) -> Result<(), Failure> {
    match env.view.verbosity >= verbosity {
        true => env.tell_once(text.to_string()).map_err(Failure::stdout),
        false => Ok(()),
    }
}

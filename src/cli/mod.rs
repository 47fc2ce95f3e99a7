//! The command line: one file a command, and the only place that prints.
//!
//! Arguments are read twice: what was typed stands in `args` and in each command, what it means in `session` and
//! `request`.

mod args;
mod cache_dir;
mod clean;
mod command;
mod commands;
mod env;
mod error;
mod input;
mod interrupt;
mod keys;
mod learned;
mod listing;
mod locks;
mod planning;
mod selection;
mod session;
mod ui;
mod writing;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use command::{Cli, dispatch};
pub use env::{Env, ErrStream};
#[doc(hidden)]
pub use error::Help;
pub use error::{Exit, Failure};
use ui::failure;

/// Runs the program in an environment and answers with its exit status; DESIGN's table of them is in [`Exit`].
pub fn run(mut env: Env) -> ExitCode {
    interrupt::watch();
    ExitCode::from(exit_code(&mut env))
}

/// The same as a number, for callers in the same process.
pub fn exit_code(env: &mut Env) -> u8 {
    env.clean();
    let outcome = match Cli::try_parse_from(&env.args) {
        Ok(cli) => dispatch(env, cli),
        Err(error) => return show_usage(env, &error),
    };
    let outcome = outcome.and_then(|()| env.out.flush().map_err(Failure::stdout));
    match outcome {
        Ok(()) => Exit::Done as u8,
        Err(failure) if failure.is_broken_pipe() => Exit::Done as u8,
        Err(failure) => {
            // If stderr is gone too, the status is all that is left to say.
            let _ = failure::show(env, &failure);
            failure.exit as u8
        }
    }
}

/// Help and version go to stdout and are no failure.
fn show_usage(env: &mut Env, error: &clap::Error) -> u8 {
    let text = error.render();
    let to_stderr = error.use_stderr();
    let coloured = if to_stderr { env.err_is_terminal } else { env.out_is_terminal };
    let out: &mut dyn Write = if to_stderr { &mut env.err } else { &mut env.out };
    let _ = match coloured {
        true => write!(out, "{}", text.ansi()),
        false => write!(out, "{text}"),
    };
    if to_stderr { Exit::Usage as u8 } else { Exit::Done as u8 }
}

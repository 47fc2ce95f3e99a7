//! The command line: one file a command, and the only place that prints.
//!
//! Arguments are read twice: what was typed stands in `args` and in each command, what it means in `session` and
//! `request`.

mod args;
mod cache_dir;
mod clean;
mod command;
mod commands;
mod completing;
mod env;
mod error;
mod following;
mod global;
mod help;
mod input;
mod interrupt;
mod keys;
mod last_release;
mod learned;
mod listing;
mod locks;
mod many;
mod page;
mod planning;
mod preview;
mod selection;
mod session;
mod sets;
mod settings;
mod typed;
mod ui;
mod usage;
mod view;
mod writing;

use std::io::Write as _;
use std::process::ExitCode;

use clap::FromArgMatches as _;

use command::{Cli, dispatch};
pub use env::{Env, ErrStream};
#[doc(hidden)]
pub use error::Help;
pub(crate) use error::{Exit, Failure};
pub use settings::Settings;
use ui::failure;
pub use view::View;

/// Runs the program in an environment and answers with its exit status.
pub fn run(mut env: Env) -> ExitCode {
    match completing::answer(&env, command::program) {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => return ExitCode::from(usage::show(&mut env, &error)),
    }
    ExitCode::from(answer(&mut env, interrupt::watch))
}

/// The same as a number, for callers in the same process.
pub fn exit_code(env: &mut Env) -> u8 {
    answer(env, || ())
}

/// Reads the command line, and runs the command when all is `ready` for it.
fn answer(env: &mut Env, ready: fn()) -> u8 {
    env.view.take_color(&env.args);
    env.clean();
    let typed = command::program().try_get_matches_from(&env.args);
    let outcome = match typed.and_then(|typed| Cli::from_arg_matches(&typed)) {
        Ok(cli) => {
            ready();
            let read = cli.global.verbosity().and_then(|verbosity| {
                env.view.verbosity = verbosity;
                env.read_settings().map_err(Failure::from)
            });
            read.and_then(|()| usage::refuse_swallowed(env, &cli)).and_then(|()| dispatch(env, cli))
        }
        Err(error) => return usage::show(env, &error),
    };
    let outcome = outcome.and_then(|()| env.out.flush().map_err(Failure::stdout));
    match outcome {
        Ok(()) => Exit::Done as u8,
        Err(failure) if failure.is_broken_pipe() => Exit::Done as u8,
        Err(failure) => {
            let json = usage::asks_for_json(&env.args);
            failure::end(env, &failure, json)
        }
    }
}

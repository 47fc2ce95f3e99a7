//! The command line: one file a command, and the only place that prints.
//!
//! Arguments are read twice: what was typed stands in `args` and in each command, what it means in `session` and
//! `request`.

mod args;
mod branches;
mod cache;
mod chip_card;
mod chips;
mod configuration;
mod detect;
mod diff;
mod disk;
mod env;
mod failure;
mod hardware;
mod image;
mod index;
mod input;
mod json;
mod key;
mod listing;
mod manual;
mod mirror;
mod planned;
mod planning;
mod progress;
mod report;
mod request;
mod resolve;
mod serve;
mod session;
mod setup;
mod setup_notes;
mod stick;
mod stores;
mod style;
mod subject;
mod text;
mod tree;
mod update;
mod verify;
mod vm;
mod warnings;
mod why;
mod writing;
mod written;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
pub use env::{Env, ErrStream};
pub use failure::{Exit, Failure};

/// Runs the program in an environment and answers with its exit status; DESIGN's table of them is in [`Exit`].
pub fn run(mut env: Env) -> ExitCode {
    ExitCode::from(exit_code(&mut env))
}

/// The same as a number, for callers in the same process.
pub fn exit_code(env: &mut Env) -> u8 {
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
            let _ = failure.show(env);
            failure.exit as u8
        }
    }
}

fn dispatch(env: &mut Env, cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Resolve(args) => resolve::run(env, &args),
        Command::Disk(args) => disk::run(env, &args),
        Command::Request => stick::request(env),
        Command::Fill(args) => stick::fill(env, &args),
        Command::Image(args) => image::run(env, &args),
        Command::Vm(args) => vm::run(env, &args),
        Command::Detect(args) => detect::run(env, &args),
        Command::Chips(args) => chips::run(env, &args),
        Command::Why(args) => why::run(env, &args),
        Command::Tree(args) => tree::run(env, &args),
        Command::Diff(args) => diff::run(env, &args),
        Command::Mirror(args) => mirror::run(env, &args),
        Command::Serve(args) => serve::run(env, &args),
        Command::Verify(args) => verify::run(env, &args),
        Command::Update(args) => update::run(env, &args),
        Command::Cache(args) => cache::run(env, &args),
        Command::Completions(args) => manual::completions(env, &args),
        Command::Man(args) => manual::man(env, &args),
        Command::Index(args) => index::run(env, &args),
        Command::Key(args) => key::run(env, &args),
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

//! A command line that cannot be read, or that asks for help.

use std::ffi::OsString;
use std::io::Write;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command};

use super::command::{self, Cli};
use super::env::Env;
use super::error::{Exit, Failure};
use super::typed::Typed;
use super::ui::failure;
use crate::shell;

/// Shows what clap says; help and version go to stdout and are no failure.
pub(crate) fn show(env: &mut Env, error: &clap::Error) -> u8 {
    if error.use_stderr() {
        let failure = unreadable(&env.args, error);
        if asks_for_json(&env.args) {
            return failure::end(env, &failure, true);
        }
        if is_surplus(error) && repeated(&env.args).is_some() {
            return failure::end(env, &failure, false);
        }
    }
    let text = error.render();
    let to_stderr = error.use_stderr();
    let coloured = env.is_coloured(if to_stderr { env.err_is_terminal } else { env.out_is_terminal });
    let out: &mut dyn Write = if to_stderr { &mut env.err } else { &mut env.out };
    // Nothing is left to say where this cannot be written.
    let _ = match coloured {
        true => write!(out, "{}", text.ansi()),
        false => write!(out, "{text}"),
    };
    if to_stderr { Exit::Usage as u8 } else { Exit::Done as u8 }
}

/// Whether there may be a word too many; of a command that has others below it, clap takes the word for one of these.
fn is_surplus(error: &clap::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::ArgumentConflict)
}

/// Whether objects are asked for on standard output, as far as a command line tells that may be wrong otherwise.
pub(crate) fn asks_for_json(args: &[OsString]) -> bool {
    let flags = args.iter().take_while(|arg| *arg != "--");
    let words: Vec<&str> = flags.filter_map(|arg| arg.to_str()).collect();
    words.iter().any(|word| matches!(*word, "--json" | "--format=json"))
        || words.windows(2).any(|pair| pair == ["--format", "json"])
}

fn unreadable(args: &[OsString], error: &clap::Error) -> Failure {
    if let (true, Some(repeated)) = (is_surplus(error), repeated(args)) {
        return repeated.failure();
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let (message, help) = text.split_once("\n\n").unwrap_or((text, ""));
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Failure::usage(one_line(message), one_line(help))
}

/// Several words behind a flag that takes one.
struct Repeated {
    flag: String,
    /// The first word too many.
    word: String,
    /// The command line with the flag before each of them.
    line: String,
}

impl Repeated {
    fn failure(&self) -> Failure {
        Failure::usage(
            format!("{} takes one word, and is given once for each", self.flag),
            format!("type it like this: {}", self.line),
        )
    }
}

/// Refuses a word behind a flag's own that a command which takes any number of files would take for one, where there is no
/// such file.
pub(crate) fn refuse_swallowed(env: &Env, cli: &Cli) -> Result<(), Failure> {
    let takes_many = matches!(&cli.command, command::Command::Fill(Typed(args)) if args.requests.len() > 1);
    match takes_many.then(|| repeated(&env.args)).flatten() {
        Some(repeated) if repeated.word != "-" && !env.path(&repeated.word).exists() => {
            Err(repeated.failure())
        }
        _ => Ok(()),
    }
}

fn repeated(args: &[OsString]) -> Option<Repeated> {
    let words: Vec<&str> = args.iter().map(|arg| arg.to_str()).collect::<Option<_>>()?;
    let mut program = command::program();
    program.build();
    let mut command = &program;
    let mut line = vec!["owpkg".to_owned()];
    // Words that are no flag's value, by their place in the line, with the flag whose value stands before them.
    let mut loose: Vec<(usize, Option<&str>)> = Vec::new();
    let (mut flag, mut awaits) = (None, false);
    for word in words.iter().skip(1) {
        if awaits {
            awaits = false;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let arg = find(command, name)?;
            flag = matches!(arg.get_action(), ArgAction::Append).then_some(*word).filter(|_| value.is_none());
            awaits = arg.get_action().takes_values() && value.is_none();
        } else if let Some(below) = command.find_subcommand(word).filter(|_| loose.is_empty()) {
            command = below;
        } else {
            loose.push((line.len(), flag));
        }
        line.push(shell::word(word));
    }
    let taken = command.get_positionals().count();
    let surplus = loose.len().checked_sub(taken).filter(|surplus| *surplus > 0)?;
    let meant: Vec<(usize, &str)> =
        loose.iter().filter_map(|&(at, flag)| Some((at, flag?))).take(surplus).collect();
    if meant.len() < surplus {
        return None;
    }
    for &(at, flag) in meant.iter().rev() {
        line.insert(at, flag.to_owned());
    }
    let &(at, flag) = meant.first()?;
    Some(Repeated { flag: flag.to_owned(), word: words[at].to_owned(), line: line.join(" ") })
}

fn find<'c>(command: &'c Command, long: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|arg| arg.get_long() == Some(long))
}

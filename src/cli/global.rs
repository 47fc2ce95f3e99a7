//! The options that go with every command, before its name and after it.

use clap::{Arg, ArgAction, Args, ColorChoice, Command};

use super::error::Failure;

const HEADING: &str = "Global options";
/// Behind all others.
const LAST: usize = 900;
/// Their names.
const OPTIONS: [&str; 4] = ["quiet", "verbose", "color", JSON];
const JSON: &str = "json";

/// What goes with every command, beside `--json`.
#[derive(Debug, Args)]
#[command(next_help_heading = HEADING, next_display_order = LAST)]
pub(crate) struct GlobalArgs {
    /// Say less: answers, warnings and errors alone
    #[arg(long, short, conflicts_with = "verbose", hide_short_help = true)]
    quiet: bool,
    /// Say more: what is fetched, from where, and what is chosen; -vv: also what comes from the cache, and every package
    #[arg(long, short, action = ArgAction::Count, hide_short_help = true)]
    verbose: u8,
    /// When to use colours; without it, as the terminal, NO_COLOR, CLICOLOR and CLICOLOR_FORCE say
    #[arg(long, value_name = "WHEN", hide_short_help = true)]
    color: Option<ColorChoice>,
}

impl GlobalArgs {
    /// How much is to be said: -1 less, 0, 1 more, 2 all.
    ///
    /// # Errors
    /// When less and more are asked for; clap sees that only where both stand on one side of the command.
    pub(crate) fn verbosity(&self) -> Result<i8, Failure> {
        match (self.quiet, self.verbose) {
            (true, 1..) => Err(Failure::usage("--quiet and --verbose are opposites", "give one of them")),
            (true, 0) => Ok(-1),
            (false, times) => Ok(i8::try_from(times.min(2)).unwrap_or(2)),
        }
    }
}

/// Adds `--json` to a command that does not have its own: where there is no answer to print, an error is one.
pub(super) fn with_json(command: Command) -> Command {
    if command.get_arguments().any(|arg| arg.get_id() == JSON) {
        return command;
    }
    let json = Arg::new(JSON).long(JSON).action(ArgAction::SetTrue).hide_short_help(true);
    command.arg(json.help("Print an error as JSON").help_heading(HEADING))
}

/// Adds them to a command below the program. It passes them on to those below itself, and what is typed to the program,
/// which is not told so: clap would put them before the arguments of a command that has none yet.
pub(super) fn with_all(command: Command) -> Command {
    let command = with_json(GlobalArgs::augment_args(command)).mut_subcommands(with_json);
    command.mut_args(|arg| match OPTIONS.contains(&arg.get_id().as_str()) {
        true => arg.global(true),
        false => arg,
    })
}

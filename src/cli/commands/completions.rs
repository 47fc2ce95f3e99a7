//! `owpkg completions`: the lines that let a shell ask owpkg for what can be typed.

use std::io::Write as _;

use clap::Args;
use clap_complete::Shell;

use crate::cli::completing;
use crate::cli::env::Env;
use crate::cli::error::Failure;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg completions bash > ~/.local/share/bash-completion/completions/owpkg\n  \
                        owpkg completions zsh > ~/.zfunc/_owpkg\n  \
                        owpkg completions fish > ~/.config/fish/completions/owpkg.fish\n\nChips, releases, targets, \
                        feeds and sets are completed too, and the packages of the release that was opened last."
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Prints the lines for a shell.
pub(crate) fn run(env: &mut Env, args: &CompletionsArgs) -> Result<(), Failure> {
    let lines = completing::registration(&args.shell.to_string()).map_err(Failure::stdout)?;
    env.out.write_all(&lines).map_err(Failure::stdout)
}

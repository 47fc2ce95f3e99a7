//! `owpkg completions`: what a shell knows of the commands.

use std::io::Write as _;

use clap::Args;
use clap_complete::Shell;

use crate::cli::env::Env;
use crate::cli::error::Failure;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg completions bash > ~/.local/share/bash-completion/completions/owpkg\n  \
                        owpkg completions fish > ~/.config/fish/completions/owpkg.fish"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Prints the completions of a shell for `program`.
pub(crate) fn run(env: &mut Env, args: &CompletionsArgs, program: &mut clap::Command) -> Result<(), Failure> {
    // Written at once: a reader that goes away must not end in a panic of the generator's.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, program, "owpkg", &mut text);
    env.out.write_all(&text).map_err(Failure::stdout)
}

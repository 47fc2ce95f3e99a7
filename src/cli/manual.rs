//! `owpkg completions` and `owpkg man`: what a shell and `man` know of the commands, made from the same description
//! that reads them.

use std::io::{self, Write as _};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::args::Cli;
use super::env::Env;
use super::failure::Failure;
use crate::output::replace_file;

/// `owpkg completions`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg completions bash > ~/.local/share/bash-completion/completions/owpkg\n  \
                        owpkg completions fish > ~/.config/fish/completions/owpkg.fish"
)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `owpkg man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg man | man -l -\n  owpkg man ~/.local/share/man/man1")]
pub struct ManArgs {
    /// A folder for a page of each command; without it, owpkg's own page is printed
    pub dir: Option<String>,
}

/// Prints the completions of a shell.
pub fn completions(env: &mut Env, args: &CompletionsArgs) -> Result<(), Failure> {
    // Written at once: a reader that goes away must not end in a panic of the generator's.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "owpkg", &mut text);
    env.out.write_all(&text).map_err(Failure::stdout)
}

/// Prints or writes manual pages.
pub fn man(env: &mut Env, args: &ManArgs) -> Result<(), Failure> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(dir) = &args.dir else {
        let page = page(command).map_err(Failure::stdout)?;
        return env.out.write_all(&page).map_err(Failure::stdout);
    };
    let dir = env.path(dir);
    let mut count = 0;
    let mut open = vec![("owpkg".to_owned(), command)];
    while let Some((name, command)) = open.pop() {
        for below in command.get_subcommands() {
            open.push((format!("{name}-{}", below.get_name()), below.clone()));
        }
        let page = page(command.display_name(name.clone())).map_err(Failure::stdout)?;
        replace_file(&dir.join(format!("{name}.1")), |file| file.write_all(&page))?;
        count += 1;
    }
    writeln!(env.out, "wrote {count} pages to {dir}").map_err(Failure::stdout)
}

fn page(command: clap::Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text)?;
    Ok(text)
}

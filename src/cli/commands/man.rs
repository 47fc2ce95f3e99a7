//! `owpkg man`: manual pages, made from the same description that reads the commands.

use std::io::{self, Write as _};

use clap::Args;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::files::replace_file;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg man | man -l -\n  owpkg man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// A folder for a page of each command; without it, owpkg's own page is printed
    pub(crate) dir: Option<String>,
}

/// Prints or writes the manual pages of `program`.
pub(crate) fn run(env: &mut Env, args: &ManArgs, program: clap::Command) -> Result<(), Failure> {
    let mut command = program.disable_help_subcommand(true);
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

//! `owpkg resolve`: prints the plan and writes the lock.

use std::io::Write as _;

use super::args::ResolveArgs;
use super::env::Env;
use super::failure::Failure;
use super::report;
use super::session::{self, Session};
use super::style::Style;
use crate::output::replace_file;

/// Runs the command.
pub fn run(env: &mut Env, args: &ResolveArgs) -> Result<(), Failure> {
    if args.selection.is_empty() {
        return Err(Failure::usage("nothing is selected", "name a card with --chip or a package with --add"));
    }
    let session = Session::new(env, &args.source)?;
    let release = session.open(env, &args.selection, &args.source)?;
    let (universe, odd) = release.universe()?;
    let mut planned = session.plan(&release, &universe, &args.selection)?;
    planned.warnings.extend(odd);
    session::warn(env, &planned.warnings)?;

    let style = Style::new(env.out_is_terminal, env);
    match args.json {
        true => report::print_json(&mut env.out, &planned),
        false => report::print(&mut env.out, style, args.format, &planned),
    }
    .map_err(Failure::stdout)?;
    if args.no_lock {
        return Ok(());
    }
    env.out.flush().map_err(Failure::stdout)?;
    let lock = planned.lock(env, &release)?.to_text();
    replace_file(&env.path(&args.lock), |file| file.write_all(lock.as_bytes()))?;
    writeln!(env.err, "wrote {}; next: owpkg disk pkgs.img", args.lock).map_err(Failure::stdout)
}

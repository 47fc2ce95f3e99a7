//! `owpkg resolve`: prints the plan and writes the lock.

use std::io::Write as _;

use clap::{Args, ValueEnum};

use super::args::{SelectionArgs, SourceArgs};
use super::env::Env;
use super::failure::Failure;
use super::report;
use super::session::{self, Kind, Planned, Session};
use super::style::Style;
use crate::index::Universe;
use crate::output::replace_file;
use crate::release::ReleaseFacts;
use crate::snapshot::Snapshot;

/// `owpkg resolve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg resolve --chip iwl7265d\n  owpkg resolve --chip ath10k --wpa \
                        wpad-openssl --release 24.10.2\n  owpkg resolve --chip iwl7265d --demo")]
pub struct ResolveArgs {
    /// What to install.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlanFormat,
    /// Print the plan as JSON
    #[arg(long)]
    pub json: bool,
    /// Write the request, with all that it depends on, and what comes of it: for bug reports
    #[arg(long, value_name = "FILE")]
    pub save_case: Option<String>,
    /// Where to write the lock
    #[arg(long, value_name = "FILE", default_value = "owpkg.lock")]
    pub lock: String,
    /// Write no lock
    #[arg(long, conflicts_with = "lock")]
    pub no_lock: bool,
}

/// How to print a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PlanFormat {
    /// Who needs whom, from what was asked for
    #[default]
    Tree,
    /// One line a package, in install order
    Table,
    /// The names, in install order
    Names,
    /// The URLs of the package files
    Urls,
}

/// Runs the command.
pub fn run(env: &mut Env, args: &ResolveArgs) -> Result<(), Failure> {
    if args.selection.is_empty() {
        return Err(Failure::usage("nothing is selected", "name a card with --chip or a package with --add"));
    }
    let session = Session::new(env, &args.source)?;
    let release = match session.open(env, &args.selection, &args.source) {
        Err(failure) if failure.is_no_network() && can_be_built_in(&args.source) => {
            return from_snapshot(env, args);
        }
        release => release?,
    };
    let (universe, odd) = release.universe()?;
    save_case(env, args, &release.facts, &universe)?;
    let mut planned = or_json(env, args, session.plan(&release, &universe, &args.selection))?;
    planned.warnings.extend(odd);
    show(env, args, &planned)?;
    if args.no_lock || !planned.plan.upgrades.is_empty() {
        return Ok(());
    }
    env.out.flush().map_err(Failure::stdout)?;
    let lock = planned.lock(env, &release)?.to_text();
    replace_file(&env.path(&args.lock), |file| file.write_all(lock.as_bytes()))?;
    writeln!(env.err, "wrote {}; next: owpkg disk pkgs.img", args.lock).map_err(Failure::stdout)
}

/// A refusal goes to stdout too, as an object, if objects are what is asked for.
fn or_json<T>(env: &mut Env, args: &ResolveArgs, planned: Result<T, Failure>) -> Result<T, Failure> {
    if let Err(failure) = &planned
        && args.json
    {
        failure.print_json(env)?;
    }
    planned
}

fn save_case(
    env: &mut Env,
    args: &ResolveArgs,
    facts: &ReleaseFacts,
    universe: &Universe<'_>,
) -> Result<(), Failure> {
    let Some(path) = &args.save_case else { return Ok(()) };
    let mut case = session::case(facts, universe, &args.selection)?;
    let release = facts.release.as_ref().map_or("an unnamed release".to_owned(), ToString::to_string);
    case.remarks.push(format!("OpenWrt {release}, {}. What is wrong with what comes of it?", facts.target));
    replace_file(&env.path(path), |file| file.write_all(case.to_string().as_bytes()))?;
    writeln!(env.err, "wrote {path}").map_err(Failure::stdout)
}

fn show(env: &mut Env, args: &ResolveArgs, planned: &Planned<'_>) -> Result<(), Failure> {
    session::warn(env, &planned.warnings)?;
    let style = Style::new(env.out_is_terminal, env);
    match args.json {
        true => report::print_json(&mut env.out, planned),
        false => report::print(&mut env.out, style, args.format, planned),
    }
    .map_err(Failure::stdout)
}

/// Whether the facts built in are of the release that is asked for, as far as the arguments tell.
fn can_be_built_in(source: &SourceArgs) -> bool {
    let Ok(Snapshot { about, .. }) = Snapshot::read() else { return false };
    let is = |asked: &Option<String>, own: &str| asked.as_deref().is_none_or(|asked| asked == own);
    source.tree.is_none()
        && source.mirror == session::OFFICIAL
        && is(&source.release, &about.release)
        && is(&source.target, &about.target)
}

/// With no network and nothing in the cache: an answer from the facts built in, which makes no lock and no disk.
fn from_snapshot(env: &mut Env, args: &ResolveArgs) -> Result<(), Failure> {
    let snapshot = Snapshot::read()?;
    let mut facts = snapshot.facts()?;
    facts.installed = session::installed(env, &args.source)?;
    let universe = snapshot.universe(&facts);
    save_case(env, args, &facts, &universe)?;
    let mut planned = or_json(env, args, session::plan(&facts, &universe, &args.selection, Kind::Snapshot))?;
    let about = &snapshot.about;
    let age = snapshot.age_in_days(env.now).map_or(String::new(), |days| format!(", {days} days ago"));
    planned.warnings.insert(
        0,
        format!(
            "no network, and nothing in the cache: this answer is from facts built into owpkg, of OpenWrt {} for {} as \
             of {}{age}; it is for orientation, no lock is written, and a disk needs the network once",
            about.release, about.target, about.date
        ),
    );
    show(env, args, &planned)
}

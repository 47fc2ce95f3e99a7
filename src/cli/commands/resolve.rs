//! `owpkg resolve`: prints the plan and writes the lock.

use std::io::Write as _;

use clap::Args;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::locks;
use crate::cli::planning::{self, Joined, Opened};
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets::{self, SetArgs, TakenSet};
use crate::cli::ui::plan::{self, PlanFormat};
use crate::cli::ui::proof;
use crate::cli::ui::status;
use crate::cli::ui::style::Style;
use crate::cli::ui::warnings::warn;
use crate::files::replace_file;
use crate::proof::Proofs;
use crate::selection::{PlanSource, Planned, Selection};
use crate::shell;
use crate::stick::Request;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg resolve --chip iwl7265d\n  owpkg resolve --chip ath10k --wpa \
                        wpad-openssl --release 24.10.2\n  owpkg resolve --chip iwl7265d --demo\n  pciconf -lv | owpkg resolve \
                        --detect -")]
pub(crate) struct ResolveArgs {
    /// How to print the plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: PlanFormat,
    /// Print the plan as JSON
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Write the request, with all that it depends on, and what comes of it: for bug reports
    #[arg(long, value_name = "FILE")]
    pub(crate) save_case: Option<String>,
    /// Where to write the lock
    #[arg(long, value_name = "FILE", default_value = locks::DEFAULT)]
    pub(crate) lock: String,
    /// Write no lock
    #[arg(long, conflicts_with = "lock")]
    pub(crate) no_lock: bool,
    /// The plan for the router that made this request, as owpkg fill makes its disk
    #[arg(long, value_name = "REQUEST|-", conflicts_with_all = ["set", "save_case"])]
    pub(crate) from_request: Option<String>,
    /// Which set.
    #[command(flatten)]
    pub(crate) set: SetArgs,
    /// What to install.
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, mut args: ResolveArgs) -> Result<(), Failure> {
    let set = match &args.from_request {
        Some(_) => None,
        None => sets::take(env, &args.set, locks::DEFAULT, &mut args.selection, &mut args.source)?,
    };
    if let Some(set) = set.as_ref().filter(|_| args.lock == locks::DEFAULT) {
        args.lock = set.lock.clone();
    }
    let args = &args;
    plan(env, args, Proving::FromWhatIsKnown, |env, planned, proofs, request| {
        show(env, args, planned, proofs)?;
        // A disk only adds: no lock is made of a plan that replaces something, nor of the facts built in.
        let can_be_written =
            matches!(planned.source, PlanSource::Release(_)) && planned.plan.upgrades.is_empty();
        match can_be_written && !args.no_lock {
            true => write_lock(env, args, set.as_ref(), planned, request),
            false => Ok(()),
        }
    })
}

/// How much is read for what a plan's packages show of the cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proving {
    /// What earlier runs read.
    FromWhatIsKnown,
    /// The packages, which are at hand.
    FromPackages,
}

/// Makes the plan that the arguments name, and does something with it; the last argument is the request that it answers,
/// if it answers one.
pub(crate) fn plan<T>(
    env: &mut Env,
    args: &ResolveArgs,
    proving: Proving,
    act: impl FnOnce(&mut Env, &Planned<'_>, &Proofs, Option<&Request>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Some(file) = &args.from_request else {
        if args.selection.is_empty() {
            return Err(Failure::usage(
                "nothing is selected",
                "name a card with --chip, --device or --detect, or a package with --add",
            ));
        }
        let (selection, session, opened) = planning::open(env, &args.selection, &args.source)?;
        let joined = opened.join()?;
        if let Some(path) = &args.save_case {
            joined.save_case(env, &session.upstream, path, &selection)?;
        }
        let (planned, proofs) = planned(env, &session, &joined, &selection, proving)?;
        return act(env, &planned, &proofs, None);
    };
    following::refuse_what_is_answered(&args.selection, &args.source, false)?;
    let request = following::read_request(env, file)?;
    let selection = following::wanted(selection::read(env, &args.selection, &args.source)?, &request)?;
    let source = following::source_of(&request, &args.source)?;
    let session = Session::new(env, &source)?;
    let opened = Opened::release(session.open_for(env, &source, request.installed.clone())?);
    let joined = opened.join()?;
    let (planned, proofs) = planned(env, &session, &joined, &selection, proving)?;
    following::lock_for(&request, planning::lock(env, &planned)?)?;
    act(env, &planned, &proofs, Some(&request))
}

fn planned<'o>(
    env: &mut Env,
    session: &Session,
    joined: &'o Joined<'o>,
    selection: &Selection,
    proving: Proving,
) -> Result<(Planned<'o>, Proofs), Failure> {
    let mut planned = joined.plan(env, &session.upstream, selection)?;
    planned.warn_of_fat();
    // A disk only adds: of a plan that replaces something there is no bundle.
    if proving == Proving::FromPackages && planned.plan.upgrades.is_empty() {
        let bundle = joined.bundle(&session.upstream, planning::lock(env, &planned)?)?;
        let router = &planned.baseline.installed;
        let proofs = joined.proofs_of(env, &session.upstream, &bundle, Some(router))?;
        return Ok((planned, proofs));
    }
    let proofs = joined.proofs(&session.upstream, &planned)?;
    Ok((planned, proofs))
}

fn write_lock(
    env: &mut Env,
    args: &ResolveArgs,
    set: Option<&TakenSet>,
    planned: &Planned<'_>,
    request: Option<&Request>,
) -> Result<(), Failure> {
    env.out.flush().map_err(Failure::stdout)?;
    let mut lock = planning::lock(env, planned)?;
    if let Some(set) = set {
        lock = set.mark(lock);
    }
    if let Some(request) = request {
        lock = following::lock_for(request, lock)?;
    }
    let is_of_set = lock.set.is_some();
    let lock = lock.to_text();
    replace_file(&env.path(&args.lock), |file| file.write_all(lock.as_bytes()))?;
    let next = disk_command(args, set.filter(|_| is_of_set));
    status::note(env, format_args!("wrote {}; next: {next}", args.lock))
}

/// The command that makes the disk of the lock, with all that a lock does not tell.
fn disk_command(args: &ResolveArgs, set: Option<&TakenSet>) -> String {
    let mut command = "owpkg disk pkgs.img".to_owned();
    let mut add = |flag: &str, value: &str| command += &format!(" {flag} {}", shell::word(value));
    if let Some(name) = set.and_then(|set| set.flag.as_ref()) {
        add("--set", name);
    }
    let own = set.map_or(locks::DEFAULT, |set| &set.lock);
    if args.lock != own {
        add("--lock", &args.lock);
    }
    args.source.key.iter().for_each(|file| add("--key", file));
    if let Some(dir) = &args.source.cache_dir {
        add("--cache-dir", dir);
    }
    for feed in &args.source.accept_unsigned {
        command += " --accept-unsigned ";
        command += feed;
    }
    command
}

fn show(env: &mut Env, args: &ResolveArgs, planned: &Planned<'_>, proofs: &Proofs) -> Result<(), Failure> {
    warn(env, planned.warnings.iter().cloned())?;
    proof::warn(env, proofs)?;
    let style = Style::new(env.out_is_terminal, env);
    let format = if args.json { PlanFormat::Json } else { args.format };
    plan::print(&mut env.out, style, format, planned, proofs)
}

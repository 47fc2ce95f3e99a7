//! What shells complete beside commands and flags: the names that the catalogue, the last release and the folder know.

use std::sync::Arc;

use clap::{Arg, Command};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::Shells;

use super::cache_dir::cache_dir;
use super::env::Env;
use super::last_release::LastRelease;
use super::sets;
use crate::fetch::{Fetcher, Options, Silent};
use crate::hardware::{Catalogue, KNOWN_SERIES};

/// The target of most virtual machines, which is taken where none is named.
const GUEST: &str = "x86/64";
/// The variable by which a shell asks.
pub(super) const VARIABLE: &str = "COMPLETE";

/// Lets the arguments of a command, and of those below it, know their values.
pub(super) fn attach(command: Command) -> Command {
    command.mut_args(argument).mut_subcommands(attach)
}

fn argument(arg: Arg) -> Arg {
    let candidates = match arg.get_id().as_str() {
        "chip" => chips,
        "add" | "omit" | "invert" | "package" => packages,
        "release" | "releases" => releases,
        "target" | "targets" => targets,
        "feeds" | "accept_unsigned" => feeds,
        "set" => set_names,
        _ => return arg,
    };
    arg.add(ArgValueCandidates::new(candidates))
}

/// Answers a shell that asks, on standard output; else it does nothing.
///
/// # Errors
/// When the shell is none that is known, or cannot be answered.
pub(super) fn answer(env: &Env, program: fn() -> Command) -> Result<bool, clap::Error> {
    match env.var(VARIABLE) {
        None => Ok(false),
        Some(_) => CompleteEnv::with_factory(program)
            .var(VARIABLE)
            .try_complete(env.args.iter().cloned(), Some(env.cwd.as_std_path())),
    }
}

/// The lines that make a shell ask.
pub(super) fn registration(shell: &str) -> std::io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    if let Some(shell) = Shells::builtins().completer(shell) {
        shell.write_registration(VARIABLE, "owpkg", "owpkg", "owpkg", &mut lines)?;
    }
    Ok(lines)
}

fn named(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<CompletionCandidate> {
    names.into_iter().map(|name| CompletionCandidate::new(name.into())).collect()
}

fn chips() -> Vec<CompletionCandidate> {
    let catalogue = Catalogue::builtin();
    let families = catalogue.families().iter().map(|family| (family.name, "all of the family".to_owned()));
    let chips =
        catalogue.chips().iter().map(|chip| (chip.name, format!("{} {}", chip.vendor, chip.bus.word())));
    let all = families.chain(chips);
    all.map(|(name, about)| CompletionCandidate::new(name).help(Some(about.into()))).collect()
}

/// The last release; nothing where that is not known: a shell has no use for errors.
fn last_release() -> LastRelease {
    let mut env = Env::of_process();
    let names = env
        .read_settings()
        .ok()
        .and_then(|()| cache_dir(&env, None).ok())
        .and_then(|cache| LastRelease::read(&Fetcher::new(Options::new(cache), Arc::new(Silent))).ok());
    names.unwrap_or_default()
}

fn packages() -> Vec<CompletionCandidate> {
    named(last_release().packages())
}

fn feeds() -> Vec<CompletionCandidate> {
    named(last_release().feeds)
}

fn releases() -> Vec<CompletionCandidate> {
    let opened = last_release().releases.into_iter().rev();
    named(opened.chain(KNOWN_SERIES.iter().rev().map(ToString::to_string)))
}

fn targets() -> Vec<CompletionCandidate> {
    let mut targets = last_release().targets;
    targets.insert(GUEST.to_owned());
    named(targets)
}

fn set_names() -> Vec<CompletionCandidate> {
    let file = sets::file(&Env::of_process()).ok().flatten();
    named(file.into_iter().flat_map(|file| file.sets).map(|set| set.name))
}

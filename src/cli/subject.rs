//! What `why` and `tree` speak about: the plan of a selection, or a lock.

use super::env::Env;
use super::error::Failure;
use super::planned::Planned;
use super::planning;
use super::ui::warnings::warn;
use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::lock::Lock;
use crate::resolve::Graph;

/// A plan to explain.
pub struct Subject<'a> {
    /// Its packages.
    pub graph: Graph,
    /// What it is a plan of.
    pub title: String,
    /// Where it comes from.
    pub from: From<'a>,
}

/// Where a plan comes from.
pub enum From<'a> {
    /// A selection, resolved just now.
    Selection(&'a Planned<'a>),
    /// A lock, by its file name; it does not tell what the router holds.
    Lock(&'a str),
}

/// Makes the plan of the selection, or reads the lock if nothing is selected, and does something with it.
pub fn with(
    env: &mut Env,
    selection: &SelectionArgs,
    source: &SourceArgs,
    lock: &str,
    act: impl FnOnce(&mut Env, &Subject<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if selection.is_empty() {
        let read = read_lock(env, lock)?;
        let subject = Subject { graph: read.graph(), title: title(&read), from: From::Lock(lock) };
        return act(env, &subject);
    }
    planning::with_plan(env, selection, source, None, |env, planned, _| {
        warn(env, &planned.warnings)?;
        let graph = Graph::of(&planned.plan);
        act(env, &Subject { graph, title: planned.short_title(), from: From::Selection(planned) })
    })
}

/// The release and the target of a lock.
pub fn title(lock: &Lock) -> String {
    let demo = if lock.demo { "DEMO: " } else { "" };
    let release = lock.release.as_deref().unwrap_or("of unknown release");
    format!("{demo}OpenWrt {release}, {}", lock.target)
}

/// Reads the lock, which stands for the selection that there is not.
pub fn read_lock(env: &Env, file: &str) -> Result<Lock, Failure> {
    let text = std::fs::read_to_string(env.path(file)).map_err(|error| {
        Failure::usage(
            format!("nothing is selected, and the lock {file} cannot be read: {error}"),
            "name a card with --chip, --device or --detect, or run owpkg resolve first",
        )
    })?;
    Lock::parse(&text).map_err(|error| Failure::from(error).about(file))
}

//! A plan for a selection: of the release that the arguments name or, with no network, of the facts built in.

use std::io::Write as _;

use super::env::Env;
use super::error::Failure;
use super::planned::{self, Kind, Planned};
use super::request::Selection;
use super::session::{self, Session};
use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::files::replace_file;
use crate::format::Universe;
use crate::release::snapshot::Snapshot;
use crate::release::{OpenRelease, ReleaseFacts};

/// Makes the plan and does something with it; `save_case` names a file for the request and its outcome. There is no release beside a plan of the facts built in.
pub fn with_plan<T>(
    env: &mut Env,
    selection: &SelectionArgs,
    source: &SourceArgs,
    save_case: Option<&str>,
    act: impl FnOnce(&mut Env, &mut Planned<'_>, Option<&OpenRelease>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let selection = Selection::read(env, selection, source)?;
    let session = Session::new(env, source)?;
    let release = match session.open(env, source) {
        Err(failure) if failure.is_no_network() && can_be_built_in(source) => {
            return from_snapshot(env, &selection, source, save_case, act);
        }
        release => release?,
    };
    let (universe, odd) = release.universe()?;
    save(env, save_case, &release.facts, &universe, &selection)?;
    let mut planned = session.plan(env, &release, &universe, &selection)?;
    planned.warnings.extend(odd);
    act(env, &mut planned, Some(&release))
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
fn from_snapshot<T>(
    env: &mut Env,
    selection: &Selection<'_>,
    source: &SourceArgs,
    save_case: Option<&str>,
    act: impl FnOnce(&mut Env, &mut Planned<'_>, Option<&OpenRelease>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let snapshot = Snapshot::read()?;
    let mut facts = snapshot.facts()?;
    facts.installed = session::installed(env, source)?;
    let universe = snapshot.universe(&facts);
    save(env, save_case, &facts, &universe, selection)?;
    let mut planned = Planned::of(&facts, &universe, selection, Kind::Snapshot)?;
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
    act(env, &mut planned, None)
}

/// Writes the request, with all that it depends on, and what comes of it, also where that is a refusal.
fn save(
    env: &mut Env,
    path: Option<&str>,
    facts: &ReleaseFacts,
    universe: &Universe<'_>,
    selection: &Selection<'_>,
) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let mut case = planned::case(facts, universe, selection)?;
    let release = facts.release.as_ref().map_or("an unnamed release".to_owned(), ToString::to_string);
    case.remarks.push(format!("OpenWrt {release}, {}. What is wrong with what comes of it?", facts.target));
    replace_file(&env.path(path), |file| file.write_all(case.to_string().as_bytes()))?;
    writeln!(env.err, "wrote {path}").map_err(Failure::stdout)
}

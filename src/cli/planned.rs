//! A plan, with what it stands on and what the user should know of it.

use super::env::Env;
use super::error::{Exit, Failure};
use super::request::Selection;
use crate::format::Universe;
use crate::lock::Lock;
use crate::release::{OpenRelease, ReleaseFacts};
use crate::resolve::case::Case;
use crate::resolve::{self, Baseline, Plan};

/// A plan and what it stands on.
pub struct Planned<'u> {
    /// The release.
    pub facts: &'u ReleaseFacts,
    /// The trusted keys that signed the indexes.
    pub signed_by: Vec<String>,
    /// What the router holds.
    pub baseline: Baseline,
    /// What to add.
    pub plan: Plan<'u>,
    /// What kind of release it is.
    pub kind: Kind,
    /// What the user should know, in sentences.
    pub warnings: Vec<String>,
}

/// What kind of release a plan is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A release tree.
    Tree,
    /// The demo release.
    Demo,
    /// Facts built into owpkg, which make no disk.
    Snapshot,
}

/// The request of a selection with all that it depends on, and what comes of it.
pub fn case(
    facts: &ReleaseFacts,
    universe: &Universe<'_>,
    selection: &Selection<'_>,
) -> Result<Case, Failure> {
    let baseline = Baseline::determine(facts, universe)?;
    let (request, _) = selection.request(facts, universe, &baseline.installed)?;
    let result = resolve::resolve(universe, &baseline.installed, &request);
    Ok(Case::of(universe, &baseline.installed, &request, &result))
}

/// What the user should know about a plan.
fn notes(plan: &Plan<'_>) -> Vec<String> {
    let mut notes: Vec<String> = plan.abi_mismatches.iter().map(ToString::to_string).collect();
    let upgrades: Vec<String> = plan.upgrades.iter().map(ToString::to_string).collect();
    if !upgrades.is_empty() {
        notes.push(format!("this replaces what the router holds: {}", upgrades.join(", ")));
    } else if !plan.is_followed {
        let client = plan.universe.format().name();
        notes.push(format!("{client} chooses otherwise for these names, so the install script will stop"));
    }
    notes
}

impl<'u> Planned<'u> {
    /// Makes the plan for a selection; who signed the indexes is for the caller to say.
    pub fn of(
        facts: &'u ReleaseFacts,
        universe: &'u Universe<'_>,
        selection: &Selection<'_>,
        kind: Kind,
    ) -> Result<Planned<'u>, Failure> {
        let baseline = Baseline::determine(facts, universe)?;
        let mut warnings = facts.warnings.clone();
        warnings.extend(baseline.warnings.iter().cloned());
        let (request, said) = selection.request(facts, universe, &baseline.installed)?;
        warnings.extend(said);
        let plan = resolve::resolve(universe, &baseline.installed, &request)?;
        warnings.extend(notes(&plan));
        Ok(Planned { facts, signed_by: Vec::new(), baseline, plan, kind, warnings })
    }

    /// Warns where the router may not be able to mount the disk that comes of the plan.
    pub fn warn_of_fat(&mut self) {
        let lacks = self.baseline.lacks_for_fat();
        if !lacks.is_empty() {
            self.warnings.push(format!(
                "the router holds no {}: unless its kernel has that built in it cannot mount a FAT disk; write a tar \
                 instead and copy it there by scp (owpkg disk pkgs.tar --format tar)",
                lacks.join(", ")
            ));
        }
    }

    /// The plan written down.
    ///
    /// # Errors
    /// When it replaces what the router holds: the install script only adds.
    pub fn lock(&self, env: &Env, release: &OpenRelease) -> Result<Lock, Failure> {
        if let Some(upgrade) = self.plan.upgrades.first() {
            return Err(Failure::new(
                Exit::Unresolvable,
                format!("the plan replaces {upgrade}, and a disk only adds"),
                Some(format!(
                    "upgrade {} on the router first, and give its new list: --installed, or a new request",
                    upgrade.name
                )),
            ));
        }
        let date = date(env, self.facts)?;
        Ok(Lock::of(release, &self.baseline, &self.plan, date, self.kind == Kind::Demo))
    }
}

/// The time of the files: `SOURCE_DATE_EPOCH`, else the release's own, else the first that FAT knows.
fn date(env: &Env, facts: &ReleaseFacts) -> Result<i64, Failure> {
    const FIRST_OF_FAT: i64 = 315_532_800;
    match env.var("SOURCE_DATE_EPOCH") {
        Some(text) => text.parse().map_err(|_| {
            Failure::usage(
                format!("SOURCE_DATE_EPOCH is {text:?}"),
                "it must be a number of seconds since 1970",
            )
        }),
        None => {
            Ok(facts.source_date_epoch.and_then(|epoch| i64::try_from(epoch).ok()).unwrap_or(FIRST_OF_FAT))
        }
    }
}

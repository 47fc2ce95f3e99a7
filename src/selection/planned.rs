//! A plan, with what it stands on and what the user should know of it.

use super::{Selection, SelectionError, Warning, shadow};
use crate::format::{Installed, Universe};
use crate::hardware::Card;
use crate::release::snapshot::Snapshot;
use crate::release::{OpenRelease, ReleaseFacts};
use crate::resolve::case::Case;
use crate::resolve::{self, Baseline, Plan, PlanWarning};

/// 1980-01-01, the first time that FAT knows, in seconds since 1970.
pub(crate) const FIRST_OF_FAT: i64 = 315_532_800;

/// A plan and what it stands on.
pub struct Planned<'u> {
    /// Where its packages come from.
    pub source: PlanSource<'u>,
    /// What the router holds.
    pub baseline: Baseline,
    /// What to add.
    pub plan: Plan<'u>,
    /// The cards that were asked for.
    pub cards: Vec<Card>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// Where the packages of a plan come from.
#[derive(Clone, Copy)]
pub enum PlanSource<'u> {
    /// A release whose indexes were verified.
    Release(&'u OpenRelease),
    /// The facts built into owpkg, which make no disk.
    Snapshot(&'u ReleaseFacts),
}

impl<'u> PlanSource<'u> {
    /// What the release says of itself.
    pub fn facts(self) -> &'u ReleaseFacts {
        match self {
            PlanSource::Release(release) => &release.facts,
            PlanSource::Snapshot(facts) => facts,
        }
    }
}

impl<'u> Planned<'u> {
    /// Makes the plan for a selection; `universe` is that of the source.
    ///
    /// # Errors
    /// When a chip cannot work with the release, it is not known what the router holds, or the packages do not go
    /// together.
    pub fn new(
        source: PlanSource<'u>,
        universe: &'u Universe<'u>,
        selection: &Selection,
    ) -> Result<Planned<'u>, SelectionError> {
        Planned::for_router(source, universe, selection, source.facts().installed.as_ref())
    }

    /// The same for a router that holds these packages, whichever the release was opened for.
    ///
    /// # Errors
    /// As [`Planned::new`].
    pub(crate) fn for_router(
        source: PlanSource<'u>,
        universe: &'u Universe<'u>,
        selection: &Selection,
        router: Option<&Installed>,
    ) -> Result<Planned<'u>, SelectionError> {
        let facts = source.facts();
        let baseline = Baseline::of_router(facts, router, universe)?;
        let (request, cards, said) = selection.request(facts, universe, &baseline.installed)?;
        let only_facts = matches!(source, PlanSource::Snapshot(_)) || facts.is_demo();
        let plan = resolve::resolve(universe, &baseline.installed, &request)
            .map_err(|refusal| if only_facts { refusal.of_facts() } else { refusal })?;
        shadow::refuse(source, universe, &plan)?;
        let mut warnings: Vec<Warning> = facts.warnings.iter().cloned().map(Warning::from).collect();
        warnings.extend(baseline.warnings.iter().cloned().map(Warning::from));
        warnings.extend(said);
        warnings.extend(plan.warnings().into_iter().map(Warning::from));
        Ok(Planned { source, baseline, plan, cards, warnings })
    }

    /// The request of a selection with all that it depends on, and what comes of it.
    ///
    /// # Errors
    /// When there is no request to resolve.
    pub fn case(
        facts: &ReleaseFacts,
        universe: &'u Universe<'u>,
        selection: &Selection,
    ) -> Result<Case, SelectionError> {
        let baseline = Baseline::determine(facts, universe)?;
        let (request, ..) = selection.request(facts, universe, &baseline.installed)?;
        let result = resolve::resolve(universe, &baseline.installed, &request);
        Ok(Case::of(universe, &baseline.installed, &request, &result))
    }

    /// What the release says of itself.
    pub fn facts(&self) -> &'u ReleaseFacts {
        self.source.facts()
    }

    /// The ids of the trusted keys that signed the indexes, sorted.
    pub fn signed_by(&self) -> Vec<String> {
        match self.source {
            PlanSource::Release(release) => release.signed_by(),
            PlanSource::Snapshot(_) => Vec::new(),
        }
    }

    /// Warns where the router may not be able to mount the disk that comes of the plan.
    pub(crate) fn warn_of_fat(&mut self) {
        let lacks = self.baseline.lacks_for_fat();
        if !lacks.is_empty() {
            self.warnings.push(PlanWarning::CannotMountFat { lacks }.into());
        }
    }

    /// Warns, before all else, that the plan is of the facts built in; `now` is in seconds since 1970.
    pub(crate) fn warn_of_snapshot(&mut self, snapshot: &Snapshot, now: i64) {
        let about = &snapshot.about;
        let warning = PlanWarning::BuiltInFacts {
            release: about.release.clone(),
            target: about.target.clone(),
            date: about.date.clone(),
            age_days: snapshot.age_in_days(now),
        };
        self.warnings.insert(0, warning.into());
    }

    /// The time of the files of its disk, in seconds since 1970: that of the release, else the first that FAT knows.
    pub fn date(&self) -> i64 {
        let epoch = self.facts().source_date_epoch.and_then(|epoch| i64::try_from(epoch).ok());
        epoch.unwrap_or(FIRST_OF_FAT)
    }
}

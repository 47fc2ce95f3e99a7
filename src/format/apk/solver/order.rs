//! The order in which apk installs what it decided for.

use std::collections::HashSet;

use super::names::{Candidate, CandidateId, NameId, Need};
use super::{Failed, Solver};
use crate::format::PackageId;

impl<'a> Solver<'a, '_> {
    /// What was decided for and is not installed, dependencies first, in the order in which they are stated.
    pub(super) fn order(&self) -> Result<Vec<PackageId>, Failed> {
        // Nothing may go but for another version of itself.
        let gone = |candidate: &Candidate<'_>| {
            let decided = self.names[candidate.name].decided;
            candidate.installed && decided.is_none_or(|(option, _)| self.names[option].name != candidate.name)
        };
        if self.names.candidates().any(gone) {
            return Err(Failed);
        }
        let mut order = Vec::new();
        let mut settled = HashSet::new();
        for need in &self.world {
            let mut stack = Vec::from_iter(self.enter(None, need, &mut settled)?);
            while let Some((option, next)) = stack.last_mut() {
                let candidate = &self.names[*option];
                match candidate.needs.get(*next) {
                    Some(need) => {
                        *next += 1;
                        let of = Some(*option);
                        stack.extend(self.enter(of, need, &mut settled)?);
                    }
                    None => {
                        order.extend(candidate.id.filter(|_| !candidate.installed));
                        stack.pop();
                    }
                }
            }
        }
        Ok(order)
    }

    /// The package that meets a need, if its turn in the order comes by this name. A package that is entered settles
    /// all names that it answers to: what else was decided for one of them virtually stays out, unless it is needed by
    /// another name.
    fn enter(
        &self,
        of: Option<CandidateId>,
        need: &Need<'a>,
        settled: &mut HashSet<NameId>,
    ) -> Result<Option<(CandidateId, usize)>, Failed> {
        let decided = self.names[need.name].decided;
        if !self.names.meets(of, need, decided) {
            return Err(Failed);
        }
        let Some((option, _)) = decided.filter(|_| settled.insert(need.name)) else { return Ok(None) };
        let candidate = &self.names[option];
        let is_new = candidate.name == need.name || settled.insert(candidate.name);
        settled.extend(candidate.answers.iter().map(|(name, _)| *name));
        Ok(is_new.then_some((option, 0)))
    }
}

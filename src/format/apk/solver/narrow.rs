//! What follows from the options that are left for a name.

use std::collections::HashMap;

use super::Solver;
use super::names::{Answer, CandidateId, NameId, Need};

impl<'a> Solver<'a, '_> {
    /// Draws conclusions from the options that are left for a name.
    pub(super) fn narrow(&mut self, name: NameId) {
        let state = &self.names[name];
        self.universe.count_work((1 + state.options.len() + state.needed_by.len()) as u64);
        if std::mem::take(&mut self.names[name].recheck) {
            for (option, _) in self.names[name].options.clone() {
                let lacks = |need: &Need<'a>| !self.can_be_met(option, need);
                if !self.names[option].out && self.names[option].needs.iter().any(lacks) {
                    self.exclude(option);
                }
            }
        }
        let options: Vec<_> = self.names[name].options.clone();
        let left: Vec<_> = options.into_iter().filter(|(option, _)| !self.names[*option].out).collect();
        let choosable = left.iter().any(|option| self.may_choose(*option));
        let state = &mut self.names[name];
        state.open = left.len() > 1;
        let moved = std::mem::replace(&mut state.choosable, choosable) != choosable;
        if let Some((first, _)) = left.first() {
            self.require_common(*first, &left);
            self.claim_common(name, *first, &left);
        }
        let needed_by = &self.names[name].needed_by;
        let settled = needed_by.iter().all(|dependent| self.names[*dependent].decided.is_some());
        self.names[name].settled = settled;
        self.enqueue(name, moved);
    }

    fn can_be_met(&self, of: CandidateId, need: &Need<'a>) -> bool {
        let name = &self.names[need.name];
        if name.decided.is_some() {
            return self.names.meets(Some(of), need, name.decided);
        }
        let mut left = name.options.iter().filter(|(option, _)| !self.names[*option].out);
        (!name.required && need.conflict)
            || left.any(|option| self.names.meets(Some(of), need, Some(*option)))
    }

    /// Requires what all options depend on; the versions only if there is no other option.
    fn require_common(&mut self, first: CandidateId, left: &[Answer<'a>]) {
        let depends = |option: CandidateId| self.names[option].needs.iter().filter(|need| !need.conflict);
        let mut common: Vec<Need<'a>> = Vec::new();
        for need in depends(first) {
            let by_all = left.iter().all(|(option, _)| depends(*option).any(|other| other.name == need.name));
            if by_all && !common.iter().any(|other| other.name == need.name) {
                common.push(*need);
            }
        }
        for need in common {
            match left.len() {
                1 => self.require(Some(first), &need),
                _ => self.mark_required(need.name),
            }
        }
    }

    /// A further name that all options answer to goes to one of them: whoever else answers to it is out, unless both
    /// only do so virtually.
    fn claim_common(&mut self, name: NameId, first: CandidateId, left: &[Answer<'a>]) {
        let mut virtually: HashMap<NameId, (usize, bool)> = HashMap::new();
        for (position, (option, version)) in left.iter().enumerate() {
            for (index, (other, at)) in self.names[*option].answers.iter().enumerate() {
                let is_virtual = if index == 0 { version.is_none() } else { at.is_none() };
                let (seen, any) = virtually.entry(*other).or_insert((0, false));
                if *seen == position {
                    *seen += 1;
                    *any |= is_virtual;
                }
            }
        }
        for (other, _) in self.names[first].answers.clone() {
            match virtually.remove(&other) {
                Some((seen, is_virtual)) if seen == left.len() && other != name => {
                    self.exclude_others(other, name, is_virtual);
                }
                _ => {}
            }
        }
    }

    fn exclude_others(&mut self, claimed: NameId, name: NameId, is_virtual: bool) {
        for (option, version) in self.names[claimed].options.clone() {
            let candidate = &self.names[option];
            let shares = |at: Option<&str>| is_virtual && at.is_none();
            let stays = candidate.name == name
                || shares(version)
                || candidate.answers[1..].iter().any(|(other, at)| *other == name || shares(*at));
            if !stays {
                self.exclude(option);
            }
        }
    }
}

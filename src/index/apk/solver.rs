//! What `apk add` would install: a model of its solver, as far as adding names to a world goes.
//!
//! It narrows, then picks. A dependency that all options for a required name have in common is required too; an
//! option is out once a requirement excludes it, once another package takes a name from it, or once what it needs is
//! out. When nothing narrows any more, one name is decided for the best of its options, and narrowing goes on. A pick
//! is never taken back and nobody looks ahead: a favourite that turns out to lack something fails the whole request.
//!
//! Installed packages are taken as asked for, and a request that would remove one as failed. Left out is what a
//! request to add names does not meet on a router: tagged repositories, layers and upgrades.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::choice::Standing;
use super::depends::{self, Clause};
use super::names::{Answer, Candidate, NameId, Names, Need, OptionId, Queue};
use crate::index::{Constraint, Dependency, Installed, PackageId, Relation, Universe};

/// A request being solved.
#[derive(Debug)]
pub struct Solver<'a, 'i> {
    universe: &'a Universe<'i>,
    names: Names<'a, 'i>,
    /// What must hold in the end: installed packages and the request.
    world: Vec<Need<'a>>,
    dirty: VecDeque<NameId>,
    ready: VecDeque<NameId>,
    choosable: BTreeMap<u64, NameId>,
    stuck: BTreeMap<u64, NameId>,
}

/// The request cannot be met the way apk goes about it.
#[derive(Debug)]
pub struct Failed;

impl<'a, 'i> Solver<'a, 'i> {
    /// Takes a request to add `wanted` to a router.
    pub fn new(universe: &'a Universe<'i>, installed: &'a Installed, wanted: &[&'a str]) -> Solver<'a, 'i> {
        let mut names = Names::new(universe, installed);
        let any = |name| Clause { dependency: Dependency::on(name), conflict: false };
        let wanted: Vec<Clause<'a>> =
            wanted.iter().map(|word| depends::clause(word).unwrap_or(any(word))).collect();
        let asked: HashSet<&str> = wanted.iter().map(|clause| clause.dependency.name).collect();
        let others = installed.iter().map(|(name, _)| name).filter(|name| !asked.contains(name));
        let mut world: Vec<Clause<'a>> = others.map(any).chain(wanted).collect();
        world.sort_by_key(|clause| (clause.dependency.name.to_ascii_lowercase(), clause.dependency.name));
        world.dedup();
        let world: Vec<_> = world.iter().map(|clause| names.need(clause)).collect();
        for need in &world {
            names.discover(need.name, &|name| asked.contains(name));
        }
        Solver {
            universe,
            names,
            world,
            dirty: VecDeque::new(),
            ready: VecDeque::new(),
            choosable: BTreeMap::new(),
            stuck: BTreeMap::new(),
        }
    }

    /// What is to be installed, dependencies first.
    pub fn solve(mut self) -> Result<Vec<PackageId>, Failed> {
        for need in self.world.clone() {
            self.require(None, &need);
        }
        loop {
            if let Some(name) = self.dirty.pop_front() {
                self.names.names[name].dirty = false;
                self.narrow(name);
            } else if let Some(name) = self.next_name() {
                self.decide(name)?;
            } else if let Some(need) = self.triggered() {
                self.world.push(need);
                self.require(None, &need);
            } else {
                return self.order();
            }
        }
    }

    /// The name whose turn it is to be decided.
    fn next_name(&mut self) -> Option<NameId> {
        let name = self
            .ready
            .pop_front()
            .or_else(|| self.choosable.pop_last().map(|(_, name)| name))
            .or_else(|| self.stuck.pop_last().map(|(_, name)| name))?;
        self.names.names[name].queue = None;
        Some(name)
    }

    /// Applies a need of the request or of a package that is sure to come.
    fn require(&mut self, of: Option<OptionId>, need: &Need<'a>) {
        if !need.conflict {
            self.mark_required(need.name);
        }
        for option in self.names.names[need.name].options.clone() {
            if !self.names.meets(of, need, Some(option)) {
                self.exclude(option.0);
            }
        }
    }

    fn mark_required(&mut self, name: NameId) {
        if !std::mem::replace(&mut self.names.names[name].required, true) {
            self.enqueue(name, false);
            self.touch(name);
        }
    }

    /// Puts a name among those to be looked at again.
    fn touch(&mut self, name: NameId) {
        let state = &mut self.names.names[name];
        if state.required && state.decided.is_none() && !state.dirty {
            state.dirty = true;
            self.dirty.push_back(name);
        }
    }

    fn exclude(&mut self, option: OptionId) {
        if std::mem::replace(&mut self.names.candidates[option].out, true) {
            return;
        }
        for (name, _) in self.names.candidates[option].answers.clone() {
            self.recheck_needs_of(name);
        }
    }

    /// Something about a name changed that those who need it should know.
    fn recheck_needs_of(&mut self, name: NameId) {
        for dependent in self.names.names[name].needed_by.clone() {
            self.names.names[dependent].recheck = true;
            self.touch(dependent);
        }
    }

    /// Queues a name to be decided, or moves it to the queue where it now belongs.
    fn enqueue(&mut self, name: NameId, moved: bool) {
        let state = &mut self.names.names[name];
        if state.decided.is_some() || !state.required || state.queue == Some(Queue::Ready) {
            return;
        }
        let is_ready = state.settled && state.choosable && !state.open;
        if state.queue.is_some() && !is_ready && !moved {
            return;
        }
        let turn = state.turn;
        let queue = match state.choosable {
            _ if is_ready => Queue::Ready,
            true => Queue::Choosable,
            false => Queue::Stuck,
        };
        state.queue = Some(queue);
        self.choosable.remove(&turn);
        self.stuck.remove(&turn);
        match queue {
            Queue::Ready => self.ready.push_back(name),
            Queue::Choosable => drop(self.choosable.insert(turn, name)),
            Queue::Stuck => drop(self.stuck.insert(turn, name)),
        }
    }

    fn unqueue(&mut self, name: NameId) {
        let turn = self.names.names[name].turn;
        match self.names.names[name].queue.take() {
            Some(Queue::Ready) => self.ready.retain(|other| *other != name),
            Some(Queue::Choosable) => drop(self.choosable.remove(&turn)),
            Some(Queue::Stuck) => drop(self.stuck.remove(&turn)),
            None => {}
        }
    }

    /// Draws conclusions from the options that are left for a name.
    fn narrow(&mut self, name: NameId) {
        if std::mem::take(&mut self.names.names[name].recheck) {
            for (option, _) in self.names.names[name].options.clone() {
                let lacks = |need: &Need<'a>| !self.can_be_met(option, need);
                if !self.names.candidates[option].out && self.names.candidates[option].needs.iter().any(lacks)
                {
                    self.exclude(option);
                }
            }
        }
        let options: Vec<_> = self.names.names[name].options.clone();
        let left: Vec<_> =
            options.into_iter().filter(|(option, _)| !self.names.candidates[*option].out).collect();
        let choosable = left.iter().any(|option| self.may_choose(*option));
        let state = &mut self.names.names[name];
        state.open = left.len() > 1;
        let moved = std::mem::replace(&mut state.choosable, choosable) != choosable;
        if let Some((first, _)) = left.first() {
            self.require_common(*first, &left);
            self.claim_common(name, *first, &left);
        }
        let needed_by = &self.names.names[name].needed_by;
        let settled = needed_by.iter().all(|dependent| self.names.names[*dependent].decided.is_some());
        self.names.names[name].settled = settled;
        self.enqueue(name, moved);
    }

    fn may_choose(&self, (option, version): Answer<'a>) -> bool {
        let candidate = &self.names.candidates[option];
        version.is_some() || candidate.priority > 0 || self.names.names[candidate.name].required
    }

    fn can_be_met(&self, of: OptionId, need: &Need<'a>) -> bool {
        let name = &self.names.names[need.name];
        if let Some(decided) = name.decided {
            return self.names.meets(Some(of), need, decided);
        }
        let mut left = name.options.iter().filter(|(option, _)| !self.names.candidates[*option].out);
        (!name.required && need.conflict)
            || left.any(|option| self.names.meets(Some(of), need, Some(*option)))
    }

    /// Requires what all options depend on; the versions only if there is no other option.
    fn require_common(&mut self, first: OptionId, left: &[Answer<'a>]) {
        let depends =
            |option: OptionId| self.names.candidates[option].needs.iter().filter(|need| !need.conflict);
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
    fn claim_common(&mut self, name: NameId, first: OptionId, left: &[Answer<'a>]) {
        let mut virtually: HashMap<NameId, (usize, bool)> = HashMap::new();
        for (position, (option, version)) in left.iter().enumerate() {
            for (index, (other, at)) in self.names.candidates[*option].answers.iter().enumerate() {
                let is_virtual = if index == 0 { version.is_none() } else { at.is_none() };
                let (seen, any) = virtually.entry(*other).or_insert((0, false));
                if *seen == position {
                    *seen += 1;
                    *any |= is_virtual;
                }
            }
        }
        for (other, _) in self.names.candidates[first].answers.clone() {
            match virtually.remove(&other) {
                Some((seen, is_virtual)) if seen == left.len() && other != name => {
                    self.exclude_others(other, name, is_virtual);
                }
                _ => {}
            }
        }
    }

    fn exclude_others(&mut self, claimed: NameId, name: NameId, is_virtual: bool) {
        for (option, version) in self.names.names[claimed].options.clone() {
            let candidate = &self.names.candidates[option];
            let shares = |at: Option<&str>| is_virtual && at.is_none();
            let stays = candidate.name == name
                || shares(version)
                || candidate.answers[1..].iter().any(|(other, at)| *other == name || shares(*at));
            if !stays {
                self.exclude(option);
            }
        }
    }

    /// Decides a name for the best of its options.
    fn decide(&mut self, name: NameId) -> Result<(), Failed> {
        let options = self.names.names[name].options.clone();
        let mut best: Option<Answer<'a>> = None;
        for option in options.into_iter().filter(|option| self.may_choose(*option)) {
            if best.is_none_or(|best| self.compare(option, best).is_gt()) {
                best = Some(option);
            }
        }
        let (chosen, _) = best.filter(|(option, _)| !self.names.candidates[*option].out).ok_or(Failed)?;
        for (name, version) in self.names.candidates[chosen].answers.clone() {
            self.assign(name, (chosen, version))?;
        }
        for need in self.names.candidates[chosen].needs.clone() {
            self.require(Some(chosen), &need);
        }
        Ok(())
    }

    /// The order of two options for one name, the better one greater.
    fn compare(&self, a: Answer<'a>, b: Answer<'a>) -> Ordering {
        let (x, y) = (&self.names.candidates[a.0], &self.names.candidates[b.0]);
        let installed = match x.name == y.name || a.1.is_some() || b.1.is_some() {
            true => x.installed.cmp(&y.installed),
            false => Ordering::Equal,
        };
        let better = || self.standing(a).compare(&self.standing(b));
        y.out.cmp(&x.out).then(installed).then_with(better)
    }

    fn standing(&self, (option, at): Answer<'a>) -> Standing<'a> {
        let candidate = &self.names.candidates[option];
        Standing {
            name: self.names.names[candidate.name].text,
            answers_at: at.unwrap_or_default(),
            version: candidate.version,
            priority: candidate.priority,
            installed: candidate.installed,
            feed: candidate.id.map(|id| self.universe.package(id).feed),
        }
    }

    /// A package takes a name.
    fn assign(&mut self, name: NameId, chosen: Answer<'a>) -> Result<(), Failed> {
        if let Some(decided) = self.names.names[name].decided {
            let shared = chosen.1.is_none() && decided.is_none_or(|(_, version)| version.is_none());
            return if shared { Ok(()) } else { Err(Failed) };
        }
        self.unqueue(name);
        self.names.names[name].decided = Some(Some(chosen));
        for (option, version) in self.names.names[name].options.clone() {
            let shared = version.is_none() && chosen.1.is_none();
            if option != chosen.0 && !shared {
                self.exclude(option);
            }
        }
        self.recheck_needs_of(name);
        Ok(())
    }

    /// A package whose conditions to be installed unasked all hold now, and that nothing stands in the way of.
    fn triggered(&mut self) -> Option<Need<'a>> {
        let universe = self.universe;
        for &id in universe.conditional() {
            let package = universe.package(id);
            let holds = package.install_if.iter().all(|dependency| {
                let need = self.names.need(&Clause { dependency: *dependency, conflict: false });
                let decided = self.names.names[need.name].decided;
                decided.is_some_and(|decided| self.names.meets(None, &need, decided))
            });
            if !holds {
                continue;
            }
            let name = self.names.intern(package.name);
            self.names.discover(name, &|_| false);
            let state = &self.names.names[name];
            if state.decided.is_none() && !state.required && self.names.can_be_had(id) {
                let constraint = Constraint { relation: Relation::Equal, version: package.version };
                return Some(Need { name, constraint: Some(constraint), conflict: false });
            }
        }
        None
    }

    /// What was decided for and is not installed, dependencies first, in the order in which they are stated.
    fn order(&self) -> Result<Vec<PackageId>, Failed> {
        // Nothing may go but for another version of itself.
        let gone = |candidate: &Candidate<'_>| {
            let decided = self.names.names[candidate.name].decided.flatten();
            candidate.installed
                && decided.is_none_or(|(option, _)| self.names.candidates[option].name != candidate.name)
        };
        if self.names.candidates.iter().any(gone) {
            return Err(Failed);
        }
        let mut order = Vec::new();
        let mut settled = HashSet::new();
        for need in &self.world {
            let mut stack = Vec::from_iter(self.enter(None, need, &mut settled)?);
            while let Some((option, next)) = stack.last_mut() {
                let candidate = &self.names.candidates[*option];
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
        of: Option<OptionId>,
        need: &Need<'a>,
        settled: &mut HashSet<NameId>,
    ) -> Result<Option<(OptionId, usize)>, Failed> {
        let decided = self.names.names[need.name].decided.flatten();
        if !self.names.meets(of, need, decided) {
            return Err(Failed);
        }
        let Some((option, _)) = decided.filter(|_| settled.insert(need.name)) else { return Ok(None) };
        let candidate = &self.names.candidates[option];
        let is_new = candidate.name == need.name || settled.insert(candidate.name);
        settled.extend(candidate.answers.iter().map(|(name, _)| *name));
        Ok(is_new.then_some((option, 0)))
    }
}

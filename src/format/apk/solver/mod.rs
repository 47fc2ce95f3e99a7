//! What `apk add` would install: a model of its solver, as far as adding names to a world goes.
//!
//! It narrows, then picks. A dependency that all options for a required name have in common is required too; an
//! option is out once a requirement excludes it, once another package takes a name from it, or once what it needs is
//! out. When nothing narrows any more, one name is decided for the best of its options, and narrowing goes on. A pick
//! is never taken back and nobody looks ahead: a favourite that turns out to lack something fails the whole request.
//!
//! Installed packages are taken as asked for, and a request that would remove one as failed. Left out is what a
//! request to add names does not meet on a router: tagged repositories, layers and upgrades.

mod discover;
mod names;
mod narrow;
mod order;
mod queues;

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::choice::ProviderRank;
use super::depends::{self, Clause};
use discover::Discovery;
use names::{Answer, CandidateId, NameId, Names, Need};
use queues::{Queue, Queues};

use crate::format::{Constraint, Dependency, Installed, MOST_LOOKS, PackageId, Relation, Universe};

/// A request being solved.
#[derive(Debug)]
pub(crate) struct Solver<'a, 'i> {
    universe: &'a Universe<'i>,
    names: Names<'a, 'i>,
    discovery: Discovery<'a>,
    /// What must hold in the end: installed packages and the request.
    world: Vec<Need<'a>>,
    dirty: VecDeque<NameId>,
    queues: Queues,
}

/// The request cannot be met the way apk goes about it.
#[derive(Debug)]
pub(crate) struct Failed;

impl<'a, 'i> Solver<'a, 'i> {
    /// Takes a request to add `wanted` to a router.
    pub(crate) fn new(
        universe: &'a Universe<'i>,
        installed: &'a Installed,
        wanted: &[&'a str],
    ) -> Solver<'a, 'i> {
        let mut names = Names::new(universe, installed);
        let any = |name| Clause { dependency: Dependency::on(name), conflict: false };
        let wanted: Vec<Clause<'a>> =
            wanted.iter().map(|word| depends::clause(word).unwrap_or(any(word))).collect();
        let asked: Vec<&str> = wanted.iter().map(|clause| clause.dependency.name).collect();
        let others = installed.iter().map(|(name, _)| name).filter(|name| !asked.contains(name));
        let mut world: Vec<Clause<'a>> = others.map(any).chain(wanted).collect();
        world.sort_by_key(|clause| (clause.dependency.name.to_ascii_lowercase(), clause.dependency.name));
        world.dedup();
        let world: Vec<_> = world.iter().map(|clause| names.need(clause)).collect();
        let mut discovery = Discovery::new(&asked);
        for need in &world {
            discovery.follow(&mut names, need.name);
        }
        Solver { universe, names, discovery, world, dirty: VecDeque::new(), queues: Queues::default() }
    }

    /// What is to be installed, dependencies first.
    pub(crate) fn solve(mut self) -> Result<Vec<PackageId>, Failed> {
        for need in self.world.clone() {
            self.require(None, &need);
        }
        let end = self.universe.looked_at() + MOST_LOOKS;
        loop {
            if self.universe.looked_at() > end {
                return Err(Failed);
            }
            if let Some(name) = self.dirty.pop_front() {
                self.names[name].dirty = false;
                self.narrow(name);
            } else if let Some(name) = self.queues.next() {
                self.names[name].queue = None;
                self.decide(name)?;
            } else if let Some(need) = self.triggered() {
                self.world.push(need);
                self.require(None, &need);
            } else {
                return self.order();
            }
        }
    }

    /// Applies a need of the request or of a package that is sure to come.
    fn require(&mut self, of: Option<CandidateId>, need: &Need<'a>) {
        if !need.conflict {
            self.mark_required(need.name);
        }
        for option in self.names[need.name].options.clone() {
            if !self.names.meets(of, need, Some(option)) {
                self.exclude(option.0);
            }
        }
    }

    fn mark_required(&mut self, name: NameId) {
        if !std::mem::replace(&mut self.names[name].required, true) {
            self.enqueue(name, false);
            self.touch(name);
        }
    }

    /// Puts a name among those to be looked at again.
    fn touch(&mut self, name: NameId) {
        let state = &mut self.names[name];
        if state.required && state.decided.is_none() && !state.dirty {
            state.dirty = true;
            self.dirty.push_back(name);
        }
    }

    fn exclude(&mut self, option: CandidateId) {
        if std::mem::replace(&mut self.names[option].out, true) {
            return;
        }
        for (name, _) in self.names[option].answers.clone() {
            self.recheck_needs_of(name);
        }
    }

    /// Something about a name changed that those who need it should know.
    fn recheck_needs_of(&mut self, name: NameId) {
        for dependent in self.names[name].needed_by.clone() {
            self.names[dependent].recheck = true;
            self.touch(dependent);
        }
    }

    /// Queues a name to be decided, or moves it to the queue where it now belongs.
    fn enqueue(&mut self, name: NameId, moved: bool) {
        let state = &mut self.names[name];
        if state.decided.is_some() || !state.required || state.queue == Some(Queue::Ready) {
            return;
        }
        let is_ready = state.settled && state.choosable && !state.open;
        if state.queue.is_some() && !is_ready && !moved {
            return;
        }
        let queue = match state.choosable {
            _ if is_ready => Queue::Ready,
            true => Queue::Choosable,
            false => Queue::Stuck,
        };
        let turn = state.turn;
        if let Some(earlier) = state.queue.replace(queue) {
            self.queues.remove(earlier, name, turn);
        }
        self.queues.put(queue, name, turn);
    }

    /// Decides a name for the best of its options.
    fn decide(&mut self, name: NameId) -> Result<(), Failed> {
        let options = self.names[name].options.clone();
        let mut best: Option<Answer<'a>> = None;
        for option in options.into_iter().filter(|option| self.may_choose(*option)) {
            if best.is_none_or(|best| self.compare(option, best).is_gt()) {
                best = Some(option);
            }
        }
        let (chosen, _) = best.filter(|(option, _)| !self.names[*option].out).ok_or(Failed)?;
        for (name, version) in self.names[chosen].answers.clone() {
            self.assign(name, (chosen, version))?;
        }
        for need in self.names[chosen].needs.clone() {
            self.require(Some(chosen), &need);
        }
        Ok(())
    }

    /// Whether an option may be taken by itself.
    fn may_choose(&self, (option, version): Answer<'a>) -> bool {
        let candidate = &self.names[option];
        version.is_some() || candidate.priority > 0 || self.names[candidate.name].required
    }

    /// The order of two options for one name, the better one greater.
    fn compare(&self, a: Answer<'a>, b: Answer<'a>) -> Ordering {
        let (x, y) = (&self.names[a.0], &self.names[b.0]);
        let installed = match x.name == y.name || a.1.is_some() || b.1.is_some() {
            true => x.installed.cmp(&y.installed),
            false => Ordering::Equal,
        };
        let better = || self.standing(a).compare(&self.standing(b));
        y.out.cmp(&x.out).then(installed).then_with(better)
    }

    fn standing(&self, (option, at): Answer<'a>) -> ProviderRank<'a> {
        let candidate = &self.names[option];
        ProviderRank {
            name: self.names[candidate.name].text,
            answers_at: at.unwrap_or_default(),
            version: candidate.version,
            priority: candidate.priority,
            installed: candidate.installed,
            feed: candidate.id.map(|id| self.universe.package(id).feed),
        }
    }

    /// A package takes a name.
    fn assign(&mut self, name: NameId, chosen: Answer<'a>) -> Result<(), Failed> {
        if let Some(decided) = self.names[name].decided {
            let shared = chosen.1.is_none() && decided.1.is_none();
            return if shared { Ok(()) } else { Err(Failed) };
        }
        let state = &mut self.names[name];
        state.decided = Some(chosen);
        if let Some(queue) = state.queue.take() {
            self.queues.remove(queue, name, state.turn);
        }
        for (option, version) in self.names[name].options.clone() {
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
                self.names.meets(None, &need, self.names[need.name].decided)
            });
            if !holds {
                continue;
            }
            let name = self.names.intern(package.name);
            self.discovery.follow(&mut self.names, name);
            let state = &self.names[name];
            if state.decided.is_none() && !state.required && self.names.can_be_had(id) {
                let constraint = Constraint { relation: Relation::Equal, version: package.version };
                return Some(Need { name, constraint: Some(constraint), conflict: false });
            }
        }
        None
    }
}

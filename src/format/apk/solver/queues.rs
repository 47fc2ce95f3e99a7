//! Whose turn it is to be decided.

use std::collections::{BTreeMap, VecDeque};

use super::names::NameId;

/// Where a required name waits to be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    /// It has one option, and nothing that could still exclude it.
    Ready,
    /// It has an option that may be taken by itself.
    Choosable,
    /// It has none yet.
    Stuck,
}

/// The names that wait: what is ready first, in the order in which it came to be, then what is choosable and what is
/// stuck, the highest turn first.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    ready: VecDeque<NameId>,
    choosable: BTreeMap<u64, NameId>,
    stuck: BTreeMap<u64, NameId>,
}

impl Queues {
    /// Puts a name into a queue.
    pub(crate) fn put(&mut self, queue: Queue, name: NameId, turn: u64) {
        match queue {
            Queue::Ready => self.ready.push_back(name),
            Queue::Choosable => drop(self.choosable.insert(turn, name)),
            Queue::Stuck => drop(self.stuck.insert(turn, name)),
        }
    }

    /// Takes a name out of the queue that it is in.
    pub(crate) fn remove(&mut self, queue: Queue, name: NameId, turn: u64) {
        match queue {
            Queue::Ready => self.ready.retain(|other| *other != name),
            Queue::Choosable => drop(self.choosable.remove(&turn)),
            Queue::Stuck => drop(self.stuck.remove(&turn)),
        }
    }

    /// Takes the next name.
    pub(crate) fn next(&mut self) -> Option<NameId> {
        let last = |queue: &mut BTreeMap<u64, NameId>| queue.pop_last().map(|(_, name)| name);
        self.ready.pop_front().or_else(|| last(&mut self.choosable)).or_else(|| last(&mut self.stuck))
    }
}

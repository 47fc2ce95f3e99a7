//! Who answers to which name: one table for all feeds.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::PackageId;

/// The position of a name among all names.
pub(super) type Slot = u32;

/// All names, numbered as they come.
#[derive(Debug, Default)]
pub(super) struct Slots<'i>(HashMap<&'i str, Slot, RandomState>);

impl<'i> Slots<'i> {
    /// With room for so many names.
    pub(super) fn with_capacity(names: usize) -> Slots<'i> {
        Slots(HashMap::with_capacity_and_hasher(names, RandomState::default()))
    }

    /// The position of a name, which is a new one if the name is.
    pub(super) fn of(&mut self, name: &'i str) -> Slot {
        let next = self.0.len() as Slot;
        *self.0.entry(name).or_insert(next)
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The packages that answer to each name, those of a name in a row.
#[derive(Debug, Default)]
pub(super) struct Answering<'i> {
    slots: Slots<'i>,
    /// Where the row of each name begins; where the next one does, it ends.
    starts: Vec<u32>,
    ids: Vec<PackageId>,
}

impl<'i> Answering<'i> {
    /// Sorts pairs of a name and a package that answers to it into rows; within a name they keep their order, and a
    /// package stands in it once. The pairs of a package come one behind the other.
    pub(super) fn new(slots: Slots<'i>, mut pairs: Vec<(Slot, PackageId)>) -> Answering<'i> {
        let mut last = vec![None; slots.len()];
        pairs.retain(|&(slot, id)| last[slot as usize].replace(id) != Some(id));
        let mut starts = vec![0; slots.len() + 1];
        for (slot, _) in &pairs {
            starts[*slot as usize + 1] += 1;
        }
        for slot in 1..starts.len() {
            starts[slot] += starts[slot - 1];
        }
        let mut ids = vec![PackageId(0); pairs.len()];
        let mut next = starts.clone();
        for (slot, id) in pairs {
            let place = &mut next[slot as usize];
            ids[*place as usize] = id;
            *place += 1;
        }
        Answering { slots, starts, ids }
    }

    /// The packages that answer to a name.
    pub(super) fn to(&self, name: &str) -> &[PackageId] {
        let Some(&slot) = self.slots.0.get(name) else { return &[] };
        let row = self.starts[slot as usize]..self.starts[slot as usize + 1];
        &self.ids[row.start as usize..row.end as usize]
    }
}

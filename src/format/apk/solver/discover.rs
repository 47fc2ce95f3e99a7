//! The walk from a request to all names that it may reach, which gives every name its turn.

use std::collections::HashSet;

use super::names::{CandidateId, NameId, Names};

/// What was walked so far.
#[derive(Debug)]
pub(crate) struct Discovery<'a> {
    /// The names of the request.
    asked: HashSet<&'a str>,
    seen: HashSet<NameId>,
    /// The packages whose dependencies have been followed.
    followed: HashSet<CandidateId>,
    turns: u64,
}

impl<'a> Discovery<'a> {
    /// Starts for a request.
    pub(crate) fn new(asked: &[&'a str]) -> Discovery<'a> {
        let asked = asked.iter().copied().collect();
        Discovery { asked, seen: HashSet::new(), followed: HashSet::new(), turns: 0 }
    }

    /// Follows a name to everything that it may bring, and gives every name on the way its turn, of which the highest
    /// comes first: names of the request before all others, names of packages before names that are only provided,
    /// and what lies above before what lies deep.
    pub(crate) fn follow(&mut self, names: &mut Names<'_, '_>, name: NameId) {
        let mut stack = Vec::from_iter(self.visit(names, name));
        while let Some(visit) = stack.last_mut() {
            if let Some(next) = visit.next(names, &mut self.followed) {
                stack.extend(self.visit(names, next));
                continue;
            }
            let name = visit.name;
            stack.pop();
            let is_asked = self.asked.contains(names[name].text);
            let is_real = names[name].options.iter().any(|(option, _)| names[*option].name == name);
            self.turns += 1;
            names[name].turn = u64::from(is_asked) << 63 | u64::from(is_real) << 62 | self.turns;
        }
    }

    fn visit(&mut self, names: &mut Names<'_, '_>, name: NameId) -> Option<Visit> {
        self.seen.insert(name).then(|| {
            names.load(name);
            Visit { name, option: 0, item: 0, depends_done: false }
        })
    }
}

/// How far the walk through a name has come: first what its options depend on, then what they provide.
struct Visit {
    name: NameId,
    option: usize,
    item: usize,
    depends_done: bool,
}

impl Visit {
    /// The next name to follow.
    fn next(&mut self, names: &Names<'_, '_>, followed: &mut HashSet<CandidateId>) -> Option<NameId> {
        loop {
            let Some(&(option, _)) = names[self.name].options.get(self.option) else {
                if self.depends_done {
                    return None;
                }
                (self.depends_done, self.option, self.item) = (true, 0, 0);
                continue;
            };
            if !self.depends_done && self.item == 0 && !followed.insert(option) {
                self.option += 1;
                continue;
            }
            let candidate = &names[option];
            let next = match self.depends_done {
                false => candidate.needs.get(self.item).map(|need| need.name),
                true => candidate.answers.get(self.item + 1).map(|(name, _)| *name),
            };
            match next {
                Some(name) => {
                    self.item += 1;
                    return Some(name);
                }
                None => (self.option, self.item) = (self.option + 1, 0),
            }
        }
    }
}

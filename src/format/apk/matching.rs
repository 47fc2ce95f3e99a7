//! How a dependency matches a version: as bits in a file, as an operator in text.

use std::ops::BitOr;

use crate::format::{Constraint, Relation};

/// How a dependency matches a version. Bits that apk itself never writes make no sense and are kept as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Match(pub(crate) u64);

impl Match {
    pub(crate) const EQUAL: Match = Match(1);
    /// Earlier.
    pub(crate) const LESS: Match = Match(2);
    /// Later.
    pub(crate) const GREATER: Match = Match(4);
    /// Equal as far as the version goes; it comes with [`Match::EQUAL`].
    pub(crate) const FUZZY: Match = Match(8);
    /// What matches is in conflict.
    pub(crate) const CONFLICT: Match = Match(16);
    /// All that versions can be to each other: any will do.
    pub(crate) const ANY: Match = Match(7);

    /// Every relation with its bits.
    const RELATIONS: [(Relation, Match); 9] = [
        (Relation::Equal, Match(0b0001)),
        (Relation::Less, Match(0b0010)),
        (Relation::LessEqual, Match(0b0011)),
        (Relation::Greater, Match(0b0100)),
        (Relation::GreaterEqual, Match(0b0101)),
        (Relation::Identity, Match(0b0110)),
        (Relation::Fuzzy, Match(0b1001)),
        (Relation::LessFuzzy, Match(0b1011)),
        (Relation::GreaterFuzzy, Match(0b1101)),
    ];

    /// Reads an operator, whose signs may stand in any order; none if one of them is no such sign, or there is none.
    pub(crate) fn parse(operator: &str) -> Option<Match> {
        let signs = operator.chars().map(|sign| match sign {
            '=' => Some(Match::EQUAL),
            '<' => Some(Match::LESS),
            '>' => Some(Match::GREATER),
            '~' => Some(Match::FUZZY | Match::EQUAL),
            _ => None,
        });
        signs.reduce(|all, sign| Some(all? | sign?)).flatten()
    }

    /// The bits of a constraint and of a conflict.
    pub(crate) fn of(constraint: Option<&Constraint<'_>>, is_conflict: bool) -> Match {
        let bits =
            |relation| Match::RELATIONS.iter().find(|(known, _)| *known == relation).map(|(_, bits)| *bits);
        let bits = constraint.and_then(|constraint| bits(constraint.relation)).unwrap_or(Match::ANY);
        if is_conflict { bits | Match::CONFLICT } else { bits }
    }

    /// The constraint that they make with a version: none inside if every version will do, none at all if the bits make
    /// no sense.
    pub(crate) fn constraint(self, version: &str) -> Option<Option<Constraint<'_>>> {
        let bits = self.0 & !Match::CONFLICT.0;
        if bits & Match::ANY.0 == Match::ANY.0 {
            return Some(None);
        }
        let (relation, _) = Match::RELATIONS.iter().find(|(_, known)| known.0 == bits)?;
        Some(Some(Constraint { relation: *relation, version }))
    }

    /// Whether what matches is in conflict.
    pub(crate) fn is_conflict(self) -> bool {
        self.0 & Match::CONFLICT.0 != 0
    }
}

impl BitOr for Match {
    type Output = Match;

    fn bitor(self, other: Match) -> Match {
        Match(self.0 | other.0)
    }
}

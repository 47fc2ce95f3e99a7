//! The grammar of apk's dependencies, as commands, worlds and databases write it: `[!]name[operator version]`.

use base64ct::{Base64, Encoding};

use super::schema::Match;
use super::version;
use crate::index::{Constraint, Dependency, Relation};
use crate::trust::Digest;

/// The signs that an operator is made of.
const SIGNS: [char; 4] = ['<', '=', '>', '~'];

/// A dependency, or a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause<'i> {
    /// What is depended on, or conflicted with.
    pub dependency: Dependency<'i>,
    /// Whether it is a conflict.
    pub conflict: bool,
}

/// Reads a list of dependencies, separated by blanks and line breaks; none if one of them breaks the grammar.
pub fn clauses(list: &str) -> Option<Vec<Clause<'_>>> {
    list.split([' ', '\n']).filter(|word| !word.is_empty()).map(clause).collect()
}

/// Reads one dependency; none if it breaks the grammar.
pub fn clause(text: &str) -> Option<Clause<'_>> {
    let (conflict, text) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (name, rest) = text.split_at(text.find(SIGNS).unwrap_or(text.len()));
    let (operator, version) = rest.split_at(rest.find(|sign| !SIGNS.contains(&sign)).unwrap_or(rest.len()));
    let constraint = match operator {
        "" => None,
        _ => constraint(Match::parse(operator)?, version)?,
    };
    let in_order = constraint.is_none_or(|Constraint { relation, version }| {
        relation == Relation::Identity || version::is_valid(version)
    });
    (is_name(name) && in_order).then_some(Clause { dependency: Dependency { name, constraint }, conflict })
}

/// The constraint that a match and a version make; none inside if they constrain nothing, none at all if the match
/// makes no sense.
pub(super) fn constraint(how: Match, version: &str) -> Option<Option<Constraint<'_>>> {
    if how.is_any() {
        return Some(None);
    }
    Some(Some(Constraint { relation: how.relation()?, version }))
}

/// Whether a name may be depended on or provided: a package's, `so:libfoo.so.1`, `/bin/sh`, `cmd:foo`.
pub fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-,:/[]".contains(&byte);
    !name.is_empty() && name.len() <= 255 && name.bytes().all(allowed)
}

/// Whether an identity (`Q1` and the base64 of 20 bytes) names a package that an index lists with this digest.
pub fn is_identity(identity: &str, digest: &Digest) -> bool {
    let bytes = identity.strip_prefix("Q1").and_then(|text| Base64::decode_vec(text).ok());
    bytes.is_some_and(|bytes| digest.value[..20] == bytes)
}

impl Match {
    /// Reads an operator.
    fn parse(operator: &str) -> Option<Match> {
        let signs = operator.chars().map(|sign| match sign {
            '=' => Some(Match::EQUAL),
            '<' => Some(Match::LESS),
            '>' => Some(Match::GREATER),
            '~' => Some(Match::FUZZY | Match::EQUAL),
            _ => None,
        });
        signs.reduce(|a, b| Some(a? | b?)).flatten().map(Match)
    }

    /// The bits that stand for a clause.
    pub(super) fn of(clause: &Clause<'_>) -> Match {
        let relation = clause.dependency.constraint.map(|constraint| constraint.relation);
        let how = match relation {
            None => Match::ANY,
            Some(Relation::Equal) => Match::EQUAL,
            Some(Relation::Less) => Match::LESS,
            Some(Relation::Greater) => Match::GREATER,
            Some(Relation::LessEqual) => Match::LESS | Match::EQUAL,
            Some(Relation::GreaterEqual) => Match::GREATER | Match::EQUAL,
            Some(Relation::Identity) => Match::LESS | Match::GREATER,
            Some(Relation::Fuzzy) => Match::FUZZY | Match::EQUAL,
            Some(Relation::LessFuzzy) => Match::FUZZY | Match::EQUAL | Match::LESS,
            Some(Relation::GreaterFuzzy) => Match::FUZZY | Match::EQUAL | Match::GREATER,
        };
        Match(how | if clause.conflict { Match::CONFLICT } else { 0 })
    }

    /// The relation that its bits stand for; none if apk itself writes no such bits.
    pub(super) fn relation(self) -> Option<Relation> {
        Some(match self.without_conflict() {
            Match::EQUAL => Relation::Equal,
            Match::LESS => Relation::Less,
            Match::GREATER => Relation::Greater,
            0b00011 => Relation::LessEqual,
            0b00101 => Relation::GreaterEqual,
            0b00110 => Relation::Identity,
            0b01001 => Relation::Fuzzy,
            0b01011 => Relation::LessFuzzy,
            0b01101 => Relation::GreaterFuzzy,
            _ => return None,
        })
    }
}

//! The grammar of apk's dependencies, as commands, worlds and databases write it: `[!]name[operator version]`.

use base64ct::{Base64, Encoding};

use super::matching::Match;
use super::version;
use crate::format::{Constraint, Dependency, Relation};
use crate::trust::Digest;

/// The signs that an operator is made of.
const SIGNS: [char; 4] = ['<', '=', '>', '~'];

/// A dependency, or a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clause<'i> {
    /// What is depended on, or conflicted with.
    pub(crate) dependency: Dependency<'i>,
    pub(crate) conflict: bool,
}

/// Reads a list of dependencies, separated by blanks and line breaks; none if one of them breaks the grammar.
pub(crate) fn clauses(list: &str) -> Option<Vec<Clause<'_>>> {
    list.split([' ', '\n']).filter(|word| !word.is_empty()).map(clause).collect()
}

/// Reads one dependency; none if it breaks the grammar.
pub(crate) fn clause(text: &str) -> Option<Clause<'_>> {
    let (conflict, text) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (name, rest) = text.split_at(text.find(SIGNS).unwrap_or(text.len()));
    let (operator, version) = rest.split_at(rest.find(|sign| !SIGNS.contains(&sign)).unwrap_or(rest.len()));
    let constraint = match operator {
        "" => None,
        _ => Match::parse(operator)?.constraint(version)?,
    };
    let in_order = constraint.is_none_or(|Constraint { relation, version }| {
        relation == Relation::Identity || version::is_valid(version)
    });
    (is_name(name) && in_order).then_some(Clause { dependency: Dependency { name, constraint }, conflict })
}

/// Whether a name may be depended on or provided: a package's, `so:libfoo.so.1`, `/bin/sh`, `cmd:foo`.
pub(crate) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'_' | b'+' | b'-' | b',' | b':' | b'/' | b'[' | b']');
    !name.is_empty() && name.len() <= 255 && name.bytes().all(allowed)
}

/// Whether an identity (`Q1` and the base64 of 20 bytes) names a package that an index lists with this digest.
pub(crate) fn is_identity(identity: &str, digest: &Digest) -> bool {
    let bytes = identity.strip_prefix("Q1").and_then(|text| Base64::decode_vec(text).ok());
    bytes.is_some_and(|bytes| digest.value[..20] == bytes)
}

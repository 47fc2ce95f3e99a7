//! The grammar of `Depends` and its kin, with what opkg's own parser makes of odd input.
//!
//! ```text
//! list := item ("," item)*     item := alt ("|" alt)*     alt := name [" (" op version ")"] [" *"]
//! ```
//! The name ends at the first space and at nothing else, so `b(>= 1)` and `b*` ask for packages of those very
//! names; a parenthesis counts only right behind one space, an operator only right behind the parenthesis.

use crate::format::{Constraint, Dependency, Provide, Relation, Requirement};

/// Reads a list of requirements; empty items are passed over.
pub(crate) fn requirements(list: &str) -> impl Iterator<Item = Requirement<'_>> {
    list.split(',').filter_map(requirement)
}

/// Reads a list of conflicts: alternatives conflict each for itself.
pub(crate) fn conflicts(list: &str) -> impl Iterator<Item = Dependency<'_>> {
    list.split([',', '|']).filter_map(dependency)
}

fn requirement(item: &str) -> Option<Requirement<'_>> {
    let mut greedy = false;
    let mut alternatives = Vec::new();
    for alternative in item.split('|') {
        if let Some((dependency, rest)) = split(alternative) {
            alternatives.push(dependency);
            greedy |= rest.trim_start_matches(' ').starts_with('*');
        }
    }
    let mut alternatives = alternatives.into_iter();
    Some(Requirement { first: alternatives.next()?, others: alternatives.collect(), greedy })
}

/// Reads one dependency; none if it has no name.
pub(crate) fn dependency(text: &str) -> Option<Dependency<'_>> {
    split(text).map(|(dependency, _)| dependency)
}

/// A dependency and what follows it.
fn split(text: &str) -> Option<(Dependency<'_>, &str)> {
    let text = text.trim_ascii();
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    if name.is_empty() {
        return None;
    }
    let Some(inside) = rest.strip_prefix('(') else {
        return Some((Dependency::on(name), rest));
    };
    let (inside, rest) = inside.split_once(')').unwrap_or((inside, ""));
    Some((Dependency { name, constraint: constraint(inside) }, rest))
}

/// Reads what stands in the parentheses; without an operator it constrains nothing.
fn constraint(inside: &str) -> Option<Constraint<'_>> {
    let (relation, length) = match inside.as_bytes() {
        [b'<', b'<', ..] => (Relation::Less, 2),
        [b'<', b'=', ..] => (Relation::LessEqual, 2),
        [b'>', b'>', ..] => (Relation::Greater, 2),
        [b'>', b'=', ..] => (Relation::GreaterEqual, 2),
        // The deprecated single signs allow equality.
        [b'<', ..] => (Relation::LessEqual, 1),
        [b'>', ..] => (Relation::GreaterEqual, 1),
        [b'=', ..] => (Relation::Equal, 1),
        _ => return None,
    };
    Some(Constraint { relation, version: inside[length..].trim_ascii() })
}

/// Reads `Provides` and `Replaces`: names between commas and spaces. There are no versioned provides:
/// `v (= 2)` provides the names `v`, `(=` and `2)`.
pub(crate) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ' ']).filter(|name| !name.is_empty())
}

/// Reads `Provides`.
pub(crate) fn provides(list: &str) -> impl Iterator<Item = Provide<'_>> {
    names(list).map(|name| Provide { name, version: None })
}

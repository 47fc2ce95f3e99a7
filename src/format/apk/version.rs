//! The order of apk's versions.
//!
//! ```text
//! version := digits ("." digits)* [letter] ("_" suffix [digits])* ["~" hex] ["-r" digits]
//! suffix  := alpha | beta | pre | rc | cvs | svn | git | hg | p        the first four precede the plain version
//! ```
//! Two versions are compared part by part as long as their parts are of one kind; where they are not, the version
//! whose part stands earlier in the grammar is the later one. So is the order of a version that breaks the grammar:
//! its faulty part comes last.

use std::cmp::Ordering;

use crate::format::Relation;

/// The suffixes in their order.
const SUFFIXES: [&[u8]; 9] = [b"alpha", b"beta", b"pre", b"rc", b"cvs", b"svn", b"git", b"hg", b"p"];
/// How many of them stand for what comes before the plain version.
const PRE_RELEASES: usize = 4;

/// Compares two versions.
pub fn compare(a: &str, b: &str) -> Ordering {
    compare_up_to(a, b, false)
}

/// Whether a version keeps to the grammar.
pub fn is_valid(version: &str) -> bool {
    let mut parts = Parts::new(version);
    loop {
        match parts.next().kind {
            Kind::End => return true,
            Kind::Invalid => return false,
            _ => {}
        }
    }
}

/// Whether a version relates to another as stated. An identity says nothing of versions: false.
pub fn satisfies(version: &str, relation: Relation, other: &str) -> bool {
    let order = compare(version, other);
    let fuzzy = || compare_up_to(version, other, true);
    match relation {
        Relation::Less => order.is_lt(),
        Relation::LessEqual => order.is_le(),
        Relation::Equal => order.is_eq(),
        Relation::GreaterEqual => order.is_ge(),
        Relation::Greater => order.is_gt(),
        Relation::Fuzzy => fuzzy().is_eq(),
        Relation::LessFuzzy => fuzzy().is_le(),
        Relation::GreaterFuzzy => fuzzy().is_ge(),
        Relation::Identity => false,
    }
}

/// Compares two versions, where `fuzzy` only as far as `b` goes.
fn compare_up_to(a: &str, b: &str, fuzzy: bool) -> Ordering {
    let (mut a, mut b) = (Parts::new(a), Parts::new(b));
    loop {
        let (x, y) = (a.next(), b.next());
        if x.kind != y.kind {
            return match () {
                () if fuzzy && y.kind == Kind::End => Ordering::Equal,
                () if x.is_pre_release() => Ordering::Less,
                () if y.is_pre_release() => Ordering::Greater,
                () => y.kind.cmp(&x.kind),
            };
        }
        if matches!(x.kind, Kind::End | Kind::Invalid) {
            return Ordering::Equal;
        }
        let order = x.compare(&y);
        if order.is_ne() {
            return order;
        }
    }
}

/// The kinds of parts, in the order of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    First,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
    End,
    Invalid,
}

struct Part<'v> {
    kind: Kind,
    text: &'v [u8],
}

impl Part<'_> {
    fn is_pre_release(&self) -> bool {
        self.kind == Kind::Suffix && self.rank() < PRE_RELEASES
    }

    fn rank(&self) -> usize {
        SUFFIXES.iter().position(|suffix| *suffix == self.text).unwrap_or(SUFFIXES.len())
    }

    /// The order of two parts of one kind.
    fn compare(&self, other: &Part<'_>) -> Ordering {
        let leading_zero = self.text.starts_with(b"0") || other.text.starts_with(b"0");
        match self.kind {
            Kind::Suffix => self.rank().cmp(&other.rank()),
            Kind::Letter | Kind::Hash => self.text.cmp(other.text),
            Kind::Number if leading_zero => self.text.cmp(other.text),
            _ => {
                let (a, b) = (significant(self.text), significant(other.text));
                a.len().cmp(&b.len()).then_with(|| a.cmp(b))
            }
        }
    }
}

/// Digits without their leading zeros.
fn significant(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

/// The parts of a version, one after the other.
struct Parts<'v> {
    rest: &'v [u8],
    last: Option<Kind>,
}

impl<'v> Parts<'v> {
    fn new(version: &'v str) -> Parts<'v> {
        Parts { rest: version.as_bytes(), last: None }
    }

    fn next(&mut self) -> Part<'v> {
        let part = self.read().unwrap_or(Part { kind: Kind::Invalid, text: &[] });
        self.last = Some(part.kind);
        part
    }

    /// The next part; none if it breaks the grammar.
    fn read(&mut self) -> Option<Part<'v>> {
        let Some(last) = self.last else { return self.digits(Kind::First) };
        let Some(&first) = self.rest.first() else { return Some(Part { kind: Kind::End, text: &[] }) };
        match first {
            b'a'..=b'z' if last <= Kind::Number => {
                let (text, rest) = self.rest.split_at(1);
                self.rest = rest;
                Some(Part { kind: Kind::Letter, text })
            }
            b'.' if last <= Kind::Number => {
                self.rest = &self.rest[1..];
                self.digits(Kind::Number)
            }
            b'0'..=b'9' if last == Kind::Suffix => self.digits(Kind::SuffixNumber),
            b'_' if last <= Kind::SuffixNumber => {
                let part = self.behind(1, Kind::Suffix, u8::is_ascii_lowercase)?;
                SUFFIXES.contains(&part.text).then_some(part)
            }
            b'~' if last < Kind::Hash => {
                self.behind(1, Kind::Hash, |byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
            }
            b'-' if last < Kind::Revision && self.rest.starts_with(b"-r") => {
                self.rest = &self.rest[2..];
                self.digits(Kind::Revision)
            }
            _ => None,
        }
    }

    fn digits(&mut self, kind: Kind) -> Option<Part<'v>> {
        self.behind(0, kind, u8::is_ascii_digit)
    }

    /// What stands behind the first `skipped` bytes, as long as it is `allowed`; at least one byte of it.
    fn behind(&mut self, skipped: usize, kind: Kind, allowed: impl Fn(&u8) -> bool) -> Option<Part<'v>> {
        let rest = self.rest.get(skipped..)?;
        let end = rest.iter().position(|byte| !allowed(byte)).unwrap_or(rest.len());
        let (text, rest) = rest.split_at(end);
        self.rest = rest;
        (!text.is_empty()).then_some(Part { kind, text })
    }
}

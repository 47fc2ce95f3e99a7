//! What packages are called in later releases, and what takes their place there.

use serde::Serialize;

use crate::hardware::{Series, moves, table};

const TABLE: &str = include_str!("../../indexes/renames.tsv");
/// How often a package may have changed its name between two releases: more is a circle.
const MOST_CHANGES: usize = 6;

/// How a package became others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// It has another name.
    Renamed,
    /// Another does the same.
    Replaced,
    /// The release itself changed its choice; both may be offered.
    Default,
    /// It is a part of another.
    Merged,
    /// It is several.
    Split,
    /// The kernel, or a package that every image holds, has it inside.
    Needless,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rename {
    /// The earlier name, in which `*` stands for any run of characters.
    pub old: &'static str,
    /// The later names; nothing has to take its place where there is none.
    pub new: &'static str,
    /// The first series in which it is so.
    pub since: Series,
    /// How.
    pub how: Became,
    /// The repository and file that show it.
    pub source: &'static str,
}

/// A row that is none, by its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("indexes/renames.tsv, line {line}: {problem}")]
pub struct BadRename {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: &'static str,
}

/// Every row of the table.
pub fn renames() -> impl Iterator<Item = Result<Rename, BadRename>> {
    table::rows::<5>(TABLE).map(|row| {
        let (line, [old, new, since, how, source]) =
            row.map_err(|bad| BadRename { line: bad.line, problem: bad.problem })?;
        let bad = |problem| BadRename { line, problem };
        Ok(Rename {
            old,
            new,
            since: Series::of_release(since).ok_or(bad("no series"))?,
            how: how_of(how).ok_or(bad("no known kind of change"))?,
            source,
        })
    })
}

fn how_of(word: &str) -> Option<Became> {
    Some(match word {
        "renamed" => Became::Renamed,
        "replaced" => Became::Replaced,
        "default" => Became::Default,
        "merged" => Became::Merged,
        "split" => Became::Split,
        "needless" => Became::Needless,
        _ => return None,
    })
}

/// The names that a package of one series has in a later one, and how that came; none: no table knows of a change.
/// `base` is its name without an ABI version, and `offers` tells what the later release offers: rows that lead to nothing
/// there do not count.
pub fn became(
    name: &str,
    base: &str,
    [from, to]: [Series; 2],
    offers: impl Fn(&str) -> bool,
) -> Option<(Vec<String>, Became)> {
    let between = |since: Series| from < since && since <= to;
    let mut names = vec![name.to_owned()];
    let mut how = None;
    for _ in 0..MOST_CHANGES {
        let changed = names.iter().enumerate().find_map(|(at, own)| {
            let base = if own == name { base } else { own };
            let mut rows = renames().filter_map(Result::ok).filter(|row| between(row.since));
            rows.find_map(|row| Some((at, row.applied_to(base)?, row.how)))
        });
        let Some((at, new, by)) = changed else { break };
        names.splice(at..=at, new);
        how = Some(by);
    }
    if let Some(how) = how
        && names.iter().all(|name| offers(name))
    {
        return Some((names, how));
    }
    if offers(name) {
        return None;
    }
    let held = moves().filter(|(package, holder, ranges)| {
        *holder == name && ranges.contain(from) && !ranges.contain(to) && offers(package)
    });
    let parts: Vec<String> = held.map(|(package, ..)| package.to_owned()).collect();
    let how = if parts.len() > 1 { Became::Split } else { Became::Renamed };
    (!parts.is_empty()).then_some((parts, how))
}

impl Rename {
    /// The later names of a package, if the row is about it.
    fn applied_to(&self, name: &str) -> Option<Vec<String>> {
        let run = match self.old.split_once('*') {
            None => (self.old == name).then_some("")?,
            Some((start, end)) => name.strip_prefix(start)?.strip_suffix(end)?,
        };
        Some(self.new.split_ascii_whitespace().map(|new| new.replace('*', run)).collect())
    }
}

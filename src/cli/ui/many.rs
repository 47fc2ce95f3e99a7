//! What is said of a disk for many routers: what became of each, and of all of it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::failure::ErrorJson;
use super::json;
use super::style::Style;
use super::text::{self, count, size};
use super::warnings::warn_of;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::lock::{Lock, Outlook};
use crate::proof::{CardProof, Proofs};
use crate::stick::RouterId;

/// How many names a warning tells.
const MOST_NAMES: usize = 3;
/// What a cell of the table says that has nothing to say.
const NONE: &str = "-";

/// What each disk is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A router's request, by its file.
    Request,
    /// A set of `owpkg.toml`, by its name.
    Set,
}

impl Source {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Source::Request => "request",
            Source::Set => "set",
        }
    }
}

/// What became of one of many.
pub(crate) struct Row {
    /// The file of the request, or the name of the set.
    pub(crate) name: String,
    /// Its folder, or why it has none.
    pub(crate) outcome: Result<Made, Failure>,
    /// What the user should know.
    pub(crate) warnings: Vec<String>,
}

/// The disk of one router.
pub(crate) struct Made {
    /// Its folder.
    pub(crate) folder: String,
    /// What its packages show of the cards that it is for.
    pub(crate) proofs: Proofs,
}

/// A disk for many routers, written or not.
pub(crate) struct ManyDisks<'a> {
    pub(crate) source: Source,
    pub(crate) rows: &'a [Row],
    /// The locks of the disks, by their folders.
    pub(crate) locks: &'a BTreeMap<String, Lock>,
    /// How many files the pool has, and their bytes.
    pub(crate) pool: (usize, u64),
    /// Where it is or would be, as the user said it.
    pub(crate) out: &'a str,
    /// Its size in bytes, where it was written.
    pub(crate) written: Option<u64>,
    /// What would be fetched, where nothing was to be written.
    pub(crate) outlook: Option<Outlook>,
    /// What to do with it.
    pub(crate) next: &'a str,
}

/// Warns of what was found of each, once for all that it is about.
pub(crate) fn warn_of_rows(env: &mut Env, rows: &[Row]) -> Result<(), Failure> {
    let mut all: Vec<&str> = Vec::new();
    let mut about: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows {
        for warning in &row.warnings {
            let names = about.entry(warning).or_default();
            if names.is_empty() {
                all.push(warning);
            }
            if names.last() != Some(&row.name.as_str()) {
                names.push(&row.name);
            }
        }
    }
    for warning in all {
        let names = about.remove(warning).unwrap_or_default();
        let more = names.len().saturating_sub(MOST_NAMES);
        let mut whose = names[..names.len() - more].join(", ");
        if more > 0 {
            whose += &format!(" and {more} more");
        }
        warn_of(env, format_args!("{whose}: {warning}"))?;
    }
    Ok(())
}

impl ManyDisks<'_> {
    /// Says what became of all, to programs.
    pub(crate) fn print_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let (files, bytes) = self.pool;
        let json = ManyJson {
            schema: "owpkg.shared-disk/1",
            out: self.out,
            size: self.written,
            pool: PoolJson {
                files,
                bytes,
                to_fetch: self.outlook.map(|outlook| outlook.to_fetch),
                bytes_to_fetch: self.outlook.map(|outlook| outlook.bytes_to_fetch),
            },
            disks: self.rows.iter().map(|row| self.row_json(row)).collect(),
        };
        json::print(out, &json)
    }

    fn row_json<'r>(&'r self, row: &'r Row) -> RowJson<'r> {
        let made = row.outcome.as_ref().ok();
        let lock = made.and_then(|made| self.lock(made));
        RowJson {
            source: self.source.word(),
            name: &row.name,
            folder: made.map(|made| made.folder.as_str()),
            router: lock.and_then(|lock| lock.router.as_ref()),
            release: lock.and_then(|lock| lock.release.as_deref()),
            target: lock.map(|lock| lock.target.as_str()),
            kernel: lock.and_then(|lock| lock.kernel.as_deref()),
            format: lock.map(|lock| lock.format.as_str()),
            packages: lock.map(|lock| lock.packages.len()),
            bytes: lock.map(bytes),
            cards: made.map_or(&[], |made| &made.proofs.cards),
            warnings: &row.warnings,
            error: row.outcome.as_ref().err().map(ErrorJson::of),
        }
    }

    fn lock(&self, made: &Made) -> Option<&Lock> {
        self.locks.get(&made.folder)
    }

    /// The same to people.
    pub(crate) fn print(&self, out: &mut dyn Write, style: Style, wide: bool) -> io::Result<()> {
        let rows: Vec<[String; 5]> = self.rows.iter().map(|row| self.cells(row)).collect();
        let heads = [self.source.word(), "release, target", "packages", "size", "folder"];
        text::table(out, style, heads, &rows, wide)?;
        let (files, bytes) = self.pool;
        let disks = format!("{} of {}", self.locks.len(), count(self.rows.len(), self.source.word()));
        let pool = format!("{} in the pool, {}", count(files, "file"), size(bytes));
        let Some(written) = self.written else {
            let Some(Outlook { to_fetch, bytes_to_fetch, .. }) = self.outlook else { return Ok(()) };
            let fetched = format!("{} of {} to fetch", count(to_fetch, "package"), size(bytes_to_fetch));
            return writeln!(out, "{} would hold, for {disks}: {pool}; {fetched}", self.out);
        };
        writeln!(out, "wrote {}: {disks}; {pool}; {} in all", self.out, size(written))?;
        writeln!(out, "next: {}", self.next)
    }

    fn cells(&self, row: &Row) -> [String; 5] {
        let none = || NONE.to_owned();
        match &row.outcome {
            Ok(made) => {
                let lock = self.lock(made);
                let release = lock.map_or_else(none, |lock| {
                    format!("{} {}", lock.release.as_deref().unwrap_or(NONE), lock.target)
                });
                let packages = lock.map_or_else(none, |lock| lock.packages.len().to_string());
                let taken = lock.map_or_else(none, |lock| size(bytes(lock)));
                [row.name.clone(), release, packages, taken, made.folder.clone()]
            }
            Err(failure) => {
                let help = failure.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
                [row.name.clone(), none(), none(), none(), format!("none: {}{help}", failure.message)]
            }
        }
    }
}

/// What a lock takes from the pool.
fn bytes(lock: &Lock) -> u64 {
    let indexes = lock.feeds.iter().flat_map(|feed| &feed.files).map(|file| file.size);
    indexes.chain(lock.carried().filter_map(|package| package.size)).sum()
}

/// `owpkg.shared-disk/1`.
#[derive(Serialize)]
struct ManyJson<'a> {
    schema: &'static str,
    out: &'a str,
    size: Option<u64>,
    pool: PoolJson,
    disks: Vec<RowJson<'a>>,
}

#[derive(Serialize)]
struct PoolJson {
    files: usize,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_fetch: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_to_fetch: Option<u64>,
}

#[derive(Serialize)]
struct RowJson<'a> {
    source: &'static str,
    name: &'a str,
    folder: Option<&'a str>,
    router: Option<&'a RouterId>,
    release: Option<&'a str>,
    target: Option<&'a str>,
    kernel: Option<&'a str>,
    format: Option<&'a str>,
    packages: Option<usize>,
    bytes: Option<u64>,
    cards: &'a [CardProof],
    warnings: &'a [String],
    error: Option<ErrorJson<'a>>,
}

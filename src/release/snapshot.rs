//! The facts of one official release, built in: `resolve` answers from them with no network, and the demo release is
//! made of them. No signature covers them, so they make no disk. `indexes/snapshot` tells where they come from.

use std::borrow::Cow;

use camino::Utf8Path;
use serde::Deserialize;

use super::{FeedOrigin, FeedPlace, Kernel, NotARelease, NotATarget, Release, ReleaseFacts};
use crate::fetch::{Location, LocationError};
use crate::format::{
    Constraint, Dependency, FeedId, Format, Installed, InstalledPackage, Package, Parsed, Provenance,
    Provide, Relation, Universe, format_named,
};
use crate::trust::Digest;

const RELEASE: &str = include_str!("../../indexes/snapshot/release.toml");
const PACKAGES: &str = include_str!("../../indexes/snapshot/packages.tsv");

/// The server whose release the facts are of.
const SERVER: &str = "https://downloads.openwrt.org";

/// What `release.toml` says.
#[derive(Debug, Deserialize)]
pub struct About {
    /// `25.12.0`.
    pub release: String,
    /// `x86/64`.
    pub target: String,
    /// `x86_64`.
    pub arch: String,
    /// The format of its packages, `apk`.
    pub format: String,
    /// The day of the newest package, `2026-03-05`.
    pub date: String,
    /// What every image holds.
    pub default_packages: Vec<String>,
    /// The packages of the stock image.
    pub stock: Vec<String>,
    /// The kernel of its images.
    pub kernel: Kernel,
}

/// A line of `packages.tsv`.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub feed: &'static str,
    pub name: &'static str,
    pub version: &'static str,
    /// What it depends on: `name` or `name=version`, with blanks between.
    pub depends: &'static str,
    /// What it provides, written the same way.
    pub provides: &'static str,
    /// SHA-256 of the package file.
    pub digest: Digest,
}

/// The facts.
#[derive(Debug)]
pub struct Snapshot {
    /// What the release is.
    pub about: About,
    /// The format of its packages.
    pub format: &'static dyn Format,
    /// Its packages.
    pub rows: Vec<Row>,
}

/// Built-in facts that cannot be read: a mistake in `indexes/snapshot`.
#[derive(Debug, thiserror::Error)]
pub enum BadSnapshot {
    /// `release.toml` is not what it should be.
    #[error("indexes/snapshot/release.toml: {0}")]
    About(#[from] toml::de::Error),
    /// A line of `packages.tsv` does not have six columns that can be read.
    #[error("indexes/snapshot/packages.tsv, line {0}: not six columns of which the last is a SHA-256")]
    Row(usize),
    /// The format is none of [`FORMATS`](crate::format::FORMATS).
    #[error("indexes/snapshot/release.toml: there is no format {0:?}")]
    Format(String),
    /// The release has no name.
    #[error(transparent)]
    Release(#[from] NotARelease),
    /// The target has no name.
    #[error(transparent)]
    Target(#[from] NotATarget),
    /// A feed has no place.
    #[error(transparent)]
    Location(#[from] LocationError),
}

impl Snapshot {
    /// Reads the built-in facts.
    ///
    /// # Errors
    /// Never in a build whose tests pass.
    pub fn read() -> Result<Snapshot, BadSnapshot> {
        let row = |(number, line): (usize, &'static str)| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [feed, name, version, depends, provides, hex] = columns[..] else {
                return Err(BadSnapshot::Row(number + 1));
            };
            let digest = hex.parse().map_err(|_| BadSnapshot::Row(number + 1))?;
            Ok(Row { feed, name, version, depends, provides, digest })
        };
        let lines = PACKAGES.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        let about: About = toml::from_str(RELEASE)?;
        let format = format_named(&about.format).ok_or_else(|| BadSnapshot::Format(about.format.clone()))?;
        Ok(Snapshot { about, format, rows: lines.map(row).collect::<Result<_, _>>()? })
    }

    /// The age of the facts in days, at a moment in seconds since 1970; nothing if the clock is behind them.
    pub fn age_in_days(&self, now: i64) -> Option<i64> {
        let date: jiff::civil::Date = self.about.date.parse().ok()?;
        let then = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
        Some((now - then) / 86_400).filter(|days| *days >= 0)
    }

    /// The feeds, in their order.
    pub fn feeds(&self) -> Vec<&'static str> {
        let mut feeds = Vec::new();
        for row in &self.rows {
            if !feeds.contains(&row.feed) {
                feeds.push(row.feed);
            }
        }
        feeds
    }

    /// What the stock image holds.
    pub fn stock(&self) -> Installed {
        let mut installed = Installed::default();
        for row in self.rows.iter().filter(|row| self.about.stock.iter().any(|name| name == row.name)) {
            installed
                .insert(row.name, InstalledPackage { version: row.version.to_owned(), provides: Vec::new() });
        }
        installed
    }

    /// The facts in the form in which a release tree states them.
    pub fn facts(&self) -> Result<ReleaseFacts, BadSnapshot> {
        let About { release, target, arch, kernel, default_packages, .. } = &self.about;
        let release = Release::parse(release)?;
        let root = Location::parse(SERVER, Utf8Path::new("/"))?.join(&release.folder())?;
        let place = |name: &&str| {
            let folder = match *name {
                "core" => format!("targets/{target}/packages"),
                "kmods" => format!("targets/{target}/kmods/{}", kernel.folder()),
                name => format!("packages/{arch}/{name}"),
            };
            Ok(FeedPlace {
                name: (*name).to_owned(),
                location: root.join(&folder)?,
                origin: FeedOrigin::Release,
            })
        };
        let feeds = self.feeds().iter().map(place).collect::<Result<_, LocationError>>()?;
        Ok(ReleaseFacts {
            release: Some(release),
            version_code: None,
            target: target.parse()?,
            arch: arch.clone(),
            format: self.format,
            kernel: Some(kernel.clone()),
            source_date_epoch: None,
            installed: None,
            stock: Some(self.stock()),
            default_packages: default_packages.clone(),
            feeds,
            unvouched: Vec::new(),
            warnings: Vec::new(),
            root,
        })
    }

    /// The packages as a universe.
    pub fn universe<'u>(&self, facts: &ReleaseFacts) -> Universe<'u> {
        let indexes = facts.feeds.iter().enumerate().map(|(position, place)| {
            let rows = self.rows.iter().filter(|row| row.feed == place.name);
            let packages = rows.map(|row| row.package(self.format, FeedId(position as u16)));
            (place.feed(), Parsed::from(packages.collect::<Vec<_>>()))
        });
        Universe::join(facts.format, &facts.arch, indexes)
    }
}

impl Row {
    fn package(&self, format: &dyn Format, feed: FeedId) -> Package<'static> {
        // The facts do not tell: for any.
        let arch = format.facts().any_arch[0];
        let depends = named(self.depends).map(|(name, version)| {
            let constraint = version.map(|version| Constraint { relation: Relation::Equal, version });
            Dependency { name, constraint }.into()
        });
        let provides = named(self.provides).map(|(name, version)| Provide { name, version });
        Package {
            name: self.name,
            version: self.version,
            arch,
            feed,
            depends: depends.collect(),
            recommends: Vec::new(),
            conflicts: Vec::new(),
            provides: provides.collect(),
            supersedes: Vec::new(),
            install_if: Vec::new(),
            provider_priority: 0,
            file: Cow::Owned(format.file_name(self.name, self.version, arch)),
            size: None,
            installed_size: None,
            digest: Some(self.digest),
            description: Cow::Borrowed(""),
            provenance: Provenance::default(),
        }
    }
}

/// The names of a list, each with its version where it has one.
fn named(list: &'static str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    list.split_whitespace().map(|item| match item.split_once('=') {
        Some((name, version)) => (name, Some(version)),
        None => (item, None),
    })
}

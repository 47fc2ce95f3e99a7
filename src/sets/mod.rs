//! `owpkg.toml`: what disks are made of, written down beside the work by people.
//!
//! A [`SetFile`] has any number of sets, what they have in common, and what of a server is mirrored whole. It comes with a folder that somebody else may
//! have made, so that nothing in it decides whom the user trusts, and no file outside of the folder is read for it.

mod table;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::lock::{Lock, LockedSet};
use crate::trust;
use crate::uci_defaults::{Band, Country, Encryption, Mode, Ssid};

pub use table::{Elsewhere, Fault, FileError, Table, TableKind, read as read_table};

/// The file's name.
pub const FILE: &str = "owpkg.toml";

/// The keys of the file.
const TABLES: [&str; 3] = ["defaults", "set", "mirror"];
/// The keys of a set.
const SET: [&str; 10] =
    ["name", "release", "target", "profile", "chips", "add", "omit", "wpa", "files", "wifi"];
/// Those that sets can have in common.
const DEFAULTS: [&str; 9] = ["release", "target", "profile", "chips", "add", "omit", "wpa", "files", "wifi"];
/// The keys of what is mirrored.
const MIRROR: [&str; 5] = ["releases", "targets", "archs", "feeds", "images"];
/// The keys of a set's Wi-Fi.
const WIFI: [&str; 6] = ["ssid", "mode", "encryption", "country", "band", "channel"];

/// The sets of a file, each with the defaults in it. There is one at least, or something to mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFile {
    /// The sets, in the file's order.
    pub sets: Vec<Set>,
    /// What of a server is mirrored whole.
    pub mirrored: Vec<Mirrored>,
}

/// Whole feeds of releases, and images, for a mirror: a `[[mirror]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// The releases; none: the latest.
    pub releases: Vec<String>,
    /// The targets; none and no architectures: the only one, or the usual one.
    pub targets: Vec<String>,
    /// Architectures whose feeds are wanted without a target.
    pub archs: Vec<String>,
    /// The feeds by name; none: all.
    pub feeds: Vec<String>,
    /// The devices whose images are wanted too; no names: every device.
    pub images: Option<Vec<String>>,
}

/// What one disk is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Set {
    /// Its name: letters, digits and `. _ -`.
    pub name: String,
    /// What its plan is made of.
    pub request: SetRequest,
    /// The folder of files for the router, below the file's own.
    pub files: Option<Utf8PathBuf>,
    /// The Wi-Fi, without its key.
    pub wifi: Option<SetWifi>,
}

/// What a set's plan is made of, in the words of the flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SetRequest {
    /// The release; the latest without it.
    pub release: Option<String>,
    /// The target.
    pub target: Option<String>,
    /// The device.
    pub profile: Option<String>,
    /// Chips and families.
    pub chips: Vec<String>,
    /// Packages.
    pub add: Vec<String>,
    /// Packages to go without.
    pub omit: Vec<String>,
    /// The wpad package, or `none`.
    pub wpa: Option<String>,
}

/// The Wi-Fi of a set, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetWifi {
    /// Its name.
    pub ssid: Ssid,
    /// What the router is in it.
    pub mode: Option<Mode>,
    /// Its encryption.
    pub encryption: Option<Encryption>,
    /// Where the router is.
    pub country: Option<Country>,
    /// Its band.
    pub band: Option<Band>,
    /// The channel of an access point.
    pub channel: Option<u8>,
}

/// A set that is not in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchSet {
    /// None has the name.
    #[error("{FILE} has no set {asked:?}")]
    Unknown {
        /// The name.
        asked: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// One of several must be named.
    #[error("{FILE} has {} sets", known.len())]
    Several {
        /// Their names.
        known: Vec<String>,
    },
}

/// A folder of files that is none below the file's own.
#[derive(Debug, thiserror::Error)]
#[error("{FILE}: files = {files:?}: {why}")]
pub struct BadFiles {
    /// As it is written.
    pub files: Utf8PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl SetFile {
    /// Reads the text of an `owpkg.toml`.
    ///
    /// # Errors
    /// When it is no TOML, has a key that there is not or that belongs elsewhere, or a value of another kind.
    pub fn parse(text: &str) -> Result<SetFile, FileError> {
        read_table(text, |file| {
            file.only(&TABLES, TableKind::Set)?;
            let defaults = file.table("defaults")?;
            defaults.map_or(Ok(()), |defaults| defaults.only(&DEFAULTS, TableKind::Set))?;
            let mut sets: Vec<Set> = Vec::new();
            for table in file.tables("set")? {
                let set = Set::read(table, defaults)?;
                if sets.iter().any(|other| other.name == set.name) {
                    return Err(table.fault_at("name", Fault::SameName { name: set.name }));
                }
                sets.push(set);
            }
            let mirrored = file.tables("mirror")?.into_iter().map(Mirrored::read);
            let mirrored = mirrored.collect::<Result<Vec<_>, _>>()?;
            match sets.is_empty() && mirrored.is_empty() {
                true => Err(file.fault(Fault::NoSet)),
                false => Ok(SetFile { sets, mirrored }),
            }
        })
    }

    /// All sets.
    ///
    /// # Errors
    /// When there is none: the file only says what is mirrored.
    pub fn all(&self) -> Result<&[Set], FileError> {
        match self.sets.is_empty() {
            true => Err(FileError { line: 1, fault: Fault::NoSet }),
            false => Ok(&self.sets),
        }
    }

    /// The set of a name; without one, the only set.
    ///
    /// # Errors
    /// When there is none of the name, or no name and several sets.
    pub fn set(&self, name: Option<&str>) -> Result<&Set, NoSuchSet> {
        let known = || self.sets.iter().map(|set| set.name.clone()).collect();
        match (name, &self.sets[..]) {
            (None, [only]) => Ok(only),
            (None, _) => Err(NoSuchSet::Several { known: known() }),
            (Some(asked), sets) => sets
                .iter()
                .find(|set| set.name == asked)
                .ok_or_else(|| NoSuchSet::Unknown { asked: asked.to_owned(), known: known() }),
        }
    }

    /// The file of a set's lock: `owpkg.lock` for the only one, else one of its own.
    pub fn lock_of(&self, set: &Set) -> String {
        match self.sets.len() {
            1 => "owpkg.lock".to_owned(),
            _ => format!("owpkg-{}.lock", set.name),
        }
    }
}

impl Mirrored {
    fn read(table: Table<'_>) -> Result<Mirrored, FileError> {
        table.only(&MIRROR, TableKind::Other)?;
        Ok(Mirrored {
            releases: table.texts("releases")?,
            targets: table.texts("targets")?,
            archs: table.texts("archs")?,
            feeds: table.texts("feeds")?,
            images: table.all_or_texts("images")?,
        })
    }
}

impl Set {
    /// Reads a set; what it does not say, the defaults say, and their lists come before its own.
    fn read(table: Table<'_>, defaults: Option<Table<'_>>) -> Result<Set, FileError> {
        table.only(&SET, TableKind::Set)?;
        let both: Vec<Table<'_>> = [Some(table), defaults].into_iter().flatten().collect();
        let name = table.parsed("name", "a name of letters, digits and . _ -", plain)?;
        let name = name.ok_or_else(|| table.fault(Fault::Missing { key: "name" }))?;
        let text = |key: &str| first(&both, |table| table.text(key));
        let texts = |key: &str| -> Result<Vec<String>, FileError> {
            let lists = both.iter().rev().map(|table| table.texts(key)).collect::<Result<Vec<_>, _>>()?;
            Ok(lists.concat())
        };
        let request = SetRequest {
            release: text("release")?,
            target: text("target")?,
            profile: text("profile")?,
            chips: texts("chips")?,
            add: texts("add")?,
            omit: texts("omit")?,
            wpa: text("wpa")?,
        };
        let below = "a folder below the one of this file, like \"files\"";
        let files = first(&both, |table| table.parsed("files", below, below_here))?;
        let wifi = both.iter().map(|table| table.table("wifi")).collect::<Result<Vec<_>, _>>()?;
        let wifi: Vec<Table<'_>> = wifi.into_iter().flatten().collect();
        Ok(Set { name, request, files, wifi: SetWifi::read(&wifi)? })
    }

    /// Whether a lock was made of this set as it is now. A lock may come from the same folder, so that one with what no
    /// set can ask for is none of a set.
    pub fn is_locked_by(&self, lock: &Lock) -> bool {
        let asks_for_more =
            !lock.replaced.is_empty() || lock.configuration.is_some() || lock.router.is_some();
        lock.set.as_ref() == Some(&self.locked()) && !asks_for_more
    }

    /// What a lock records of it: changed files and a changed Wi-Fi change no plan.
    pub fn locked(&self) -> LockedSet {
        // Text, lists of it and nothing else: that becomes JSON.
        let written = serde_json::to_vec(&self.request).unwrap_or_default();
        LockedSet { name: self.name.clone(), sha256: trust::sha256(&written) }
    }

    /// The folder of its files, where `folder` is the one of the file of sets.
    ///
    /// # Errors
    /// When it is not there, or leads out of the folder by a link.
    pub fn files_in(&self, folder: &Utf8Path) -> Result<Option<Utf8PathBuf>, BadFiles> {
        let Some(files) = &self.files else { return Ok(None) };
        let bad = |why: String| BadFiles { files: files.clone(), why };
        let real = |path: &Utf8Path| path.canonicalize_utf8().map_err(|error| bad(error.to_string()));
        let at = folder.join(files);
        match real(&at)?.starts_with(real(folder)?) {
            true => Ok(Some(at)),
            false => Err(bad("it leads out of the folder of this file".to_owned())),
        }
    }
}

impl SetWifi {
    fn read(tables: &[Table<'_>]) -> Result<Option<SetWifi>, FileError> {
        tables.iter().rev().try_for_each(|table| table.only(&WIFI, TableKind::Wifi))?;
        let Some(own) = tables.first() else { return Ok(None) };
        let ssid = first(tables, |table| table.parsed("ssid", "a name of up to 32 bytes", parse))?;
        Ok(Some(SetWifi {
            ssid: ssid.ok_or_else(|| own.fault(Fault::Missing { key: "ssid" }))?,
            mode: first(tables, |table| one_of(table, "mode", &Mode::ALL, Mode::word))?,
            encryption: first(tables, |table| {
                one_of(table, "encryption", &Encryption::ALL, Encryption::word)
            })?,
            country: first(tables, |table| table.parsed("country", "two letters, like \"DE\"", parse))?,
            band: first(tables, |table| one_of(table, "band", &Band::ALL, Band::word))?,
            channel: first(tables, |table| table.number("channel"))?,
        }))
    }
}

/// What the first of several tables says that says it.
fn first<T>(
    tables: &[Table<'_>],
    read: impl Fn(&Table<'_>) -> Result<Option<T>, FileError>,
) -> Result<Option<T>, FileError> {
    // All are read, so that what is wrong in one that does not count is told too.
    let all = tables.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().flatten().next())
}

fn one_of<T: Copy>(
    table: &Table<'_>,
    key: &str,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Result<Option<T>, FileError> {
    let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
    table.parsed(key, &format!("one of {}", words.join(", ")), |typed| {
        all.iter().copied().find(|value| word(*value) == typed)
    })
}

fn parse<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// A name that can be a part of a file's.
fn plain(name: &str) -> Option<String> {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (!name.is_empty() && !name.starts_with(['.', '-']) && name.chars().all(is_sign)).then(|| name.to_owned())
}

/// A path that goes down only.
fn below_here(path: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(path);
    let down = |part| matches!(part, Utf8Component::Normal(_) | Utf8Component::CurDir);
    path.components().all(down).then(|| path.to_owned())
}

//! Reads the packages of an index.

use std::borrow::Cow;

use super::adb::{Adb, Items, List, Malformed, Value};
use super::depends::{self, Clause};
use super::schema::{self, Stored, info};
use crate::format::index::{Head, Source};
use crate::format::package::{MOST_DEPENDENCIES, are_plain, is_word};
use crate::format::{Dependency, FeedId, IndexError, Names, Package, Parsed, Provenance, Provide, Warning};
use crate::trust::Digest;

/// The most packages that are read of an index: ten times what all official feeds of a release hold.
const MOST_PACKAGES: usize = 1 << 17;
/// How OpenWrt notes a package's CPE among its tags.
const CPE_TAG: &[u8] = b"openwrt:cpe=";
/// How package files are named.
const NAME_SPEC: &[u8] = b"${name}-${version}.apk";

/// The entries of an index's payload.
fn entries(payload: &[u8]) -> Result<List<'_>, IndexError> {
    let root = Adb::new(payload)?.root().list()?;
    let name_spec = root.get(schema::index::NAME_SPEC);
    if name_spec.blob()?.is_some_and(|spec| spec != NAME_SPEC) {
        return Err(refused(name_spec, "package files are named in a way of the index's own"));
    }
    let entries = root.get(schema::index::PACKAGES).list()?;
    if entries.len() > MOST_PACKAGES {
        return Err(refused(root.get(schema::index::PACKAGES), "more packages than an index may list"));
    }
    Ok(entries)
}

/// Reads an index's payload: checks every entry, and takes what tells the packages apart.
pub(crate) fn parse(payload: &[u8], feed: FeedId) -> Result<Parsed<'_>, IndexError> {
    let entries = entries(payload)?;
    let mut parsed = Parsed::of(Source { bytes: payload, read: package });
    parsed.listed.reserve_exact(entries.len());
    let mut check = Check::new(payload);
    for entry in entries.items() {
        let provided = parsed.provided.len();
        match check.entry(entry, &mut parsed) {
            Ok(head) => parsed.push(head, feed),
            Err(Trouble::Skip(why)) => {
                parsed.provided.truncate(provided);
                parsed.warnings.push(Warning { at: entry.at(), why });
            }
            Err(Trouble::Refuse(error)) => return Err(error),
        }
    }
    Ok(parsed)
}

/// Reads the packages of these names alone.
pub(crate) fn find<'i>(
    payload: &'i [u8],
    names: &Names<'_>,
    feed: FeedId,
) -> Result<Vec<Package<'i>>, IndexError> {
    let mut check = Check::new(payload);
    let mut found = Vec::new();
    for entry in entries(payload)?.items() {
        let name = entry.list()?.get(info::NAME).blob()?.unwrap_or_default();
        if !names.contains(name) {
            continue;
        }
        match check.entry(entry, &mut Parsed::default()).and_then(|_| read(entry, feed)) {
            Ok(package) => found.push(package),
            Err(Trouble::Skip(_)) => {}
            Err(Trouble::Refuse(error)) => return Err(error),
        }
    }
    Ok(found)
}

/// Reads the package whose entry's word stands at this offset of a payload in which [`parse`] checked it.
fn package(payload: &[u8], at: u32, feed: FeedId) -> Package<'_> {
    match read(Value::at_word(payload, at as usize), feed) {
        Ok(package) => package,
        Err(_) => unreachable!("the entry at payload offset {at} was checked"),
    }
}

/// What stands in the way of reading a package.
enum Trouble {
    /// The entry is of no use.
    Skip(&'static str),
    /// The index is.
    Refuse(IndexError),
}

impl From<Malformed> for Trouble {
    fn from(error: Malformed) -> Trouble {
        Trouble::Refuse(error.into())
    }
}

fn refused(value: Value<'_>, why: &str) -> IndexError {
    IndexError::Malformed { unit: "payload offset", at: value.at(), why: why.to_owned() }
}

/// The parts of an entry that are no lists.
struct Fields<'i> {
    slots: List<'i>,
    name: &'i str,
    version: &'i str,
    arch: &'i str,
    digest: Option<Digest>,
}

/// The end of a package file's name, behind its version.
const ENDING: &str = ".apk";

impl<'i> Fields<'i> {
    fn read(entry: Value<'i>) -> Result<Fields<'i>, Trouble> {
        let slots = entry.list()?;
        let blob = |slot| slots.get(slot).blob().map(Option::unwrap_or_default);
        let name = text(blob(info::NAME)?)?;
        let version = text(blob(info::VERSION)?)?;
        let arch = text(blob(info::ARCH)?)?;
        if !depends::is_name(name) || version.is_empty() || !are_plain(&[name, "-", version, ENDING]) {
            return Err(Trouble::Skip(
                "a name or version with a blank, a slash, a quote or a control character",
            ));
        }
        if !is_word(arch) {
            return Err(Trouble::Skip("an architecture with a blank or a control character"));
        }
        let digest = match blob(info::HASHES)? {
            hash if hash.len() == 32 => hash.first_chunk().copied().map(Digest::adb_sha256),
            // A unique id: it names the package and says nothing of its bytes.
            id if id.len() == 20 => None,
            _ => return Err(Trouble::Skip("neither a hash nor a unique id, so apk ignores the package")),
        };
        Ok(Fields { slots, name, version, arch, digest })
    }
}

/// Reads an entry. What is worth a warning was told when it was checked.
fn read(entry: Value<'_>, feed: FeedId) -> Result<Package<'_>, Trouble> {
    let Fields { slots, name, version, arch, digest } = Fields::read(entry)?;
    let number = |slot| slots.get(slot).int();
    let size = |slot| Ok::<_, Malformed>(Some(number(slot)?).filter(|size| *size != 0));
    let stated = |slot| Ok::<_, Malformed>(lossy(slots.get(slot).blob()?.unwrap_or_default()));
    let (depends, conflicts) = read_clauses(slots.get(info::DEPENDS))?;
    let (recommends, _) = read_clauses(slots.get(info::RECOMMENDS))?;
    let (mut install_if, unless) = read_clauses(slots.get(info::INSTALL_IF))?;
    if !unless.is_empty() {
        install_if.clear();
    }
    Ok(Package {
        name,
        version,
        arch,
        feed,
        depends,
        recommends,
        conflicts,
        provides: slots.get(info::PROVIDES).list()?.items().map(provide).collect::<Result<_, _>>()?,
        supersedes: Vec::new(),
        install_if,
        provider_priority: u32::try_from(number(info::PROVIDER_PRIORITY)?).unwrap_or(u32::MAX),
        file: Cow::Owned([name, "-", version, ENDING].concat()),
        size: size(info::FILE_SIZE)?,
        installed_size: Some(number(info::INSTALLED_SIZE)?),
        digest,
        description: stated(info::DESCRIPTION)?,
        provenance: Provenance {
            license: stated(info::LICENSE)?,
            origin: stated(info::ORIGIN)?,
            cpe: tagged(slots.get(info::TAGS), CPE_TAG)?,
        },
    })
}

/// What is depended on, and what is conflicted with.
fn read_clauses<'i, D: From<Dependency<'i>>>(
    array: Value<'i>,
) -> Result<(Vec<D>, Vec<Dependency<'i>>), Trouble> {
    let items = array.list()?.items();
    let (mut depends, mut conflicts) = (Vec::with_capacity(items.len()), Vec::new());
    for item in items {
        let Clause { dependency, conflict } = clause(item)?;
        match conflict {
            true => conflicts.push(dependency),
            false => depends.push(dependency.into()),
        }
    }
    Ok((depends, conflicts))
}

/// A dependency or a conflict.
fn clause(item: Value<'_>) -> Result<Clause<'_>, Trouble> {
    let stored = Stored::read(item)?;
    let version = text(stored.version.unwrap_or_default())?;
    let constraint = stored.how.constraint(version);
    let constraint = constraint.ok_or(Trouble::Skip("a dependency of an unknown kind"))?;
    let dependency = Dependency { name: name(stored.name)?, constraint };
    Ok(Clause { dependency, conflict: stored.how.is_conflict() })
}

/// A name that a package provides; apk looks at the version alone, whatever the match.
fn provide(item: Value<'_>) -> Result<Provide<'_>, Trouble> {
    let stored = Stored::read(item)?;
    Ok(Provide { name: name(stored.name)?, version: stored.version.map(text).transpose()? })
}

/// What checks the entries of an index, one after the other, as strictly as [`read`] reads them.
struct Check {
    dependencies_left: usize,
    sound: Sound,
}

impl Check {
    fn new(payload: &[u8]) -> Check {
        Check { dependencies_left: MOST_DEPENDENCIES, sound: Sound::new(payload) }
    }

    /// Checks an entry. The names that it provides, and what it is worth a warning for, come to what was parsed.
    fn entry<'i>(&mut self, entry: Value<'i>, parsed: &mut Parsed<'i>) -> Result<Head<'i>, Trouble> {
        let Fields { slots, name, version, arch, digest: _ } = Fields::read(entry)?;
        let depends = self.clauses(slots.get(info::DEPENDS))?;
        let recommends = self.clauses(slots.get(info::RECOMMENDS))?;
        let install_if = slots.get(info::INSTALL_IF);
        let conditions = self.clauses(install_if)?;
        let mut conditional = conditions > 0;
        for condition in install_if.list()?.items() {
            if clause(condition)?.conflict {
                let why = "installed unasked only where something is absent: taken as never";
                parsed.warnings.push(Warning { at: entry.at(), why });
                conditional = false;
                break;
            }
        }
        let provides = self.take(slots.get(info::PROVIDES))?;
        let provided = provides.len();
        for item in provides {
            parsed.provided.push(provide(item)?.name);
        }
        for slot in [info::PROVIDER_PRIORITY, info::FILE_SIZE, info::INSTALLED_SIZE] {
            slots.get(slot).int()?;
        }
        for slot in [info::DESCRIPTION, info::LICENSE, info::ORIGIN] {
            slots.get(slot).blob()?;
        }
        for tag in self.take(slots.get(info::TAGS))? {
            tag.blob()?;
        }
        let (at, dependencies) = (entry.at() as u32, depends + recommends + conditions + provided);
        Ok(Head { name, version, arch, conditional, at, dependencies })
    }

    /// The items of an array of dependencies or tags. Equal data is stored once, so a small index can claim many.
    fn take<'i>(&mut self, array: Value<'i>) -> Result<Items<'i>, Trouble> {
        let items = array.list()?.items();
        self.dependencies_left = self
            .dependencies_left
            .checked_sub(items.len())
            .ok_or_else(|| Trouble::Refuse(refused(array, "more dependencies than an index may list")))?;
        Ok(items)
    }

    /// Checks an array of dependencies and conflicts; answers with their number.
    fn clauses(&mut self, array: Value<'_>) -> Result<usize, Trouble> {
        let items = self.take(array)?;
        let count = items.len();
        for item in items {
            if !self.sound.contains(item) {
                clause(item)?;
                self.sound.insert(item);
            }
        }
        Ok(count)
    }
}

/// The dependencies that were found to be sound. Most are what many packages depend on, and stand in the payload once.
struct Sound(Vec<u64>);

impl Sound {
    fn new(payload: &[u8]) -> Sound {
        // A bit for each offset at which a list may begin.
        Sound(vec![0; payload.len() / 4 / 64 + 1])
    }

    fn contains(&self, item: Value<'_>) -> bool {
        item.list_offset().is_some_and(|offset| self.0[offset / 4 / 64] & 1 << (offset / 4 % 64) != 0)
    }

    /// Remembers a dependency that was read, so its list lies within the payload.
    fn insert(&mut self, item: Value<'_>) {
        if let Some(offset) = item.list_offset() {
            self.0[offset / 4 / 64] |= 1 << (offset / 4 % 64);
        }
    }
}

fn name(bytes: &[u8]) -> Result<&str, Trouble> {
    let name = text(bytes)?;
    match depends::is_name(name) {
        true => Ok(name),
        false => Err(Trouble::Skip("a dependency or provided name of signs that apk does not allow")),
    }
}

fn text(bytes: &[u8]) -> Result<&str, Trouble> {
    std::str::from_utf8(bytes).map_err(|_| Trouble::Skip("a name or version that is not UTF-8"))
}

/// What stands behind a prefix in an array of texts; empty where none has it.
fn tagged<'i>(array: Value<'i>, prefix: &[u8]) -> Result<Cow<'i, str>, Malformed> {
    for item in array.list()?.items() {
        if let Some(text) = item.blob()?.and_then(|text| text.strip_prefix(prefix)) {
            return Ok(lossy(text));
        }
    }
    Ok(Cow::default())
}

/// Text with what is not UTF-8 replaced; nearly all is, which the check finds faster than the replacing does.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

//! Reads the packages of an index.

use std::borrow::Cow;

use super::adb::{Adb, Items, Malformed, Value};
use super::depends;
use super::schema::{self, Stored, info};
use crate::format::package::{MOST_DEPENDENCIES, is_plain, is_word};
use crate::format::{Dependency, FeedId, IndexError, Package, Parsed, Provenance, Provide, Warning};
use crate::trust::Digest;

/// The most packages that are read of an index: ten times what all official feeds of a release hold.
const MOST_PACKAGES: usize = 1 << 17;
/// How OpenWrt notes a package's CPE among its tags.
const CPE_TAG: &[u8] = b"openwrt:cpe=";
/// How package files are named.
const NAME_SPEC: &[u8] = b"${name}-${version}.apk";

/// Reads an index's payload.
pub(crate) fn parse(payload: &[u8], feed: FeedId) -> Result<Parsed<'_>, IndexError> {
    let root = Adb::new(payload)?.root().list()?;
    let name_spec = root.get(schema::index::NAME_SPEC);
    if name_spec.blob()?.is_some_and(|spec| spec != NAME_SPEC) {
        return Err(refused(name_spec, "package files are named in a way of the index's own"));
    }
    let entries = root.get(schema::index::PACKAGES).list()?;
    if entries.len() > MOST_PACKAGES {
        return Err(refused(root.get(schema::index::PACKAGES), "more packages than an index may list"));
    }
    let mut reader = Reader { feed, dependencies_left: MOST_DEPENDENCIES, warnings: Vec::new() };
    let mut packages = Vec::with_capacity(entries.len());
    for entry in entries.items() {
        match reader.package(entry) {
            Ok(package) => packages.push(package),
            Err(Trouble::Skip(why)) => reader.warn(entry, why),
            Err(Trouble::Refuse(error)) => return Err(error),
        }
    }
    Ok(Parsed { packages, warnings: reader.warnings })
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

struct Reader {
    feed: FeedId,
    dependencies_left: usize,
    warnings: Vec<Warning>,
}

impl Reader {
    fn warn(&mut self, entry: Value<'_>, why: &'static str) {
        self.warnings.push(Warning { at: entry.at(), why });
    }

    fn package<'i>(&mut self, entry: Value<'i>) -> Result<Package<'i>, Trouble> {
        let slots = entry.list()?;
        let blob = |slot| slots.get(slot).blob().map(Option::unwrap_or_default);
        let name = text(blob(info::NAME)?)?;
        let version = text(blob(info::VERSION)?)?;
        let file = [name, "-", version, ".apk"].concat();
        let arch = text(blob(info::ARCH)?)?;
        if !depends::is_name(name) || version.is_empty() || !is_plain(&file) {
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
        let number = |slot| slots.get(slot).int();
        let size = |slot| Ok::<_, Malformed>(Some(number(slot)?).filter(|size| *size != 0));
        let (depends, conflicts) = self.clauses(slots.get(info::DEPENDS))?;
        let (recommends, _) = self.clauses(slots.get(info::RECOMMENDS))?;
        let (mut install_if, unless) = self.clauses(slots.get(info::INSTALL_IF))?;
        if !unless.is_empty() {
            self.warn(entry, "installed unasked only where something is absent: taken as never");
            install_if.clear();
        }
        Ok(Package {
            name,
            version,
            arch,
            feed: self.feed,
            depends,
            recommends,
            conflicts,
            provides: self.provides(slots.get(info::PROVIDES))?,
            supersedes: Vec::new(),
            install_if,
            provider_priority: u32::try_from(number(info::PROVIDER_PRIORITY)?).unwrap_or(u32::MAX),
            file: Cow::Owned(file),
            size: size(info::FILE_SIZE)?,
            installed_size: Some(number(info::INSTALLED_SIZE)?),
            digest,
            description: lossy(blob(info::DESCRIPTION)?),
            provenance: Provenance {
                license: lossy(blob(info::LICENSE)?),
                origin: lossy(blob(info::ORIGIN)?),
                cpe: tagged(slots.get(info::TAGS), CPE_TAG)?,
            },
        })
    }

    /// The items of an array of dependencies. Equal data is stored once, so a small index can claim many.
    fn stored<'i>(&mut self, array: Value<'i>) -> Result<Items<'i>, Trouble> {
        let items = array.list()?.items();
        self.dependencies_left = self
            .dependencies_left
            .checked_sub(items.len())
            .ok_or_else(|| Trouble::Refuse(refused(array, "more dependencies than an index may list")))?;
        Ok(items)
    }

    /// What is depended on, and what is conflicted with.
    fn clauses<'i, D: From<Dependency<'i>>>(
        &mut self,
        array: Value<'i>,
    ) -> Result<(Vec<D>, Vec<Dependency<'i>>), Trouble> {
        let items = self.stored(array)?;
        let (mut depends, mut conflicts) = (Vec::with_capacity(items.len()), Vec::new());
        for item in items {
            let stored = Stored::read(item)?;
            let version = text(stored.version.unwrap_or_default())?;
            let constraint = stored.how.constraint(version);
            let constraint = constraint.ok_or(Trouble::Skip("a dependency of an unknown kind"))?;
            let dependency = Dependency { name: name(stored.name)?, constraint };
            match stored.how.is_conflict() {
                true => conflicts.push(dependency),
                false => depends.push(dependency.into()),
            }
        }
        Ok((depends, conflicts))
    }

    /// The names that a package provides; apk looks at the version alone, whatever the match.
    fn provides<'i>(&mut self, array: Value<'i>) -> Result<Vec<Provide<'i>>, Trouble> {
        let items = self.stored(array)?;
        let mut provides = Vec::with_capacity(items.len());
        for item in items {
            let stored = Stored::read(item)?;
            provides
                .push(Provide { name: name(stored.name)?, version: stored.version.map(text).transpose()? });
        }
        Ok(provides)
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

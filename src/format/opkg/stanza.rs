//! `Packages` and status files: stanzas of `Field: value` lines, read as opkg reads them.
//!
//! Field names are case-sensitive prefixes, the value starts one character behind the name, a blank line ends a
//! stanza, and a field that is not known never matters.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use memchr::memchr;

use super::depends;
use crate::format::index::{Head, Source};
use crate::format::package::{MOST_DEPENDENCIES, MOST_PACKAGES, is_plain, is_word};
use crate::format::{FeedId, IndexError, Names, Package, Parsed, Provenance, Warning};
use crate::trust::Digest;

/// opkg's own limit on a line, in bytes; past it the list is corrupt.
const LONGEST_LINE: usize = 1 << 20;

/// The stanzas of a text, one after the other.
pub(crate) struct Stanzas<'i> {
    text: &'i [u8],
    at: usize,
    line: u64,
    asked: Asked,
}

/// What is asked for of a stanza.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Its name alone.
    Name,
    /// What tells it apart from others, or makes it one that is passed over.
    Names,
    /// All of it.
    Whole,
}

/// One stanza: the fields that owpkg reads.
#[derive(Debug, Default)]
pub(crate) struct Stanza<'i> {
    /// The line it starts at, counted from 1.
    pub(crate) line: u64,
    /// The offset at which it starts, in bytes.
    at: usize,
    /// `Package`; none: the stanza names no package.
    pub(crate) name: Option<&'i [u8]>,
    pub(crate) version: Option<&'i [u8]>,
    /// `Architecture`.
    pub(crate) arch: Option<&'i [u8]>,
    /// `Depends` and `Pre-Depends`, in their order.
    pub(crate) depends: Vec<&'i [u8]>,
    pub(crate) recommends: Vec<&'i [u8]>,
    pub(crate) provides: Vec<&'i [u8]>,
    pub(crate) conflicts: Vec<&'i [u8]>,
    /// `Replaces`, each with how many `Conflicts` stood before it: only those count for superseding.
    pub(crate) replaces: Vec<(&'i [u8], usize)>,
    /// `Filename`.
    pub(crate) file: Option<&'i [u8]>,
    /// `Size`, in bytes.
    pub(crate) size: Option<u64>,
    /// `Installed-Size`, in bytes.
    pub(crate) installed_size: Option<u64>,
    /// `SHA256sum`.
    pub(crate) digest: Option<Digest>,
    pub(crate) status: Option<&'i [u8]>,
    /// `Description`, with its continuation lines.
    pub(crate) description: &'i [u8],
    /// `License`, `Source` and `CPE-ID`.
    pub(crate) license: &'i [u8],
    pub(crate) source: &'i [u8],
    pub(crate) cpe: &'i [u8],
    /// Whether any line looked like a field: what has none is noise between stanzas.
    pub(crate) has_fields: bool,
}

impl<'i> Stanzas<'i> {
    /// Reads the stanzas of a text.
    pub(crate) fn new(text: &'i [u8]) -> Stanzas<'i> {
        Stanzas { text, at: 0, line: 0, asked: Asked::Whole }
    }

    fn next_line(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let end = start + memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = end + 1;
        self.line += 1;
        Some(start..end)
    }

    /// Reads the next stanza into one that was read before, whose lists keep their memory; false at the end.
    fn read(&mut self, stanza: &mut Stanza<'i>) -> Result<bool, IndexError> {
        stanza.clear();
        let mut description = None;
        while let Some(range) = self.next_line() {
            let line = &self.text[range.clone()];
            if is_blank(line) {
                match stanza.line {
                    0 => continue,
                    _ => break,
                }
            }
            if stanza.line == 0 {
                (stanza.line, stanza.at) = (self.line, range.start);
            }
            if line[0] == b' ' {
                if let Some(start) = description {
                    stanza.description = self.text[start..range.end].trim_ascii();
                }
                continue;
            }
            let taken = match self.asked {
                Asked::Name if line[0] != b'P' => Ok(()),
                Asked::Name => stanza.take_name(line),
                Asked::Names => stanza.take_name(line),
                Asked::Whole => {
                    description = value(line, "Description").map(|text| range.end - text.len());
                    stanza.take(line)
                }
            };
            if let Err(why) = taken {
                return Err(IndexError::Malformed { unit: "line", at: self.line, why: why.to_owned() });
            }
        }
        Ok(stanza.line != 0)
    }
}

impl<'i> Iterator for Stanzas<'i> {
    type Item = Result<Stanza<'i>, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut stanza = Stanza::default();
        self.read(&mut stanza).map(|found| found.then_some(stanza)).transpose()
    }
}

/// Whether nothing is in a line; most lines show that by their first sign.
fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(|first| first.is_ascii_whitespace() && line.trim_ascii().is_empty())
}

/// The value of a field, if the line is one: behind the name and one more character, trimmed.
#[inline(always)]
fn value<'i>(line: &'i [u8], field: &str) -> Option<&'i [u8]> {
    behind(line, field).map(<[u8]>::trim_ascii)
}

#[inline(always)]
fn behind<'i>(line: &'i [u8], field: &str) -> Option<&'i [u8]> {
    let rest = line.strip_prefix(field.as_bytes())?;
    Some(rest.get(1..).unwrap_or_default())
}

/// A number as strtoul reads it in decimal: up to the first character that is no digit.
fn number(text: &[u8]) -> Option<u64> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    std::str::from_utf8(&text[..end]).ok()?.parse().ok()
}

impl<'i> Stanza<'i> {
    /// Empties it. Its lists keep their memory: a stanza is read for every package of an index.
    fn clear(&mut self) {
        let mut lists = [&mut self.depends, &mut self.recommends, &mut self.provides, &mut self.conflicts];
        let [depends, recommends, provides, conflicts] = lists.each_mut().map(|list| {
            list.clear();
            std::mem::take(*list)
        });
        let mut replaces = std::mem::take(&mut self.replaces);
        replaces.clear();
        *self = Stanza { depends, recommends, provides, conflicts, replaces, ..Stanza::default() };
    }

    /// Takes one line that is no continuation.
    fn take(&mut self, line: &'i [u8]) -> Result<(), &'static str> {
        self.take_name(line)?;
        let field = |name| value(line, name);
        match line[0] {
            b'C' => self.cpe = field("CPE-ID").unwrap_or(self.cpe),
            b'D' => self.description = field("Description").unwrap_or(self.description),
            b'I' => self.installed_size = field("Installed-Size").map_or(self.installed_size, number),
            b'L' => self.license = field("License:").unwrap_or(self.license),
            b'S' => match (field("SHA256sum"), field("Size"), field("Status")) {
                (Some(hex), ..) => {
                    self.digest = crate::trust::parse_hex(hex).map(Digest::sha256).ok().or(self.digest)
                }
                (_, Some(size), _) => self.size = number(size),
                (.., Some(status)) => self.status = Some(status),
                _ => self.source = field("Source:").unwrap_or(self.source),
            },
            _ => {}
        }
        Ok(())
    }

    /// Takes one line that is no continuation, if it says which package this is, or what it needs, provides or excludes.
    fn take_name(&mut self, line: &'i [u8]) -> Result<(), &'static str> {
        if line.len() > LONGEST_LINE {
            return Err("the line is longer than opkg reads (1 MiB)");
        }
        self.has_fields = self.has_fields || memchr(b':', line).is_some();
        let field = |name| value(line, name);
        match line[0] {
            // The end of an architecture is not trimmed: behind a blank or a carriage return it fits no router.
            b'A' => self.arch = behind(line, "Architecture").map(<[u8]>::trim_ascii_start).or(self.arch),
            b'C' => self.conflicts.extend(field("Conflicts")),
            b'D' => self.depends.extend(field("Depends")),
            b'F' => self.file = field("Filename").or(self.file),
            b'P' => match field("Package") {
                Some(_) if self.name.is_some() => {
                    return Err("a second Package in one stanza: the blank line before it is missing");
                }
                Some(name) => self.name = Some(name),
                None => match field("Provides") {
                    Some(names) => self.provides.push(names),
                    None => self.depends.extend(field("Pre-Depends")),
                },
            },
            b'R' => match field("Recommends") {
                Some(list) => self.recommends.push(list),
                None => self.replaces.extend(field("Replaces").map(|names| (names, self.conflicts.len()))),
            },
            b'V' => self.version = field("Version").or(self.version),
            _ => {}
        }
        Ok(())
    }

    /// No fewer than the dependencies, of all kinds, that its lists hold.
    fn most_dependencies(&self) -> usize {
        let replaces = self.replaces.iter().map(|(names, _)| names);
        let lists = self.depends.iter().chain(&self.recommends).chain(&self.conflicts).chain(&self.provides);
        let is_separator = |byte: &&u8| matches!(byte, b',' | b'|' | b' ');
        let separators = |list: &&[u8]| list.iter().filter(is_separator).count();
        lists.chain(replaces).map(|list| 1 + separators(list)).sum()
    }

    /// What tells the package apart that the stanza describes, or why it is passed over; its lists have so many
    /// dependencies at the most.
    fn head(&self, dependencies: usize) -> Result<Head<'i>, &'static str> {
        let name = text(self.name.ok_or("a stanza without Package")?)?;
        if !is_plain(name) {
            return Err("a package name with a blank, a slash, a quote or a control character");
        }
        let arch = text(self.arch.ok_or("no Architecture")?)?;
        if arch.trim_ascii_end() != arch {
            return Err("Architecture ends in a blank or a carriage return, so opkg ignores the package");
        }
        let version = text(self.version.unwrap_or_default())?;
        if !is_word(version) || !is_word(arch) {
            return Err(
                "a Version or Architecture with a blank, a control character or letters beyond ASCII",
            );
        }
        let file = text(self.file.unwrap_or_default())?;
        if !is_plain(file) && !file.is_empty() {
            return Err("Filename is not a plain file name");
        }
        for list in [&self.conflicts, &self.depends, &self.recommends, &self.provides] {
            are_text(list)?;
        }
        Ok(Head { name, version, arch, conditional: false, at: self.at as u32, dependencies })
    }

    /// The package that the stanza describes, or why it is passed over.
    fn package(&self, feed: FeedId) -> Result<Package<'i>, &'static str> {
        let Head { name, version, arch, .. } = self.head(0)?;
        Ok(Package {
            name,
            version,
            arch,
            feed,
            depends: lists(&self.depends)?.flat_map(depends::requirements).collect(),
            recommends: lists(&self.recommends)?.flat_map(depends::requirements).collect(),
            conflicts: lists(&self.conflicts)?.flat_map(depends::conflicts).collect(),
            provides: lists(&self.provides)?.flat_map(depends::provides).collect(),
            supersedes: self.supersedes()?,
            install_if: Vec::new(),
            provider_priority: 0,
            file: Cow::Borrowed(text(self.file.unwrap_or_default())?),
            size: self.size,
            installed_size: self.installed_size,
            digest: self.digest,
            description: String::from_utf8_lossy(self.description),
            provenance: Provenance {
                license: String::from_utf8_lossy(self.license),
                origin: String::from_utf8_lossy(self.source),
                cpe: String::from_utf8_lossy(self.cpe),
            },
        })
    }

    /// What it replaces and conflicts with. opkg sees the pair only if `Conflicts` stands before `Replaces`.
    fn supersedes(&self) -> Result<Vec<&'i str>, &'static str> {
        let (mut superseded, mut conflicts, mut seen) = (Vec::new(), HashSet::new(), 0);
        for (names, conflicts_before) in &self.replaces {
            let further = lists(&self.conflicts[seen..*conflicts_before])?;
            conflicts.extend(further.flat_map(depends::conflicts).map(|conflict| conflict.name));
            seen = *conflicts_before;
            superseded.extend(depends::names(text(names)?).filter(|name| conflicts.contains(name)));
        }
        Ok(superseded)
    }
}

/// The text of every list, or the complaint about the first that is no text.
fn lists<'a, 'i>(lists: &'a [&'i [u8]]) -> Result<impl Iterator<Item = &'i str> + use<'a, 'i>, &'static str> {
    are_text(lists)?;
    Ok(lists.iter().filter_map(|list| std::str::from_utf8(list).ok()))
}

fn are_text(lists: &[&[u8]]) -> Result<(), &'static str> {
    // Nearly all are ASCII, which is seen sooner.
    let all_text = lists.iter().all(|list| list.is_ascii() || std::str::from_utf8(list).is_ok());
    all_text.then_some(()).ok_or(NOT_UTF8)
}

const NOT_UTF8: &str = "a name or version that is not UTF-8";

fn text(bytes: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)
}

/// Reads a `Packages` text: checks every stanza, and takes what tells the packages apart.
pub(crate) fn parse(text: &[u8], feed: FeedId) -> Result<Parsed<'_>, IndexError> {
    let mut parsed = Parsed::of(Source { bytes: text, read: package });
    let mut dependencies = 0;
    let mut stanzas = Stanzas { asked: Asked::Names, ..Stanzas::new(text) };
    let mut stanza = Stanza::default();
    while stanzas.read(&mut stanza)? {
        let own = stanza.most_dependencies();
        dependencies += own;
        if dependencies > MOST_DEPENDENCIES || parsed.listed.len() == MOST_PACKAGES {
            let why = "more packages or dependencies than an index may list".to_owned();
            return Err(IndexError::Malformed { unit: "line", at: stanza.line, why });
        }
        let found = stanza.head(own).and_then(|head| Ok((head, stanza.supersedes()?)));
        match found {
            Ok((head, superseded)) => {
                parsed.superseded.extend(superseded.into_iter().map(|name| (name, head.name)));
                parsed
                    .provided
                    .extend(lists(&stanza.provides).into_iter().flatten().flat_map(depends::names));
                parsed.push(head, feed);
            }
            Err(why) if stanza.has_fields => parsed.warnings.push(Warning { at: stanza.line, why }),
            Err(_) => {}
        }
    }
    Ok(parsed)
}

/// Reads the packages of these names alone.
pub(crate) fn find<'i>(
    text: &'i [u8],
    names: &Names<'_>,
    feed: FeedId,
) -> Result<Vec<Package<'i>>, IndexError> {
    let mut stanzas = Stanzas { asked: Asked::Name, ..Stanzas::new(text) };
    let mut stanza = Stanza::default();
    let mut found = Vec::new();
    while stanzas.read(&mut stanza)? {
        if stanza.name.is_some_and(|name| names.contains(name)) {
            let whole = Stanzas { at: stanza.at, line: stanza.line - 1, ..Stanzas::new(text) }.next();
            found.extend(whole.transpose()?.and_then(|whole| whole.package(feed).ok()));
        }
    }
    Ok(found)
}

/// Reads the package of the stanza at this offset of a text in which [`parse`] checked it.
fn package(text: &[u8], at: u32, feed: FeedId) -> Package<'_> {
    let stanza = Stanzas { at: at as usize, ..Stanzas::new(text) }.next();
    match stanza.and_then(Result::ok).map(|stanza| stanza.package(feed)) {
        Some(Ok(package)) => package,
        _ => unreachable!("the stanza at offset {at} was checked"),
    }
}

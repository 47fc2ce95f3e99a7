//! Reading a request: plain text, written on a router and carried through anybody's hands.
//!
//! ```text
//! owpkg-request 2
//! router: 3f0c…                  the head: keys and values, in any order
//! …
//! devices:
//! pci:v00008086d0000095A… (rev 59) (driver iwlwifi)
//! packages:
//! base-files 1700 image
//! end of the request
//! ```
//!
//! Version 1 had fewer keys, and did not say how the packages came onto the router.
//!
//! Empty lines mean nothing. Editors may have put a mark before the text and a carriage return behind every line.

use std::collections::BTreeMap;

use super::system::{System, read_boot};
use super::{LineError, RequestError, RouterId};
use crate::format::{Installed, InstalledPackage, Mark, format_named};
use crate::hardware::Device;
use crate::hardware::detect::{self, MAX_DEVICES};
use crate::release::Target;

/// The most bytes that a request may have.
pub const MAX_TEXT: usize = 4 << 20;
/// The most bytes that a line of it may have.
pub(super) const MAX_LINE: usize = 1024;

pub(super) const NAME: &str = "owpkg-request";
pub(super) const VERSIONS: [&str; 2] = ["1", "2"];
const DEVICES: &str = "devices:";
const PACKAGES: &str = "packages:";
pub(super) const END: &str = "end of the request";

/// The keys of the head, those of version 1 first. Those with `true` must have a value.
const KEYS: [(&str, bool); 14] = [
    ("router", true),
    ("board", false),
    ("release", true),
    ("revision", false),
    ("target", true),
    ("arch", true),
    ("client", true),
    ("kernel", true),
    ("free", false),
    ("boot", false),
    ("root", false),
    ("compat", false),
    ("memory", false),
    ("flash", false),
];
/// How many of them version 1 has.
const KEYS_OF_1: usize = 9;
/// The words for how a package came onto the router.
const MARKS: [(&str, Option<Mark>); 4] = [
    ("image", Some(Mark::Image)),
    ("added", Some(Mark::Added)),
    ("needed", Some(Mark::Needed)),
    ("unknown", None),
];

/// What a router says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub router: RouterId,
    /// Its board, as OpenWrt names it; may be empty.
    pub board: String,
    /// Its release, as `DISTRIB_RELEASE` says it.
    pub release: String,
    /// The revision of its build; may be empty.
    pub revision: String,
    pub target: Target,
    /// Its architecture.
    pub arch: String,
    /// The format of its packages.
    pub format: &'static str,
    /// The space that is free for packages, in units of 1024 bytes, where the router knows it.
    pub free_kb: Option<u64>,
    /// What else an upgrade asks of it.
    pub system: System,
    /// Its PCI, USB and SDIO devices.
    pub devices: Vec<Device>,
    /// The packages it holds.
    pub installed: Installed,
}

impl Request {
    /// Whether a text begins as requests do.
    pub fn is_one(text: &str) -> bool {
        text.trim_start_matches('\u{feff}').split(' ').next() == Some(NAME)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// When anything in it is not as `request.sh` writes it.
    pub fn parse(text: &str) -> Result<Request, RequestError> {
        if text.len() > MAX_TEXT {
            return Err(RequestError::TooLarge);
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = (1..).zip(text.lines().map(str::trim_end));
        let version = version(lines.next().map_or("", |(_, first)| first))?;
        let mut reader = Reader { has_marks: version != VERSIONS[0], ..Reader::default() };
        for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let here = |wrong| RequestError::Line { line: number, wrong };
            reader.line(number, checked(line).map_err(here)?).map_err(here)?;
        }
        reader.finish()
    }
}

/// Where a line stands.
#[derive(Debug, Default)]
enum Part {
    #[default]
    Head,
    Devices,
    Packages,
    End,
}

#[derive(Debug, Default)]
struct Reader<'t> {
    part: Part,
    /// Whether each package says how it came onto the router, and the head has the keys of version 2.
    has_marks: bool,
    head: BTreeMap<&'static str, (usize, &'t str)>,
    devices: Vec<(usize, &'t str)>,
    installed: Installed,
}

impl<'t> Reader<'t> {
    fn line(&mut self, number: usize, line: &'t str) -> Result<(), LineError> {
        let other = |expected| LineError::Other { expected, found: start_of(line) };
        match (&self.part, line) {
            (Part::Head, DEVICES) => self.part = Part::Devices,
            (Part::Devices, PACKAGES) => self.part = Part::Packages,
            (Part::Packages, END) => self.part = Part::End,
            (Part::Head, _) => {
                let (key, value) = line.split_once(':').ok_or_else(|| other("a key and a value"))?;
                let known = self.keys().iter().find(|(known, _)| *known == key);
                let (key, _) = *known.ok_or_else(|| other("a key of the head, or devices:"))?;
                if self.head.insert(key, (number, value.trim_start())).is_some() {
                    return Err(LineError::Twice(key));
                }
            }
            (Part::Devices, _) => {
                if detect::read(line).devices.len() != 1 {
                    return Err(other("the modalias of a device, or packages:"));
                }
                if self.devices.len() == MAX_DEVICES {
                    return Err(LineError::Devices);
                }
                self.devices.push((number, line));
            }
            (Part::Packages, _) => {
                let (name, version, mark) = self
                    .package(line)
                    .ok_or_else(|| other("a package and its version, or the end of the request"))?;
                self.installed
                    .insert(name, InstalledPackage { version: version.to_owned(), provides: Vec::new() });
                mark.into_iter().for_each(|mark| self.installed.mark(name, mark));
            }
            (Part::End, _) => return Err(other("nothing more")),
        }
        Ok(())
    }

    fn keys(&self) -> &'static [(&'static str, bool)] {
        if self.has_marks { &KEYS } else { &KEYS[..KEYS_OF_1] }
    }

    /// A package of the list: name, version and, since version 2, how it came onto the router.
    fn package(&self, line: &'t str) -> Option<(&'t str, &'t str, Option<Mark>)> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words[..] {
            [name, version] if !self.has_marks => Some((name, version, None)),
            [name, version, mark] if self.has_marks => {
                let (_, mark) = MARKS.into_iter().find(|(word, _)| *word == mark)?;
                Some((name, version, mark))
            }
            _ => None,
        }
    }

    fn finish(self) -> Result<Request, RequestError> {
        if !matches!(self.part, Part::End) {
            return Err(RequestError::Cut);
        }
        for &(key, must) in self.keys() {
            if self.head.get(key).is_none_or(|(_, value)| must && value.is_empty()) {
                return Err(RequestError::Missing { key });
            }
        }
        let (line, kernel) = self.value("kernel");
        let listed = self.installed.get("kernel").map_or("", |held| &held.version);
        if kernel != listed {
            let wrong = LineError::Kernel { head: kernel.to_owned(), listed: listed.to_owned() };
            return Err(RequestError::Line { line, wrong });
        }
        Ok(Request {
            router: self.read("router", |text| Ok(text.parse::<RouterId>()?))?,
            board: self.value("board").1.to_owned(),
            release: self.value("release").1.to_owned(),
            revision: self.value("revision").1.to_owned(),
            target: self.read("target", |text| Ok(text.parse::<Target>()?))?,
            arch: self.value("arch").1.to_owned(),
            format: self.read("client", format)?,
            free_kb: self.read("free", kb)?,
            system: System {
                boot: self.read("boot", read_boot)?,
                root: self.word("root"),
                compat: self.word("compat"),
                memory_kb: self.read("memory", kb)?,
                flash_kb: self.read("flash", kb)?,
            },
            devices: detect::read(&self.listing()).devices,
            installed: self.installed,
        })
    }

    /// A value of the head, and its line.
    fn value(&self, key: &str) -> (usize, &'t str) {
        self.head.get(key).copied().unwrap_or_default()
    }

    fn read<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, LineError>) -> Result<T, RequestError> {
        let (line, value) = self.value(key);
        read(value).map_err(|wrong| RequestError::Line { line, wrong })
    }

    /// A value that the router may not have known.
    fn word(&self, key: &str) -> Option<String> {
        Some(self.value(key).1).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// The lines of the devices, at their places in the request.
    fn listing(&self) -> String {
        let mut listing = String::new();
        let mut at = 1;
        for (number, line) in &self.devices {
            listing += &"\n".repeat(number - at);
            listing += line;
            at = *number;
        }
        listing
    }
}

fn version(line: &str) -> Result<&str, RequestError> {
    match line.split_once(' ') {
        Some((NAME, version)) if VERSIONS.contains(&version) => Ok(version),
        Some((NAME, version)) => Err(RequestError::Version { found: start_of(version) }),
        _ => Err(RequestError::NoRequest { found: start_of(line) }),
    }
}

fn checked(line: &str) -> Result<&str, LineError> {
    if line.len() > MAX_LINE {
        return Err(LineError::Long(line.len()));
    }
    match line.chars().find(|&c| c != ' ' && !c.is_ascii_graphic()) {
        Some(other) => Err(LineError::Character(other)),
        None => Ok(line),
    }
}

fn format(name: &str) -> Result<&'static str, LineError> {
    let format = format_named(name).map(|format| format.name());
    format.ok_or_else(|| LineError::Client { found: start_of(name) })
}

/// `1234 kB`; empty where the router could not tell.
fn kb(text: &str) -> Result<Option<u64>, LineError> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.strip_suffix(" kB").and_then(|number| number.parse().ok());
    let wrong = || LineError::Other { expected: "a number of kB", found: start_of(text) };
    number.map(Some).ok_or_else(wrong)
}

/// What errors show of a text.
fn start_of(text: &str) -> String {
    text.chars().take(60).collect()
}

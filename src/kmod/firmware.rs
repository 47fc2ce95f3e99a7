//! Names of firmware files among a module's texts.

use serde::{Deserialize, Serialize};

/// A name of firmware that a module holds, below `/lib/firmware`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirmwareName {
    /// The whole name of a file.
    File(String),
    /// A name that the module completes by numbers or letters of the card: `iwlwifi-%s-%c0-%s%s-%c0`.
    Pattern(String),
    /// The beginning of names, to which the module adds: `iwlwifi-7265D`, `ath10k/QCA6174/hw3.0`.
    Start(String),
    /// The beginning of names that end with a version, of which the module takes these: `iwlwifi-7265D`, 22 to 29.
    Versions {
        /// The beginning.
        start: String,
        /// The oldest version.
        oldest: u16,
        /// The newest version.
        newest: u16,
    },
}

/// The longest name, in bytes.
const LONGEST: usize = 200;
/// How the names of firmware files end.
const ENDINGS: [&str; 24] = [
    ".bin",
    ".fw",
    ".ucode",
    ".hcd",
    ".dat",
    ".pnvm",
    ".mbn",
    ".clm_blob",
    ".txcap_blob",
    ".sbin",
    ".img",
    ".cis",
    ".sfi",
    ".ddc",
    ".bseq",
    ".dlmem",
    ".elf",
    ".hex",
    ".itb",
    ".inp",
    ".z77",
    ".arm",
    ".usb",
    ".ram",
];

/// The endings with which a file's name may go on after a start.
const SEPARATORS: [char; 4] = ['-', '.', '_', '/'];

impl FirmwareName {
    /// What a text is a name of; none when it looks like none.
    pub fn of(text: &str) -> Option<FirmwareName> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"%/-._+".contains(&byte);
        if !(5..=LONGEST).contains(&text.len())
            || !text.bytes().all(allowed)
            || text.starts_with(['.', '/', '-'])
        {
            return None;
        }
        let ends = ENDINGS.iter().any(|ending| text.len() > ending.len() + 1 && text.ends_with(ending));
        if text.contains('%') {
            let fixed =
                text.split('%').map(|part| part.trim_start_matches(is_conversion).len()).sum::<usize>();
            let is_name = ends || (text.contains('-') && fixed > 6);
            return (is_name && fixed > 4).then(|| FirmwareName::Pattern(text.to_owned()));
        }
        if ends {
            return Some(FirmwareName::File(text.to_owned()));
        }
        let is_start = text.contains(['-', '/']) && text.bytes().any(|byte| byte.is_ascii_digit());
        is_start.then(|| FirmwareName::Start(text.to_owned()))
    }

    /// The text as the module holds it.
    pub(crate) fn text(&self) -> &str {
        match self {
            FirmwareName::File(text) | FirmwareName::Pattern(text) | FirmwareName::Start(text) => text,
            FirmwareName::Versions { start, .. } => start,
        }
    }

    /// Whether a file, named below `/lib/firmware`, can be meant by this name.
    pub fn fits(&self, file: &str) -> bool {
        match self {
            // Some drivers name a folder and a file apart.
            FirmwareName::File(name) => {
                file == name || (!name.contains('/') && file.rsplit('/').next() == Some(name))
            }
            FirmwareName::Start(start) => {
                file.strip_prefix(start.as_str()).is_some_and(|rest| rest.starts_with(SEPARATORS))
            }
            FirmwareName::Pattern(pattern) => fits_pattern(pattern, file),
            FirmwareName::Versions { start, oldest, newest } => {
                version_behind(start, file).is_some_and(|version| (*oldest..=*newest).contains(&version))
            }
        }
    }

    /// Whether a file that is there shows that the driver finds what it asks for: it is named whole, or its version is
    /// one that the module takes. What a module makes up when it runs may be another file of the kind.
    pub fn is_met_by(&self, file: &str) -> bool {
        let is_whole = match self {
            FirmwareName::File(_) | FirmwareName::Versions { .. } => true,
            FirmwareName::Start(start) => {
                let behind = file.strip_prefix(start.as_str());
                behind.is_some_and(|rest| !rest.bytes().any(|byte| byte.is_ascii_digit()))
            }
            FirmwareName::Pattern(_) => false,
        };
        is_whole && self.fits(file)
    }

    /// Whether a file is one of the kind that the module asks for: its name as far as the version, if it ends with one.
    pub fn is_kind_of(&self, file: &str) -> bool {
        let unversioned = file.rsplit_once('-').filter(|(_, version)| is_version(version));
        self.fits(file) || unversioned.is_some_and(|(name, _)| self.fits(name))
    }
}

/// The version with which a file's name ends behind a start: `iwlwifi-7265D` and `-29.ucode`.
fn version_behind(start: &str, file: &str) -> Option<u16> {
    file.strip_prefix(start)?.strip_prefix('-')?.strip_suffix(".ucode")?.parse().ok()
}

/// Whether a text is a version and an ending: `29.ucode`.
fn is_version(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(version, _)| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What may stand between a `%` and the end of its conversion.
fn is_conversion(letter: char) -> bool {
    letter.is_ascii_digit() || "-.+hlz".contains(letter)
}

/// Whether a file's name is one that the conversions of a pattern can make: each stands for any run of characters.
fn fits_pattern(pattern: &str, file: &str) -> bool {
    let mut parts = pattern.split('%');
    let Some(mut rest) = parts.next().and_then(|first| file.strip_prefix(first)) else { return false };
    let fixed: Vec<&str> = parts
        .map(|part| {
            let part = part.trim_start_matches(is_conversion);
            part.get(1..).unwrap_or_default()
        })
        .collect();
    let Some((last, between)) = fixed.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

//! Writes a signed opkg index: for the demo release and for releases that tests build.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};

use super::{INDEX, SIGNATURE};
use crate::trust::usign::SecretKey;
use crate::trust::{Digest, SignedFile};

/// One package of an index to be written. Lists are in the grammar of the field, empty ones are left out.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// `Package`.
    pub name: String,
    /// `Version`.
    pub version: String,
    /// `Architecture`.
    pub arch: String,
    /// `Depends`.
    pub depends: String,
    /// `Recommends`.
    pub recommends: String,
    /// `Provides`.
    pub provides: String,
    /// `Conflicts`; it stands before `Replaces`, as OpenWrt's own build writes it.
    pub conflicts: String,
    /// `Replaces`.
    pub replaces: String,
    /// `Section`.
    pub section: String,
    /// `Description`, one line.
    pub description: String,
    /// `Installed-Size`: the size of the uncompressed data tar, in bytes.
    pub installed_size: u64,
    /// `Filename`.
    pub file: String,
    /// `Size` in bytes and `SHA256sum` of the package file.
    pub packed: Option<(u64, Digest)>,
}

impl Entry {
    /// The fields that the package's own control file holds too.
    pub fn control(&self) -> String {
        let mut text = String::new();
        let fields = [
            ("Package", self.name.as_str()),
            ("Version", &self.version),
            ("Depends", &self.depends),
            ("Recommends", &self.recommends),
            ("Provides", &self.provides),
            ("Conflicts", &self.conflicts),
            ("Replaces", &self.replaces),
            ("Section", &self.section),
            ("Architecture", &self.arch),
        ];
        for (field, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(text, "{field}: {value}");
        }
        let _ = writeln!(text, "Installed-Size: {}", self.installed_size);
        text
    }

    /// The stanza, in OpenWrt's order: file, size and digest directly before the description.
    fn stanza(&self) -> String {
        let mut text = self.control();
        let _ = writeln!(text, "Filename: {}", self.file);
        if let Some((size, digest)) = &self.packed {
            let _ = writeln!(text, "Size: {size}\nSHA256sum: {}", digest.hex());
        }
        let _ = writeln!(text, "Description:  {}\n", self.description);
        text
    }
}

/// Writes `Packages.gz` and `Packages.sig`; the same entries and key always give the same bytes.
pub fn write_index(entries: &[Entry], key: &SecretKey) -> io::Result<[SignedFile; 2]> {
    let text: String = entries.iter().map(Entry::stanza).collect();
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes())?;
    let signature = key.sign(text.as_bytes()).to_text().into_bytes();
    Ok([
        SignedFile { name: INDEX, bytes: packed.finish()? },
        SignedFile { name: SIGNATURE, bytes: signature },
    ])
}

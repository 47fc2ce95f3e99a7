//! Writes opkg indexes: of package files, of the demo release and of releases that tests build.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};

use super::{INDEX, SIGNATURE};
use crate::trust::usign::SecretKey;
use crate::trust::{Digest, SignedFile};

/// One package of an index to be written. Lists are in the grammar of the field, empty ones are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// `Package`.
    pub(crate) name: String,
    pub(crate) version: String,
    /// `Architecture`.
    pub(crate) arch: String,
    pub(crate) depends: String,
    pub(crate) recommends: String,
    pub(crate) provides: String,
    /// `Conflicts`; it stands before `Replaces`, as OpenWrt's own build writes it.
    pub(crate) conflicts: String,
    pub(crate) replaces: String,
    pub(crate) section: String,
    /// `Description`, one line.
    pub(crate) description: String,
    /// `Installed-Size`: the size of the uncompressed data tar, in bytes.
    pub(crate) installed_size: u64,
    /// `Filename`.
    pub(crate) file: String,
    /// `Size` in bytes and `SHA256sum` of the package file.
    pub(crate) packed: Option<(u64, Digest)>,
}

impl Entry {
    /// The package's own control file.
    pub(crate) fn control(&self) -> String {
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
        let _ = writeln!(text, "Installed-Size: {}\nDescription:  {}", self.installed_size, self.description);
        text
    }

    fn stanza(&self) -> String {
        stanza(&self.control(), &self.file, self.packed)
    }
}

/// Fields of a control file that OpenWrt's own indexes leave out, and those that are of the package file and so not for
/// the package itself to say. As opkg reads fields, so they are told here: by how a line starts.
const LEFT_OUT: [&str; 11] = [
    "Maintainer",
    "LicenseFiles",
    "Source",
    "SourceName",
    "Require",
    "SourceDateEpoch",
    "Filename",
    "Size",
    "SHA256sum",
    "MD5Sum",
    "MD5sum",
];

/// The stanza of a control file, in OpenWrt's order: file, size and digest directly before the description.
pub(super) fn stanza(control: &str, file: &str, packed: Option<(u64, Digest)>) -> String {
    let mut own = format!("Filename: {file}\n");
    if let Some((size, digest)) = packed {
        // Writing to a string never fails.
        let _ = writeln!(own, "Size: {size}\nSHA256sum: {}", digest.hex());
    }
    let mut own = Some(own);
    let (mut text, mut left_out) = (String::new(), false);
    let lines: Vec<&str> = control.split('\n').collect();
    let used = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    for line in &lines[..used] {
        let goes_on = line.starts_with([' ', '\t']);
        left_out = if goes_on { left_out } else { LEFT_OUT.iter().any(|field| line.starts_with(field)) };
        if left_out {
            continue;
        }
        if line.starts_with("Description") {
            text += &own.take().unwrap_or_default();
        }
        text.extend([*line, "\n"]);
    }
    text += &own.unwrap_or_default();
    text + "\n"
}

/// The text of an index: its stanzas, filled up where the SHA-512 of old versions of usign would be wrong, as OpenWrt's
/// own indexes are.
pub(super) fn text<'s>(stanzas: impl IntoIterator<Item = &'s str>) -> String {
    let mut text: String = stanzas.into_iter().collect();
    if matches!((64 + text.len()) % 128, 110 | 111) {
        text += "\n\n";
    }
    text
}

/// Writes `Packages.gz`, and `Packages.sig` if there is a key; the same text and key always give the same bytes.
pub(super) fn pack(text: &str, key: Option<&SecretKey>) -> io::Result<Vec<SignedFile>> {
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes())?;
    let mut files = vec![SignedFile { name: INDEX, bytes: packed.finish()? }];
    let signature = key.map(|key| key.sign(text.as_bytes()).to_text().into_bytes());
    files.extend(signature.map(|bytes| SignedFile { name: SIGNATURE, bytes }));
    Ok(files)
}

/// Writes the signed index of these entries.
pub(crate) fn write_index(entries: &[Entry], key: &SecretKey) -> io::Result<Vec<SignedFile>> {
    let stanzas: Vec<String> = entries.iter().map(Entry::stanza).collect();
    pack(&text(stanzas.iter().map(String::as_str)), Some(key))
}

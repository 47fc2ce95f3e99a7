//! What an index tells of package files at hand.

use std::io::{self, Read};

use super::ipk::{self, Limits};
use super::{stanza, write};
use crate::format::{FeedId, Indescribable, IndexEntry};
use crate::trust::{Digest, Sha256Reader};

/// Reads a package to its end, and makes its stanza; what opkg would not read again from it is refused.
pub(super) fn describe(name: &str, file: &mut dyn Read) -> Result<IndexEntry, Indescribable> {
    let mut file = Sha256Reader::new(file);
    let package = ipk::read(&mut file, &Limits::default()).map_err(|error| chain(&error))?;
    io::copy(&mut file, &mut io::sink()).map_err(|error| error.to_string())?;
    package.accepted_by_opkg()?;
    let (sha256, size) = file.finish();
    let digest = Digest::sha256(sha256);
    let text = write::stanza(&package.control, name, Some((size, digest)));
    let parsed = stanza::parse(text.as_bytes(), FeedId(0)).map_err(|error| error.to_string())?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(format!("its control file says too little: {}", warning.why).into());
    }
    let [package] = parsed.packages()[..] else {
        return Err("its control file is not one stanza: an empty line ends it too early".into());
    };
    if package.version.is_empty() {
        return Err("its control file states no version".into());
    }
    if (&*package.file, package.size, package.digest) != (name, Some(size), Some(digest)) {
        return Err("its control file hides what the index says of the file".into());
    }
    Ok(IndexEntry {
        file: name.to_owned(),
        name: package.name.to_owned(),
        version: package.version.to_owned(),
        arch: package.arch.to_owned(),
        size,
        digest,
        metadata: text.clone().into_bytes(),
    })
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", chain(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}

//! Walks a tar archive as opkg does: GNU's long names count, PAX headers do not.

use std::io::Read;

use tar::{Archive, Entry, EntryType};

use super::path::shown;
use super::{IpkError, Limits, Part};

/// The longest path that is read, in bytes: Linux's own limit.
const LONGEST_PATH: u64 = 4096;

/// The header of an entry.
pub(crate) struct Member {
    /// The name as it stands in the archive, mostly with `./` before it.
    pub(crate) name: Vec<u8>,
    /// What a link points to.
    pub(crate) link: Vec<u8>,
    pub(crate) kind: EntryType,
    pub(crate) size: u64,
    pub(crate) mode: u32,
}

impl Member {
    /// The name without `./`.
    pub(crate) fn plain_name(&self) -> &[u8] {
        self.name.strip_prefix(b"./").unwrap_or(&self.name)
    }
}

/// Shows every entry and its content to `visit`, checks that only zeros follow the last one, and gives the
/// reader back at its end.
pub(crate) fn walk<R: Read>(
    part: Part,
    reader: R,
    limits: &Limits,
    mut visit: impl FnMut(&Member, &mut dyn Read) -> Result<(), IpkError>,
) -> Result<R, IpkError> {
    let damaged = |error| IpkError::met(part, error);
    let mut archive = Archive::new(reader);
    let (mut long_name, mut long_link) = (None, None);
    let (mut entries, mut names) = (0, 0);
    // The crate's own handling of extensions reads them whole and follows PAX, which opkg does not know.
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        entries += 1;
        if entries > limits.entries {
            return Err(IpkError::TooLarge { part, cap: limits.entries, of: "entries" });
        }
        match entry.header().entry_type() {
            EntryType::GNULongName => long_name = Some(long(part, &mut entry)?),
            EntryType::GNULongLink => long_link = Some(long(part, &mut entry)?),
            kind => {
                let header = entry.header();
                let link = || header.link_name_bytes().unwrap_or_default().into_owned();
                let member = Member {
                    name: long_name.take().unwrap_or_else(|| header.path_bytes().into_owned()),
                    link: long_link.take().unwrap_or_else(link),
                    kind,
                    size: entry.size(),
                    mode: header.mode().map_err(damaged)? & 0o7777,
                };
                names += (member.name.len() + member.link.len()) as u64;
                if names > limits.names {
                    return Err(IpkError::TooLarge { part, cap: limits.names, of: "bytes of names" });
                }
                visit(&member, &mut entry)?;
            }
        }
    }
    let mut reader = archive.into_inner();
    only_zeros(part, &mut reader)?;
    Ok(reader)
}

/// The name that a GNU extension entry holds.
fn long<R: Read>(part: Part, entry: &mut Entry<'_, R>) -> Result<Vec<u8>, IpkError> {
    let mut name = Vec::new();
    entry.take(LONGEST_PATH + 1).read_to_end(&mut name).map_err(|error| IpkError::met(part, error))?;
    if name.last() == Some(&0) {
        name.pop();
    }
    match name.len() as u64 > LONGEST_PATH {
        true => Err(IpkError::BadPath { part, path: shown(&name), why: "is longer than 4096 bytes" }),
        false => Ok(name),
    }
}

/// Reads to the end: tar pads with zeros, and anything else was put there.
fn only_zeros(part: Part, reader: &mut impl Read) -> Result<(), IpkError> {
    let mut buffer = [0; 8192];
    loop {
        match reader.read(&mut buffer).map_err(|error| IpkError::met(part, error))? {
            0 => return Ok(()),
            count if buffer[..count].iter().any(|byte| *byte != 0) => {
                return Err(IpkError::TrailingBytes { part });
            }
            _ => {}
        }
    }
}

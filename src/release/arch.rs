//! The feeds of an architecture alone, without a target.

use super::feeds::{self, Wanted};
use super::open::{METADATA_CAP, Reader, ReleaseSpec};
use super::{FeedPlace, ReleaseError};
use crate::fetch::{Fetcher, Location};
use crate::format::{FORMATS, Format};
use crate::trust::{Keyring, Signed, Unsigned, Verified};

/// The feeds of an architecture.
#[derive(Debug)]
pub struct ArchFeeds {
    /// The format of their indexes.
    pub format: &'static dyn Format,
    /// The feeds, each with its verified index.
    pub feeds: Vec<(FeedPlace, Verified<Signed>)>,
}

/// Reads the feeds below `packages/<arch>/` of a release tree and verifies their indexes.
///
/// # Errors
/// When there are none, a file cannot be had, or an index is not vouched for.
pub fn open_arch(
    fetcher: &Fetcher,
    keyring: &Keyring,
    root: &Location,
    arch: &str,
    unsigned: Unsigned,
) -> Result<ArchFeeds, ReleaseError> {
    let mut reader = Reader::new(fetcher, keyring, root.clone(), unsigned);
    let wanted = reader.feeds_of_arch(root, arch)?;
    for format in FORMATS {
        let feeds = reader.feeds(format, wanted.clone())?;
        if !feeds.is_empty() {
            return Ok(ArchFeeds { format, feeds });
        }
    }
    let expected = FORMATS.map(|format| format.index_files()[0].name).to_vec();
    Err(ReleaseError::NoIndex { at: root.join(&format!("packages/{arch}"))?.to_string(), expected })
}

impl<'a> Reader<'a> {
    /// A reader of a tree of which nothing more is known.
    pub(super) fn new(
        fetcher: &'a Fetcher,
        keyring: &'a Keyring,
        root: Location,
        unsigned: Unsigned,
    ) -> Reader<'a> {
        let ask = ReleaseSpec {
            root,
            release: None,
            target: None,
            profile: None,
            extra_feeds: Vec::new(),
            installed: None,
            unsigned,
        };
        Reader { fetcher, keyring, ask, warnings: Vec::new() }
    }

    /// The feeds that an architecture may have.
    pub(super) fn feeds_of_arch(&self, root: &Location, arch: &str) -> Result<Vec<Wanted>, ReleaseError> {
        let feeds_conf = self.text(&root.join(&format!("packages/{arch}/feeds.conf"))?, METADATA_CAP)?;
        Ok(feeds::of_arch(root, arch, feeds_conf.as_deref())?)
    }
}

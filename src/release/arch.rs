//! The feeds of an architecture alone, without a target.

use super::feeds::{self, Wanted};
use super::metadata;
use super::open::{Reader, ReleaseSpec};
use super::{FeedPlace, ReleaseError, Upstream};
use crate::fetch::Location;
use crate::format::{FORMATS, Format};
use crate::trust::{Signed, Verified};

/// The feeds of an architecture.
#[derive(Debug)]
pub struct ArchFeeds {
    /// The format of their indexes.
    pub format: &'static dyn Format,
    /// The feeds, each with its verified index.
    pub feeds: Vec<(FeedPlace, Verified<Signed>)>,
}

pub(super) fn open(upstream: &Upstream, root: &Location, arch: &str) -> Result<ArchFeeds, ReleaseError> {
    let mut reader = Reader::new(upstream, ReleaseSpec::of_tree(root.clone()));
    let wanted = reader.feeds_of_arch(root, arch)?;
    for format in FORMATS {
        let feeds = reader.feeds(format, wanted.clone())?;
        if !feeds.is_empty() {
            return Ok(ArchFeeds { format, feeds });
        }
    }
    let expected = FORMATS.map(|format| format.index_name()).to_vec();
    Err(ReleaseError::NoIndex { at: root.join(&format!("packages/{arch}"))?.to_string(), expected })
}

impl Reader<'_> {
    /// The feeds that an architecture may have.
    pub(super) fn feeds_of_arch(&self, root: &Location, arch: &str) -> Result<Vec<Wanted>, ReleaseError> {
        let feeds_conf = self.text(&root.join(&format!("packages/{arch}/feeds.conf"))?, metadata::CAP)?;
        feeds::of_arch(root, arch, feeds_conf.as_deref())
    }
}

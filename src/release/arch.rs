//! The feeds of an architecture alone, without a target.

use super::feeds::{self, Wanted};
use super::metadata;
use super::open::{Reader, ReleaseSpec};
use super::{FeedPlace, ReleaseError, Target, Upstream};
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
    read(&mut Reader::new(upstream, ReleaseSpec::of_tree(root.clone())), root, arch)
}

/// The same with what a reader has been told.
pub(super) fn read(reader: &mut Reader<'_>, root: &Location, arch: &str) -> Result<ArchFeeds, ReleaseError> {
    let wanted = reader.feeds_of_arch(root, arch, None)?;
    let warned = reader.warnings.len();
    for format in FORMATS {
        let feeds = reader.feeds(format, wanted.clone())?;
        if !feeds.is_empty() {
            return Ok(ArchFeeds { format, feeds });
        }
        // That it has none of another format is no news.
        reader.warnings.truncate(warned);
    }
    let expected = FORMATS.map(|format| format.index_name()).to_vec();
    Err(ReleaseError::NoIndex { at: root.join(&format!("packages/{arch}"))?.to_string(), expected })
}

impl Reader<'_> {
    /// The feeds that an architecture may have.
    pub(super) fn feeds_of_arch(
        &self,
        root: &Location,
        arch: &str,
        target: Option<&Target>,
    ) -> Result<Vec<Wanted>, ReleaseError> {
        let folder = root.join(&format!("packages/{arch}"))?;
        let feeds_conf = self.text(&folder.join("feeds.conf")?, metadata::CAP)?;
        let mut folders = Vec::new();
        for name in self.upstream.fetcher.list(&folder)?.unwrap_or_default() {
            // What cannot be joined is no name of a feed.
            let Ok(at) = folder.join(&name) else { continue };
            // Its files are many: only the index is looked for.
            let indexes = FORMATS.iter().filter_map(|format| at.join(format.index_name()).ok());
            if indexes.into_iter().any(|index| self.upstream.fetcher.is_at_hand(&index)) {
                folders.push(name);
            }
        }
        // A server cannot be listed, but says of what feeds it was built.
        if let (Some(target), None, true) = (target, &feeds_conf, root.is_remote()) {
            let built =
                self.text(&root.join(&format!("targets/{target}/feeds.buildinfo"))?, metadata::CAP)?;
            folders.extend(built.as_deref().map(feeds::names).unwrap_or_default());
        }
        feeds::of_arch(root, arch, feeds_conf.as_deref(), folders)
    }
}

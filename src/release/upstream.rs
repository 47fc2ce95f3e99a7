//! Where releases come from, and who may vouch for them: what every reading of one needs.

use super::image::{ImageError, Images};
use super::{ArchFeeds, OpenRelease, ReleaseError, ReleaseSpec, arch, board, image, open};
use crate::fetch::{Fetcher, Location};
use crate::trust::{Keyring, UnsignedFeeds};

/// A way to get files, and the keys that are trusted to vouch for them.
pub struct Upstream {
    /// Gets files; a tree that is built in may be mounted in it.
    pub fetcher: Fetcher,
    /// The trusted keys.
    pub keyring: Keyring,
    /// The feeds whose indexes are taken although no trusted key vouches for them.
    pub unsigned: UnsignedFeeds,
    /// Whether an index that is older than one seen before is refused, and not only warned of.
    pub require_fresh: bool,
}

impl Upstream {
    /// Trusts a keyring alone: what none of its keys vouches for is refused.
    pub fn new(fetcher: Fetcher, keyring: Keyring) -> Upstream {
        Upstream { fetcher, keyring, unsigned: UnsignedFeeds::default(), require_fresh: false }
    }

    /// Reads a release tree and verifies its indexes.
    ///
    /// # Errors
    /// When the tree is none, a file cannot be had, or an index is not vouched for.
    pub fn open(&self, spec: ReleaseSpec) -> Result<OpenRelease, ReleaseError> {
        open::Reader::new(self, spec).open()
    }

    /// Reads the feeds below `packages/<arch>/` of a release tree and verifies their indexes.
    ///
    /// # Errors
    /// When there are none, a file cannot be had, or an index is not vouched for.
    pub fn open_arch(&self, root: &Location, arch: &str) -> Result<ArchFeeds, ReleaseError> {
        arch::open(self, root, arch)
    }

    /// The device by which a release has images for a board, as a router names it; none where the target does not tell
    /// devices apart.
    ///
    /// # Errors
    /// When the tree is none, or no image is for the board.
    pub fn device_of(&self, spec: &ReleaseSpec, board: &str) -> Result<Option<String>, ImageError> {
        board::device(self, spec, board)
    }

    /// The devices of a target, by their names in `profiles.json`; none where it has none.
    ///
    /// # Errors
    /// When the tree is none, or a file cannot be had or read.
    pub(crate) fn profiles(&self, spec: &ReleaseSpec) -> Result<Vec<String>, ReleaseError> {
        board::profiles(self, spec)
    }

    /// Reads which images a release has for a device, and verifies their digests.
    ///
    /// # Errors
    /// When the tree or the device is none, a file cannot be had, or no trusted key vouches for the digests.
    pub fn images(&self, spec: &ReleaseSpec) -> Result<Images, ImageError> {
        image::list(self, spec)
    }
}

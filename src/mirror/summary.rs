//! What a run is told to do, and what it did or would do.

use crate::fetch::FetchError;

/// What to remove at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prune {
    /// Nothing: every index that was ever mirrored stays, with its files.
    #[default]
    Nothing,
    /// What neither the indexes that readers see refer to, nor so many older ones of each folder.
    Keeping(usize),
    /// The same, and every folder that the run is not about: a release, target or feed that is not wanted any more.
    Only(usize),
}

/// What becomes of a folder of which a file is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gaps {
    /// Readers go on seeing it as it was.
    #[default]
    HeldBack,
    /// Its index is published without those files.
    Published,
}

/// A file that is not to be had: the server lacks it, or has another one in its place.
#[derive(Debug)]
pub struct MissingFile {
    /// Its folder in the mirror.
    pub folder: String,
    /// Its name there.
    pub name: String,
    /// Why.
    pub cause: FetchError,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files that were put in place.
    pub new: usize,
    /// Those of them that are the same as another one, and are stored once where the place can do that.
    pub linked: usize,
    /// Files that were in place already.
    pub kept: usize,
    /// Files that were removed.
    pub removed: usize,
    /// Files of indexes that readers see from now on.
    pub published: usize,
    /// Bytes of the files that were put in place, without those stored already.
    pub bytes: u64,
}

impl Summary {
    /// What two runs did together, of which the other came first.
    pub fn after(self, first: &Summary) -> Summary {
        Summary {
            new: self.new + first.new,
            linked: self.linked + first.linked,
            kept: self.kept.saturating_sub(first.new),
            removed: self.removed + first.removed,
            published: self.published + first.published,
            bytes: self.bytes + first.bytes,
        }
    }
}

/// What a run would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preview {
    /// Files that would be put in place.
    pub new: usize,
    /// Files that are in place already.
    pub kept: usize,
    /// Bytes of the files that would be put in place, each content once, as far as they are known.
    pub bytes: u64,
    /// Files that would be fetched: they are not in the cache.
    pub to_fetch: usize,
    /// Their bytes, as far as they are known.
    pub bytes_to_fetch: u64,
    /// How many of them have a size that nothing tells: `sha256sums` states none.
    pub unsized_files: usize,
}

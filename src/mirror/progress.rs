//! What is known of the files of a run while it goes on.

use foldhash::{HashMap, HashMapExt as _};

use super::stamps::CheckedStamps;
use super::store::{Depth, Stat, Store, StoreError};
use super::summary::Summary;
use super::{Listed, MirrorFolder};
use crate::fetch::FetchError;
use crate::trust::Digest;

/// A file of a folder, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) folder: usize,
    pub(super) file: usize,
}

/// What is there of a folder before a run changes anything.
pub(super) struct Found {
    /// For each of its files: the one in its place, and whether an earlier run found it good.
    pub(super) files: Vec<Option<(Stat, bool)>>,
}

impl Found {
    pub(super) fn of(store: &dyn Store, folder: &MirrorFolder) -> Result<Found, StoreError> {
        let here = store.list(&folder.folder, Depth::Folder)?;
        let seen = CheckedStamps::read(store, &folder.folder)?;
        let mut seen = seen.in_order();
        let mut here = here.into_iter().peekable();
        let mut find = |file: &Listed| {
            // All are in order of their names.
            let name = |stat: &Stat| stat.path.get(folder.folder.len() + 1..).cmp(&Some(&file.name));
            while here.next_if(|stat| name(stat).is_lt()).is_some() {}
            let stat = here.next_if(|stat| name(stat).is_eq())?;
            let known = seen.knows(&file.name, &stat, &file.digest);
            Some((stat, known))
        };
        Ok(Found { files: folder.files.iter().map(&mut find).collect() })
    }
}

/// What is known of a folder's files while it is being brought up to date.
pub(super) struct Progress<'p> {
    pub(super) folders: &'p [MirrorFolder],
    /// For each folder and file: the file in its place, found good.
    pub(super) stats: Vec<Vec<Option<Stat>>>,
    /// A place of each digest that is in the mirror.
    pub(super) places: HashMap<Digest, Position>,
    /// The files that are not to be had.
    pub(super) missing: Vec<(Position, FetchError)>,
    pub(super) summary: Summary,
}

impl<'p> Progress<'p> {
    pub(super) fn new(folders: &'p [MirrorFolder]) -> Progress<'p> {
        Progress {
            folders,
            stats: folders.iter().map(|folder| vec![None; folder.files.len()]).collect(),
            places: HashMap::new(),
            missing: Vec::new(),
            summary: Summary::default(),
        }
    }

    pub(super) fn is_missing(&self, at: Position) -> bool {
        self.missing.iter().any(|(missing, _)| *missing == at)
    }

    pub(super) fn missing_of(&self, folder: usize) -> impl Iterator<Item = &Position> {
        self.missing.iter().map(|(at, _)| at).filter(move |at| at.folder == folder)
    }

    /// Those of a folder's files that are here.
    pub(super) fn files_of(&self, folder: usize) -> impl Iterator<Item = &Listed> {
        let files = self.folders[folder].files.iter().enumerate();
        let here = files.filter(move |(file, _)| !self.missing_of(folder).any(|at| at.file == *file));
        here.map(|(_, listed)| listed)
    }

    pub(super) fn folders_with_gaps(&self) -> Vec<String> {
        let with_gaps = (0..self.folders.len()).filter(|folder| self.missing_of(*folder).next().is_some());
        with_gaps.map(|folder| self.folders[folder].folder.clone()).collect()
    }

    pub(super) fn listed(&self, at: Position) -> &Listed {
        &self.folders[at.folder].files[at.file]
    }

    pub(super) fn path(&self, at: Position) -> String {
        self.folders[at.folder].path(self.listed(at))
    }

    pub(super) fn keep(&mut self, at: Position, stat: Stat) {
        self.places.entry(self.folders[at.folder].files[at.file].digest).or_insert(at);
        self.stats[at.folder][at.file] = Some(stat);
        self.summary.kept += 1;
    }

    /// Notes a file that was put in its place in this run.
    pub(super) fn put(&mut self, at: Position, stat: Stat) {
        self.keep(at, stat);
        self.summary.kept -= 1;
        self.summary.new += 1;
    }
}

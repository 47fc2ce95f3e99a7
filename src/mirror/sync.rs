//! Brings a mirror to hold what it shall hold: files first, then every index at once.

use std::collections::HashSet;

use super::archive::{self, Archive};
use super::look::Looked;
use super::progress::Progress;
use super::stamps::CheckedStamps;
use super::store::{Change, Store, StoreError};
use super::summary::{Gaps, MissingFile, Prune, Summary};
use super::{INDEX_CAP, Listed, MirrorError, MirrorFolder, lists, prune};
use crate::fetch::Fetcher;
use crate::files::Content;
use crate::parallel;

/// How many files are checked or put at the same time; a store on a network waits most of the time.
pub(super) const WORKERS: usize = 8;

/// A mirror and what is needed to bring it up to date.
pub struct Mirror<'a> {
    /// Where it lies.
    pub store: &'a dyn Store,
    /// The fetcher of everything else: what its cache holds is not fetched again.
    pub fetcher: &'a Fetcher,
    /// The fetcher of what is to be moved into the mirror; none: the other one, whose cache keeps it.
    pub incoming: Option<&'a Fetcher>,
}

impl Mirror<'_> {
    /// Brings the mirror to hold these folders. Run again after a failure, it goes on where it was. A folder of which a file
    /// is not to be had stays as readers see it, unless `gaps` says otherwise; the others are brought up to date.
    ///
    /// # Errors
    /// When a file is not to be had, once all others are here ([`MirrorError::NotWhole`]). When anything else fails; readers
    /// then see the mirror as it was.
    pub fn sync(&self, folders: &[MirrorFolder], prune: Prune, gaps: Gaps) -> Result<Summary, MirrorError> {
        let _guard = self.store.lock()?;
        let mut archive = Archive::read(self.store)?;
        for folder in folders {
            let newest = archive.folders.get(&folder.folder).and_then(|generations| generations.last());
            if newest.is_some_and(|newest| folder.is_of_another_format(newest)) {
                return Err(MirrorError::OtherFormat { folder: folder.folder.clone() });
            }
        }
        let Looked { mut progress, absent, replaced } = self.look(&archive, folders)?;
        let twins = self.twins(&archive, &progress, &absent)?;
        self.fill(&mut progress, absent, &twins)?;
        let mut changes = self.fetch_replaced(&mut progress, &replaced)?;
        let published: Vec<bool> = (0..folders.len())
            .map(|position| gaps == Gaps::Published || progress.missing_of(position).next().is_none())
            .collect();
        changes.retain(|(at, _)| published[at.folder]);
        let mut changes: Vec<Change> = changes.into_iter().map(|(_, change)| change).collect();
        let published = || folders.iter().enumerate().filter(|(position, _)| published[*position]);
        for (position, folder) in published() {
            changes.extend(self.index_changes(&archive, folder)?);
            archive.add(self.store, folder, progress.files_of(position))?;
        }
        progress.summary.published = changes.iter().filter(|change| change.content.is_some()).count();
        for (_, folder) in published() {
            changes.extend(folder.key_changes(self.store)?);
        }
        lists::publish(self.store, changes)?;
        self.note_seen(&progress)?;
        if !progress.missing.is_empty() {
            let unpublished = match gaps {
                Gaps::Published => Vec::new(),
                Gaps::HeldBack => progress.folders_with_gaps(),
            };
            let summary = progress.summary;
            let missing = progress.missing.into_iter().map(|(at, cause)| MissingFile {
                folder: folders[at.folder].folder.clone(),
                name: folders[at.folder].files[at.file].name.clone(),
                cause,
            });
            return Err(MirrorError::NotWhole { summary, missing: missing.collect(), unpublished });
        }
        progress.summary.removed = match prune {
            Prune::Nothing => 0,
            Prune::Keeping(older) => prune::prune(self.store, archive, older, &|_| true)?,
            Prune::Only(older) => {
                let named: HashSet<&str> = folders.iter().map(|folder| folder.folder.as_str()).collect();
                prune::prune(self.store, archive, older, &|folder| named.contains(folder))?
            }
        };
        Ok(progress.summary)
    }

    /// What earlier runs put into a folder.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn earlier(
        store: &dyn Store,
    ) -> Result<impl Fn(&str) -> Result<Vec<Listed>, MirrorError> + Sync + '_, MirrorError> {
        let archive = Archive::read(store)?;
        Ok(move |folder: &str| {
            let newest = archive.folders.get(folder).and_then(|generations| generations.last());
            Ok(newest.map_or(Ok(Vec::new()), |newest| archive::read_list(store, folder, newest.number))?)
        })
    }

    /// The files of a folder's index that differ from what readers see.
    fn index_changes(&self, archive: &Archive, folder: &MirrorFolder) -> Result<Vec<Change>, MirrorError> {
        let mut changes = Vec::new();
        for file in &folder.index {
            let path = format!("{}/{}", folder.folder, file.name);
            if self.store.read(&path, INDEX_CAP)?.as_ref() != Some(&file.bytes) {
                changes.push(Change { path, content: Some(Content::Index(file.clone())) });
            }
        }
        let newest = archive.folders.get(&folder.folder).and_then(|generations| generations.last());
        for name in newest.iter().flat_map(|newest| &newest.index) {
            if folder.index.iter().all(|file| file.name != name) {
                changes.push(Change { path: format!("{}/{name}", folder.folder), content: None });
            }
        }
        Ok(changes)
    }

    fn note_seen(&self, progress: &Progress<'_>) -> Result<(), MirrorError> {
        let folders: Vec<_> = progress.folders.iter().zip(&progress.stats).collect();
        let written = parallel::map(&folders, WORKERS, |(folder, stats)| {
            let seen =
                folder.files.iter().zip(*stats).filter_map(|(file, stat)| Some((file, stat.as_ref()?)));
            CheckedStamps::write(self.store, &folder.folder, seen)
        });
        Ok(written.into_iter().collect::<Result<(), StoreError>>()?)
    }
}

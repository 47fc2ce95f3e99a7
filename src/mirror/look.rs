//! What is in its place already, and what a run would do.

use std::collections::{HashMap, HashSet};

use super::archive::{self, Archive};
use super::fill::want;
use super::progress::{Found, Position, Progress};
use super::stamps::CheckedStamps;
use super::store::{Depth, Stat, StoreError};
use super::summary::Preview;
use super::sync::{Mirror, WORKERS};
use super::{Listed, MirrorError, MirrorFolder};
use crate::format::measure;
use crate::parallel;
use crate::trust::Digest;

/// What there is of the files of a run before it changes anything.
pub(super) struct Looked<'p> {
    pub(super) progress: Progress<'p>,
    /// The files that are not in their places.
    pub(super) absent: Vec<Position>,
    /// Those in whose places readers see other ones, which must not change before their indexes do.
    pub(super) replaced: Vec<Position>,
}

impl Mirror<'_> {
    /// What [`Mirror::sync`] would do; nothing is fetched or put for it.
    ///
    /// # Errors
    /// When the mirror or the cache cannot be read.
    pub fn preview(&self, folders: &[MirrorFolder]) -> Result<Preview, MirrorError> {
        let archive = Archive::read(self.store)?;
        let Looked { progress, absent, replaced } = self.look(&archive, folders)?;
        let twins = self.twins(&archive, &progress, &absent)?;
        let mut preview = Preview { kept: progress.summary.kept, ..Preview::default() };
        preview.new = absent.len() + replaced.len();
        let mut wants = Vec::new();
        let mut seen: HashSet<Digest> = progress.places.keys().chain(twins.keys()).copied().collect();
        for at in absent.into_iter().chain(replaced).filter(|at| seen.insert(progress.listed(*at).digest)) {
            let folder = &folders[at.folder];
            wants.push(want(&folder.source, progress.listed(at), folder.authority())?);
        }
        for (want, found) in wants.iter().zip(self.fetcher.each_at_hand(&wants)?) {
            let size = want.expected.size.unwrap_or(0);
            preview.bytes += size;
            if found.transpose()?.is_none() {
                preview.to_fetch += 1;
                preview.bytes_to_fetch += size;
                preview.unsized_files += usize::from(want.expected.size.is_none());
            }
        }
        Ok(preview)
    }

    /// Looks at the places of all files.
    pub(super) fn look<'p>(
        &self,
        archive: &Archive,
        folders: &'p [MirrorFolder],
    ) -> Result<Looked<'p>, MirrorError> {
        let mut looked =
            Looked { progress: Progress::new(folders), absent: Vec::new(), replaced: Vec::new() };
        let found = parallel::map(folders, WORKERS, |folder| Found::of(self.store, folder));
        for (position, found) in found.into_iter().enumerate() {
            self.sort(archive, &mut looked, position, found?)?;
        }
        Ok(looked)
    }

    /// Sorts a folder's files into those in place, those that are not, and those in whose place readers see another
    /// one.
    fn sort(
        &self,
        archive: &Archive,
        looked: &mut Looked<'_>,
        position: usize,
        found: Found,
    ) -> Result<(), MirrorError> {
        let Looked { progress, absent, replaced } = looked;
        let folder = &progress.folders[position];
        let mut unknown = Vec::new();
        for (file, found) in found.files.into_iter().enumerate() {
            let at = Position { folder: position, file };
            match found {
                Some((stat, true)) => progress.keep(at, stat),
                Some((stat, false)) => unknown.push((at, stat)),
                None => absent.push(at),
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let earlier = match archive.published(self.store, &folder.folder)? {
            Some(generation) => archive::read_list(self.store, &folder.folder, generation.number)?,
            None => Vec::new(),
        };
        let earlier: HashMap<&str, &Digest> =
            earlier.iter().map(|listed| (listed.name.as_str(), &listed.digest)).collect();
        let good = parallel::map(&unknown, WORKERS, |(at, stat)| self.is_good(stat, &folder.files[at.file]));
        for ((at, stat), good) in unknown.into_iter().zip(good) {
            let listed = &folder.files[at.file];
            let other = earlier.get(listed.name.as_str()).is_some_and(|digest| **digest != listed.digest);
            match good? {
                true => progress.keep(at, stat),
                false if other => replaced.push(at),
                false => absent.push(at),
            }
        }
        Ok(())
    }

    /// Whether the file in a place is the one that is listed.
    fn is_good(&self, stat: &Stat, listed: &Listed) -> Result<bool, StoreError> {
        if listed.size.is_some_and(|size| size != stat.size) {
            return Ok(false);
        }
        let Some(mut file) = self.store.open(&stat.path)? else { return Ok(false) };
        // What cannot be read is fetched again.
        Ok(measure(listed.digest.kind, &mut file).is_ok_and(|found| found == listed.digest))
    }

    /// Where the mirror has files, in folders that this run is not about, that are the same as absent ones: other
    /// releases and targets have many of them.
    pub(super) fn twins(
        &self,
        archive: &Archive,
        progress: &Progress<'_>,
        absent: &[Position],
    ) -> Result<HashMap<Digest, String>, StoreError> {
        let mut wanted: HashSet<Digest> = absent.iter().map(|at| progress.listed(*at).digest).collect();
        wanted.retain(|digest| !progress.places.contains_key(digest));
        let mut twins = HashMap::new();
        for (folder, generations) in &archive.folders {
            let Some(newest) = generations.last().filter(|_| !wanted.is_empty()) else { continue };
            if progress.folders.iter().any(|own| own.folder == *folder) {
                continue;
            }
            let listed = archive::read_list(self.store, folder, newest.number)?;
            let same: Vec<Listed> = listed.into_iter().filter(|file| wanted.contains(&file.digest)).collect();
            if same.is_empty() {
                continue;
            }
            let here = self.store.list(folder, Depth::Folder)?;
            let here: HashMap<&str, &Stat> = here.iter().map(|stat| (stat.path.as_str(), stat)).collect();
            let stamps = CheckedStamps::read(self.store, folder)?;
            let mut seen = stamps.in_order();
            for file in same {
                let path = format!("{folder}/{}", file.name);
                let Some(stat) = here.get(path.as_str()) else { continue };
                if seen.knows(&file.name, stat, &file.digest) || self.is_good(stat, &file)? {
                    wanted.remove(&file.digest);
                    twins.insert(file.digest, path);
                }
            }
        }
        Ok(twins)
    }
}

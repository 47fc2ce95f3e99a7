//! Brings a mirror to hold what it shall hold: files first, then every index at once.

use std::collections::{HashMap, HashSet};

use super::archive::{self, Archive};
use super::stamps::CheckedStamps;
use super::store::{Change, Depth, Stat, Store, StoreError};
use super::{Listed, MirrorError, MirrorFolder, prune};
use crate::fetch::{FetchError, Fetcher, Location, Want};
use crate::files::Content;
use crate::format::measure;
use crate::parallel;
use crate::trust::{Artifact, Authority, Digest, Expected, Verified};

/// How many files are fetched before they are put in their places: enough to keep a server busy, few enough that a
/// run that is killed has not fetched much in vain.
const BATCH: usize = 512;
/// How many files are checked or put at the same time; a store on a network waits most of the time.
const WORKERS: usize = 8;
const INDEX_CAP: u64 = 32 << 20;

/// A mirror and what is needed to bring it up to date.
pub struct Mirror<'a> {
    /// Where it lies.
    pub store: &'a dyn Store,
    /// The fetcher of everything else: what its cache holds is not fetched again.
    pub fetcher: &'a Fetcher,
    /// The fetcher of what is to be moved into the mirror; none: the other one, whose cache keeps it.
    pub incoming: Option<&'a Fetcher>,
}

/// What to remove at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prune {
    /// Nothing: every index that was ever mirrored stays, with its files.
    #[default]
    Nothing,
    /// What neither the indexes that readers see refer to, nor so many older ones of each folder.
    Keeping(usize),
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

/// A file of a folder, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    folder: usize,
    file: usize,
}

/// What is known of a folder's files while it is being brought up to date.
struct Progress<'p> {
    folders: &'p [MirrorFolder],
    /// For each folder and file: the file in its place, found good.
    stats: Vec<Vec<Option<Stat>>>,
    /// A place of each digest that is in the mirror.
    places: HashMap<Digest, Position>,
    /// The files that are not to be had.
    missing: Vec<(Position, FetchError)>,
    summary: Summary,
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
        let mut progress = Progress::new(folders);
        let mut absent = Vec::new();
        let mut replaced = Vec::new();
        for folder in folders {
            let newest = archive.folders.get(&folder.folder).and_then(|generations| generations.last());
            if newest.is_some_and(|newest| folder.is_of_another_format(newest)) {
                return Err(MirrorError::OtherFormat { folder: folder.folder.clone() });
            }
        }
        for position in 0..folders.len() {
            self.look(&archive, &mut progress, position, &mut absent, &mut replaced)?;
        }
        self.fill(&mut progress, absent)?;
        let mut changes = self.fetch_replaced(&mut progress, &replaced)?;
        let published: Vec<bool> = (0..folders.len())
            .map(|position| gaps == Gaps::Published || progress.missing_of(position).next().is_none())
            .collect();
        changes.retain(|(at, _)| published[at.folder]);
        let mut changes: Vec<Change> = changes.into_iter().map(|(_, change)| change).collect();
        let published = || folders.iter().enumerate().filter(|(position, _)| published[*position]);
        for (position, folder) in published() {
            changes.extend(self.index_changes(&archive, folder)?);
            archive.add(self.store, folder, &progress.files_of(position))?;
        }
        progress.summary.published = changes.iter().filter(|change| change.content.is_some()).count();
        for (_, folder) in published() {
            changes.extend(folder.key_changes(self.store)?);
        }
        self.store.publish(&changes)?;
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
        if let Prune::Keeping(older) = prune {
            progress.summary.removed = prune::prune(self.store, archive, older)?;
        }
        Ok(progress.summary)
    }

    /// What [`Mirror::sync`] would do; nothing is fetched or put for it.
    ///
    /// # Errors
    /// When the mirror or the cache cannot be read.
    pub fn preview(&self, folders: &[MirrorFolder]) -> Result<Preview, MirrorError> {
        let archive = Archive::read(self.store)?;
        let mut progress = Progress::new(folders);
        let (mut absent, mut replaced) = (Vec::new(), Vec::new());
        for position in 0..folders.len() {
            self.look(&archive, &mut progress, position, &mut absent, &mut replaced)?;
        }
        let mut preview = Preview { kept: progress.summary.kept, ..Preview::default() };
        preview.new = absent.len() + replaced.len();
        let mut wants = Vec::new();
        let mut seen: HashSet<Digest> = progress.places.keys().copied().collect();
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

    /// What earlier runs put into a folder.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn earlier(
        store: &dyn Store,
    ) -> Result<impl Fn(&str) -> Result<Vec<Listed>, MirrorError> + '_, MirrorError> {
        let archive = Archive::read(store)?;
        Ok(move |folder: &str| {
            let newest = archive.folders.get(folder).and_then(|generations| generations.last());
            Ok(newest.map_or(Ok(Vec::new()), |newest| archive::read_list(store, folder, newest.number))?)
        })
    }

    /// Sorts a folder's files into those in place, those that are not, and those in whose place readers see another
    /// one, which must not change before its index does.
    fn look(
        &self,
        archive: &Archive,
        progress: &mut Progress<'_>,
        position: usize,
        absent: &mut Vec<Position>,
        replaced: &mut Vec<Position>,
    ) -> Result<(), MirrorError> {
        let folder = &progress.folders[position];
        let here = self.store.list(&folder.folder, Depth::Folder)?;
        let name = |stat: &Stat| stat.path.rsplit('/').next().unwrap_or_default().to_owned();
        let mut here: HashMap<String, Stat> = here.into_iter().map(|stat| (name(&stat), stat)).collect();
        let seen = CheckedStamps::read(self.store, &folder.folder)?;
        let earlier = match archive.published(self.store, &folder.folder)? {
            Some(generation) => archive::read_list(self.store, &folder.folder, generation.number)?,
            None => Vec::new(),
        };
        let earlier: HashMap<&str, &Digest> =
            earlier.iter().map(|listed| (listed.name.as_str(), &listed.digest)).collect();
        let mut unknown = Vec::new();
        for (file, listed) in folder.files.iter().enumerate() {
            let at = Position { folder: position, file };
            match here.remove(&listed.name) {
                Some(stat) if seen.knows(&listed.name, &stat, &listed.digest) => progress.keep(at, stat),
                Some(stat) => unknown.push((at, stat)),
                None => absent.push(at),
            }
        }
        let good =
            parallel::map(&unknown, WORKERS, |(at, stat)| self.is_good(folder, &folder.files[at.file], stat));
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

    fn is_good(&self, folder: &MirrorFolder, listed: &Listed, stat: &Stat) -> Result<bool, StoreError> {
        if listed.size.is_some_and(|size| size != stat.size) {
            return Ok(false);
        }
        let path = folder.path(listed);
        let Some(mut file) = self.store.open(&path)? else { return Ok(false) };
        // What cannot be read is fetched again.
        Ok(measure(listed.digest.kind, &mut file).is_ok_and(|found| found == listed.digest))
    }

    /// Puts every absent file in its place: from another place in the mirror, else from a server.
    fn fill(&self, progress: &mut Progress<'_>, absent: Vec<Position>) -> Result<(), MirrorError> {
        let mut twins = Vec::new();
        let mut wanted: HashMap<Digest, Position> = HashMap::new();
        let mut fetch = Vec::new();
        for at in absent {
            let digest = progress.listed(at).digest;
            if progress.places.contains_key(&digest) || wanted.contains_key(&digest) {
                twins.push(at);
            } else {
                wanted.insert(digest, at);
                fetch.push(at);
            }
        }
        drop(wanted);
        if !fetch.is_empty() {
            let sizes = fetch.iter().map(|at| progress.listed(*at).size);
            let bytes = sizes.sum::<Option<u64>>();
            self.incoming.unwrap_or(self.fetcher).plan(fetch.len(), bytes);
        }
        for batch in fetch.chunks(BATCH) {
            self.fetch(progress, batch)?;
        }
        for at in twins {
            let listed = progress.listed(at);
            let from = progress.places.get(&listed.digest).map(|from| progress.path(*from));
            let linked = from.map(|from| self.store.link(&from, &progress.path(at))).transpose()?.flatten();
            match linked {
                Some(stat) => {
                    progress.keep(at, stat);
                    progress.summary.kept -= 1;
                    progress.summary.new += 1;
                    progress.summary.linked += 1;
                }
                None => self.fetch(progress, &[at])?,
            }
        }
        Ok(())
    }

    fn fetch(&self, progress: &mut Progress<'_>, batch: &[Position]) -> Result<(), MirrorError> {
        let jobs = self.artifacts(progress, batch)?;
        let stats = parallel::map(&jobs, WORKERS, |(at, artifact, own)| {
            let path = progress.path(*at);
            match own {
                true => self.store.adopt(&path, artifact.clone()),
                false => self.store.put(&path, &Content::Package(artifact.clone())),
            }
        });
        for ((at, artifact, _), stat) in jobs.into_iter().zip(stats) {
            progress.keep(at, stat?);
            progress.summary.kept -= 1;
            progress.summary.new += 1;
            progress.summary.bytes += artifact.size();
        }
        Ok(())
    }

    /// The files that are to be had, each checked; and whether it may be moved away.
    fn artifacts(
        &self,
        progress: &mut Progress<'_>,
        batch: &[Position],
    ) -> Result<Vec<(Position, Verified<Artifact>, bool)>, MirrorError> {
        let mut wants = Vec::new();
        for at in batch {
            let folder = &progress.folders[at.folder];
            wants.push(want(&folder.source, progress.listed(*at), folder.authority())?);
        }
        let mut found = Vec::new();
        let mut keep =
            |at: Position, artifact: Result<Verified<Artifact>, FetchError>, own: bool| match artifact {
                Ok(artifact) => found.push((at, artifact, own)),
                Err(cause) => progress.missing.push((at, cause)),
            };
        let Some(incoming) = self.incoming else {
            for (at, artifact) in batch.iter().zip(self.fetcher.each_artifact(&wants)?) {
                keep(*at, artifact, false);
            }
            return Ok(found);
        };
        let (mut absent, mut missing) = (Vec::new(), Vec::new());
        for ((at, want), artifact) in batch.iter().zip(&wants).zip(self.fetcher.each_at_hand(&wants)?) {
            match artifact {
                Some(artifact) => keep(*at, artifact, false),
                None => {
                    absent.push(*at);
                    missing.push(want.clone());
                }
            }
        }
        for (at, artifact) in absent.into_iter().zip(incoming.each_artifact(&missing)?) {
            keep(at, artifact, true);
        }
        Ok(found)
    }

    /// The new files for places where readers see another one now; where one is not to be had the old one goes.
    fn fetch_replaced(
        &self,
        progress: &mut Progress<'_>,
        replaced: &[Position],
    ) -> Result<Vec<(Position, Change)>, MirrorError> {
        let found = self.artifacts(progress, replaced)?;
        let gone: Vec<Position> = replaced.iter().filter(|at| progress.is_missing(**at)).copied().collect();
        let mut changes = Vec::new();
        for (at, artifact, _) in found {
            progress.summary.new += 1;
            progress.summary.bytes += artifact.size();
            changes.push((at, Change { path: progress.path(at), content: Some(Content::Package(artifact)) }));
        }
        changes.extend(gone.into_iter().map(|at| (at, Change { path: progress.path(at), content: None })));
        Ok(changes)
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
        for (folder, stats) in progress.folders.iter().zip(&progress.stats) {
            let seen = folder.files.iter().zip(stats).filter_map(|(file, stat)| Some((file, stat.as_ref()?)));
            CheckedStamps::write(self.store, &folder.folder, seen)?;
        }
        Ok(())
    }
}

impl<'p> Progress<'p> {
    fn new(folders: &'p [MirrorFolder]) -> Progress<'p> {
        Progress {
            folders,
            stats: folders.iter().map(|folder| vec![None; folder.files.len()]).collect(),
            places: HashMap::new(),
            missing: Vec::new(),
            summary: Summary::default(),
        }
    }

    fn is_missing(&self, at: Position) -> bool {
        self.missing.iter().any(|(missing, _)| *missing == at)
    }

    fn missing_of(&self, folder: usize) -> impl Iterator<Item = &Position> {
        self.missing.iter().map(|(at, _)| at).filter(move |at| at.folder == folder)
    }

    /// Those of a folder's files that are here.
    fn files_of(&self, folder: usize) -> Vec<Listed> {
        let files = self.folders[folder].files.iter().enumerate();
        let here = files.filter(|(file, _)| !self.missing_of(folder).any(|at| at.file == *file));
        here.map(|(_, listed)| listed.clone()).collect()
    }

    fn folders_with_gaps(&self) -> Vec<String> {
        let with_gaps = (0..self.folders.len()).filter(|folder| self.missing_of(*folder).next().is_some());
        with_gaps.map(|folder| self.folders[folder].folder.clone()).collect()
    }

    fn listed(&self, at: Position) -> &Listed {
        &self.folders[at.folder].files[at.file]
    }

    fn path(&self, at: Position) -> String {
        self.folders[at.folder].path(self.listed(at))
    }

    fn keep(&mut self, at: Position, stat: Stat) {
        self.places.entry(self.folders[at.folder].files[at.file].digest).or_insert(at);
        self.stats[at.folder][at.file] = Some(stat);
        self.summary.kept += 1;
    }
}

impl MirrorFolder {
    /// The path of a file of this folder.
    pub(super) fn path(&self, file: &Listed) -> String {
        format!("{}/{}", self.folder, file.name)
    }

    /// Who vouches for it.
    pub(super) fn authority(&self) -> Authority {
        self.index.first().map_or(Authority::Nobody, |file| file.by().clone())
    }
}

/// A file to fetch from the place that a folder comes from, whose index `by` vouches for.
pub(super) fn want(source: &Location, listed: &Listed, by: Authority) -> Result<Want, MirrorError> {
    let Listed { size, digest, .. } = *listed;
    Ok(Want {
        location: source.join(&listed.name)?,
        name: listed.name.clone(),
        expected: Expected { size, digest, by, measure },
    })
}

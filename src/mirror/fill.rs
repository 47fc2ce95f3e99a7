//! Puts files in their places: from another place in the mirror, else from where they come from.

use std::collections::{HashMap, HashSet};

use super::progress::{Position, Progress};
use super::store::Change;
use super::sync::{Mirror, WORKERS};
use super::{Listed, MirrorError};
use crate::fetch::{FetchError, Location, Want};
use crate::files::Content;
use crate::format::measure;
use crate::parallel;
use crate::trust::{Artifact, Authority, Digest, Expected, Verified};

/// How many files are fetched before they are put in their places: enough to keep a server busy, few enough that a
/// run that is killed has not fetched much in vain.
const BATCH: usize = 512;

impl Mirror<'_> {
    /// Puts every absent file in its place: from another place in the mirror, of which `twins` are some, else from a
    /// server.
    pub(super) fn fill(
        &self,
        progress: &mut Progress<'_>,
        absent: Vec<Position>,
        twins: &HashMap<Digest, String>,
    ) -> Result<(), MirrorError> {
        let (mut again, mut fetch) = (Vec::new(), Vec::new());
        let mut wanted = HashSet::new();
        for at in absent {
            let digest = progress.listed(at).digest;
            let is_here = progress.places.contains_key(&digest) || twins.contains_key(&digest);
            match is_here || !wanted.insert(digest) {
                true => again.push(at),
                false => fetch.push(at),
            }
        }
        if !fetch.is_empty() {
            let sizes = fetch.iter().map(|at| progress.listed(*at).size);
            let bytes = sizes.sum::<Option<u64>>();
            self.incoming.unwrap_or(self.fetcher).plan(fetch.len(), bytes);
        }
        for batch in fetch.chunks(BATCH) {
            self.fetch(progress, batch)?;
        }
        for at in again {
            let digest = &progress.listed(at).digest;
            let own = progress.places.get(digest).map(|from| progress.path(*from));
            let from = own.or_else(|| twins.get(digest).cloned());
            let path = progress.path(at);
            let put = from.map(|from| self.store.duplicate(&from, &path)).transpose()?.flatten();
            match put {
                Some(stat) => {
                    progress.put(at, stat);
                    progress.summary.linked += 1;
                }
                // The one that is the same was not to be had, or is gone.
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
            progress.put(at, stat?);
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
    pub(super) fn fetch_replaced(
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

//! Getting files: from servers, folders and memory, through a cache on disk.
//!
//! Two kinds of files are told apart. *Documents* (indexes, signatures, metadata) are small, are given as bytes, and may
//! change at any time: a cached one is used only when the server confirms it, or offline. *Artifacts* (package files)
//! never change: they are known by a digest before they are fetched, and given as checked files.
//!
//! Documents are *not* verified here. Whoever verifies one and finds it wanting should [`Fetcher::refetch`] it once
//! together with its signature: the server may have been in the middle of an update, or the cached copy been damaged
//! on its way here.
//!
//! This is the only place that uses the network, and the only one that is asynchronous inside; its face is not. It
//! must not be called from an asynchronous task.

mod ahead;
mod cache;
mod error;
mod http;
mod local;
mod location;
mod options;
mod progress;
mod rate;
mod redacted;
mod room;
pub(crate) mod tls;
mod want;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8Path;
use reqwest::Url;
use serde::Serialize;

pub use self::cache::{Amount as CacheAmount, CacheUsage};
pub use self::error::{Failure, FetchError};
pub use self::location::{Location, LocationError, MemoryTree};
pub use self::options::Options;
pub use self::progress::{GotFrom, Progress, Silent};
pub use self::rate::RateLimit;
pub use self::redacted::Redacted;
pub use self::want::{Fetched, Freshness, Want};

use crate::parallel;
use crate::trust::{Artifact, Verified};

use self::ahead::Ahead;
use self::cache::{CacheDir, Documents, Findings, Held, Memory, Packages};
use self::http::{Download, Http, Reload};
use self::room::Room;

/// A package file that was asked for beside others, or why it is not to be had.
pub(crate) type Answer = Result<Verified<Artifact>, FetchError>;

/// Fetches files. Cheap to make: threads, connections and certificates wait until the first request.
pub struct Fetcher {
    offline: bool,
    anew: bool,
    documents: Documents,
    ahead: Ahead,
    /// The places of documents of which servers have said how they are, where they are asked but once.
    settled: Option<Mutex<HashSet<Url>>>,
    findings: Findings,
    packages: Packages,
    memory: Memory,
    http: Http,
    progress: Arc<dyn Progress>,
    mounted: Option<MemoryTree>,
    /// A server whose files are in a folder of this machine.
    copied: Option<(Location, Location)>,
}

impl Fetcher {
    /// A fetcher that tells `progress` what it does.
    pub fn new(options: Options, progress: Arc<dyn Progress>) -> Self {
        let cache = CacheDir::new(options.cache_dir.clone());
        let documents = Documents::new(cache.clone());
        let findings = Findings::new(cache.clone());
        let packages = Packages::new(cache.clone());
        let memory = Memory::new(cache);
        let (offline, anew) = (options.offline, options.anew);
        let http = Http::new(options, documents.clone(), packages.clone(), progress.clone());
        Self {
            offline,
            anew,
            documents,
            ahead: Ahead::default(),
            settled: None,
            findings,
            packages,
            memory,
            http,
            progress,
            mounted: None,
            copied: None,
        }
    }

    /// Knows the places of a tree in memory by their names from here on.
    pub(crate) fn mount(&mut self, tree: MemoryTree) {
        self.mounted = Some(tree);
    }

    /// Asks servers but once how a document is from here on: for a run that makes many things of the same documents.
    pub(crate) fn ask_once(&mut self) {
        self.settled.get_or_insert_default();
    }

    /// The tree that is mounted, if one is.
    pub(crate) fn mounted(&self) -> Option<&MemoryTree> {
        self.mounted.as_ref()
    }

    /// Takes the files of a server from a folder of this machine from here on; they keep the server's names.
    pub(crate) fn copy_of(&mut self, server: Location, folder: Location) {
        self.copied = Some((server, folder));
    }

    /// Where the file of a place is: mostly there.
    fn place_of<'l>(&self, at: &'l Location) -> Cow<'l, Location> {
        let copied = self.copied.as_ref().and_then(|(server, folder)| {
            match at.below(server)?.as_str() {
                "" => Some(folder.clone()),
                // What was joined to the server can be joined to the folder.
                path => folder.join(path).ok(),
            }
        });
        copied.map_or(Cow::Borrowed(at), Cow::Owned)
    }

    /// The place that a text names which was written down: a URL, an absolute path, or a place of the mounted tree.
    ///
    /// # Errors
    /// When it names none.
    pub(crate) fn locate(&self, text: &str) -> Result<Location, LocationError> {
        match self.mounted.as_ref().and_then(|tree| tree.locate(text)) {
            Some(location) => location,
            None => Location::parse(text, Utf8Path::new("/")),
        }
    }

    /// A document of at most `cap` bytes; nothing if there is none at that place.
    ///
    /// # Errors
    /// When the place cannot be reached or read, the document is larger, or the cache cannot be written. Without a
    /// network that is an error even where the cache has a copy, because the copy may be old: only
    /// [`Options::offline`] uses it.
    pub fn file(&self, at: &Location, cap: u64) -> Result<Option<Fetched>, FetchError> {
        self.files(&[(at.clone(), cap)]).pop().unwrap_or(Ok(None))
    }

    /// Several documents at once, of at most 64 MiB together; the results stand in the order of the wants.
    pub fn files(&self, wants: &[(Location, u64)]) -> Vec<Result<Option<Fetched>, FetchError>> {
        let ahead: Vec<_> = wants.iter().map(|(at, _)| self.ahead.take(at)).collect();
        let left = wants.iter().zip(&ahead).filter(|(_, answer)| answer.is_none());
        let left: Vec<(Location, u64)> = left.map(|(want, _)| want.clone()).collect();
        let mut answers = self.documents(&left, Reload::Changed).into_iter();
        // One answer a request; if one were missing, the document was not had.
        let answered = ahead.into_iter().map(|answer| answer.or_else(|| answers.next()).unwrap_or(Ok(None)));
        answered.inspect(|answer| self.tell(answer)).collect()
    }

    /// Asks servers for documents that are likely to be wanted, the likeliest first, no more of them than go in one round.
    /// Who wants one next has the answer, whatever it is; nobody is told what came of the others.
    pub(crate) fn ask_ahead(&self, likely: Vec<(Location, u64)>) {
        if self.offline {
            return;
        }
        let remote = likely.into_iter().filter_map(|(at, cap)| match self.place_of(&at).into_owned() {
            Location::Http(url) if !self.ahead.has(&url) && !self.is_settled(&url) => Some((url, cap)),
            _ => None,
        });
        let remote: Vec<_> = remote.take(self.http.at_once()).collect();
        let reload = if self.anew { Reload::Anew } else { Reload::Changed };
        let answers = self.http.documents(&remote, reload, &Room::default());
        self.settle(&remote, &answers);
        self.ahead.keep(remote.into_iter().map(|(url, _)| url).zip(answers));
    }

    /// Throws away what was asked for and not wanted.
    pub(crate) fn forget_ahead(&self) {
        self.ahead.clear();
    }

    /// The same without believing any cache, neither owpkg's nor one on the way to the server.
    pub fn refetch(&self, wants: &[(Location, u64)]) -> Vec<Result<Option<Fetched>, FetchError>> {
        let answers = self.documents(wants, Reload::Anew);
        answers.iter().for_each(|answer| self.tell(answer));
        answers
    }

    /// Tells where a document came from, when somebody wanted it.
    fn tell(&self, answer: &Result<Option<Fetched>, FetchError>) {
        if let Ok(Some(Fetched { bytes, location, freshness })) = answer {
            let from = match (freshness, location) {
                (Freshness::Fresh, Location::Http(_)) => GotFrom::Network,
                (Freshness::Revalidated, _) => GotFrom::Unchanged,
                _ => GotFrom::Hand,
            };
            self.progress.got(location, from, bytes.len() as u64);
        }
    }

    fn documents(
        &self,
        wants: &[(Location, u64)],
        reload: Reload,
    ) -> Vec<Result<Option<Fetched>, FetchError>> {
        let reload = if self.anew { Reload::Anew } else { reload };
        let room = Room::default();
        let asks = |url: &Url| !self.offline && (reload == Reload::Anew || !self.is_settled(url));
        let asked: Vec<Option<&Url>> = wants
            .iter()
            .map(|(at, _)| match (at, &*self.place_of(at)) {
                (Location::Http(url), Location::Http(_)) if asks(url) => Some(url),
                _ => None,
            })
            .collect();
        let remote = asked.iter().zip(wants).filter_map(|(url, (_, cap))| Some(((*url)?.clone(), *cap)));
        let remote: Vec<(Url, u64)> = remote.collect();
        let answers = self.http.documents(&remote, reload, &room);
        self.settle(&remote, &answers);
        let mut answers = answers.into_iter();
        let mut document = |(at, cap): &(Location, u64), is_asked| match is_asked {
            // One answer a request; if one were missing, the document was not had.
            true => answers.next().unwrap_or_else(|| Err(FetchError::Offline { at: at.to_string() })),
            false => self.document_at_hand(at, *cap, &room),
        };
        wants.iter().zip(asked).map(|(want, url)| document(want, url.is_some())).collect()
    }

    fn is_settled(&self, url: &Url) -> bool {
        let settled = self.settled.as_ref();
        settled.is_some_and(|urls| urls.lock().unwrap_or_else(PoisonError::into_inner).contains(url))
    }

    /// Remembers of which documents a server said how they are.
    fn settle<T, E>(&self, asked: &[(Url, u64)], answers: &[Result<T, E>]) {
        let Some(settled) = &self.settled else { return };
        let answered = asked.iter().zip(answers).filter(|(_, answer)| answer.is_ok());
        let answered = answered.map(|((url, _), _)| url.clone());
        settled.lock().unwrap_or_else(PoisonError::into_inner).extend(answered);
    }

    fn document_at_hand(&self, at: &Location, cap: u64, room: &Room) -> Result<Option<Fetched>, FetchError> {
        let (bytes, freshness) = match &*self.place_of(at) {
            Location::Folder(path) => (local::read(path, cap)?, Freshness::Fresh),
            Location::Memory { tree, path } => (local::recall(tree, path, at, cap)?, Freshness::Fresh),
            Location::Http(url) => match self.documents.get(url, cap)? {
                Some(document) => {
                    (document.body, if self.offline { Freshness::Offline } else { Freshness::Revalidated })
                }
                None => return Err(FetchError::Offline { at: at.to_string() }),
            },
        };
        room.take(bytes.as_ref().map_or(0, Vec::len), at)?;
        Ok(bytes.map(|bytes| Fetched { bytes, location: at.clone(), freshness }))
    }

    /// What an earlier run kept in the cache under a name; nothing when there is none, or it is damaged.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub(crate) fn findings(&self, name: &str) -> Result<Option<Vec<u8>>, FetchError> {
        self.findings.get(name)
    }

    /// Whether an earlier run kept anything below a name.
    pub(crate) fn has_findings(&self, name: &str) -> bool {
        self.findings.has(name)
    }

    /// Keeps in the cache what was found out at some cost. The name, a path below the cache's folder for it, tells of
    /// what and by which reader.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub(crate) fn keep_findings(&self, name: &str, findings: &impl Serialize) -> Result<(), FetchError> {
        self.findings.put(name, findings)
    }

    /// Whether things are kept in mind about a place: not about one that is at hand.
    pub(crate) fn keeps(&self, at: &Location) -> bool {
        self.place_of(at).is_remote()
    }

    /// What was kept in mind about a place; nothing for one that is at hand.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub(crate) fn kept(&self, at: &Location) -> Result<Option<Vec<u8>>, FetchError> {
        match &*self.place_of(at) {
            Location::Http(url) => self.memory.get(url),
            Location::Folder(_) | Location::Memory { .. } => Ok(None),
        }
    }

    /// Keeps something in mind about a place, in place of what was kept before.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub(crate) fn keep(&self, at: &Location, bytes: &[u8]) -> Result<(), FetchError> {
        match &*self.place_of(at) {
            Location::Http(url) => self.memory.put(url, bytes),
            Location::Folder(_) | Location::Memory { .. } => Ok(()),
        }
    }

    /// Whether a file is known to be there without asking anybody: never of one on a server.
    pub(crate) fn is_at_hand(&self, at: &Location) -> bool {
        match &*self.place_of(at) {
            Location::Http(_) => false,
            Location::Folder(path) => path.exists(),
            Location::Memory { tree, path } => tree.get(path).is_some(),
        }
    }

    /// The names in a folder, sorted; nothing where the place cannot be listed: a server, or no folder.
    ///
    /// # Errors
    /// When there is a folder and it cannot be read.
    pub(crate) fn list(&self, at: &Location) -> Result<Option<Vec<String>>, FetchError> {
        match &*self.place_of(at) {
            Location::Http(_) => Ok(None),
            Location::Folder(path) => local::names(path),
            Location::Memory { tree, path } => Ok(tree.names(path)),
        }
    }

    /// Package files, each checked; the results stand in the order of the wants. What is in the cache or in a folder
    /// is checked again, not fetched.
    ///
    /// # Errors
    /// The first failure ends it. What has been fetched by then stays in the cache, in whole or in part, and need not
    /// be fetched again.
    pub fn artifacts(&self, wants: Vec<Want>) -> Result<Vec<Verified<Artifact>>, FetchError> {
        // The same file wanted twice is fetched once.
        let mut first_of = HashMap::new();
        let mut distinct = Vec::new();
        let places: Vec<usize> = wants
            .into_iter()
            .map(|want| {
                let file = (want.expected.digest, want.expected.by.clone());
                *first_of.entry(file).or_insert_with(|| {
                    distinct.push(want);
                    distinct.len() - 1
                })
            })
            .collect();
        let found = self.gather(&distinct, |_| false)?.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(places.into_iter().map(|place| found[place].clone()).collect())
    }

    /// The same for files that all differ; one that is not there, or is another one, is an error for itself and ends nothing.
    ///
    /// # Errors
    /// When anything else fails.
    pub(crate) fn each_artifact(&self, wants: &[Want]) -> Result<Vec<Answer>, FetchError> {
        self.gather(wants, FetchError::is_of_file)
    }

    /// Says that so many files will be wanted, bit by bit, of so many bytes in all where every size is known.
    pub(crate) fn plan(&self, files: usize, bytes: Option<u64>) {
        self.progress.planned(files, bytes);
    }

    fn gather(
        &self,
        wants: &[Want],
        passed_over: fn(&FetchError) -> bool,
    ) -> Result<Vec<Answer>, FetchError> {
        let mut found = self.look_at_hand(wants, passed_over)?;
        let (places, downloads): (Vec<usize>, Vec<Download<'_>>) = wants
            .iter()
            .enumerate()
            .filter_map(|(place, want)| match &want.location {
                Location::Http(url) if found[place].is_none() => Some((place, Download { want, url })),
                _ => None,
            })
            .unzip();
        if let Some(download) = downloads.first()
            && self.offline
        {
            return Err(FetchError::Offline { at: download.want.location.to_string() });
        }
        for (want, answer) in wants.iter().zip(&found) {
            if let Some(Ok(artifact)) = answer {
                self.progress.got(&want.location, GotFrom::Hand, artifact.size());
            }
        }
        for (place, answer) in places.into_iter().zip(self.http.artifacts(&downloads, passed_over)?) {
            if let Ok(artifact) = &answer {
                self.progress.got(&wants[place].location, GotFrom::Network, artifact.size());
            }
            found[place] = Some(answer);
        }
        // Nothing is left open: what is neither in the cache nor local was downloaded or was an error.
        Ok(found.into_iter().flatten().collect())
    }

    /// The wanted files that need no network, in a folder or in the cache, checked on all processors; the results
    /// stand in the order of the wants. One that a folder lacks, or has another one for, is an error for itself.
    ///
    /// # Errors
    /// When a folder or the cache cannot be read.
    pub(crate) fn each_at_hand(&self, wants: &[Want]) -> Result<Vec<Option<Answer>>, FetchError> {
        self.look_at_hand(wants, FetchError::is_of_file)
    }

    fn look_at_hand(
        &self,
        wants: &[Want],
        passed_over: fn(&FetchError) -> bool,
    ) -> Result<Vec<Option<Answer>>, FetchError> {
        let size = |want: &Want| want.expected.size.and_then(|size| size.try_into().ok()).unwrap_or(0);
        let found = |want: &Want| self.artifact_at_hand(want);
        let found = parallel::map_largest_first(wants, parallel::processors(), size, found);
        let mut at_hand = Vec::new();
        for (want, found) in wants.iter().zip(found) {
            let found = match found {
                Err(error) if passed_over(&error) => Some(Err(error)),
                found => found?.map(Ok),
            };
            if found.is_some() {
                self.progress.at_hand(&want.name, want.expected.size);
            }
            at_hand.push(found);
        }
        Ok(at_hand)
    }

    fn artifact_at_hand(&self, want: &Want) -> Result<Option<Verified<Artifact>>, FetchError> {
        if let Location::Folder(path) = &*self.place_of(&want.location) {
            return local::artifact_in_folder(want, path).map(Some);
        }
        match self.packages.get(want)? {
            Held::Good(artifact) => return Ok(Some(artifact)),
            Held::Damaged => self.progress.repairing(&want.name),
            Held::Nothing => {}
        }
        match &want.location {
            Location::Memory { tree, path } => {
                local::artifact_in_memory(want, tree, path, &self.packages).map(Some)
            }
            Location::Http(_) | Location::Folder(_) => Ok(None),
        }
    }
}

//! Files from servers.

mod artifact;
mod document;
mod headers;
mod pace;
mod redirect;
mod retry;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL, HeaderValue, PRAGMA};
use reqwest::{Client, RequestBuilder, Response, Url, Version};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::cache::{Documents, Packages};
use crate::trust::{Artifact, Verified};

use super::{Failure, FetchError, Fetched, Options, Progress, Room, Want, tls};

pub(super) use artifact::Download;
use retry::{AttemptError, unanswered};

const USER_AGENT: &str = concat!("owpkg/", env!("CARGO_PKG_VERSION"));
/// However many requests at once the options ask for.
const MOST_REQUESTS: usize = 256;
/// The work is waiting, not computing; checks of files have threads of their own.
const THREADS: usize = 2;

/// What may answer in place of the server that has the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reload {
    /// Caches may, when they have asked whether the file changed.
    Changed,
    /// Nothing may.
    Anew,
}

/// The network side of a fetcher.
pub(super) struct Http {
    options: Options,
    documents: Documents,
    packages: Packages,
    progress: Arc<dyn Progress>,
    engine: OnceLock<Engine>,
}

/// What is expensive to make: threads, and a client with the system's certificates.
struct Engine {
    runtime: Runtime,
    client: Client,
    gate: Semaphore,
    room: Semaphore,
    /// How many requests may be made at once through connections that carry one at a time.
    requests: usize,
    /// Whether a server was found that carries many through one connection.
    multiplexed: AtomicBool,
    /// How long a server may take to begin its answer, redirects included.
    head_timeout: Duration,
}

impl Http {
    pub(super) fn new(
        options: Options,
        documents: Documents,
        packages: Packages,
        progress: Arc<dyn Progress>,
    ) -> Self {
        Self { options, documents, packages, progress, engine: OnceLock::new() }
    }

    /// How many requests are made at once.
    pub(super) fn at_once(&self) -> usize {
        match self.engine.get() {
            Some(engine) if engine.multiplexed.load(Ordering::Relaxed) => 2 * engine.requests,
            _ => requests(&self.options),
        }
    }

    /// One answer for each want, in their order.
    pub(super) fn documents(
        &self,
        wants: &[(Url, u64)],
        reload: Reload,
        room: &Room,
    ) -> Vec<Result<Option<Fetched>, FetchError>> {
        if wants.is_empty() {
            return Vec::new();
        }
        self.progress.started(wants.len(), None);
        match self.engine() {
            Ok(engine) => {
                let answers = wants.iter().map(|(url, cap)| self.document(engine, url, *cap, reload, room));
                engine.runtime.block_on(join_all(answers))
            }
            Err(source) => {
                let reason = source.to_string();
                wants.iter().map(|_| Err(FetchError::Client { source: reason.as_str().into() })).collect()
            }
        }
    }

    /// All of them in their order, or the first error; what is `passed_over` is none.
    pub(super) fn artifacts(
        &self,
        downloads: &[Download<'_>],
        passed_over: fn(&FetchError) -> bool,
    ) -> Result<Vec<Result<Verified<Artifact>, FetchError>>, FetchError> {
        if downloads.is_empty() {
            return Ok(Vec::new());
        }
        let bytes = downloads
            .iter()
            .map(|download| download.want.expected.size)
            .try_fold(0_u64, |sum, size| sum.checked_add(size?));
        self.progress.started(downloads.len(), bytes);
        let engine = self.engine().map_err(|source| FetchError::Client { source })?;
        let downloads = downloads.iter().map(async |download| match self.artifact(engine, download).await {
            Err(error) if passed_over(&error) => {
                self.progress.done(&download.want.name);
                Ok(Err(error))
            }
            done => done.map(Ok),
        });
        engine.runtime.block_on(try_join_all(downloads))
    }

    /// Waits after so many bytes came, where the rate is limited.
    async fn slow_down(&self, bytes: usize) {
        if let Some(limit) = &self.options.limit_rate {
            limit.take(bytes).await;
        }
    }

    fn engine(&self) -> Result<&Engine, Box<dyn std::error::Error + Send + Sync>> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let made = Engine::new(&self.options)?;
        Ok(self.engine.get_or_init(|| made))
    }
}

impl Engine {
    fn new(options: &Options) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("owpkg-fetch")
            .enable_all()
            .build()?;
        tls::choose();
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.stall_timeout)
            .redirect(redirect::policy())
            .referer(false)
            .pool_max_idle_per_host(options.concurrency)
            .build()?;
        let requests = requests(options);
        let gate = Semaphore::new(requests);
        let room = Semaphore::new(2 * requests);
        let head_timeout = options.connect_timeout + options.stall_timeout;
        let multiplexed = AtomicBool::new(false);
        Ok(Self { runtime, client, gate, room, requests, multiplexed, head_timeout })
    }

    /// Waits until another package file may be worked on. These are more than requests, so that no request has to
    /// wait for the checking and syncing of a file, yet not so many that files could run out.
    async fn room(&self) -> Option<SemaphorePermit<'_>> {
        self.room.acquire().await.ok()
    }

    /// Waits until another request may be made.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // The gate is never closed, so this is never none.
        self.gate.acquire().await.ok()
    }

    /// Sends a request and waits for the head of the answer, however many interim answers come before it.
    async fn head(&self, request: RequestBuilder) -> Result<Response, AttemptError> {
        match tokio::time::timeout(self.head_timeout, request.send()).await {
            Ok(answer) => answer.inspect(|answer| self.notice(answer.version())).map_err(unanswered),
            Err(_) => Err(AttemptError::Passing(Failure::Stalled, None)),
        }
    }

    /// Twice as many requests cost a server of HTTP/2 little: they share one connection.
    fn notice(&self, version: Version) {
        if version == Version::HTTP_2 && !self.multiplexed.swap(true, Ordering::Relaxed) {
            self.gate.add_permits(self.requests);
            self.room.add_permits(2 * self.requests);
        }
    }

    fn get(&self, url: &Url, reload: Reload) -> RequestBuilder {
        // A compressed answer would have other bytes than the signed ones.
        let identity = HeaderValue::from_static("identity");
        let request = self.client.get(url.clone()).header(ACCEPT_ENCODING, identity);
        match reload {
            Reload::Changed => request,
            Reload::Anew => {
                let no_cache = HeaderValue::from_static("no-cache");
                request.header(CACHE_CONTROL, no_cache.clone()).header(PRAGMA, no_cache)
            }
        }
    }
}

fn requests(options: &Options) -> usize {
    options.concurrency.clamp(1, MOST_REQUESTS)
}

/// Runs what reads disks or computes, away from the threads that serve connections.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The work is never cancelled, so it panicked.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

//! Package files: resumed, bounded, checked.

use reqwest::header::{IF_RANGE, RANGE};
use reqwest::{Response, StatusCode, Url};

use super::headers::{content_range, range_validator};
use super::pace::{Pace, size};
use super::retry::{AttemptError, broken_off, is_missing, refused};
use super::{Engine, Http, Reload, Want, blocking};
use crate::fetch::cache::{Held, Part, Settled, cache_error};
use crate::fetch::{Failure, FetchError};
use crate::trust::{Artifact, Verified};

/// The largest file that is taken when the index does not tell its size, in bytes.
const LARGEST: u64 = 4 << 30;

/// From this size on, in bytes, a download that breaks off is worth resuming: a smaller one is fetched again sooner than
/// its validator is written beside it.
const RESUMABLE: u64 = 64 << 10;

/// A package file that has to come from a server.
pub(in crate::fetch) struct Download<'a> {
    pub(in crate::fetch) want: &'a Want,
    pub(in crate::fetch) url: &'a Url,
}

/// What there is to start from.
enum Start {
    Whole(Verified<Artifact>),
    Part(Part),
}

/// How a download ended that did not fail.
enum Filled {
    /// All bytes are here.
    Whole,
    /// The server has a file of another size, in bytes, under this URL.
    Other(u64),
}

impl Http {
    /// Downloads a file, checks it and puts it into the cache.
    pub(super) async fn artifact(
        &self,
        engine: &Engine,
        download: &Download<'_>,
    ) -> Result<Verified<Artifact>, FetchError> {
        let _room = engine.room().await;
        let (packages, want) = (self.packages.clone(), download.want.clone());
        let start = blocking(move || match packages.get(&want)? {
            // Another process was faster.
            Held::Good(artifact) => Ok(Start::Whole(artifact)),
            Held::Damaged | Held::Nothing => packages.part(&want).map(Start::Part),
        });
        let artifact = match start.await? {
            Start::Whole(artifact) => {
                self.progress.advanced(artifact.size());
                artifact
            }
            Start::Part(part) => self.complete(engine, download, part).await?,
        };
        self.progress.done(&download.want.name);
        Ok(artifact)
    }

    async fn complete(
        &self,
        engine: &Engine,
        download: &Download<'_>,
        mut part: Part,
    ) -> Result<Verified<Artifact>, FetchError> {
        let want = download.want;
        self.progress.advanced(part.length());
        let mut found = 0;
        // A file that is not the right one is asked for once more, past all caches on the way.
        for reload in [Reload::Changed, Reload::Anew] {
            let turn = engine.turn().await;
            let filled = self
                .retrying(&want.location.to_string(), None, async || {
                    self.fill(engine, download, reload, &mut part).await
                })
                .await;
            drop(turn);
            match filled {
                Ok(Filled::Whole) => {
                    found = part.length();
                    let (packages, want) = (self.packages.clone(), want.clone());
                    match blocking(move || packages.settle(&want, part)).await? {
                        Settled::Stored(artifact) => return Ok(artifact),
                        Settled::Refused(refused) => part = refused,
                    }
                }
                Ok(Filled::Other(size)) => found = size,
                Err(error) => {
                    let is_worth_keeping = matches!(error, FetchError::Unavailable { .. })
                        && part.validator().is_some()
                        && part.length() > 0;
                    if !is_worth_keeping {
                        // A second error would only hide the first.
                        let _ = self.discard(part);
                    }
                    return Err(error);
                }
            }
            self.restart(&mut part, None)?;
        }
        self.discard(part)?;
        Err(want.mismatch(found))
    }

    /// One attempt to get the bytes that are not here yet.
    async fn fill(
        &self,
        engine: &Engine,
        download: &Download<'_>,
        reload: Reload,
        part: &mut Part,
    ) -> Result<Filled, AttemptError> {
        let want = download.want;
        if part.length() > 0 && want.expected.size == Some(part.length()) {
            return Ok(Filled::Whole);
        }
        let mut request = engine.get(download.url, reload);
        let asked = match part.validator() {
            Some(validator) if want.expected.size.is_none_or(|size| part.length() < size) => {
                request =
                    request.header(RANGE, format!("bytes={}-", part.length())).header(IF_RANGE, validator);
                Some(part.length())
            }
            _ => None,
        };
        let response = engine.head(request).await?;
        let announced = match (response.status(), asked) {
            (StatusCode::OK, _) => {
                let length = response.content_length();
                let is_small = want.expected.size.or(length).is_some_and(|size| size < RESUMABLE);
                let validator = range_validator(response.headers()).filter(|_| !is_small);
                self.restart(part, validator).map_err(AttemptError::Fatal)?;
                length
            }
            (StatusCode::PARTIAL_CONTENT, Some(asked)) => match content_range(response.headers()) {
                Some((first, total)) if first == asked => total,
                _ => {
                    self.restart(part, None).map_err(AttemptError::Fatal)?;
                    return Err(AttemptError::Passing(Failure::WrongRange { asked }, None));
                }
            },
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(asked)) => {
                self.restart(part, None).map_err(AttemptError::Fatal)?;
                return Err(AttemptError::Passing(Failure::WrongRange { asked }, None));
            }
            (status, _) if is_missing(status) => {
                return Err(AttemptError::Fatal(FetchError::Missing { at: want.location.to_string() }));
            }
            _ => return Err(refused(&response)),
        };
        match (want.expected.size, announced) {
            (Some(size), Some(announced)) if size != announced => Ok(Filled::Other(announced)),
            (size, announced) => self.stream(response, want, part, size.or(announced)).await,
        }
    }

    /// Takes the body, but not a byte more than the file may have.
    async fn stream(
        &self,
        mut response: Response,
        want: &Want,
        part: &mut Part,
        expected: Option<u64>,
    ) -> Result<Filled, AttemptError> {
        let most = want.expected.size.unwrap_or(LARGEST);
        let too_large = |found| match want.expected.size {
            Some(_) => Ok(Filled::Other(found)),
            None => {
                Err(AttemptError::Fatal(FetchError::TooLarge { at: want.location.to_string(), cap: LARGEST }))
            }
        };
        if let Some(size) = expected
            && size > most
        {
            return too_large(size);
        }
        let mut pace = Pace::new(&self.options);
        loop {
            match pace.next(response.chunk(), size).await.map_err(|slow| AttemptError::Passing(slow, None))? {
                Ok(Some(chunk)) => {
                    let length = part.length().saturating_add(chunk.len() as u64);
                    if length > most {
                        return too_large(length);
                    }
                    // Into the page cache: too short to be worth handing to another thread.
                    part.append(&chunk)
                        .map_err(|error| AttemptError::Fatal(cache_error(part.path())(error)))?;
                    self.progress.advanced(chunk.len() as u64);
                    self.slow_down(chunk.len()).await;
                }
                // An answer without a length ends where the connection does, wherever that is.
                Ok(None) if expected.is_some_and(|size| part.length() < size) => {
                    let found = part.length();
                    return Err(AttemptError::Passing(Failure::Truncated { expected, found }, None));
                }
                Ok(None) => return Ok(Filled::Whole),
                Err(error) => return Err(broken_off(&error, expected, part.length())),
            }
        }
    }

    fn restart(&self, part: &mut Part, validator: Option<String>) -> Result<(), FetchError> {
        self.progress.withdrawn(part.length());
        part.restart(validator).map_err(cache_error(part.path()))
    }

    fn discard(&self, part: Part) -> Result<(), FetchError> {
        self.progress.withdrawn(part.length());
        let path = part.path().to_owned();
        part.discard().map_err(cache_error(&path))
    }
}

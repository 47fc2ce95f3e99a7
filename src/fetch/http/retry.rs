//! Trying again, and when not to.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use reqwest::{Response, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::headers::retry_after;
use super::{FetchError, Http};
use crate::fetch::Failure;

/// How often a connection is tried: where there is no network, nobody should wait long to hear so.
const CONNECTS: usize = 3;

/// Why an attempt failed.
pub(super) enum AttemptError {
    /// It may go better next time, but not before the server's wish.
    Passing(Failure, Option<Duration>),
    /// It would fail the same way again.
    Lasting(Failure),
    /// Not a matter of the connection.
    Fatal(FetchError),
}

impl Http {
    /// Makes attempts until one succeeds, one fails for good, or there have been enough. `copy` is when the cached
    /// copy, if there is one, was last confirmed.
    pub(super) async fn retrying<T>(
        &self,
        at: &str,
        copy: Option<Timestamp>,
        mut attempt: impl AsyncFnMut() -> Result<T, AttemptError>,
    ) -> Result<T, FetchError> {
        let options = &self.options;
        let mut pauses = ExponentialBuilder::new()
            .with_min_delay(options.first_pause)
            .with_max_delay(options.longest_pause)
            .with_max_times(options.attempts.saturating_sub(1))
            .with_jitter()
            .build();
        let mut attempts = 0;
        let max_time = options.max_time.filter(|_| options.limit_rate.is_none());
        let end = max_time.map(|limit| (limit, Instant::now() + limit));
        loop {
            attempts += 1;
            let attempted = match end {
                None => attempt().await,
                Some((limit, end)) => timeout_at(end, attempt())
                    .await
                    .unwrap_or(Err(AttemptError::Lasting(Failure::TooLong { limit }))),
            };
            let (cause, pause) = match attempted {
                Ok(result) => return Ok(result),
                Err(AttemptError::Fatal(error)) => return Err(error),
                Err(AttemptError::Lasting(cause)) => (cause, None),
                Err(AttemptError::Passing(cause @ Failure::Connect(_), _)) if attempts >= CONNECTS => {
                    (cause, None)
                }
                Err(AttemptError::Passing(cause, wish)) => {
                    (cause, pauses.next().map(|pause| pause.max(wish.unwrap_or_default())))
                }
            };
            let Some(pause) = pause else {
                return Err(FetchError::Unavailable { at: at.to_owned(), attempts, copy, source: cause });
            };
            let pause = pause.min(options.longest_pause);
            self.progress.retrying(at, pause, &cause);
            tokio::time::sleep(pause).await;
        }
    }
}

/// What an error before the body means.
pub(super) fn unanswered(error: reqwest::Error) -> AttemptError {
    let error = error.without_url();
    if error.is_connect() {
        AttemptError::Passing(Failure::Connect(error), None)
    } else if error.is_timeout() {
        AttemptError::Passing(Failure::Stalled, None)
    } else if super::redirect::is_downgrade(&error) {
        AttemptError::Lasting(Failure::Downgraded)
    } else if error.is_redirect() || error.is_builder() {
        AttemptError::Lasting(Failure::Redirected(error))
    } else {
        AttemptError::Passing(Failure::Broken(error), None)
    }
}

/// What an error in the body means, when the whole file has `expected` bytes and `found` are here.
pub(super) fn broken_off(error: &reqwest::Error, expected: Option<u64>, found: u64) -> AttemptError {
    let cause = if error.is_timeout() { Failure::Stalled } else { Failure::Truncated { expected, found } };
    AttemptError::Passing(cause, None)
}

/// What a status means that is not one of those hoped for.
pub(super) fn refused(response: &Response) -> AttemptError {
    let status = response.status();
    let cause = Failure::Status(status.as_u16());
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            AttemptError::Passing(cause, retry_after(response.headers()))
        }
        status if status.is_server_error() => AttemptError::Passing(cause, retry_after(response.headers())),
        _ => AttemptError::Lasting(cause),
    }
}

/// Whether the server says that there is no such file.
pub(super) fn is_missing(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

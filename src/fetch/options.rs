//! How to fetch.

use std::time::Duration;

use camino::Utf8PathBuf;

use super::RateLimit;

/// How a [`Fetcher`](super::Fetcher) behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The cache; made when something is first written to it.
    pub cache_dir: Utf8PathBuf,
    /// Use no network: what is not in the cache is an error.
    pub offline: bool,
    /// Believe no cache about documents, neither owpkg's nor one on the way to the server.
    pub anew: bool,
    /// How often one file is asked for before giving up; at least once.
    pub attempts: usize,
    /// How many requests are under way at once.
    pub concurrency: usize,
    /// The pause after the first failure; it doubles with each further one, plus jitter.
    pub first_pause: Duration,
    /// No pause is longer, even when the server asks for it with `Retry-After`.
    pub longest_pause: Duration,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long a server may send nothing, before or in its answer.
    pub stall_timeout: Duration,
    /// The least that a server must send, in bytes a second; 0: anything.
    pub min_speed: u64,
    /// Over how much time of waiting for a server its speed is taken.
    pub speed_window: Duration,
    /// How long one file may take, all attempts together; none: as long as it does.
    /// Where the rate is limited, nobody counts.
    pub max_time: Option<Duration>,
    /// How much is taken in a second at most; none: as much as comes.
    pub limit_rate: Option<RateLimit>,
}

impl Options {
    /// The defaults: online, 5 attempts, 8 requests at once.
    pub fn new(cache_dir: impl Into<Utf8PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            offline: false,
            anew: false,
            attempts: 5,
            concurrency: 8,
            first_pause: Duration::from_millis(300),
            longest_pause: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(30),
            min_speed: 256,
            speed_window: Duration::from_secs(60),
            max_time: Some(Duration::from_secs(60 * 60)),
            limit_rate: None,
        }
    }
}

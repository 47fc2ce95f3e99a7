//! How fast an answer has to come: a server that sends a byte now and then could go on for ever.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::fetch::{Failure, Options};

/// The speed of one answer. Only the time that is spent waiting for the server counts, so that whoever reads slowly by
/// choice, or writes to a slow disk, is not taken for a slow server.
pub(super) struct Pace {
    min_speed: u64,
    bytes: u64,
    waited: Duration,
    window: Duration,
}

/// The bytes of a part, if one came.
pub(super) fn size(chunk: &reqwest::Result<Option<Bytes>>) -> usize {
    chunk.as_ref().ok().and_then(Option::as_ref).map_or(0, Bytes::len)
}

impl Pace {
    /// The pace of an answer that begins now.
    pub(super) fn new(options: &Options) -> Pace {
        let Options { min_speed, speed_window: window, .. } = *options;
        Pace { min_speed, bytes: 0, waited: Duration::ZERO, window }
    }

    /// Waits for a part of the answer, which has so many bytes.
    pub(super) async fn next<T>(
        &mut self,
        part: impl Future<Output = T>,
        bytes: impl Fn(&T) -> usize,
    ) -> Result<T, Failure> {
        let mut part = pin!(part);
        loop {
            let started = Instant::now();
            let came = timeout(self.window.saturating_sub(self.waited), part.as_mut()).await;
            self.waited += started.elapsed();
            if let Ok(part) = &came {
                self.bytes += bytes(part) as u64;
            }
            if self.waited >= self.window {
                self.check()?;
            }
            if let Ok(part) = came {
                return Ok(part);
            }
        }
    }

    /// At the end of a window; another one begins.
    fn check(&mut self) -> Result<(), Failure> {
        let wanted = self.min_speed as f64 * self.waited.as_secs_f64();
        if (self.bytes as f64) < wanted {
            return Err(Failure::TooSlow { min_speed: self.min_speed });
        }
        (self.bytes, self.waited) = (0, Duration::ZERO);
        Ok(())
    }
}

//! How much is taken from servers in a second, all downloads together.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A number of bytes a second, which all downloads share that were given the same limit or a clone of it.
#[derive(Clone, Debug)]
pub struct RateLimit {
    bytes: u64,
    /// When all that was taken so far may have been taken.
    free: Arc<Mutex<Option<Instant>>>,
}

impl RateLimit {
    /// A limit of so many bytes a second; of one at least.
    pub fn new(bytes: u64) -> RateLimit {
        RateLimit { bytes: bytes.max(1), free: Arc::default() }
    }

    /// Takes so many bytes, which have come, and waits as long as they should have taken.
    pub(super) async fn take(&self, bytes: usize) {
        sleep_until(self.until(Instant::now(), bytes)).await;
    }

    /// Until when bytes take that are taken now: what was not used before is not made up for.
    fn until(&self, now: Instant, bytes: usize) -> Instant {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let start = free.map_or(now, |free| free.max(now));
        let until = start + Duration::from_secs_f64(bytes as f64 / self.bytes as f64);
        *free = Some(until);
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_share_a_limit_wait_for_each_other_and_idle_time_is_not_saved_up() {
        let (one, start) = (RateLimit::new(1000), Instant::now());
        let other = one.clone();
        let after = |seconds: f64| start + Duration::from_secs_f64(seconds);
        assert_eq!(one.until(start, 500), after(0.5));
        assert_eq!(other.until(start, 1000), after(1.5));
        assert_eq!(one.until(after(1.0), 500), after(2.0));
        assert_eq!(other.until(after(60.0), 1000), after(61.0));
    }
}

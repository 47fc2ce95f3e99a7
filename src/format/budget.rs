//! How much may be unpacked: one budget for all indexes that are held at once.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the indexes of one release may unpack to together, in bytes: eight times those of the largest official one.
const BYTES: u64 = 96 << 20;

/// How many bytes may still be unpacked; shared by threads that unpack at the same time.
#[derive(Debug)]
pub struct UnpackBudget {
    left: AtomicU64,
}

impl Default for UnpackBudget {
    fn default() -> UnpackBudget {
        UnpackBudget { left: AtomicU64::new(BYTES) }
    }
}

impl UnpackBudget {
    /// The bytes that a whole budget has.
    pub(super) const BYTES: u64 = BYTES;

    /// The reader, whose bytes are taken from this budget; a read beyond it fails as [`UnpackBudget::is_spent`] tells.
    pub(super) fn within<R>(&self, reader: R) -> Within<'_, R> {
        Within { reader, budget: self }
    }

    /// Whether a read failed because there was no more to spend.
    pub(super) fn is_spent(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::QuotaExceeded
    }
}

/// A reader within a budget.
#[derive(Debug)]
pub(super) struct Within<'b, R> {
    reader: R,
    budget: &'b UnpackBudget,
}

impl<R: Read> Read for Within<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let spend = |left: u64| left.checked_sub(count as u64);
        match self.budget.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
            Ok(_) => Ok(count),
            Err(_) => Err(io::ErrorKind::QuotaExceeded.into()),
        }
    }
}

//! Times as FAT writes them.

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};

/// Unix seconds of 1980-01-01T00:00:00Z, the first moment of FAT.
const FIRST: i64 = 315_532_800;
/// Unix seconds of 2107-12-31T23:59:59Z, the last one.
const LAST: i64 = 4_354_819_199;

/// A moment as FAT stores it: UTC, from 1980 to 2107.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    date: u16,
    time: u16,
    centiseconds: u8,
}

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z. Moments before 1980 and after 2107 become the first and
    /// the last that FAT knows, since a `SOURCE_DATE_EPOCH` of 0 is common.
    pub fn from_unix(seconds: i64) -> Self {
        let since = SignedDuration::from_secs(seconds.clamp(FIRST, LAST) - FIRST);
        let at: DateTime = date(1980, 1, 1).at(0, 0, 0, 0).saturating_add(since);
        let years = at.year() - 1980;
        Self {
            date: bits(years) << 9 | bits(at.month().into()) << 5 | bits(at.day().into()),
            time: bits(at.hour().into()) << 11
                | bits(at.minute().into()) << 5
                | bits((at.second() / 2).into()),
            centiseconds: if at.second() % 2 == 0 { 0 } else { 100 },
        }
    }

    /// The date: years since 1980, month, day in 7, 4 and 5 bits.
    pub(super) fn date(self) -> u16 {
        self.date
    }

    /// The time of day: hours, minutes, pairs of seconds in 5, 6 and 5 bits.
    pub(super) fn time(self) -> u16 {
        self.time
    }

    /// What the pairs of seconds leave out. Only the time of creation has room for it.
    pub(super) fn centiseconds(self) -> u8 {
        self.centiseconds
    }
}

/// A field of a calendar date, which is never negative here.
fn bits(field: i16) -> u16 {
    field.unsigned_abs()
}

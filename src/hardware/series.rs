//! Release series, and the ranges of them in which a package exists.

use std::fmt;

/// A release series: `23.05` for 23.05.2, or the development tree.
///
/// Series order by age; the development tree is newer than all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    year: u16,
    month: u8,
}

impl Series {
    /// The development tree, `SNAPSHOT`.
    pub const SNAPSHOT: Self = Self { year: u16::MAX, month: 0 };

    /// The series of year and month: `Series::new(23, 5)` is 23.05.
    pub const fn new(year: u16, month: u8) -> Self {
        Self { year, month }
    }

    /// The series of a release as users write it: `23.05`, `23.05.2`, `v24.10.0-rc1`, `24.10-SNAPSHOT`, `SNAPSHOT`, `main`.
    pub fn of_release(text: &str) -> Option<Self> {
        if ["snapshot", "main", "master"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
            return Some(Self::SNAPSHOT);
        }
        let text = text.strip_prefix('v').unwrap_or(text);
        let (year, rest) = text.split_once('.')?;
        let month_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let (month, after) = rest.split_at(month_end);
        if !two_digits(year) || !two_digits(month) || !(after.is_empty() || after.starts_with(['.', '-'])) {
            return None;
        }
        Some(Self { year: year.parse().ok()?, month: month.parse().ok()? })
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SNAPSHOT => f.write_str("snapshot"),
            Self { year, month } => write!(f, "{year:02}.{month:02}"),
        }
    }
}

/// The series that the tables distinguish, oldest first.
pub const KNOWN_SERIES: [Series; 9] = [
    Series::new(17, 1),
    Series::new(18, 6),
    Series::new(19, 7),
    Series::new(21, 2),
    Series::new(22, 3),
    Series::new(23, 5),
    Series::new(24, 10),
    Series::new(25, 12),
    Series::SNAPSHOT,
];

/// Ranges of series as the tables write them: `17.01-22.03 24.10-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges(&'static str);

impl Ranges {
    pub(crate) fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// Whether `series` lies in one of the ranges.
    pub fn contain(self, series: Series) -> bool {
        self.0.split(' ').filter_map(bounds).any(|(first, last)| first <= series && series <= last)
    }

    /// Whether every range can be read; the tables are checked with it.
    #[doc(hidden)]
    pub fn is_well_formed(self) -> bool {
        !self.0.is_empty()
            && self.0.split(' ').all(|range| bounds(range).is_some_and(|(first, last)| first <= last))
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

fn bounds(range: &str) -> Option<(Series, Series)> {
    match range.split_once('-') {
        None => Series::of_release(range).map(|only| (only, only)),
        Some((first, "")) => Some((Series::of_release(first)?, Series::SNAPSHOT)),
        Some((first, last)) => Some((Series::of_release(first)?, Series::of_release(last)?)),
    }
}

//! Names of releases: `23.05.2`, `24.10.0-rc1`, `24.10-SNAPSHOT`, `SNAPSHOT`.

use std::fmt;

use semver::Version;

use crate::fetch::Location;
use crate::hardware::Series;

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release(String);

/// A text that names no release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a release: expected one like 24.10.2, 24.10-SNAPSHOT or SNAPSHOT")]
pub struct NotARelease(String);

impl Release {
    /// Reads a release name.
    pub fn parse(text: &str) -> Result<Release, NotARelease> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
        match Series::of_release(text) {
            Some(_) if text.bytes().all(plain) => {
                let text = text.strip_prefix('v').unwrap_or(text);
                let snapshot = Series::of_release(text) == Some(Series::SNAPSHOT);
                Ok(Release(if snapshot { "SNAPSHOT".to_owned() } else { text.to_owned() }))
            }
            _ => Err(NotARelease(text.to_owned())),
        }
    }

    /// What the development is at now.
    pub(crate) fn snapshot() -> Release {
        Release("SNAPSHOT".to_owned())
    }

    /// The release that a tree is of by the name of its folder, as servers name them.
    pub(crate) fn of_folder(root: &Location) -> Option<Release> {
        let root = root.to_string();
        let name = root.trim_end_matches('/').rsplit('/').next()?;
        if name == "snapshots" {
            return Some(Release::snapshot());
        }
        let release = Release::parse(name).ok()?;
        let is_plain = |version: Version| version.pre.is_empty() || version.pre.starts_with("rc");
        let is_branch = name.ends_with("-SNAPSHOT");
        (!release.is_series() && (is_branch || release.version().is_some_and(is_plain))).then_some(release)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The series it belongs to.
    pub fn series(&self) -> Option<Series> {
        Series::of_release(&self.0)
    }

    /// Whether it names a series, `24.10`, of which there are several releases.
    pub fn is_series(&self) -> bool {
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        self.0.split_once('.').is_some_and(|(year, month)| all_digits(year) && all_digits(month))
    }

    /// Whether a release is meant by this name: the same one, or one of the series.
    pub fn covers(&self, other: &Release) -> bool {
        self == other || (self.is_series() && self.series() == other.series())
    }

    /// Its folder below a server's root.
    pub(crate) fn folder(&self) -> String {
        match self.0.as_str() {
            "SNAPSHOT" => "snapshots".to_owned(),
            name => format!("releases/{name}"),
        }
    }

    /// The release as a semantic version, for order: `23.05.2` is 23.5.2, `24.10.0-rc10` is 24.10.0-rc.10.
    /// Snapshots have none.
    pub fn version(&self) -> Option<Version> {
        let (numbers, pre) = self.0.split_once('-').unwrap_or((&self.0, ""));
        let numbers: Vec<&str> = numbers.split('.').map(|part| part.trim_start_matches('0')).collect();
        let number = |position: usize| numbers.get(position).filter(|part| !part.is_empty()).unwrap_or(&"0");
        let pre = match pre.find(|c: char| c.is_ascii_digit()) {
            Some(at) => format!("-{}.{}", &pre[..at], &pre[at..]),
            None if pre.is_empty() => String::new(),
            None => return None,
        };
        Version::parse(&format!("{}.{}.{}{pre}", number(0), number(1), number(2))).ok()
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! What the commands about hardware share: the release whose packages they name, and words for people.

use crate::cli::error::Failure;
use crate::hardware::{Availability, KNOWN_SERIES, Kind, Series, Status, history};
use crate::release::Release;

/// The series that is named, else the newest stable one that the catalogue knows.
pub(crate) fn series(named: Option<&str>) -> Result<Series, Failure> {
    let stable = || KNOWN_SERIES.into_iter().rfind(|series| *series != Series::SNAPSHOT);
    let newest = || stable().unwrap_or(Series::SNAPSHOT);
    Ok(match named {
        Some(text) => Release::parse(text)?.series().unwrap_or_else(newest),
        None => newest(),
    })
}

/// What a series offers by the catalogue's history of packages, with no index at hand.
pub(crate) fn by_history<T>(series: Series, ask: impl FnOnce(Availability<'_>) -> T) -> T {
    let has = |package: &str| history(package).is_some_and(|releases| releases.contain(series));
    ask(Availability { has: &has, series: Some(series), variant: None })
}

/// A kind of chip in the words of a sentence.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Wifi => "Wi-Fi",
        Kind::Ethernet => "Ethernet",
        Kind::Bluetooth => "Bluetooth",
        Kind::Wwan => "mobile network",
    }
}

/// Whether a release can drive something, in a few words.
pub(crate) fn status(status: Status, series: Series) -> String {
    match status {
        Status::BuiltIn => "part of the kernel, nothing to install".to_owned(),
        Status::Ok => "supported".to_owned(),
        Status::FirmwareMissing => "its firmware is not packaged".to_owned(),
        Status::NotInRelease => format!("not in {series}"),
        Status::OtherTarget => "on other targets only".to_owned(),
        Status::NoDriverPackage => "no driver package".to_owned(),
        Status::Unknown => "not in the catalogue".to_owned(),
    }
}

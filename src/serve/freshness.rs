//! For how long those between a router and this server may keep a file (RFC 9111, RFC 8246).

use crate::format::is_package_file;
use crate::release::Release;

/// Nobody keeps it: an error may be over by the next request.
pub(super) const NEVER: &str = "no-store";
/// Whoever keeps it asks whether it is still the same: indexes, snapshots, pages.
pub(super) const ASK: &str = "no-cache";
/// The feeds of an architecture are built again while its release is maintained, at times under the same names.
const HOUR: &str = "public, max-age=3600";
/// The packages of a final release's target are built once, and named after their version.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// What `Cache-Control` says of a file, by its path.
pub(super) fn of_file(path: &str) -> &'static str {
    let Some((release, rest)) = path.strip_prefix("releases/").and_then(|path| path.split_once('/')) else {
        return ASK;
    };
    let version = Release::parse(release).ok().filter(|release| !release.is_series());
    match version.and_then(|release| release.version()) {
        Some(version) if is_package_file(path) => {
            if version.pre.is_empty() && rest.starts_with("targets/") {
                FOR_GOOD
            } else {
                HOUR
            }
        }
        _ => ASK,
    }
}

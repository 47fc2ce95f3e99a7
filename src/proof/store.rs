//! What packages hold, read once: kept in the cache by the digest that the index states.

use super::Contents;
use crate::fetch::{FetchError, Fetcher};
use crate::format::Format;
use crate::parallel;
use crate::trust::{Artifact, Digest, Verified};

/// The version of the reader: another one reads other things of the same bytes.
pub(super) const READER: &str = "contents-2";

/// What an earlier run read of the package with this digest.
///
/// # Errors
/// When the cache cannot be read.
pub(crate) fn known_contents(fetcher: &Fetcher, digest: &Digest) -> Result<Option<Contents>, FetchError> {
    let kept = fetcher.findings(&name(digest))?;
    // Of another version of the reader, it does not count.
    Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// What packages hold, by their digests, in their order; what was read before is not read again.
///
/// # Errors
/// When a package has changed since it was checked or cannot be read, or the cache cannot be used.
pub fn read_contents(
    fetcher: &Fetcher,
    format: &'static dyn Format,
    packages: &[(Digest, &Verified<Artifact>)],
) -> Result<Vec<Contents>, FetchError> {
    let read = |(digest, artifact): &(Digest, &Verified<Artifact>)| {
        if let Some(known) = known_contents(fetcher, digest)? {
            return Ok(known);
        }
        let failed = |source| FetchError::Cache { path: artifact.path().to_owned(), source };
        let contents = Contents::read(format, &mut artifact.open().map_err(failed)?).map_err(failed)?;
        fetcher.keep_findings(&name(digest), &contents)?;
        Ok(contents)
    };
    parallel::map(packages, parallel::processors(), read).into_iter().collect()
}

fn name(digest: &Digest) -> String {
    let hex = digest.hex();
    format!("{READER}/{}/{}-{hex}", &hex[..2], digest.kind.name())
}

//! What is said of a disk that would be written.

use std::io::Write as _;

use serde::Serialize;

use super::env::Env;
use super::error::Failure;
use super::locks;
use super::ui::json;
use super::ui::text::{count, size};
use crate::lock::{Lock, Outlook};
use crate::release::Upstream;

/// `owpkg.disk-preview/1`.
#[derive(Serialize)]
struct PreviewJson<'a> {
    schema: &'static str,
    out: &'a str,
    release: Option<&'a str>,
    target: &'a str,
    packages: usize,
    /// Bytes of the packages and indexes on the disk.
    bytes: u64,
    to_fetch: usize,
    bytes_to_fetch: u64,
}

/// Says what the disk of a lock would hold, and what would be fetched for it.
pub(crate) fn tell(
    env: &mut Env,
    upstream: &Upstream,
    lock: &Lock,
    out: &str,
    json: bool,
) -> Result<(), Failure> {
    let Outlook { packages, bytes, to_fetch, bytes_to_fetch, index_bytes } = Outlook::of(upstream, lock)?;
    if json {
        let json = PreviewJson {
            schema: "owpkg.disk-preview/1",
            out,
            release: lock.release.as_deref(),
            target: &lock.target,
            packages,
            bytes: bytes + index_bytes,
            to_fetch,
            bytes_to_fetch,
        };
        return json::print(&mut env.out, &json).map_err(Failure::stdout);
    }
    let of = locks::title(lock);
    let on_disk =
        format!("{}, {}, and {} of indexes", count(packages, "package"), size(bytes), size(index_bytes));
    let fetched = format!("{} of {} to fetch", count(to_fetch, "package"), size(bytes_to_fetch));
    writeln!(env.out, "{out} would hold, for {of}: {on_disk}; {fetched}").map_err(Failure::stdout)
}

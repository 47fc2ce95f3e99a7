//! About files that cannot be had.

use super::Help;
use crate::fetch::{Failure, FetchError};

impl Help for FetchError {
    fn help(&self) -> Option<String> {
        let text = match self {
            FetchError::Unavailable { copy: Some(date), .. } => {
                let date = date.strftime("%Y-%m-%d");
                return Some(format!("--offline uses the copy of {date} from the cache"));
            }
            FetchError::Unavailable { source: Failure::Connect(_), .. } => {
                "check the network, the host's name and the proxy settings (HTTPS_PROXY, NO_PROXY)"
            }
            FetchError::Unavailable { source: Failure::TooSlow { .. } | Failure::TooLong { .. }, .. } => {
                "what is already here is kept: try again later or with another --mirror, or be more patient with \
                 --min-speed and --max-time"
            }
            FetchError::Unavailable { source: Failure::Downgraded, .. } => {
                "name the place itself with --mirror or --tree"
            }
            FetchError::Unavailable { .. } => {
                "try again later: what is already here is kept; or use another --mirror"
            }
            FetchError::Missing { .. } => {
                "what lists it may be older than what is there now: run `owpkg update`, then try again; where a copy of a \
                 release lacks it, name another --mirror or --tree"
            }
            FetchError::Offline { .. } => "run the same command once without --offline",
            FetchError::Mismatch { .. } => {
                "the server may be in the middle of an update: run `owpkg update`, or use another --mirror"
            }
            FetchError::Cache { .. } => "make the folder writable, or name another one with --cache-dir",
            FetchError::TooLarge { .. }
            | FetchError::TooMuch { .. }
            | FetchError::NotAFile { .. }
            | FetchError::Read { .. }
            | FetchError::Client { .. } => {
                return None;
            }
        };
        Some(text.to_owned())
    }
}

//! Whether an image upgrades a router, as OpenWrt's own `sysupgrade` asks it (base-files' `lib/upgrade/fwtool.sh`), so
//! that nobody carries a stick far for nothing.

use crate::hardware::{KNOWN_SERIES, Series};
use crate::release::Release;
use crate::release::image::fwtool::About;
use crate::stick::Request;

/// The version of layout and configuration of a router or an image that says none.
const FIRST_COMPAT: &str = "1.0";

/// Why a router cannot be upgraded with an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is for other devices.
    #[error("{image} is for other devices: expected the router's {board:?}, found {}", .supported.join(", "))]
    OtherDevice {
        image: String,
        /// The router's board.
        board: String,
        /// The devices that the image names.
        supported: Vec<String>,
    },
    /// It is of another target.
    #[error("{image} is of another target: expected the router's {expected}, found {found}")]
    OtherTarget {
        image: String,
        /// The router's target.
        expected: String,
        /// The image's.
        found: String,
    },
    /// The layout of the device's flash, or how it is started, is another: `sysupgrade` cannot do it.
    #[error("{image} cannot be reached by an upgrade: the router has version {from} of the device's layout, the image {to}{}", told(.message))]
    Layout {
        image: String,
        /// The router's version.
        from: String,
        /// The image's version.
        to: String,
        /// What the image says of it.
        message: String,
    },
    /// The configuration does not fit the image.
    #[error("the router's configuration does not fit {image}: its version is {from}, the image's {to}{}", told(.message))]
    Configuration {
        image: String,
        /// The router's version.
        from: String,
        /// The image's version.
        to: String,
        /// What the image says of it.
        message: String,
    },
    /// The release is an older one.
    #[error("{to} is older than the router's {from}: an older release may not understand its configuration")]
    Older {
        /// The router's release.
        from: String,
        /// The other.
        to: String,
    },
}

fn told(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(" (\"{message}\")") }
}

/// Holds what an image says of itself against a router. With `fresh` the router's configuration does not matter.
///
/// # Errors
/// When `sysupgrade` would refuse it.
pub fn check(image: &str, about: &About, request: &Request, fresh: bool) -> Result<(), Unfit> {
    let image = || image.to_owned();
    let target = about.target();
    if !target.is_empty() && target != request.target.as_str() {
        let (expected, found) = (request.target.to_string(), target.to_owned());
        return Err(Unfit::OtherTarget { image: image(), expected, found });
    }
    let supported = about.supported();
    if !supported.is_empty() && !supported.contains(&request.board) {
        let (board, supported) = (request.board.clone(), supported.to_vec());
        return Err(Unfit::OtherDevice { image: image(), board, supported });
    }
    let from = request.system.compat.as_deref().unwrap_or(FIRST_COMPAT);
    let to = about.compat().unwrap_or(FIRST_COMPAT);
    let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    let (from_text, to_text, message) = (from.to_owned(), to.to_owned(), about.compat_message().to_owned());
    if major(from) != major(to) {
        return Err(Unfit::Layout { image: image(), from: from_text, to: to_text, message });
    }
    match from == to || fresh {
        true => Ok(()),
        false => Err(Unfit::Configuration { image: image(), from: from_text, to: to_text, message }),
    }
}

/// Refuses to go back to an older release with a configuration.
///
/// # Errors
/// When the release is older than the router's, and the configuration is to be kept.
pub fn check_order(from: &Release, to: &Release, fresh: bool) -> Result<(), Unfit> {
    match (from.version(), to.version()) {
        (Some(old), Some(new)) if new < old && !fresh => {
            Err(Unfit::Older { from: from.to_string(), to: to.to_string() })
        }
        _ => Ok(()),
    }
}

/// The series between two, which an upgrade skips: OpenWrt tests upgrades from the series before alone.
pub fn skipped([from, to]: [Series; 2]) -> Vec<Series> {
    KNOWN_SERIES.into_iter().filter(|series| from < *series && *series < to).collect()
}

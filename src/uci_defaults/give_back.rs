//! The service of a guest that gives its cards back to the host when it shuts down.

use crate::overlay::{Overlay, OverlayError};

/// The service, for `/etc/init.d`.
pub const GIVE_BACK: &str = include_str!("give-back.sh");
/// Its place, relative to the router's root.
pub const GIVE_BACK_PATH: &str = "etc/init.d/owpkg-give-back";
/// The link that lets it run at shutdown, and what it leads to: what `enable` of rc.common makes.
const LINK: (&str, &str) = ("etc/rc.d/K95owpkg-give-back", "../init.d/owpkg-give-back");

/// Adds the service to the files for a router.
///
/// # Errors
/// When a file of the user has its place.
pub fn add_give_back(overlay: &mut Overlay) -> Result<(), OverlayError> {
    overlay.add(GIVE_BACK_PATH, 0o755, GIVE_BACK.into(), false)?;
    overlay.add_link(LINK.0, LINK.1)
}

//! What the router is to be set to when it starts: its Wi-Fi and its addresses.
//!
//! Each becomes a script below `/etc/uci-defaults`. OpenWrt runs these early at its next start, after the drivers are
//! loaded and before the network, and removes each that succeeds (base-files, `/etc/init.d/boot`, `START=10`,
//! `uci_apply_defaults`; `/etc/init.d/network` has `START=20`). The settings are in the words of `uci batch`; how the
//! radio is found is `wifi.sh` beside this file, which lets OpenWrt detect radios (wifi-scripts' `/sbin/wifi` and
//! `/lib/wifi/mac80211.uc`, until 23.05 kmod-cfg80211's `/lib/wifi/mac80211.sh`) and knows them by the path that these
//! write down (`phy_path` of `wifi-detect.uc`, `nl80211_phy_path_str` of iwinfo).
//!
//! A [`SetupRequest`] leaves to the [`RouterPackages`] what hangs on them, WPA3 above all: [`SetupRequest::settle`] makes
//! a [`Setup`] of it, with the [`SetupWarning`]s that speak against it.

mod country;
mod network;
mod request;
mod router;
mod script;
mod security;
mod uci;
mod warnings;
mod wifi;

use crate::overlay::{Overlay, OverlayError};

pub use country::Country;
pub use network::{Addresses, AddressesError, Network, StaticAddress};
pub use request::{SetupRequest, WifiRequest};
pub use router::{RouterPackages, Supplicants};
pub use security::{Encryption, Key, Security};
pub use warnings::SetupWarning;
pub use wifi::{Band, Mode, Ssid, Wifi, WifiError};

/// What the router is to be set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The Wi-Fi.
    pub wifi: Option<Wifi>,
    /// The addresses of its networks.
    pub network: Network,
}

/// A script for `/etc/uci-defaults`; there is no showing it, as it may hold a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Its place, relative to the router's root.
    pub path: &'static str,
    /// The script.
    pub text: String,
    /// Whether the key of the Wi-Fi is in it.
    pub secret: bool,
}

impl Setup {
    /// The scripts that set it.
    pub fn defaults(&self) -> Vec<Defaults> {
        let wifi = self.wifi.as_ref().map(|wifi| script::wifi(wifi, self.network.uplink.as_ref()));
        script::network(self).into_iter().chain(wifi).collect()
    }

    /// Adds the scripts that set it to the files for a router; one with a key is the owner's alone to read.
    ///
    /// # Errors
    /// When a file of the user has the place of one.
    pub(crate) fn add_to(&self, overlay: &mut Overlay) -> Result<(), OverlayError> {
        self.defaults().into_iter().try_for_each(|Defaults { path, text, secret }| {
            let mode = if secret { 0o600 } else { 0o644 };
            overlay.add(path, mode, text.into_bytes(), secret)
        })
    }
}

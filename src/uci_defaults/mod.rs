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

mod address;
mod country;
mod give_back;
mod htmode;
mod lines;
mod network;
mod request;
mod router;
mod script;
mod security;
mod uci;
mod warnings;
mod wifi;

use crate::overlay::{Overlay, OverlayError};

pub use address::{StaticAddress, StaticAddress6};
pub use country::Country;
pub use give_back::{GIVE_BACK, GIVE_BACK_PATH, add_give_back};
pub use htmode::HtMode;
pub use lines::{UciFault, UciLineError, UciLines};
pub use network::{Addresses, AddressesError, Network, StaticNetwork};
pub use request::{SetupPart, SetupRequest, WifiRequest};
pub use router::{RouterPackages, Supplicants};
pub use security::{Encryption, Key, Security};
pub use warnings::SetupWarning;
pub use wifi::{Band, Mode, Ssid, Wifi, WifiError};

/// What the router is to be set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The Wi-Fis, of which it joins at most one.
    pub wifis: Vec<Wifi>,
    /// The addresses of its networks.
    pub network: Network,
    /// What the user's own lines set, after all else.
    pub lines: Option<UciLines>,
}

/// A script for `/etc/uci-defaults`; there is no showing it, as it may hold a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Its place, relative to the router's root.
    pub path: String,
    /// The script.
    pub text: String,
    /// Whether the key of a Wi-Fi or another secret is in it.
    pub secret: bool,
}

impl Setup {
    /// The scripts that set it.
    pub fn defaults(&self) -> Vec<Defaults> {
        let wifis = self.wifis.iter().enumerate();
        let wifis = wifis.map(|(at, wifi)| script::wifi(wifi, at, self.network.uplink.as_ref()));
        script::network(self).into_iter().chain(wifis).chain(script::lines(self)).collect()
    }

    /// Adds the scripts that set it to the files for a router; one with a key is the owner's alone to read.
    ///
    /// # Errors
    /// When a file of the user has the place of one.
    pub(crate) fn add_to(&self, overlay: &mut Overlay) -> Result<(), OverlayError> {
        self.defaults().into_iter().try_for_each(|Defaults { path, text, secret }| {
            let mode = if secret { 0o600 } else { 0o644 };
            overlay.add(&path, mode, text.into_bytes(), secret)
        })
    }
}

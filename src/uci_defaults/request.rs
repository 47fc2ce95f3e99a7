//! What is asked for of a Wi-Fi and of addresses, and what it becomes on a router.

use super::router::{RouterPackages, Supplicants};
use super::{
    Band, Country, Encryption, Key, Mode, Network, Security, Setup, SetupWarning, Ssid, Wifi, WifiError,
};

/// What is to be set up, before it is known what the router can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupRequest {
    /// The Wi-Fi.
    pub wifi: Option<WifiRequest>,
    /// The addresses of its networks.
    pub network: Network,
}

/// A Wi-Fi of which something may be left to the router's packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WifiRequest {
    /// Its name.
    pub ssid: Ssid,
    /// What the router is in it.
    pub mode: Mode,
    /// None: the best that the key and the router's supplicants can do.
    pub encryption: Option<Encryption>,
    /// None: the Wi-Fi is open.
    pub key: Option<Key>,
    /// Whose rules of the air count; none: the rules that hold everywhere.
    pub country: Option<Country>,
    /// None: the channel's, else 2.4 GHz for an access point, else what OpenWrt chooses for the card.
    pub band: Option<Band>,
    /// The channel of an access point; none: as OpenWrt chooses, or one that most countries allow.
    pub channel: Option<u8>,
}

impl SetupRequest {
    /// What it becomes on a router, with what speaks against it.
    ///
    /// # Errors
    /// When no router of these packages could have such a Wi-Fi.
    pub fn settle(self, router: &RouterPackages<'_>) -> Result<(Setup, Vec<SetupWarning>), WifiError> {
        let supplicants = router.supplicants();
        let wifi = self.wifi.map(|wifi| wifi.settle(&supplicants)).transpose()?;
        let warnings = wifi.iter().flat_map(|wifi| SetupWarning::of(wifi, &supplicants, router)).collect();
        Ok((Setup { wifi, network: self.network }, warnings))
    }
}

impl WifiRequest {
    /// The Wi-Fi, with an encryption that these programs can do where none is asked for.
    ///
    /// # Errors
    /// When its parts do not go together.
    pub fn settle(self, supplicants: &Supplicants) -> Result<Wifi, WifiError> {
        let WifiRequest { ssid, mode, encryption, key, country, band, channel } = self;
        // An access point on 2.4 GHz is what every card can be, in every country.
        let usual = (mode == Mode::AccessPoint).then_some(Band::Ghz2);
        let band = band.or(channel.map(Band::of_channel)).or(usual);
        let encryption = match (encryption, &key) {
            (Some(encryption), _) => encryption,
            (None, Some(key)) => Encryption::for_key(key, band, supplicants.can_wpa3(mode)),
            (None, None) => Encryption::None,
        };
        let security = Security::new(encryption, key)?;
        Wifi { ssid, mode, security, country, band, channel }.checked()
    }
}

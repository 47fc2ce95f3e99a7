//! What is asked for of a Wi-Fi and of addresses, and what it becomes on a router.

use super::router::{RouterPackages, Supplicants};
use super::{
    Band, Country, Encryption, HtMode, Key, Mode, Network, Security, Setup, SetupWarning, Ssid, UciLines,
    Wifi, WifiError,
};
use crate::overlay::Overlay;

/// What is to be set up, before it is known what the router can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupRequest {
    /// The Wi-Fis.
    pub wifis: Vec<WifiRequest>,
    /// The addresses of its networks.
    pub network: Network,
    /// The user's own lines for `uci batch`.
    pub lines: Option<UciLines>,
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
    /// The generation and width of the radio's channel; none: as OpenWrt chooses for the card.
    pub htmode: Option<HtMode>,
    /// Whether an access point keeps its name to itself.
    pub hidden: bool,
}

/// A part of a setup that changes a configuration of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupPart {
    Wifi,
    Uplink,
    Lan,
}

impl SetupRequest {
    /// What it becomes on a router, with what speaks against it.
    ///
    /// # Errors
    /// When no router of these packages could have such a Wi-Fi.
    pub fn settle(self, router: &RouterPackages<'_>) -> Result<(Setup, Vec<SetupWarning>), WifiError> {
        let supplicants = router.supplicants();
        let wifis = WifiRequest::settle_all(self.wifis, &supplicants)?;
        let mut warnings = Vec::new();
        for warning in wifis.iter().flat_map(|wifi| SetupWarning::of(wifi, &supplicants, router)) {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        Ok((Setup { wifis, network: self.network, lines: self.lines }, warnings))
    }

    /// The user's own files that it would change once they are in place, each with the part that would.
    pub fn changes<'o>(&self, overlay: &'o Overlay) -> Option<(&'o str, SetupPart)> {
        let joins = self.wifis.iter().any(|wifi| wifi.mode == Mode::Station);
        let parts = [
            ("etc/config/wireless", SetupPart::Wifi, !self.wifis.is_empty()),
            ("etc/config/network", SetupPart::Wifi, joins),
            ("etc/config/network", SetupPart::Uplink, self.network.uplink.is_some()),
            ("etc/config/network", SetupPart::Lan, self.network.lan.is_some()),
        ];
        let mut at_stake = parts.into_iter().filter(|(_, _, changes)| *changes);
        at_stake.find_map(|(config, part, _)| {
            overlay.iter().find(|(path, _)| *path == config).map(|(path, _)| (path, part))
        })
    }
}

impl WifiRequest {
    /// Several on one router, each settled.
    ///
    /// # Errors
    /// When the parts of one, or they all, do not go together.
    pub fn settle_all(requests: Vec<WifiRequest>, supplicants: &Supplicants) -> Result<Vec<Wifi>, WifiError> {
        let wifis = requests.into_iter().map(|request| request.settle(supplicants));
        let wifis = wifis.collect::<Result<Vec<_>, _>>()?;
        for (at, wifi) in wifis.iter().enumerate() {
            wifis[..at].iter().try_for_each(|earlier| earlier.goes_with(wifi))?;
        }
        Ok(wifis)
    }

    /// The Wi-Fi, with an encryption that these programs can do where none is asked for.
    ///
    /// # Errors
    /// When its parts do not go together.
    pub fn settle(self, supplicants: &Supplicants) -> Result<Wifi, WifiError> {
        let WifiRequest { ssid, mode, encryption, key, country, band, channel, htmode, hidden } = self;
        // An access point on 2.4 GHz is what every card can be, in every country.
        let usual = (mode == Mode::AccessPoint).then_some(Band::Ghz2);
        let band = band.or(channel.map(Band::of_channel)).or(usual);
        let encryption = match (encryption, &key) {
            (Some(encryption), _) => encryption,
            (None, Some(key)) => Encryption::for_key(key, band, supplicants.can_wpa3(mode)),
            (None, None) => Encryption::None,
        };
        let security = Security::new(encryption, key)?;
        Wifi { ssid, mode, security, country, band, channel, htmode, hidden }.checked()
    }
}

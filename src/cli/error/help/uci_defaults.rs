//! About what a router can be set to.

use super::Help;
use crate::uci_defaults::{AddressesError, WifiError};

impl Help for WifiError {
    fn help(&self) -> Option<String> {
        let text = match self {
            WifiError::KeyIsDerived { .. } => "give the passphrase, or --wifi-encryption psk2",
            WifiError::TooOldForBand { .. } => "give --wifi-encryption sae, or owe for an open Wi-Fi",
            WifiError::Country(_) => "like DE, FR, US or JP; the United Kingdom is GB",
            WifiError::Channel { .. } => "name the band too (--wifi-band), or leave the channel out",
            WifiError::ChannelOfStation => "leave --wifi-channel out, or give --wifi-mode ap",
            WifiError::SsidLength { .. } | WifiError::SsidControl { .. } => {
                "give its name as its access point shows it"
            }
            WifiError::KeyLength { .. } | WifiError::KeyCharacter { .. } => {
                "the file or variable holds the key alone; an open Wi-Fi is --wifi-encryption none"
            }
            WifiError::NoKey { .. } => return None,
        };
        Some(text.to_owned())
    }
}

impl Help for AddressesError {
    fn help(&self) -> Option<String> {
        let text = match self {
            AddressesError::Overlap { .. } => "give one of them another network, like 192.168.5.1/24",
            _ => {
                "like dhcp, static,address=192.168.1.2/24,gateway=192.168.1.1,dns=192.168.1.1, or 192.168.5.1/24 for --lan"
            }
        };
        Some(text.to_owned())
    }
}

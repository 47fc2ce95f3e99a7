//! What the user can do about errors of the library, where that is a flag or a command of owpkg.

use crate::stick::RequestError;
use crate::uci_defaults::{AddressesError, WifiError};

/// About a Wi-Fi that there cannot be.
pub fn of_wifi(error: &WifiError) -> Option<&'static str> {
    Some(match error {
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
    })
}

/// About addresses that a network cannot have.
pub fn of_addresses(error: &AddressesError) -> &'static str {
    match error {
        AddressesError::Overlap { .. } => "give one of them another network, like 192.168.5.1/24",
        _ => {
            "like dhcp, static,address=192.168.1.2/24,gateway=192.168.1.1,dns=192.168.1.1, or 192.168.5.1/24 for --lan"
        }
    }
}

/// About a text that is no request of a router.
pub fn of_request(error: &RequestError) -> &'static str {
    match error {
        RequestError::Version { .. } => {
            "take the owpkg that made the request.sh, or make both anew: owpkg request > request.sh"
        }
        RequestError::NoRequest { .. } => {
            "owpkg request > request.sh; run that on the router: it writes owpkg-request.txt"
        }
        _ => "make it anew: run request.sh on the router once more",
    }
}

//! About what a router can be set to.

use super::Help;
use crate::suggest::near;
use crate::uci_defaults::{AddressesError, HtMode, UciFault, UciLineError, WifiError};

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
            WifiError::HtMode(typed) => {
                let near = near(&typed.to_ascii_uppercase(), HtMode::ALL.into_iter());
                return Some(match near.is_empty() {
                    true => format!("one of {}", HtMode::ALL.join(", ")),
                    false => format!("did you mean {}?", near.join(", ")),
                });
            }
            WifiError::HtModeOfBand { .. } => "like HE20 or HT40 on 2.4 GHz, VHT80 or HE80 on 5, HE160 on 6",
            WifiError::HiddenStation => {
                "leave --wifi-hidden out: a hidden Wi-Fi is found by its name; or give --wifi-mode ap"
            }
            WifiError::TwoUplinks { .. } => {
                "let all but one be access points: --wifi NAME --wifi-mode ap (a flag counts for the --wifi before it)"
            }
            WifiError::SameWifi { .. } => "give each its own name or --wifi-band",
            WifiError::OneRadio { .. } => "give them the same, or another --wifi-band",
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
                "like dhcp, static,address=192.168.1.2/24,gateway=192.168.1.1,dns=192.168.1.1, or 192.168.5.1/24 for --lan; \
                 each part of IPv6 stands beside that of IPv4: address=2001:db8::2/64,gateway=2001:db8::1"
            }
        };
        Some(text.to_owned())
    }
}

impl Help for UciLineError {
    fn help(&self) -> Option<String> {
        Some(match &self.fault {
            UciFault::Command(typed) => {
                let near = near(typed, UciFault::commands());
                match near.is_empty() {
                    true => format!("one of {}", UciFault::commands().collect::<Vec<_>>().join(", ")),
                    false => format!("did you mean {}?", near.join(", ")),
                }
            }
            _ => "a line as in: set system.@system[0].hostname='attic'".to_owned(),
        })
    }
}

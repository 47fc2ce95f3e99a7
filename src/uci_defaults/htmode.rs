//! How wide a radio's channel is, and of which generation: `option htmode`.

use std::fmt;
use std::str::FromStr;

use super::{Band, WifiError};

/// A generation of Wi-Fi with the width of its channel in MHz, in OpenWrt's words: `VHT80`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HtMode(&'static str);

impl HtMode {
    /// All that netifd's scripts know (wifi-scripts, `mac80211.sh` and `mac80211.uc`).
    pub const ALL: [&'static str; 18] = [
        "NOHT", "HT20", "HT40", "HT40-", "HT40+", "VHT20", "VHT40", "VHT80", "VHT160", "HE20", "HE40",
        "HE80", "HE160", "EHT20", "EHT40", "EHT80", "EHT160", "EHT320",
    ];

    /// As `option htmode` has it.
    pub fn word(self) -> &'static str {
        self.0
    }

    /// Whether a band has it: 2.4 GHz has no VHT and no room for 80 MHz, 6 GHz only what came with it.
    pub fn is_of(self, band: Band) -> bool {
        let width: u16 = self.0.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(20);
        match band {
            Band::Ghz2 => width <= 40 && !self.0.starts_with("VHT"),
            Band::Ghz5 => width <= 160,
            Band::Ghz6 => self.0.starts_with("HE") || self.0.starts_with("EHT"),
        }
    }
}

impl FromStr for HtMode {
    type Err = WifiError;

    fn from_str(text: &str) -> Result<HtMode, WifiError> {
        let known = HtMode::ALL.into_iter().find(|word| word.eq_ignore_ascii_case(text));
        known.map(HtMode).ok_or_else(|| WifiError::HtMode(text.to_owned()))
    }
}

impl fmt::Display for HtMode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

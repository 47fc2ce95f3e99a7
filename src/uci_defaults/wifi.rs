//! A Wi-Fi that a router is to join, or to be: values that OpenWrt can be given.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::country::Country;
use super::htmode::HtMode;
use super::security::{Encryption, Security};

/// A Wi-Fi.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wifi {
    /// Its name.
    pub ssid: Ssid,
    /// What the router is in it.
    pub mode: Mode,
    /// How it is kept from others.
    pub security: Security,
    /// Whose rules of the air count; none: the rules that hold everywhere.
    pub country: Option<Country>,
    /// Where it is on the air; none: where OpenWrt sees the radio first.
    pub band: Option<Band>,
    /// The channel of an access point; none: as OpenWrt chooses, or one that most countries allow.
    pub channel: Option<u8>,
    /// The generation and width of the radio's channel; none: as OpenWrt chooses for the card.
    pub htmode: Option<HtMode>,
    /// Whether an access point keeps its name to itself.
    pub hidden: bool,
}

/// What the router is in a Wi-Fi.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "&str")]
pub enum Mode {
    /// It joins, and the Wi-Fi is its uplink.
    Station,
    /// It is the access point of its LAN.
    AccessPoint,
}

/// A band of the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "&str")]
pub enum Band {
    /// 2.4 GHz.
    Ghz2,
    /// 5 GHz.
    Ghz5,
    /// 6 GHz.
    Ghz6,
}

/// The name of a Wi-Fi: 1 to 32 bytes of text without control characters, which hostapd's configuration cannot carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssid(String);

/// Why there is no such Wi-Fi. No variant holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WifiError {
    /// A name too short or too long.
    #[error("the name of a Wi-Fi has 1 to 32 bytes, and {ssid:?} has {}", ssid.len())]
    SsidLength {
        /// The name.
        ssid: String,
    },
    /// A name that configurations cannot carry.
    #[error("the name {ssid:?} holds a control character")]
    SsidControl {
        /// The name.
        ssid: String,
    },
    /// A key too short or too long.
    #[error("the key of a Wi-Fi has 8 to 63 characters, or is 64 hexadecimal digits; this one has {length}")]
    KeyLength {
        /// Its length in bytes.
        length: usize,
    },
    /// A key that cannot be typed everywhere.
    #[error(
        "the key of a Wi-Fi is of printable ASCII characters, and this one holds another at its byte {at}"
    )]
    KeyCharacter {
        /// The place of the first other one, from 1.
        at: usize,
    },
    /// The product of a passphrase, where the passphrase itself is needed.
    #[error("{encryption} needs the passphrase, and this key is of 64 hexadecimal digits")]
    KeyIsDerived { encryption: Encryption },
    #[error("{encryption} needs a key")]
    NoKey { encryption: Encryption },
    /// 6 GHz has no older encryption.
    #[error("6 GHz has only WPA3 and OWE, not {encryption}")]
    TooOldForBand { encryption: Encryption },
    /// No country's letters, or of none that Linux knows rules for.
    #[error("{0:?} is not a country that Wi-Fi has rules for, expected two letters")]
    Country(String),
    /// A channel that the band has not.
    #[error("there is no channel {channel} on {band}")]
    Channel { channel: u8, band: Band },
    /// A channel where there is none to choose.
    #[error("a router that joins a Wi-Fi takes the channel of its access point")]
    ChannelOfStation,
    /// No mode of a radio that OpenWrt knows.
    #[error("{0:?} is no mode of a radio's channel")]
    HtMode(String),
    /// A mode that the band has not.
    #[error("there is no {htmode} on {band}")]
    HtModeOfBand { htmode: HtMode, band: Band },
    /// A Wi-Fi of others, whose name is theirs to hide.
    #[error("only an access point can hide its name")]
    HiddenStation,
    /// A second uplink.
    #[error("a router joins one Wi-Fi, its uplink: {first:?} and {second:?} are two")]
    TwoUplinks { first: String, second: String },
    /// Twice the same one.
    #[error("the Wi-Fi {ssid:?} is there twice")]
    SameWifi { ssid: String },
    /// Two that a radio cannot be at once.
    #[error("{first:?} and {second:?} share the radio of {band}, and so its {what}")]
    OneRadio { first: String, second: String, band: Band, what: &'static str },
}

impl Wifi {
    /// Checks what its parts say together.
    ///
    /// # Errors
    /// When no radio could do that.
    pub fn checked(self) -> Result<Wifi, WifiError> {
        let encryption = self.security.encryption();
        if self.band == Some(Band::Ghz6) && !matches!(encryption, Encryption::Sae | Encryption::Owe) {
            return Err(WifiError::TooOldForBand { encryption });
        }
        if self.hidden && self.mode == Mode::Station {
            return Err(WifiError::HiddenStation);
        }
        if let (Some(htmode), Some(band)) = (self.htmode, self.band)
            && !htmode.is_of(band)
        {
            return Err(WifiError::HtModeOfBand { htmode, band });
        }
        match (self.channel, self.mode) {
            (Some(_), Mode::Station) => Err(WifiError::ChannelOfStation),
            (Some(channel), Mode::AccessPoint) => match self.band {
                Some(band) if !band.has(channel) => Err(WifiError::Channel { channel, band }),
                _ => Ok(self),
            },
            (None, _) => Ok(self),
        }
    }

    /// Checks what it says together with another on the same router.
    pub(super) fn goes_with(&self, other: &Wifi) -> Result<(), WifiError> {
        let (first, second) = (self.ssid.0.clone(), other.ssid.0.clone());
        if self.mode == Mode::Station && other.mode == Mode::Station {
            return Err(WifiError::TwoUplinks { first, second });
        }
        let Some(band) = self.band.filter(|band| other.band == Some(*band)) else { return Ok(()) };
        if self.mode == other.mode && first == second {
            return Err(WifiError::SameWifi { ssid: first });
        }
        let what = if differ(self.channel, other.channel) {
            "channel"
        } else if differ(self.htmode, other.htmode) {
            "mode"
        } else if differ(self.country, other.country) {
            "country"
        } else {
            return Ok(());
        };
        Err(WifiError::OneRadio { first, second, band, what })
    }
}

/// Whether both are named, and not the same.
fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

impl From<Mode> for &'static str {
    fn from(value: Mode) -> &'static str {
        value.word()
    }
}

impl Mode {
    pub const ALL: [Mode; 2] = [Mode::Station, Mode::AccessPoint];

    /// As `option mode` has it.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Station => "sta",
            Mode::AccessPoint => "ap",
        }
    }
}

impl From<Band> for &'static str {
    fn from(value: Band) -> &'static str {
        value.word()
    }
}

impl Band {
    /// All of them, the lowest first.
    pub const ALL: [Band; 3] = [Band::Ghz2, Band::Ghz5, Band::Ghz6];

    /// As `option band` has it.
    pub fn word(self) -> &'static str {
        match self {
            Band::Ghz2 => "2g",
            Band::Ghz5 => "5g",
            Band::Ghz6 => "6g",
        }
    }

    /// Its name among people, in GHz.
    pub fn gigahertz(self) -> &'static str {
        match self {
            Band::Ghz2 => "2.4",
            Band::Ghz5 => "5",
            Band::Ghz6 => "6",
        }
    }

    /// The band that a channel is taken for where none is named.
    pub fn of_channel(channel: u8) -> Band {
        if channel <= 14 { Band::Ghz2 } else { Band::Ghz5 }
    }

    /// A channel that an access point may use in most countries.
    pub(super) fn common_channel(self) -> u8 {
        match self {
            Band::Ghz2 => 1,
            Band::Ghz5 => 36,
            Band::Ghz6 => 37,
        }
    }

    fn has(self, channel: u8) -> bool {
        match self {
            Band::Ghz2 => (1..=14).contains(&channel),
            Band::Ghz5 => match channel {
                36..=64 | 100..=144 => channel.is_multiple_of(4),
                149..=177 => channel % 4 == 1,
                _ => false,
            },
            Band::Ghz6 => (1..=233).contains(&channel) && channel % 4 == 1,
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} GHz", self.gigahertz())
    }
}

impl FromStr for Ssid {
    type Err = WifiError;

    fn from_str(text: &str) -> Result<Ssid, WifiError> {
        let ssid = text.to_owned();
        if !(1..=32).contains(&text.len()) {
            return Err(WifiError::SsidLength { ssid });
        }
        match text.contains(char::is_control) {
            true => Err(WifiError::SsidControl { ssid }),
            false => Ok(Ssid(ssid)),
        }
    }
}

impl Ssid {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

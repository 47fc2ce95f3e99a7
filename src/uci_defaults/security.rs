//! How a Wi-Fi is kept from others: its encryption and its key.

use std::fmt;

use serde::Serialize;

use super::wifi::{Band, WifiError};

/// How a Wi-Fi is kept from others, among what OpenWrt's `option encryption` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "&str")]
pub enum Encryption {
    /// Open to all.
    None,
    /// Open to all, each with keys of its own.
    Owe,
    /// WPA with a passphrase, which is broken.
    Psk,
    /// WPA2 with a passphrase.
    Psk2,
    /// WPA or WPA2 with a passphrase.
    PskMixed,
    /// WPA3 with a passphrase.
    Sae,
    /// WPA2 or WPA3 with a passphrase.
    SaeMixed,
}

/// An encryption with the key that it needs, or without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    encryption: Encryption,
    key: Option<Key>,
}

/// The key of a Wi-Fi: a passphrase of 8 to 63 printable ASCII characters, or a key of 64 hexadecimal digits. Nothing
/// shows it but the script that is made with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl From<Encryption> for &'static str {
    fn from(value: Encryption) -> &'static str {
        value.word()
    }
}

impl Encryption {
    pub const ALL: [Encryption; 7] = [
        Encryption::None,
        Encryption::Owe,
        Encryption::Psk,
        Encryption::Psk2,
        Encryption::PskMixed,
        Encryption::Sae,
        Encryption::SaeMixed,
    ];

    /// As `option encryption` has it.
    pub fn word(self) -> &'static str {
        match self {
            Encryption::None => "none",
            Encryption::Owe => "owe",
            Encryption::Psk => "psk",
            Encryption::Psk2 => "psk2",
            Encryption::PskMixed => "psk-mixed",
            Encryption::Sae => "sae",
            Encryption::SaeMixed => "sae-mixed",
        }
    }

    /// Whether it needs a key.
    pub fn has_key(self) -> bool {
        !matches!(self, Encryption::None | Encryption::Owe)
    }

    /// Whether it is of WPA3, which older and smaller programs cannot do.
    pub fn is_wpa3(self) -> bool {
        matches!(self, Encryption::Owe | Encryption::Sae | Encryption::SaeMixed)
    }

    /// What to take for a key where nothing is said: WPA3 wherever the program can do it and the key is fit for it, with
    /// WPA2 for others beside it where the band has that.
    pub fn for_key(key: &Key, band: Option<Band>, can_wpa3: bool) -> Encryption {
        match (band, can_wpa3 && !key.is_derived()) {
            (Some(Band::Ghz6), _) => Encryption::Sae,
            (_, true) => Encryption::SaeMixed,
            (_, false) => Encryption::Psk2,
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl Security {
    /// An encryption with its key; a key that it needs not is left out.
    ///
    /// # Errors
    /// When it needs a key, or another kind of key.
    pub fn new(encryption: Encryption, key: Option<Key>) -> Result<Security, WifiError> {
        let key = key.filter(|_| encryption.has_key());
        match &key {
            None if encryption.has_key() => Err(WifiError::NoKey { encryption }),
            Some(key) if key.is_derived() && encryption.is_wpa3() => {
                Err(WifiError::KeyIsDerived { encryption })
            }
            _ => Ok(Security { encryption, key }),
        }
    }

    pub fn encryption(&self) -> Encryption {
        self.encryption
    }

    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }
}

impl Key {
    /// Takes a key as it was typed or stands in a file; the end of its line is not part of it.
    ///
    /// # Errors
    /// When no Wi-Fi can have it.
    pub fn new(text: &[u8]) -> Result<Key, WifiError> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if let Some(at) = text.iter().position(|byte| !(b' '..=b'~').contains(byte)) {
            return Err(WifiError::KeyCharacter { at: at + 1 });
        }
        let fits = match text.len() {
            64 => text.iter().all(u8::is_ascii_hexdigit),
            length => (8..=63).contains(&length),
        };
        match fits {
            true => Ok(Key(String::from_utf8_lossy(text).into_owned())),
            false => Err(WifiError::KeyLength { length: text.len() }),
        }
    }

    /// Whether it is what WPA2 derives from a passphrase and a name.
    fn is_derived(&self) -> bool {
        self.0.len() == 64
    }

    /// The key itself, for the script alone.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

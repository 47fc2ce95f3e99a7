//! Arguments that take one of a few words: those of the enums that they are read into.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _, ValueParser};

use crate::uci_defaults::{Band, Encryption, Mode};

/// Reads one of `all` by its word; `about` says what it is.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    word: fn(T) -> &'static str,
    about: fn(T) -> &'static str,
) -> ValueParser {
    let values = all.map(|value| PossibleValue::new(word(value)).help(about(value)));
    PossibleValuesParser::new(values)
        .try_map(move |typed| {
            all.into_iter().find(|value| word(*value) == typed).ok_or("it is none of the possible values")
        })
        .into()
}

/// What the router is in a Wi-Fi.
pub fn mode() -> ValueParser {
    one_of(Mode::ALL, Mode::word, |mode| match mode {
        Mode::Station => "It joins",
        Mode::AccessPoint => "It is the access point",
    })
}

/// A band of Wi-Fi.
pub fn band() -> ValueParser {
    one_of(Band::ALL, Band::word, |band| match band {
        Band::Ghz2 => "2.4 GHz",
        Band::Ghz5 => "5 GHz",
        Band::Ghz6 => "6 GHz",
    })
}

/// An encryption of Wi-Fi, in OpenWrt's words.
pub fn encryption() -> ValueParser {
    one_of(Encryption::ALL, Encryption::word, |encryption| match encryption {
        Encryption::None => "Open",
        Encryption::Owe => "Open, but enciphered",
        Encryption::Psk => "WPA",
        Encryption::Psk2 => "WPA2",
        Encryption::PskMixed => "WPA and WPA2",
        Encryption::Sae => "WPA3",
        Encryption::SaeMixed => "WPA2 and WPA3",
    })
}

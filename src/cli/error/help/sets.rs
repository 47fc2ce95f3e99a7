//! About `owpkg.toml` and the user's own configuration.

use super::Help;
use crate::sets::{BadFiles, Elsewhere, Fault, FileError, NoSuchSet};

impl Help for FileError {
    fn help(&self) -> Option<String> {
        Some(match &self.fault {
            Fault::UnknownKey { near, .. } if !near.is_empty() => {
                format!("did you mean {}?", near.join(", "))
            }
            Fault::UnknownKey { known, .. } => format!("there are {}", known.join(", ")),
            Fault::Elsewhere { elsewhere, .. } => elsewhere.help()?,
            Fault::Missing { .. } | Fault::NoSet => {
                "a set is [[set]], with name = \"…\" and chips = [\"…\"] below it".to_owned()
            }
            Fault::SameName { .. } => "give one of them another name".to_owned(),
            Fault::Syntax(_) => "https://toml.io shows how such a file is written".to_owned(),
            Fault::Value { .. } => return None,
        })
    }
}

impl Help for Elsewhere {
    fn help(&self) -> Option<String> {
        let help = match self {
            Elsewhere::Keys => "trust a key once with owpkg key trust FILE, or give --key FILE",
            Elsewhere::AcceptUnsigned => "give --accept-unsigned FEED",
            Elsewhere::Prefer => "give --prefer FEED",
            Elsewhere::Replace => "give --replace OLD=NEW",
            Elsewhere::WifiKey => {
                "give --wifi-key-file FILE, set OWPKG_WIFI_KEY, or type it when you are asked"
            }
            Elsewhere::Feed => "give --feed NAME=URL or --tree DIR",
            Elsewhere::UserConfiguration => {
                "it goes into your own config.toml, which owpkg config show names"
            }
        };
        Some(help.to_owned())
    }
}

impl Help for NoSuchSet {
    fn help(&self) -> Option<String> {
        Some(match self {
            NoSuchSet::Unknown { known, .. } => format!("there are {}", known.join(", ")),
            NoSuchSet::Several { known } => format!("name one with --set: {}", known.join(", ")),
        })
    }
}

impl Help for BadFiles {
    fn help(&self) -> Option<String> {
        Some("name a folder below the one of owpkg.toml, or give --files DIR".to_owned())
    }
}

//! Kernel builds: a version, a release and the vermagic hash of the configuration.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One kernel build. Modules fit no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    /// `6.12.94`.
    pub version: String,
    /// The package's release: `1`.
    #[serde(deserialize_with = "text_or_number")]
    pub release: String,
    /// 32 hex digits.
    pub vermagic: String,
}

/// profiles.json has the release as a text; some builds wrote a number.
fn text_or_number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Text(String),
        Number(u64),
    }
    Ok(match TextOrNumber::deserialize(from)? {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    })
}

impl Kernel {
    /// Reads the version of a `kernel` package: `5.15.137-1-<vermagic>` (up to 23.05) or
    /// `6.6.119~<vermagic>-r1` (24.10 and later).
    pub fn parse(package_version: &str) -> Option<Kernel> {
        let (version, release, vermagic) = match package_version.split_once('~') {
            Some((version, rest)) => {
                let (vermagic, release) = rest.rsplit_once("-r")?;
                (version, release, vermagic)
            }
            None => {
                let (rest, vermagic) = package_version.rsplit_once('-')?;
                let (version, release) = rest.rsplit_once('-')?;
                (version, release, vermagic)
            }
        };
        let is_hash = vermagic.len() == 32 && vermagic.bytes().all(|byte| byte.is_ascii_hexdigit());
        let plain =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        let fits = is_hash && plain(version) && plain(release);
        fits.then(|| Kernel { version: version.into(), release: release.into(), vermagic: vermagic.into() })
    }

    /// The folder of its modules below `targets/<t>/<s>/kmods/`.
    pub(crate) fn folder(&self) -> String {
        format!("{}-{}-{}", self.version, self.release, self.vermagic)
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.folder())
    }
}

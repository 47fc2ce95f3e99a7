//! The release's own default wpad, the Wi-Fi authenticator and supplicant in one.

use super::Series;

/// The default of each series since it became so, newest first.
const DEFAULTS: [(Series, &str); 4] = [
    (Series::new(23, 5), "wpad-basic-mbedtls"),
    (Series::new(21, 2), "wpad-basic-wolfssl"),
    (Series::new(19, 7), "wpad-basic"),
    (Series::new(17, 1), "wpad-mini"),
];

/// Variants without a default series, for builds whose feeds hold none of [`DEFAULTS`].
const OTHERS: [&str; 6] =
    ["wpad-mbedtls", "wpad-basic-openssl", "wpad-openssl", "wpad-wolfssl", "wpad", "wpad-mesh-mbedtls"];

/// The wpad that the release's own images for Wi-Fi routers hold: the series' default where a feed holds it, else
/// the nearest other one that a feed holds, else the series' default all the same.
pub fn default_wpad(has: &dyn Fn(&str) -> bool, series: Option<Series>) -> &'static str {
    let series = series.unwrap_or(Series::SNAPSHOT);
    let start = DEFAULTS.iter().position(|(since, _)| *since <= series).unwrap_or(DEFAULTS.len() - 1);
    let own = DEFAULTS[start].1;
    let older = DEFAULTS[start..].iter().map(|(_, name)| *name);
    let newer = DEFAULTS[..start].iter().rev().map(|(_, name)| *name);
    older.chain(newer).chain(OTHERS).find(|name| has(name)).unwrap_or(own)
}

/// What a program for the keys of Wi-Fi can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authenticator {
    /// It joins a Wi-Fi (`wpa_supplicant`).
    pub(crate) joins: bool,
    /// It serves one as its access point (`hostapd`).
    pub(crate) serves: bool,
    /// It can do WPA3 and OWE.
    pub(crate) wpa3: bool,
}

/// What a package is for the keys of Wi-Fi, by its name; most are nothing. Only builds with a library of cryptography
/// have SAE and OWE (openwrt, package/network/services/hostapd/Makefile).
pub(crate) fn authenticator(package: &str) -> Option<Authenticator> {
    let is = |program: &str| {
        package.strip_prefix(program).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            && !["-common", "-utils"].iter().any(|part| package.ends_with(part))
    };
    let (joins, serves) = (is("wpad") || is("wpa-supplicant"), is("wpad") || is("hostapd"));
    let wpa3 = ["-openssl", "-wolfssl", "-mbedtls"].iter().any(|library| package.ends_with(library));
    (joins || serves).then_some(Authenticator { joins, serves, wpa3 })
}

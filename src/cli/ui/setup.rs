//! What will be set up on the router, and what speaks against it, in sentences.

use std::io::{self, Write};

use crate::uci_defaults::{Band, Mode, Setup, SetupWarning};

/// Tells people what will be set up.
pub(crate) fn tell(out: &mut dyn Write, setup: &Setup) -> io::Result<()> {
    for wifi in &setup.wifis {
        let (deed, as_what) = match wifi.mode {
            Mode::Station => ("joins", "as its uplink"),
            Mode::AccessPoint => ("serves", "in its LAN"),
        };
        let (ssid, encryption) = (wifi.ssid.as_str(), wifi.security.encryption());
        writeln!(
            out,
            "  {deed} the Wi-Fi {ssid:?} ({encryption}) {as_what}, at the first start with a radio"
        )?;
    }
    if let Some(lan) = &setup.network.lan {
        let own: Vec<String> = lan.nets().map(|net| net.addr().to_string()).collect();
        writeln!(out, "  is {} in its LAN, from the next start on", own.join(" and "))?;
    }
    if let Some(lines) = &setup.lines {
        let configs: Vec<&str> = lines.configs().collect();
        if !configs.is_empty() {
            writeln!(out, "  sets your own lines in {}, after all else", configs.join(", "))?;
        }
    }
    Ok(())
}

/// What the user should know of a setup.
pub(crate) fn sentence(warning: &SetupWarning) -> String {
    match warning {
        SetupWarning::NoSupplicant { mode } => {
            let (deed, program) = of_mode(*mode);
            format!("nothing on the router can {deed}: it needs a {program}, like --add wpad-basic-mbedtls")
        }
        SetupWarning::OtherSupplicants { mode, packages } => {
            let (deed, program) = of_mode(*mode);
            let packages = packages.join(", ");
            format!("{packages} cannot {deed}: it takes a {program}, like --wpa wpad-basic-mbedtls")
        }
        SetupWarning::NoWpa3 { encryption, packages } => format!(
            "{} cannot do {encryption}, so the Wi-Fi will not come up: give --wifi-encryption psk2, or a wpad with a \
             library of cryptography (--wpa wpad-basic-mbedtls)",
            packages.join(", ")
        ),
        SetupWarning::NoAccessPoint { band, kmods, possible } => {
            let (driver, reason) = (kmods.join(", "), no_access_point(possible));
            let way_out = match possible.first() {
                Some(other) => format!("--wifi-band {}, or another card", other.word()),
                None => "another card".to_owned(),
            };
            format!(
                "the access point on {band} will not come up on a card of {driver} ({reason}): what helps is {way_out}"
            )
        }
        SetupWarning::NoCountry => {
            "without a country no access point may start on 5 or 6 GHz: name it, like --wifi-country DE".to_owned()
        }
        SetupWarning::OneBand => {
            "without --wifi-band the router looks for the Wi-Fi on the card's highest band only: give --wifi-band 2g if \
             yours is on 2.4 GHz alone"
                .to_owned()
        }
    }
}

/// What the router is to do, and what does it.
fn of_mode(mode: Mode) -> (&'static str, &'static str) {
    match mode {
        Mode::Station => ("join a Wi-Fi", "wpad or wpa-supplicant"),
        Mode::AccessPoint => ("be an access point", "wpad or hostapd"),
    }
}

/// Where no access point is possible, given where one is: `no access point on 5 or 6 GHz`.
fn no_access_point(possible: &[Band]) -> String {
    if possible.is_empty() {
        return "client only".to_owned();
    }
    let forbidden = Band::ALL.into_iter().filter(|band| !possible.contains(band));
    let numbers: Vec<&str> = forbidden.map(Band::gigahertz).collect();
    format!("no access point on {} GHz", numbers.join(" or "))
}

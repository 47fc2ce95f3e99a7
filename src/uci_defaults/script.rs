//! The scripts for `/etc/uci-defaults`.

use super::network::{set_lan, set_uplink};
use super::uci::Batch;
use super::{Addresses, Defaults, Mode, Setup, Wifi};
use crate::shell::quote;

/// Finds the radio and sets it up, given the settings.
const WIFI: &str = include_str!("wifi.sh");
/// Sets the user's own lines.
const LINES: &str = include_str!("lines.sh");

const HEAD: &str = "#!/bin/sh\n# Made by owpkg for /etc/uci-defaults: OpenWrt runs it when it starts, and removes it once it succeeded.\n";

/// After the defaults of packages.
const NETWORK_PATH: &str = "etc/uci-defaults/98-owpkg-network";
const WIFI_PATH: &str = "etc/uci-defaults/99-owpkg-wifi";
/// After both.
const LINES_PATH: &str = "etc/uci-defaults/99-owpkg-z-uci";

/// What sets the addresses that wait for no radio.
pub(super) fn network(setup: &Setup) -> Option<Defaults> {
    let mut batch = Batch::default();
    if let Some(lan) = &setup.network.lan {
        set_lan(&mut batch, lan);
    }
    if let (Some(uplink), false) = (&setup.network.uplink, joins(setup)) {
        set_uplink(&mut batch, uplink);
    }
    (!batch.is_empty()).then(|| Defaults {
        path: NETWORK_PATH.to_owned(),
        text: format!(
            "{HEAD}# It sets the addresses of networks.\n\nuci -q batch <<'END'\n{}END\nuci -q commit network\n",
            batch.into_text()
        ),
        secret: false,
    })
}

/// What the user's own lines set. Where they speak of the Wi-Fi, they wait for the scripts that set it up.
pub(super) fn lines(setup: &Setup) -> Option<Defaults> {
    let lines = setup.lines.as_ref().filter(|lines| !lines.text().is_empty())?;
    let waits = !setup.wifis.is_empty() && lines.configs().any(|config| config == "wireless");
    let configs: Vec<String> = lines.configs().map(quote).collect();
    let holds = if lines.is_secret() { "# It holds secrets.\n" } else { "" };
    Some(Defaults {
        path: LINES_PATH.to_owned(),
        text: format!(
            "{HEAD}# It sets what the lines of a file for `uci batch` say.\n{holds}\nwaits={}\n\n\
             settings() {{\n\tcat <<'END'\n{}END\n}}\n\nwith_configs() {{\n\t\"$@\" {}\n}}\n\n{LINES}\nmain\n",
            if waits { "yes" } else { "no" },
            lines.text(),
            configs.join(" "),
        ),
        secret: lines.is_secret(),
    })
}

/// What sets up the Wi-Fi at a place of the list, and the uplink where that is the Wi-Fi.
pub(super) fn wifi(wifi: &Wifi, at: usize, uplink: Option<&Addresses>) -> Defaults {
    let (section, path) = match at {
        0 => ("owpkg".to_owned(), WIFI_PATH.to_owned()),
        at => (format!("owpkg{}", at + 1), format!("{WIFI_PATH}-{}", at + 1)),
    };
    let words = [
        ("own", section.clone()),
        ("band", wifi.band.map_or(String::new(), |band| band.word().to_owned())),
        ("channel", wifi.channel.map_or(String::new(), |channel| channel.to_string())),
        ("usual_channel", usual_channel(wifi)),
        ("country", wifi.country.map_or(String::new(), |country| country.to_string())),
        ("htmode", wifi.htmode.map_or(String::new(), |htmode| htmode.to_string())),
    ];
    let words: String = words.map(|(name, value)| format!("{name}={}\n", quote(&value))).concat();
    let settings = settings(wifi, &section, uplink).into_text();
    let holds = if wifi.security.key().is_some() { "# It holds the key of the Wi-Fi.\n" } else { "" };
    Defaults {
        path,
        text: format!(
            "{HEAD}# It sets up the Wi-Fi once a radio for it is there, and else waits for the next start.\n{holds}\n\
             {words}\n# What the Wi-Fi is, for `uci batch`.\nsettings() {{\n\tcat <<'END'\n{settings}END\n}}\n\n\
             {WIFI}\nmain\n"
        ),
        secret: wifi.security.key().is_some(),
    }
}

/// The channel for a band in which OpenWrt did not set up the radio.
fn usual_channel(wifi: &Wifi) -> String {
    match (wifi.mode, wifi.band) {
        (Mode::AccessPoint, Some(band)) => band.common_channel().to_string(),
        _ => "auto".to_owned(),
    }
}

fn settings(wifi: &Wifi, section: &str, uplink: Option<&Addresses>) -> Batch {
    let mut batch = Batch::default();
    let section = format!("wireless.{section}");
    let option = |name: &str| format!("{section}.{name}");
    batch.delete(&section);
    batch.section(&section, "wifi-iface");
    batch.set(&option("mode"), wifi.mode.word());
    batch.set(&option("ssid"), wifi.ssid.as_str());
    batch.set(&option("encryption"), wifi.security.encryption().word());
    if let Some(key) = wifi.security.key() {
        batch.set(&option("key"), key.expose());
    }
    if wifi.hidden {
        batch.set(&option("hidden"), "1");
    }
    match wifi.mode {
        Mode::AccessPoint => batch.add(&option("network"), "lan"),
        Mode::Station => {
            // The firewall of a stock image has both in its zone `wan`. Wired devices leave them: a network has one.
            for network in ["wan", "wan6"] {
                batch.delete(&format!("network.{network}"));
                batch.add(&option("network"), network);
            }
            set_uplink(&mut batch, uplink.unwrap_or(&Addresses::Dhcp));
        }
    }
    batch
}

/// Whether the uplink is a Wi-Fi.
fn joins(setup: &Setup) -> bool {
    setup.wifis.iter().any(|wifi| wifi.mode == Mode::Station)
}

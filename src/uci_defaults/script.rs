//! The scripts for `/etc/uci-defaults`.

use super::network::{set_lan, set_uplink};
use super::uci::Batch;
use super::{Addresses, Defaults, Mode, Setup, Wifi};
use crate::shell::quote;

/// Finds the radio and sets it up, given the settings.
const WIFI: &str = include_str!("wifi.sh");

const HEAD: &str = "#!/bin/sh\n# Made by owpkg for /etc/uci-defaults: OpenWrt runs it when it starts, and removes it once it succeeded.\n";

/// After the defaults of packages.
const NETWORK_PATH: &str = "etc/uci-defaults/98-owpkg-network";
const WIFI_PATH: &str = "etc/uci-defaults/99-owpkg-wifi";

/// What sets the addresses that wait for no radio.
pub(super) fn network(setup: &Setup) -> Option<Defaults> {
    let mut batch = Batch::default();
    if let Some(lan) = setup.network.lan {
        set_lan(&mut batch, lan);
    }
    if let (Some(uplink), false) = (&setup.network.uplink, is_station(setup.wifi.as_ref())) {
        set_uplink(&mut batch, uplink);
    }
    (!batch.is_empty()).then(|| Defaults {
        path: NETWORK_PATH,
        text: format!(
            "{HEAD}# It sets the addresses of networks.\n\nuci -q batch <<'END'\n{}END\nuci -q commit network\n",
            batch.into_text()
        ),
        secret: false,
    })
}

/// What sets up the Wi-Fi, and the uplink where that is the Wi-Fi.
pub(super) fn wifi(wifi: &Wifi, uplink: Option<&Addresses>) -> Defaults {
    let words = [
        ("band", wifi.band.map_or(String::new(), |band| band.word().to_owned())),
        ("channel", wifi.channel.map_or(String::new(), |channel| channel.to_string())),
        ("usual_channel", usual_channel(wifi)),
        ("country", wifi.country.map_or(String::new(), |country| country.to_string())),
    ];
    let words: String = words.map(|(name, value)| format!("{name}={}\n", quote(&value))).concat();
    let settings = settings(wifi, uplink).into_text();
    let holds = if wifi.security.key().is_some() { "# It holds the key of the Wi-Fi.\n" } else { "" };
    Defaults {
        path: WIFI_PATH,
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

fn settings(wifi: &Wifi, uplink: Option<&Addresses>) -> Batch {
    let mut batch = Batch::default();
    batch.delete("wireless.owpkg");
    batch.section("wireless.owpkg", "wifi-iface");
    batch.set("wireless.owpkg.mode", wifi.mode.word());
    batch.set("wireless.owpkg.ssid", wifi.ssid.as_str());
    batch.set("wireless.owpkg.encryption", wifi.security.encryption().word());
    if let Some(key) = wifi.security.key() {
        batch.set("wireless.owpkg.key", key.expose());
    }
    match wifi.mode {
        Mode::AccessPoint => batch.add("wireless.owpkg.network", "lan"),
        Mode::Station => {
            // The firewall of a stock image has both in its zone `wan`. Wired devices leave them: a network has one.
            for network in ["wan", "wan6"] {
                batch.delete(&format!("network.{network}"));
                batch.add("wireless.owpkg.network", network);
            }
            set_uplink(&mut batch, uplink.unwrap_or(&Addresses::Dhcp));
        }
    }
    batch
}

fn is_station(wifi: Option<&Wifi>) -> bool {
    wifi.is_some_and(|wifi| wifi.mode == Mode::Station)
}

//! A made-up router that starts with scripts below `/etc/uci-defaults`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use owpkg::uci_defaults::{
    Addresses, Band, Encryption, Key, Mode, Network, Security, Setup, StaticNetwork, Wifi,
};
use tempfile::TempDir;

/// What a stock image has of the tools that the scripts call; they get no others.
const STOCK_TOOLS: [&str; 10] = ["ash", "cat", "grep", "ln", "ls", "readlink", "rm", "sed", "sh", "tr"];

/// `uci` with its arguments noted, which are no place for a key; it refuses to commit to a full disk.
const UCI: &str = r#"#!/bin/sh
echo "$@" >>"$ROOT/uci-calls"
if [ -e "$ROOT/full" ] && [ "$2" = commit ]; then exit 1; fi
exec busybox awk -f "$ROOT/uci.awk" -- "$@"
"#;

/// The second of waiting in which a card appears is noted beforehand as `$ROOT/late`.
const SLEEP: &str = r#"#!/bin/sh
echo "$1" >>"$ROOT/sleeps"
if [ -e "$ROOT/late" ] && [ "$(grep -c . "$ROOT/sleeps")" -eq "$(cat "$ROOT/late")" ]; then
	ln -s "$ROOT/card" "$ROOT/sys/class/ieee80211/phy0"
fi
"#;

/// As many calls as `$ROOT/others` has lines find another `wifi config` at work.
const PGREP: &str = r#"#!/bin/sh
[ "$*" = '-f wifi config' ] && grep -q . "$ROOT/others" 2>/dev/null && sed -i 1d "$ROOT/others"
"#;

/// `/etc/init.d/boot`'s `uci_apply_defaults` in few words: each script in a shell of its own, gone if it succeeds.
const BOOT: &str = r#"
cd "$ROOT/etc/uci-defaults" || exit 1
for file in $(ls); do
	( . "./$file" ) && rm -f "$file"
done
uci commit
"#;

/// Which of OpenWrt's ways to detect radios the router has: those of an opkg and of an apk release.
pub const SERIES: [&str; 2] = ["23.05", "25.12"];

pub struct Router {
    folder: TempDir,
    series: &'static str,
}

impl Router {
    /// A stock router of a series, without a radio.
    pub fn new(series: &'static str) -> Router {
        let router = Router { folder: tempfile::tempdir().unwrap(), series };
        for folder in
            ["bin", "tmp", "etc/config/.uci", "etc/uci-defaults", "sys/class/ieee80211", "sys/devices"]
        {
            fs::create_dir_all(router.root().join(folder)).unwrap();
        }
        router.write("uci.awk", include_str!("uci.awk"));
        router.write("kmsg", "");
        router.write("etc/config/network", include_str!("network.config"));
        let busybox = crate::support::judges::tool("busybox");
        for name in STOCK_TOOLS.iter().chain(&["busybox"]) {
            symlink(&busybox, router.root().join("bin").join(name)).unwrap();
        }
        let stand_ins = [
            ("uci", UCI),
            ("wifi", include_str!("wifi.sh")),
            ("iw", include_str!("iw.sh")),
            ("sleep", SLEEP),
            ("pgrep", PGREP),
        ];
        for (name, text) in stand_ins {
            router.write(&format!("bin/{name}"), text);
            let path = router.root().join("bin").join(name);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        router
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_default()
    }

    /// A radio at a place below `/sys/devices`, that OpenWrt calls `path` and that can do `bands`.
    pub fn radio(&self, phy: &str, device: &str, path: &str, bands: &str) {
        let at = self.make_radio(phy, device, path, bands);
        symlink(at, self.root().join("sys/class/ieee80211").join(phy)).unwrap();
    }

    /// The same, but it appears in a later second of the start.
    pub fn late_radio(&self, second: u32, device: &str, path: &str, bands: &str) {
        let at = self.make_radio("phy0", device, path, bands);
        symlink(at, self.root().join("card")).unwrap();
        self.write("late", &second.to_string());
    }

    fn make_radio(&self, phy: &str, device: &str, path: &str, bands: &str) -> PathBuf {
        let device = self.root().join("sys/devices").join(device);
        let at = device.join("ieee80211").join(phy);
        fs::create_dir_all(&at).unwrap();
        fs::write(at.join("index"), format!("{}\n", phy.trim_start_matches("phy"))).unwrap();
        fs::write(at.join("path"), format!("{path}\n")).unwrap();
        fs::write(at.join("bands"), bands).unwrap();
        symlink(&device, at.join("device")).unwrap();
        at
    }

    /// The first user's card in its virtual machine.
    pub fn his_card(&self) {
        self.radio("phy0", HIS_PLACE, HIS_PLACE, DUAL);
    }

    /// Puts the scripts of a setup in place, as install.sh does, with their folders in this router.
    pub fn set_up(&self, setup: &Setup) {
        for defaults in setup.defaults() {
            let mut text = defaults.text;
            for (name, stock) in
                [("sys", "/sys"), ("tmp", "/tmp"), ("kmsg", "/dev/kmsg"), ("defaults", "/etc/uci-defaults")]
            {
                let line = format!("\n{name}={stock}\n");
                let is_set = name != "defaults" && defaults.path.contains("wifi");
                if is_set || (defaults.path.ends_with("uci") && matches!(name, "defaults" | "kmsg")) {
                    assert_eq!(text.matches(&line).count(), 1, "the script sets {name}");
                }
                let here = self.root().join(stock.trim_start_matches("/dev").trim_start_matches('/'));
                text = text.replace(&line, &format!("\n{name}='{}'\n", here.display()));
            }
            self.write(&defaults.path, &text);
        }
    }

    /// Starts the router up to where its network would start.
    pub fn start(&self) {
        self.write("tmp/.config_pending", "");
        let output = self.shell(BOOT);
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(self.root().join("tmp/.config_pending").exists(), "it is the boot script's to remove");
    }

    /// What a command prints, and its status.
    pub fn run(&self, command: &str) -> (String, i32) {
        let output = self.shell(command);
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }

    /// What `uci get` prints of it.
    pub fn uci(&self, what: &str) -> String {
        self.run(&format!("uci -q get '{what}'")).0.trim_end_matches('\n').to_owned()
    }

    fn shell(&self, command: &str) -> std::process::Output {
        let ways = crate::support::judges::ways_to_stand_ins(&self.root().join("bin"));
        Command::new(self.root().join("bin/ash"))
            .args(["-c", &format!("{ways}{command}")])
            .current_dir(self.root())
            .env_clear()
            .env("PATH", self.root().join("bin"))
            .env("ROOT", self.root())
            .env("UCI_DIR", self.root().join("etc/config"))
            .env("SERIES", self.series)
            .output()
            .unwrap()
    }

    /// The scripts that are still to succeed.
    pub fn scripts(&self) -> Vec<String> {
        let listed = fs::read_dir(self.root().join("etc/uci-defaults")).unwrap();
        let mut names: Vec<String> =
            listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The configurations of radios and networks.
    pub fn configured(&self) -> String {
        format!("{}\n{}", self.read("etc/config/wireless"), self.read("etc/config/network"))
    }
}

/// Where the first user's card is in its virtual machine.
pub const HIS_PLACE: &str = "pci0000:00/0000:00:07.0";
/// What it can do.
pub const DUAL: &str = "5g 36 VHT80\n2g 1 HT20\n";

/// His Wi-Fi, but for its key.
pub fn his_wifi() -> Wifi {
    wifi("home", Mode::Station, Encryption::Psk2, Some("correct horse"))
}

pub fn wifi(ssid: &str, mode: Mode, encryption: Encryption, key: Option<&str>) -> Wifi {
    let key = key.map(|key| Key::new(key.as_bytes()).unwrap());
    Wifi {
        ssid: ssid.parse().unwrap(),
        mode,
        security: Security::new(encryption, key).unwrap(),
        country: None,
        band: None,
        channel: None,
        htmode: None,
        hidden: false,
    }
}

pub fn access_point(band: Band) -> Wifi {
    let encryption = if band == Band::Ghz6 { Encryption::Sae } else { Encryption::Psk2 };
    Wifi { band: Some(band), ..wifi("home", Mode::AccessPoint, encryption, Some("correct horse")) }
}

pub fn only(wifi: Wifi) -> Setup {
    Setup { wifis: vec![wifi], ..Setup::default() }
}

pub fn network(uplink: Option<&str>, lan: Option<&str>) -> Network {
    let uplink = uplink.map(|text| text.parse::<Addresses>().unwrap());
    let lan = lan.map(|text| text.parse::<StaticNetwork>().unwrap());
    Network::new(uplink, lan).unwrap()
}

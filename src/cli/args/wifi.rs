//! The Wi-Fi and the addresses that a disk sets up on the router: what was typed, and the key.

use std::io::{self, Write as _};

use clap::{Args, ValueEnum};

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::input;
use crate::cli::setup_notes::{self, RouterPackages, Supplicants};
use crate::overlay::Overlay;
use crate::uci_defaults::{
    Addresses, Band, Country, Encryption, Key, Mode, Network, Security, Setup, Ssid, StaticAddress, Wifi,
};

/// The variable with the key of the Wi-Fi.
const KEY_VARIABLE: &str = "OWPKG_WIFI_KEY";
/// More than any key, in bytes.
const KEY_CAP: u64 = 4096;

/// What to set up.
#[derive(Debug, Args)]
#[command(next_help_heading = "Wi-Fi and addresses of the router")]
pub struct SetupArgs {
    /// Join the Wi-Fi of this name; its key is taken from --wifi-key-file, OWPKG_WIFI_KEY or the keyboard
    #[arg(long, value_name = "SSID")]
    pub wifi: Option<String>,
    /// Join it as the router's uplink (sta), or be its access point for the LAN (ap)
    #[arg(long, value_enum, default_value_t, value_name = "MODE", requires = "wifi")]
    pub wifi_mode: ModeArg,
    /// A file with the key, or - for standard input
    #[arg(long, value_name = "FILE|-", requires = "wifi")]
    pub wifi_key_file: Option<String>,
    /// Its encryption; sae-mixed without it (WPA3, WPA2), or psk2 where the router's programs know no WPA3
    #[arg(long, value_enum, value_name = "NAME", requires = "wifi")]
    pub wifi_encryption: Option<EncryptionArg>,
    /// Where the router is, in two letters: which channels may be used
    #[arg(long, value_name = "CC", requires = "wifi")]
    pub wifi_country: Option<String>,
    /// Its band; without it, 2g for an access point, else the one that OpenWrt chooses for the card
    #[arg(long, value_enum, value_name = "BAND", requires = "wifi")]
    pub wifi_band: Option<BandArg>,
    /// The channel of an access point
    #[arg(long, value_name = "N", requires = "wifi")]
    pub wifi_channel: Option<u8>,
    /// How the uplink (wan) gets its addresses: dhcp, as a joined Wi-Fi does without it, or
    /// static,address=192.168.1.2/24,gateway=192.168.1.1,dns=192.168.1.1
    #[arg(long, value_name = "dhcp|static,…")]
    pub network: Option<String>,
    /// The router's own address in its LAN, like 192.168.5.1/24; 192.168.1.1/24 on a stock OpenWrt
    #[arg(long, value_name = "ADDRESS/LENGTH")]
    pub lan: Option<String>,
}

/// What the router is in the Wi-Fi.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ModeArg {
    /// It joins
    #[default]
    Sta,
    /// It is the access point
    Ap,
}

/// A band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BandArg {
    /// 2.4 GHz
    #[value(name = "2g")]
    Ghz2,
    /// 5 GHz
    #[value(name = "5g")]
    Ghz5,
    /// 6 GHz
    #[value(name = "6g")]
    Ghz6,
}

/// An encryption, in OpenWrt's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EncryptionArg {
    /// Open
    None,
    /// Open, but enciphered
    Owe,
    /// WPA
    Psk,
    /// WPA2
    Psk2,
    /// WPA and WPA2
    PskMixed,
    /// WPA3
    Sae,
    /// WPA2 and WPA3
    SaeMixed,
}

/// What is to be set up, as far as the arguments tell: which encryption is best may hang on the plan.
pub struct SetupRequest {
    /// The Wi-Fi.
    pub wifi: Option<WifiRequest>,
    /// The addresses.
    pub network: Network,
}

/// A Wi-Fi whose encryption may still be open.
pub struct WifiRequest {
    ssid: Ssid,
    encryption: Option<Encryption>,
    key: Option<Key>,
    country: Option<Country>,
    /// What the router is in it.
    pub mode: Mode,
    /// Its band.
    pub band: Option<Band>,
    channel: Option<u8>,
}

impl SetupArgs {
    /// Reads what is to be set up, and gets the key. `others` are the other arguments that may name standard input.
    ///
    /// # Errors
    /// When there is no such Wi-Fi or address, or no key.
    pub fn read(&self, env: &mut Env, others: &[&Option<String>]) -> Result<SetupRequest, Failure> {
        let stdin = |file: &Option<String>| file.as_deref() == Some("-");
        if stdin(&self.wifi_key_file) && others.iter().any(|other| stdin(other)) {
            return Err(Failure::usage(
                "--wifi-key-file and --detect or --installed cannot both read standard input",
                format!("put the key into a file, or into {KEY_VARIABLE}"),
            ));
        }
        let uplink = self.network.as_deref().map(str::parse::<Addresses>).transpose();
        let uplink = uplink.map_err(|error| Failure::usage(format!("--network: {error}"), error.help()))?;
        let lan = self.lan.as_deref().map(str::parse::<StaticAddress>).transpose();
        let lan = lan.map_err(|error| Failure::usage(format!("--lan: {error}"), error.help()))?;
        let network =
            Network::new(uplink, lan).map_err(|error| Failure::usage(error.to_string(), error.help()))?;
        let wifi = self.wifi.as_deref().map(|ssid| self.read_wifi(env, ssid)).transpose()?;
        Ok(SetupRequest { wifi, network })
    }

    fn read_wifi(&self, env: &mut Env, ssid: &str) -> Result<WifiRequest, Failure> {
        let mode = match self.wifi_mode {
            ModeArg::Sta => Mode::Station,
            ModeArg::Ap => Mode::AccessPoint,
        };
        let band = self.wifi_band.map(Band::from).or(self.wifi_channel.map(Band::of_channel));
        let mut wifi = WifiRequest {
            ssid: ssid.parse()?,
            encryption: self.wifi_encryption.map(Encryption::from),
            key: None,
            country: self.wifi_country.as_deref().map(str::parse).transpose()?,
            mode,
            // An access point on 2.4 GHz is what every card can be, in every country.
            band: band.or((mode == Mode::AccessPoint).then_some(Band::Ghz2)),
            channel: self.wifi_channel,
        };
        wifi.key = self.key(env, &wifi)?;
        // What is wrong whatever the plan says is said before anything is fetched.
        wifi.settle(&Supplicants::UNKNOWN)?;
        Ok(wifi)
    }

    /// The key: from the file, else the environment, else the keyboard; from the command line never.
    fn key(&self, env: &mut Env, wifi: &WifiRequest) -> Result<Option<Key>, Failure> {
        if let Some(encryption) = wifi.encryption.filter(|encryption| !encryption.has_key()) {
            return match &self.wifi_key_file {
                None => Ok(None),
                Some(_) => Err(Failure::usage(
                    format!("--wifi-encryption {encryption} has no key"),
                    "leave --wifi-key-file out, or give another encryption",
                )),
            };
        }
        if let Some(file) = &self.wifi_key_file {
            let bytes = input::read(env, file, KEY_CAP)
                .map_err(|error| Failure::unreadable(format_args!("--wifi-key-file {file}"), &error))?;
            return Ok(Some(Key::new(&bytes)?));
        }
        if let Some(key) = env.var(KEY_VARIABLE) {
            return Ok(Some(Key::new(key.as_bytes())?));
        }
        let no_key = || {
            Failure::usage(
                format!("the key of the Wi-Fi {:?} is not known", wifi.ssid.as_str()),
                format!(
                    "put it into a file (--wifi-key-file FILE, or - for standard input), set {KEY_VARIABLE}, or run this \
                     on a terminal and type it; an open Wi-Fi is --wifi-encryption none"
                ),
            )
        };
        if !env.in_is_terminal {
            return Err(no_key());
        }
        let prompt = format!("Key of the Wi-Fi {:?} (not shown): ", wifi.ssid.as_str());
        let typed = (env.ask_secret)(&prompt).map_err(|_| no_key())?;
        Ok(Some(Key::new(typed.as_bytes())?))
    }
}

impl WifiRequest {
    /// The Wi-Fi, with the encryption that the router's programs can do where none was named.
    fn settle(&self, programs: &Supplicants) -> Result<Wifi, Failure> {
        let encryption = match (self.encryption, &self.key) {
            (Some(encryption), _) => encryption,
            (None, Some(key)) => Encryption::for_key(key, self.band, programs.can_wpa3(self.mode)),
            (None, None) => Encryption::None,
        };
        let wifi = Wifi {
            ssid: self.ssid.clone(),
            mode: self.mode,
            security: Security::new(encryption, self.key.clone())?,
            country: self.country,
            band: self.band,
            channel: self.channel,
        };
        Ok(wifi.checked()?)
    }
}

impl SetupRequest {
    /// Adds what sets it up to the files for a router; answers with all of it, and with what the user should know.
    ///
    /// # Errors
    /// When the Wi-Fi is none with the encryption that the router can do, or a file of the user is in the way.
    pub fn bring(
        self,
        ground: &RouterPackages<'_>,
        overlay: &mut Overlay,
    ) -> Result<(Setup, Vec<String>), Failure> {
        let programs = ground.programs();
        let wifi = self.wifi.map(|wifi| wifi.settle(&programs)).transpose()?;
        let setup = Setup { wifi, network: self.network };
        for defaults in setup.defaults() {
            let mode = if defaults.secret { 0o600 } else { 0o644 };
            overlay.add(defaults.path, mode, defaults.text.into_bytes(), defaults.secret)?;
        }
        let notes = setup_notes::notes(&setup, &programs, ground);
        Ok((setup, notes))
    }
}

/// Tells people what will be set up.
pub fn tell(env: &mut Env, setup: &Setup) -> io::Result<()> {
    if let Some(wifi) = &setup.wifi {
        let (deed, as_what) = match wifi.mode {
            Mode::Station => ("joins", "as its uplink"),
            Mode::AccessPoint => ("serves", "in its LAN"),
        };
        let (ssid, encryption) = (wifi.ssid.as_str(), wifi.security.encryption());
        writeln!(
            env.out,
            "  {deed} the Wi-Fi {ssid:?} ({encryption}) {as_what}, at the first start with a radio"
        )?;
    }
    if let Some(lan) = setup.network.lan {
        writeln!(env.out, "  is {} in its LAN, from the next start on", lan.address())?;
    }
    Ok(())
}

impl From<BandArg> for Band {
    fn from(band: BandArg) -> Band {
        match band {
            BandArg::Ghz2 => Band::Ghz2,
            BandArg::Ghz5 => Band::Ghz5,
            BandArg::Ghz6 => Band::Ghz6,
        }
    }
}

impl From<EncryptionArg> for Encryption {
    fn from(encryption: EncryptionArg) -> Encryption {
        match encryption {
            EncryptionArg::None => Encryption::None,
            EncryptionArg::Owe => Encryption::Owe,
            EncryptionArg::Psk => Encryption::Psk,
            EncryptionArg::Psk2 => Encryption::Psk2,
            EncryptionArg::PskMixed => Encryption::PskMixed,
            EncryptionArg::Sae => Encryption::Sae,
            EncryptionArg::SaeMixed => Encryption::SaeMixed,
        }
    }
}

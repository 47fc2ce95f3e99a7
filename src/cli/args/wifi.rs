//! The Wi-Fi and the addresses that a disk sets up on the router: what was typed, and the key.

use std::io::Write as _;

use clap::Args;

use super::choice;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::input;
use crate::cli::settings::Key as Setting;
use crate::overlay::Overlay;
use crate::uci_defaults::{
    Addresses, Band, Encryption, Key, Mode, Network, RouterPackages, Setup, SetupRequest, SetupWarning,
    StaticAddress, Supplicants, WifiRequest,
};

/// The variable with the key of the Wi-Fi.
const KEY_VARIABLE: &str = "OWPKG_WIFI_KEY";
/// How often a key may be typed.
const ATTEMPTS: usize = 3;
/// More than any key, in bytes.
const KEY_CAP: u64 = 4096;

/// What to set up.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Wi-Fi and addresses of the router")]
pub(crate) struct SetupArgs {
    /// Join the Wi-Fi of this name; its key is taken from --wifi-key-file, OWPKG_WIFI_KEY or the keyboard
    #[arg(long, value_name = "SSID")]
    pub(crate) wifi: Option<String>,
    /// Join it as the router's uplink (sta), or be its access point for the LAN (ap)
    #[arg(long, value_parser = choice::mode(), default_value = Mode::Station.word(), value_name = "MODE", requires = "wifi")]
    pub(crate) wifi_mode: Mode,
    /// A file with the key, or - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) wifi_key_file: Option<String>,
    /// Its encryption; sae-mixed without it (WPA3, WPA2), or psk2 where the router's programs know no WPA3
    #[arg(long, value_parser = choice::encryption(), value_name = "NAME", requires = "wifi")]
    pub(crate) wifi_encryption: Option<Encryption>,
    /// Where the router is, in two letters: which channels may be used
    #[arg(long, value_name = "CC", requires = "wifi")]
    pub(crate) wifi_country: Option<String>,
    /// Its band; without it, 2g for an access point, else the one that OpenWrt chooses for the card
    #[arg(long, value_parser = choice::band(), value_name = "BAND", requires = "wifi")]
    pub(crate) wifi_band: Option<Band>,
    /// The channel of an access point
    #[arg(long, value_name = "N", requires = "wifi")]
    pub(crate) wifi_channel: Option<u8>,
    /// How the uplink (wan) gets its addresses: dhcp, as a joined Wi-Fi does without it, or
    /// static,address=192.168.1.2/24,gateway=192.168.1.1,dns=192.168.1.1
    #[arg(long, value_name = "dhcp|static,…")]
    pub(crate) network: Option<String>,
    /// The router's own address in its LAN, like 192.168.5.1/24; 192.168.1.1/24 on a stock OpenWrt
    #[arg(long, value_name = "ADDRESS/LENGTH")]
    pub(crate) lan: Option<String>,
}

impl SetupArgs {
    /// Reads what is to be set up, and gets the key. `others` are the other arguments that may name standard input.
    ///
    /// # Errors
    /// When there is no such Wi-Fi or address, or no key.
    pub(crate) fn read(&self, env: &mut Env, others: &[&Option<String>]) -> Result<TypedSetup, Failure> {
        let stdin = |file: &Option<String>| file.as_deref() == Some("-");
        if stdin(&self.wifi_key_file) && others.iter().any(|other| stdin(other)) {
            return Err(Failure::usage(
                "--wifi-key-file and --detect or --installed cannot both read standard input",
                format!("put the key into a file, or into {KEY_VARIABLE}"),
            ));
        }
        if self.wifi.is_none() && self.wifi_key_file.is_some() {
            return Err(Failure::usage(
                "--wifi-key-file is the key of no Wi-Fi",
                "name the Wi-Fi with --wifi SSID, or in a set of owpkg.toml",
            ));
        }
        let uplink = self.network.as_deref().map(str::parse::<Addresses>).transpose();
        let uplink = uplink.map_err(|error| Failure::from(error).about("--network"))?;
        let lan = self.lan.as_deref().map(str::parse::<StaticAddress>).transpose();
        let lan = lan.map_err(|error| Failure::from(error).about("--lan"))?;
        let network = Network::new(uplink, lan)?;
        let mut asks_for_key = false;
        let wifi =
            self.wifi.as_deref().map(|ssid| self.read_wifi(env, ssid, &mut asks_for_key)).transpose()?;
        Ok(TypedSetup { request: SetupRequest { wifi, network }, asks_for_key })
    }

    fn read_wifi(&self, env: &mut Env, ssid: &str, asks: &mut bool) -> Result<WifiRequest, Failure> {
        let country = self.wifi_country.as_deref().or(env.setting(Setting::WifiCountry));
        let mut wifi = WifiRequest {
            ssid: ssid.parse()?,
            mode: self.wifi_mode,
            encryption: self.wifi_encryption,
            key: None,
            country: country.map(str::parse).transpose()?,
            band: self.wifi_band,
            channel: self.wifi_channel,
        };
        wifi.key = match self.key(env, &wifi)? {
            GivenKey::Key(key) => Some(key),
            GivenKey::None => None,
            GivenKey::Asked => {
                *asks = true;
                Some(Key::new(b"to be typed")?)
            }
        };
        // What is wrong whatever the plan says is said before anything is fetched.
        wifi.clone().settle(&Supplicants::UNKNOWN)?;
        Ok(wifi)
    }

    /// The key: from the file, else the environment, else the keyboard; from the command line never.
    fn key(&self, env: &mut Env, wifi: &WifiRequest) -> Result<GivenKey, Failure> {
        if let Some(encryption) = wifi.encryption.filter(|encryption| !encryption.has_key()) {
            return match &self.wifi_key_file {
                None => Ok(GivenKey::None),
                Some(_) => Err(Failure::usage(
                    format!("--wifi-encryption {encryption} has no key"),
                    "leave --wifi-key-file out, or give another encryption",
                )),
            };
        }
        if let Some(file) = &self.wifi_key_file {
            let bytes = input::read(env, file, KEY_CAP)
                .map_err(|error| Failure::unreadable(format_args!("--wifi-key-file {file}"), &error))?;
            return Ok(GivenKey::Key(Key::new(&bytes)?));
        }
        if let Some(key) = env.var(KEY_VARIABLE) {
            return Ok(GivenKey::Key(Key::new(key.as_bytes())?));
        }
        if env.in_is_terminal { Ok(GivenKey::Asked) } else { Err(no_key(wifi)) }
    }
}

/// Where the key of a Wi-Fi is.
enum GivenKey {
    /// Here.
    Key(Key),
    /// There is none: the Wi-Fi is open.
    None,
    /// To be typed, when everything else is sure.
    Asked,
}

/// What is to be set up, of which the key may still have to be typed.
pub(crate) struct TypedSetup {
    request: SetupRequest,
    asks_for_key: bool,
}

impl TypedSetup {
    /// Whether nothing is to be set up.
    pub(crate) fn is_empty(&self) -> bool {
        self.request == SetupRequest::default()
    }

    /// All of it: asks for the key, and once more where what is typed cannot be one.
    ///
    /// # Errors
    /// When nothing is typed, or again and again what is no key.
    pub(crate) fn complete(self, env: &mut Env) -> Result<SetupRequest, Failure> {
        let TypedSetup { mut request, asks_for_key } = self;
        let Some(wifi) = request.wifi.as_mut().filter(|_| asks_for_key) else { return Ok(request) };
        let prompt = format!("Key of the Wi-Fi {:?} (not shown): ", wifi.ssid.as_str());
        let mut left = ATTEMPTS;
        loop {
            let typed = (env.ask_secret)(&prompt).map_err(|_| no_key(wifi))?;
            let settled = Key::new(typed.as_bytes()).and_then(|key| {
                wifi.key = Some(key);
                wifi.clone().settle(&Supplicants::UNKNOWN)
            });
            left -= 1;
            match settled {
                Ok(_) => return Ok(request),
                Err(error) if left > 0 => writeln!(env.err, "{error}").map_err(Failure::stdout)?,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn no_key(wifi: &WifiRequest) -> Failure {
    Failure::usage(
        format!("the key of the Wi-Fi {:?} is not known", wifi.ssid.as_str()),
        format!(
            "put it into a file (--wifi-key-file FILE, or - for standard input), set {KEY_VARIABLE}, or run this on a \
             terminal and type it; an open Wi-Fi is --wifi-encryption none"
        ),
    )
}

/// Settles it for a router, and adds what sets it up to the files for it.
pub(crate) fn bring(
    request: SetupRequest,
    router: &RouterPackages<'_>,
    overlay: &mut Overlay,
) -> Result<(Setup, Vec<SetupWarning>), Failure> {
    let (setup, warnings) = request.settle(router)?;
    setup.add_to(overlay)?;
    Ok((setup, warnings))
}

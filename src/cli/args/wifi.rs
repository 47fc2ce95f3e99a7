//! The Wi-Fi, the addresses and the settings that a disk brings: what was typed, and the keys.

use std::io::Write as _;

use clap::Args;

use super::wifis::{TypedWifi, WifiArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::input;
use crate::cli::settings::Key as Setting;
use crate::overlay::Overlay;
use crate::uci_defaults::{
    Addresses, Key, Network, RouterPackages, Setup, SetupPart, SetupRequest, SetupWarning, StaticNetwork,
    Supplicants, UciLines, WifiRequest,
};

/// The variable with the key of the Wi-Fi.
const KEY_VARIABLE: &str = "OWPKG_WIFI_KEY";
/// How often a key may be typed.
const ATTEMPTS: usize = 3;
/// More than any key, in bytes.
const KEY_CAP: u64 = 4096;
/// More than anybody writes of lines for uci, in bytes.
const LINES_CAP: u64 = 1 << 20;

/// What to set up.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Wi-Fi and addresses of the router")]
pub(crate) struct SetupArgs {
    #[command(flatten)]
    pub(crate) wifis: WifiArgs,
    /// How the uplink (wan) gets its addresses: dhcp, as a joined Wi-Fi does without it, or
    /// static,address=192.168.1.2/24,gateway=192.168.1.1,dns=192.168.1.1 and the same of IPv6, dns= as often as you like
    #[arg(long, value_name = "dhcp|static,…")]
    pub(crate) network: Option<String>,
    /// The router's own address in its LAN, like 192.168.5.1/24 or 192.168.5.1/24,2001:db8::1/64 (also gateway=, dns=);
    /// 192.168.1.1/24 on a stock OpenWrt
    #[arg(long, value_name = "ADDRESS/LENGTH")]
    pub(crate) lan: Option<String>,
    /// A file of lines for uci batch, or - for standard input: set after all else at the router's next start
    #[arg(long, value_name = "FILE|-")]
    pub(crate) uci: Option<String>,
}

impl SetupArgs {
    /// Reads what is to be set up, and gets the keys. `others` are the other arguments that may name standard input.
    ///
    /// # Errors
    /// When there is no such Wi-Fi, address or setting, or no key.
    pub(crate) fn read(&self, env: &mut Env, others: &[&Option<String>]) -> Result<TypedSetup, Failure> {
        if self.wifis.typed.is_empty() && self.wifis.key_file.is_some() {
            return Err(Failure::usage(
                "--wifi-key-file is the key of no Wi-Fi",
                "name the Wi-Fi with --wifi SSID, or in a set of owpkg.toml",
            ));
        }
        self.check_stdin(others)?;
        let uplink = self.network.as_deref().map(str::parse::<Addresses>).transpose();
        let uplink = uplink.map_err(|error| Failure::from(error).about("--network"))?;
        let lan = self.lan.as_deref().map(str::parse::<StaticNetwork>).transpose();
        let lan = lan.map_err(|error| Failure::from(error).about("--lan"))?;
        let network = Network::new(uplink, lan)?;
        let lines = self.uci.as_deref().map(|file| read_lines(env, file)).transpose()?;
        let (mut wifis, mut to_ask) = (Vec::new(), Vec::new());
        for (at, typed) in self.wifis.typed.iter().enumerate() {
            let (wifi, asks) = read_wifi(env, typed)?;
            wifis.push(wifi);
            to_ask.extend(asks.then_some(at));
        }
        // What is wrong whatever the plan says is said before anything is fetched.
        WifiRequest::settle_all(wifis.clone(), &Supplicants::UNKNOWN)?;
        Ok(TypedSetup { request: SetupRequest { wifis, network, lines }, to_ask })
    }

    /// Standard input can be read but once.
    fn check_stdin(&self, others: &[&Option<String>]) -> Result<(), Failure> {
        let keys = self.wifis.typed.iter().map(|wifi| ("--wifi-key-file", &wifi.key_file));
        let own = keys.chain([("--uci", &self.uci)]).filter(|(_, file)| file.as_deref() == Some("-"));
        let own: Vec<&str> = own.map(|(flag, _)| flag).collect();
        let other = others.iter().any(|other| other.as_deref() == Some("-"));
        let second = if other { Some("--detect or --installed") } else { own.get(1).copied() };
        match (own.first(), second) {
            (Some(first), Some(second)) => Err(Failure::usage(
                format!("{first} and {second} cannot both read standard input"),
                format!("put one of them into a file, or the key into {KEY_VARIABLE}"),
            )),
            _ => Ok(()),
        }
    }
}

/// Reads the user's own lines.
fn read_lines(env: &mut Env, file: &str) -> Result<UciLines, Failure> {
    let about = format!("--uci {file}");
    let bytes = input::read(env, file, LINES_CAP).map_err(|error| Failure::unreadable(&about, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::usage(format!("{about} is no UTF-8 text"), "name a file of lines for uci batch")
    })?;
    UciLines::parse(&text).map_err(|error| Failure::from(error).about(&about))
}

/// What was typed of a Wi-Fi, and whether its key is still to be typed.
fn read_wifi(env: &mut Env, typed: &TypedWifi) -> Result<(WifiRequest, bool), Failure> {
    let country = typed.country.as_deref().or(env.setting(Setting::WifiCountry));
    let mut wifi = WifiRequest {
        ssid: typed.ssid.parse()?,
        mode: typed.mode,
        encryption: typed.encryption,
        key: None,
        country: country.map(str::parse).transpose()?,
        band: typed.band,
        channel: typed.channel,
        htmode: typed.htmode.as_deref().map(str::parse).transpose()?,
        hidden: typed.hidden,
    };
    let (key, asks) = match find_key(env, typed.key_file.as_deref(), &wifi)? {
        GivenKey::Key(key) => (Some(key), false),
        GivenKey::None => (None, false),
        GivenKey::Asked => (Some(Key::new(b"to be typed")?), true),
    };
    wifi.key = key;
    Ok((wifi, asks))
}

/// The key: from the file, else the environment, else the keyboard; from the command line never.
fn find_key(env: &mut Env, key_file: Option<&str>, wifi: &WifiRequest) -> Result<GivenKey, Failure> {
    if let Some(encryption) = wifi.encryption.filter(|encryption| !encryption.has_key()) {
        return match key_file {
            None => Ok(GivenKey::None),
            Some(_) => Err(Failure::usage(
                format!("--wifi-encryption {encryption} has no key"),
                "leave --wifi-key-file out, or give another encryption",
            )),
        };
    }
    if let Some(file) = key_file {
        let bytes = input::read(env, file, KEY_CAP)
            .map_err(|error| Failure::unreadable(format_args!("--wifi-key-file {file}"), &error))?;
        return Ok(GivenKey::Key(Key::new(&bytes)?));
    }
    if let Some(key) = env.var(KEY_VARIABLE) {
        return Ok(GivenKey::Key(Key::new(key.as_bytes())?));
    }
    if env.in_is_terminal { Ok(GivenKey::Asked) } else { Err(no_key(wifi)) }
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

/// What is to be set up, of which keys may still have to be typed.
#[derive(Clone)]
pub(crate) struct TypedSetup {
    request: SetupRequest,
    /// The Wi-Fis whose keys are to be typed, by their places.
    to_ask: Vec<usize>,
}

impl TypedSetup {
    /// Whether nothing is to be set up.
    pub(crate) fn is_empty(&self) -> bool {
        self.request == SetupRequest::default()
    }

    /// Checks that the user's own files stay as they are.
    ///
    /// # Errors
    /// When a part of it would change one.
    pub(crate) fn leaves(&self, overlay: &Overlay) -> Result<(), Failure> {
        let Some((path, part)) = self.request.changes(overlay) else { return Ok(()) };
        let flag = match part {
            SetupPart::Wifi => "--wifi",
            SetupPart::Uplink => "--network",
            SetupPart::Lan => "--lan",
        };
        Err(Failure::usage(
            format!("--files holds {path}, which {flag} would change: your own file wins"),
            format!(
                "leave {flag} out and set it in that file, or leave the file out; lines of --uci FILE may change it"
            ),
        ))
    }

    /// The same with all keys typed, for more than one router.
    ///
    /// # Errors
    /// As [`TypedSetup::complete`].
    pub(crate) fn typed(self, env: &mut Env) -> Result<TypedSetup, Failure> {
        Ok(TypedSetup { request: self.complete(env)?, to_ask: Vec::new() })
    }

    /// All of it: asks for each key, and once more where what is typed cannot be one.
    ///
    /// # Errors
    /// When nothing is typed, or again and again what is no key.
    pub(crate) fn complete(self, env: &mut Env) -> Result<SetupRequest, Failure> {
        let TypedSetup { mut request, to_ask } = self;
        for at in to_ask {
            ask(env, &mut request.wifis[at])?;
        }
        Ok(request)
    }
}

/// Lets the key of a Wi-Fi be typed.
fn ask(env: &mut Env, wifi: &mut WifiRequest) -> Result<(), Failure> {
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
            Ok(_) => return Ok(()),
            Err(error) if left > 0 => writeln!(env.err, "{error}").map_err(Failure::stdout)?,
            Err(error) => return Err(error.into()),
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

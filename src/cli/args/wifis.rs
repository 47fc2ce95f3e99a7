//! The Wi-Fis of a command line: a flag counts for the `--wifi` that it follows, and before the first for all of them.

use clap::{ArgMatches, Args, Command, FromArgMatches, error::ErrorKind};

use super::choice;
use crate::uci_defaults::{Band, Encryption, Mode};

/// The flags as clap reads them, one list each.
#[derive(Debug, Args)]
struct WifiFlags {
    /// Join the Wi-Fi of this name; its key is taken from --wifi-key-file, OWPKG_WIFI_KEY or the keyboard. Repeat it for
    /// several: a flag below counts for the --wifi that it follows, and before the first for all of them
    #[arg(long, value_name = "SSID")]
    wifi: Vec<String>,
    /// Join it as the router's uplink (sta, also without this), or be its access point for the LAN (ap)
    #[arg(long, value_parser = choice::mode(), value_name = "MODE", requires = "wifi")]
    wifi_mode: Vec<Mode>,
    /// A file with the key, or - for standard input
    #[arg(long, value_name = "FILE|-")]
    wifi_key_file: Vec<String>,
    /// Its encryption; sae-mixed without it (WPA3, WPA2), or psk2 where the router's programs know no WPA3
    #[arg(long, value_parser = choice::encryption(), value_name = "NAME", requires = "wifi")]
    wifi_encryption: Vec<Encryption>,
    /// Where the router is, in two letters: which channels may be used
    #[arg(long, value_name = "CC", requires = "wifi")]
    wifi_country: Vec<String>,
    /// Its band; without it, 2g for an access point, else the one that OpenWrt chooses for the card
    #[arg(long, value_parser = choice::band(), value_name = "BAND", requires = "wifi")]
    wifi_band: Vec<Band>,
    /// The channel of an access point
    #[arg(long, value_name = "N", requires = "wifi")]
    wifi_channel: Vec<u8>,
    /// The generation and width of the radio's channel, like VHT80 or HE80; without it as OpenWrt chooses for the card
    #[arg(long, value_name = "MODE", requires = "wifi")]
    wifi_htmode: Vec<String>,
    /// Let the access point keep its name to itself
    #[arg(long, num_args = 0, default_missing_value = "true", requires = "wifi")]
    wifi_hidden: Vec<bool>,
}

/// What was typed of one Wi-Fi.
#[derive(Debug, Clone)]
pub(crate) struct TypedWifi {
    pub(crate) ssid: String,
    pub(crate) mode: Mode,
    pub(crate) key_file: Option<String>,
    pub(crate) encryption: Option<Encryption>,
    pub(crate) country: Option<String>,
    pub(crate) band: Option<Band>,
    pub(crate) channel: Option<u8>,
    pub(crate) htmode: Option<String>,
    pub(crate) hidden: bool,
}

/// The Wi-Fis that were typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct WifiArgs {
    /// Each with its own, in their order.
    pub(crate) typed: Vec<TypedWifi>,
    /// The file with the key of the Wi-Fi that is not typed here, but named by a set.
    pub(crate) key_file: Option<String>,
}

impl Args for WifiArgs {
    fn augment_args(command: Command) -> Command {
        WifiFlags::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        WifiFlags::augment_args_for_update(command)
    }
}

impl FromArgMatches for WifiArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<WifiArgs, clap::Error> {
        let starts: Vec<usize> = matches.indices_of("wifi").into_iter().flatten().collect();
        let names = matches.get_many::<String>("wifi").into_iter().flatten();
        let typed = Typed { matches, starts };
        let wifis = names.enumerate().map(|(at, ssid)| {
            Ok::<_, clap::Error>(TypedWifi {
                ssid: ssid.clone(),
                mode: typed.of(at, "wifi_mode")?.unwrap_or(Mode::Station),
                key_file: typed.of(at, "wifi_key_file")?,
                encryption: typed.of(at, "wifi_encryption")?,
                country: typed.of(at, "wifi_country")?,
                band: typed.of(at, "wifi_band")?,
                channel: typed.of(at, "wifi_channel")?,
                htmode: typed.of(at, "wifi_htmode")?,
                hidden: typed.of(at, "wifi_hidden")?.unwrap_or(false),
            })
        });
        let wifis = wifis.collect::<Result<Vec<_>, _>>()?;
        // With no Wi-Fi typed, it was typed for none of them.
        let key_file = match wifis.is_empty() {
            true => typed.of(0, "wifi_key_file")?,
            false => None,
        };
        Ok(WifiArgs { typed: wifis, key_file })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = WifiArgs::from_arg_matches(matches)?;
        Ok(())
    }
}

/// A command line, and where in it each `--wifi` stands.
struct Typed<'m> {
    matches: &'m ArgMatches,
    starts: Vec<usize>,
}

impl Typed<'_> {
    /// The value of a flag for one of the Wi-Fis.
    fn of<T: Clone + Send + Sync + 'static>(
        &self,
        wifi: usize,
        flag: &str,
    ) -> Result<Option<T>, clap::Error> {
        let places = self.matches.indices_of(flag).into_iter().flatten();
        let values = self.matches.get_many::<T>(flag).into_iter().flatten();
        let (mut own, mut for_all) = (Vec::new(), Vec::new());
        for (place, value) in places.zip(values) {
            // The only one takes all that there is, wherever it stands.
            let before = self
                .starts
                .iter()
                .filter(|start| **start < place)
                .count()
                .max(usize::from(self.starts.len() == 1));
            match before.checked_sub(1) {
                None => for_all.push(value),
                Some(at) if at == wifi => own.push(value),
                Some(_) => {}
            }
        }
        if own.len() > 1 || for_all.len() > 1 {
            let flag = flag.replace('_', "-");
            return Err(clap::Error::raw(
                ErrorKind::ArgumentConflict,
                format!("the argument '--{flag}' is there twice for one --wifi\n"),
            ));
        }
        Ok(own.pop().or(for_all.pop()).cloned())
    }
}

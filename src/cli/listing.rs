//! Listings of hardware: a file, a pipe, or this machine.

use std::io::Read;

use super::env::Env;
use super::error::{Exit, Failure};
use crate::hardware::detect::{self, Detected, MAX_TEXT};
use crate::selection::SelectionWarning;

/// Where Linux shows the devices of a machine.
const SYSFS: &str = "/sys";

/// Most ids that are told one by one.
const MOST_IDS: usize = 5;

/// The listings that lead to a chip.
const COMMANDS: &str = "paste the output of `lspci -nnk`, `pciconf -lv` (FreeBSD), `lsusb`, `usbconfig dump_device_desc` \
                        or `dmesg`, as in `lspci -nnk | owpkg detect`";

/// A listing and where it was read.
pub(crate) struct Listing {
    /// What was read; nothing where it is a machine's own sysfs.
    pub(crate) text: String,
    /// What it shows.
    pub(crate) detected: Detected,
    /// Where it was read.
    pub(crate) origin: Origin,
}

/// Where a listing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A file, by the name that the user gave it.
    File(String),
    /// Standard input.
    Stdin,
    /// The sysfs at this folder.
    Machine(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::File(name) => f.write_str(name),
            Origin::Stdin => f.write_str("standard input"),
            Origin::Machine(root) if root == SYSFS => f.write_str("this machine"),
            Origin::Machine(root) => f.write_str(root),
        }
    }
}

impl Listing {
    /// Reads the listing that the user named. Without a name it is what is piped in, or else this machine; a folder
    /// is read as a sysfs.
    pub(crate) fn read(env: &mut Env, named: Option<&str>) -> Result<Listing, Failure> {
        let origin = match named {
            Some("-") => Origin::Stdin,
            Some(name) if env.path(name).is_dir() => Origin::Machine(name.to_owned()),
            Some(name) => Origin::File(name.to_owned()),
            None if env.in_is_terminal => Origin::Machine(SYSFS.to_owned()),
            None => Origin::Stdin,
        };
        let mut text = String::new();
        let detected = match &origin {
            Origin::Machine(root) => {
                let devices =
                    detect::machine(env.path(root).as_std_path()).map_err(|error| match root == SYSFS {
                        true => Failure::from(error),
                        false => Failure::usage(
                            format!(
                                "{root} is a folder, and no machine's /sys: {} is not there",
                                error.path.display()
                            ),
                            format!("name a file; {COMMANDS}"),
                        ),
                    })?;
                Detected { devices, ..Detected::default() }
            }
            Origin::Stdin | Origin::File(_) => {
                text = detect::decode(&bytes_of(env, &origin)?);
                detect::read(&text)
            }
        };
        Ok(Listing { text, detected, origin })
    }

    /// That only its beginning was read, where that is so.
    pub(crate) fn cut(&self) -> Option<SelectionWarning> {
        self.detected.truncated.then(|| SelectionWarning::ListingCut {
            listing: self.origin.to_string(),
            bytes: MAX_TEXT,
            devices: detect::MAX_DEVICES,
        })
    }

    /// The failure that it shows no network device.
    pub(crate) fn shows_nothing(&self) -> Failure {
        let drivers = self.detected.drivers.iter().map(|seen| seen.driver.as_str()).take(5);
        let drivers: Vec<&str> = drivers.collect();
        let (what, help) = match (self.detected.hints.first(), drivers.is_empty(), &self.origin) {
            (None, true, Origin::Stdin | Origin::File(_)) if self.ids_seen().is_some() => (
                format!("no network device, only {}", self.ids_seen().unwrap_or_default()),
                format!("if one of them is what you mean, owpkg does not know it yet; else {COMMANDS}"),
            ),
            (None, true, Origin::Stdin | Origin::File(_)) if self.board().is_some() => (
                "a router that describes itself, and none of its devices".to_owned(),
                format!("the router is {}; for its cards, {COMMANDS}", self.board().unwrap_or_default()),
            ),
            (Some(hint), ..) => ("no device with an id".to_owned(), (*hint).to_owned()),
            (None, false, _) => (
                format!("no ids, only the drivers {}", drivers.join(", ")),
                "`lsusb` shows the ids".to_owned(),
            ),
            (None, true, Origin::Machine(_)) => (
                "no network device that needs a package".to_owned(),
                format!("for another machine, {COMMANDS}"),
            ),
            (None, true, Origin::Stdin) if cfg!(target_os = "linux") => (
                "no network device".to_owned(),
                format!("{COMMANDS}; `owpkg detect {SYSFS}` reads this machine"),
            ),
            (None, true, _) => ("no network device".to_owned(), COMMANDS.to_owned()),
        };
        Failure::new(Exit::Unknown, format!("{} shows {what}", self.origin), Some(help))
    }
}

impl Listing {
    /// The devices that it shows by their ids, where none of them is one of the network.
    fn ids_seen(&self) -> Option<String> {
        let devices = self.detected.devices.iter().map(|device| match device.name.as_str() {
            "" => device.id.to_string(),
            name => format!("{} ({name})", device.id),
        });
        let loose =
            self.detected.loose.iter().map(|id| format!("{:04x}:{:04x} (in no table)", id.vendor, id.device));
        let mut ids: Vec<String> = devices.chain(loose).collect();
        let more = ids.len().saturating_sub(MOST_IDS);
        ids.truncate(MOST_IDS);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        (!ids.is_empty()).then(|| format!("{}{more}", ids.join(", ")))
    }

    /// The release and the target of the router that it was taken on, as the flags that name them.
    fn board(&self) -> Option<String> {
        let board = &self.detected.board;
        let flag = |flag: &str, value: &Option<String>| value.as_ref().map(|value| format!("{flag} {value}"));
        let flags = [flag("--release", &board.release), flag("--target", &board.target)];
        let flags: Vec<String> = flags.into_iter().flatten().collect();
        (!flags.is_empty()).then(|| flags.join(" "))
    }
}

/// A text in a file or, for `-`, on standard input; and where it was read.
pub(crate) fn read_text(env: &mut Env, named: &str) -> Result<(String, Origin), Failure> {
    let origin = if named == "-" { Origin::Stdin } else { Origin::File(named.to_owned()) };
    let bytes = bytes_of(env, &origin)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), origin))
}

fn bytes_of(env: &mut Env, origin: &Origin) -> Result<Vec<u8>, Failure> {
    match origin {
        Origin::File(name) => {
            let file = std::fs::File::open(env.path(name)).map_err(|error| unreadable(origin, &error))?;
            bytes(origin, file)
        }
        Origin::Stdin | Origin::Machine(_) => bytes(origin, &mut env.stdin),
    }
}

/// A text as far as it is read; one byte more tells that there is more.
fn bytes(origin: &Origin, input: impl Read) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    input.take(MAX_TEXT as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(origin, &error))?;
    Ok(bytes)
}

fn unreadable(origin: &Origin, error: &std::io::Error) -> Failure {
    Failure::unreadable(origin, error)
}

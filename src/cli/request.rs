//! The selection that was typed, turned into what a release is asked for.

use std::collections::HashSet;

use super::env::Env;
use super::error::{Exit, Failure};
use super::listing::Listing;
use super::ui::plan;
use crate::cli::args::{SelectionArgs, SourceArgs, VariantArg};
use crate::format::{Installed, Universe};
use crate::hardware::detect::MissingFirmware;
use crate::hardware::{
    Availability, Catalogue, ChipPackages, Device, DeviceId, DeviceUnsupported, Found, Role, Variant,
    authenticator, firmware_packages,
};
use crate::release::{Release, ReleaseFacts};
use crate::resolve::{Request, Root};

/// How many reasons are told one by one.
const MOST_REASONS: usize = 5;

/// What is selected: names and ids known to the catalogue, and the devices of a listing.
pub struct Selection<'a> {
    args: &'a SelectionArgs,
    chips: Vec<Found<'static>>,
    devices: Vec<Device>,
    firmware: Vec<MissingFirmware>,
    warnings: Vec<String>,
}

impl Selection<'_> {
    /// Reads what is selected, and refuses what is not known; nothing is fetched for it.
    pub fn read<'a>(
        env: &mut Env,
        args: &'a SelectionArgs,
        source: &SourceArgs,
    ) -> Result<Selection<'a>, Failure> {
        let catalogue = Catalogue::builtin();
        let chips = args.chip.iter().map(|name| catalogue.find(name)).collect::<Result<_, _>>()?;
        let mut selected =
            Selection { args, chips, devices: Vec::new(), firmware: Vec::new(), warnings: Vec::new() };
        for text in &args.device {
            let id: DeviceId = text.parse()?;
            let device = Device::of_id(id);
            if catalogue.identify(&device).is_none() {
                return Err(DeviceUnsupported::Unknown { id }.into());
            }
            selected.devices.push(device);
        }
        let Some(named) = &args.detect else { return Ok(selected) };
        if named == "-" && source.installed.as_deref() == Some("-") {
            return Err(Failure::usage(
                "--detect and --installed cannot both read standard input",
                "put one of them into a file",
            ));
        }
        selected.take_listing(Listing::read(env, Some(named))?)?;
        Ok(selected)
    }

    /// Adds the network devices of a listing, each once, and the firmware that a log misses.
    fn take_listing(&mut self, listing: Listing) -> Result<(), Failure> {
        self.warnings.extend(listing.truncated());
        let before = self.devices.len();
        self.take_devices(&listing.detected.devices);
        if self.devices.len() == before && listing.detected.firmware.is_empty() {
            return Err(listing.shows_nothing());
        }
        for seen in &listing.detected.drivers {
            self.warnings.push(format!(
                "line {} names the driver {} but no id, so it is left out: `lsusb` shows ids",
                seen.line, seen.driver
            ));
        }
        self.firmware = listing.detected.firmware;
        Ok(())
    }

    /// Adds the network devices among these, each once.
    fn take_devices(&mut self, devices: &[Device]) {
        let mut seen = HashSet::new();
        for device in devices {
            let alike = Device { line: 0, name: String::new(), driver: None, ..device.clone() };
            if seen.insert(alike) && (Catalogue::builtin().identify(device).is_some() || device.is_network())
            {
                self.devices.push(device.clone());
            }
        }
    }

    /// Adds the network devices of a router, of which there may be none. One that no row of the catalogue is for but
    /// that a driver has needs no package.
    pub fn take_router(&mut self, devices: &[Device]) {
        let before = self.devices.len();
        self.take_devices(devices);
        let driven =
            |device: &Device| device.driver.is_some() && Catalogue::builtin().identify(device).is_none();
        let own = self.devices.split_off(before);
        self.devices.extend(own.into_iter().filter(|device| !driven(device)));
    }

    /// Whether nothing is to be installed.
    pub fn is_empty(&self) -> bool {
        self.chips.is_empty()
            && self.devices.is_empty()
            && self.firmware.is_empty()
            && self.args.add.is_empty()
    }

    /// The packages that a release is asked for, and what the user should know first.
    pub fn request(
        &self,
        facts: &ReleaseFacts,
        universe: &Universe<'_>,
        installed: &Installed,
    ) -> Result<(Request, Vec<String>), Failure> {
        let catalogue = Catalogue::builtin();
        let has = |package: &str| universe.holds(package);
        let offer = Availability {
            has: &has,
            series: facts.release.as_ref().and_then(Release::series),
            variant: self.args.variant.map(|variant| match variant {
                VariantArg::Mainline => Variant::Mainline,
                VariantArg::Ct => Variant::Ct,
            }),
        };
        let mut draft = Draft::new(self, universe, installed);
        for found in &self.chips {
            let chosen = catalogue.wanted(*found, offer.variant, offer.has, offer.series)?;
            draft.take(&chosen);
            draft.warn(narrower(universe, found.name(), &chosen));
        }
        let mut refused = Vec::new();
        for device in &self.devices {
            match catalogue.wanted_for(device, offer) {
                Ok(chosen) => draft.take(&chosen),
                Err(reason) => refused.push(reason),
            }
        }
        for missing in &self.firmware {
            draft.take_firmware(missing);
        }
        for name in &self.args.add {
            draft.add(name, "--add");
        }
        if draft.request.roots.is_empty() && !refused.is_empty() {
            return Err(none_is_supported(refused));
        }
        for reason in &refused {
            let help = reason.help().map_or(String::new(), |help| format!(" ({help})"));
            draft.warn([format!("left out: {reason}{help}")]);
        }
        Ok((draft.request, joined(draft.warnings)))
    }
}

/// A request in the making.
struct Draft<'a> {
    universe: &'a Universe<'a>,
    wpa: Option<&'a str>,
    router_holds_wpad: bool,
    feeds_hold_wpad: bool,
    request: Request,
    warnings: Vec<String>,
}

impl<'a> Draft<'a> {
    fn new(selected: &'a Selection<'_>, universe: &'a Universe<'a>, installed: &Installed) -> Draft<'a> {
        let omit = selected.args.omit.iter().cloned().collect();
        Draft {
            universe,
            wpa: selected.args.wpa.as_deref(),
            // A router that holds a wpad of any kind needs no second one, and could not have it: they exclude each
            // other.
            router_holds_wpad: installed.iter().any(|(name, _)| is_wpad(name)),
            feeds_hold_wpad: universe.packages().any(|(_, package)| is_wpad(package.name)),
            request: Request { omit, allow_upgrade: selected.args.allow_upgrade, ..Request::default() },
            warnings: selected.warnings.clone(),
        }
    }

    /// Adds what a chip or a device needs.
    fn take(&mut self, chosen: &ChipPackages) {
        self.warn(chosen.warnings.iter().cloned());
        for wanted in &chosen.wanted {
            match (wanted.role, self.wpa) {
                (Role::Wpad, Some("none")) => {}
                (Role::Wpad, Some(other)) => self.add(other, "--wpa"),
                (Role::Wpad, None) if self.router_holds_wpad => {}
                (Role::Wpad, None) if !self.feeds_hold_wpad => self.warn([
                    "no feed holds a wpad: Wi-Fi works only once the router has one, or hostapd or wpa-supplicant \
                     (--wpa PKG)"
                        .to_owned(),
                ]),
                _ => self.add(&wanted.package, &wanted.because),
            }
        }
    }

    /// Adds what holds a firmware file that a driver asked for in vain.
    fn take_firmware(&mut self, missing: &MissingFirmware) {
        let packages = firmware_packages(&missing.file);
        let held: Vec<&str> = packages.into_iter().filter(|package| self.universe.holds(package)).collect();
        for package in &held {
            self.add(package, &format!("firmware {}", missing.file));
        }
        if held.is_empty() {
            self.warn([format!("left out: this release has no package with the firmware {}", missing.file)]);
        }
    }

    fn add(&mut self, name: &str, because: &str) {
        if self.request.omit.contains(name) {
            self.warn([format!("{name} is left out, as --omit says, although {because} wants it")]);
        } else if !self.request.roots.iter().any(|root| root.name == name) {
            self.request.roots.push(Root { name: name.to_owned(), because: because.to_owned() });
        }
    }

    /// Keeps warnings, each once.
    fn warn(&mut self, warnings: impl IntoIterator<Item = String>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}

/// Says once what is true of several chips: `iwl7265d, ax210: no access point on …`.
fn joined(warnings: Vec<String>) -> Vec<String> {
    let mut said: Vec<(Vec<String>, String)> = Vec::new();
    for warning in warnings {
        let about = warning.split_once(": ").filter(|(chip, _)| Catalogue::builtin().chip(chip).is_some());
        let Some((chip, text)) = about else {
            said.push((Vec::new(), warning));
            continue;
        };
        match said.iter_mut().find(|(chips, other)| !chips.is_empty() && other == text) {
            Some((chips, _)) => chips.push(chip.to_owned()),
            None => said.push((vec![chip.to_owned()], text.to_owned())),
        }
    }
    let sentence = |(chips, text): (Vec<String>, String)| match chips.is_empty() {
        true => text,
        false => format!("{}: {text}", chips.join(", ")),
    };
    said.into_iter().map(sentence).collect()
}

/// Joins and serves: what OpenWrt calls a wpad.
fn is_wpad(name: &str) -> bool {
    authenticator(name).is_some_and(|can| can.joins && can.serves)
}

/// The failure that no selected device can be driven.
fn none_is_supported(mut refused: Vec<DeviceUnsupported>) -> Failure {
    if refused.len() == 1 {
        return refused.remove(0).into();
    }
    let unknown = |reason: &DeviceUnsupported| matches!(reason, DeviceUnsupported::Unknown { .. });
    let exit = if refused.iter().all(unknown) { Exit::Unknown } else { Exit::Unresolvable };
    let shown: Vec<String> = refused.iter().take(MOST_REASONS).map(ToString::to_string).collect();
    let more = match refused.len() - shown.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!("none of the {} devices can be driven: {}{more}", refused.len(), shown.join("; "));
    Failure::new(exit, message, refused.iter().find_map(DeviceUnsupported::help))
}

/// What naming a member would save, for a family.
fn narrower(universe: &Universe<'_>, family: &str, selection: &ChipPackages) -> Option<String> {
    let size = |package: &String| universe.named(package).filter_map(|id| universe.package(id).size).max();
    let mut members: Vec<(u64, &str)> = selection
        .narrower
        .iter()
        .map(|member| (member.spares.iter().filter_map(size).sum(), member.chip))
        .filter(|(bytes, _)| *bytes > 0)
        .collect();
    members.sort_by_key(|(bytes, chip)| (std::cmp::Reverse(*bytes), *chip));
    let shown: Vec<String> =
        members.iter().take(6).map(|(bytes, chip)| format!("{chip} {}", plan::size(*bytes))).collect();
    (!shown.is_empty()).then(|| {
        let more = members.len().saturating_sub(shown.len());
        let more = if more == 0 { String::new() } else { format!(", and {more} more names") };
        format!(
            "{family} takes the firmware of the whole family; a narrower name saves: {}{more}",
            shown.join(", ")
        )
    })
}

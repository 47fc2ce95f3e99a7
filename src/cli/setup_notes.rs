//! What speaks against the Wi-Fi that a disk is to set up, told before the disk is made.

use crate::hardware::{Authenticator, Catalogue, Chip, Kind, Series, authenticator, limits};
use crate::lock::Lock;
use crate::release::Release;
use crate::selection::Planned;
use crate::uci_defaults::{Band, Mode, Setup, Wifi};

/// The router that a setup is for, as far as it is known.
pub struct RouterPackages<'a> {
    /// The packages that the disk brings.
    brought: Vec<&'a str>,
    /// The packages that it holds, where they are known.
    held: Option<Vec<&'a str>>,
    /// The series of its release.
    series: Option<Series>,
}

impl<'a> RouterPackages<'a> {
    /// The router of a plan.
    pub fn of_plan(planned: &'a Planned<'_>) -> RouterPackages<'a> {
        let plan = &planned.plan;
        RouterPackages {
            brought: plan.steps.iter().map(|step| plan.package(step).name).collect(),
            held: Some(planned.baseline.installed.iter().map(|(name, _)| name).collect()),
            series: planned.facts().release.as_ref().and_then(Release::series),
        }
    }

    /// The router of a lock, which does not tell what it holds.
    pub fn of_lock(lock: &'a Lock) -> RouterPackages<'a> {
        RouterPackages {
            brought: lock.packages.iter().map(|package| package.name.as_str()).collect(),
            held: None,
            series: lock.release.as_deref().and_then(Series::of_release),
        }
    }

    /// The programs for the keys of Wi-Fi that it will have.
    pub fn programs(&self) -> Supplicants {
        let all = self.brought.iter().chain(self.held.iter().flatten());
        let named: Vec<_> = all.filter_map(|name| Some(((*name).to_owned(), authenticator(name)?))).collect();
        Supplicants { may_be_more: named.is_empty() && self.held.is_none(), named }
    }
}

/// The programs for the keys of Wi-Fi that the router holds or gets, as far as they are known.
#[derive(Debug)]
pub struct Supplicants {
    named: Vec<(String, Authenticator)>,
    /// Whether the router may hold others than these.
    may_be_more: bool,
}

impl Supplicants {
    /// Before anything tells.
    pub const UNKNOWN: Supplicants = Supplicants { named: Vec::new(), may_be_more: true };

    /// Whether WPA3 is possible in a mode: not where it is known that no program can do it.
    pub fn can_wpa3(&self, mode: Mode) -> bool {
        self.may_be_more || self.fit(mode).any(|(_, can)| can.wpa3)
    }

    fn fit(&self, mode: Mode) -> impl Iterator<Item = &(String, Authenticator)> {
        self.named.iter().filter(move |(_, can)| match mode {
            Mode::Station => can.joins,
            Mode::AccessPoint => can.serves,
        })
    }

    fn names(&self) -> String {
        self.named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// What the user should know of a setup, in sentences.
pub fn notes(setup: &Setup, programs: &Supplicants, ground: &RouterPackages<'_>) -> Vec<String> {
    let Some(wifi) = &setup.wifi else { return Vec::new() };
    let notes = [of_programs(wifi, programs), of_country(wifi), of_band(wifi, ground.series)];
    of_chips(wifi, &ground.brought).into_iter().chain(notes.into_iter().flatten()).collect()
}

fn of_programs(wifi: &Wifi, programs: &Supplicants) -> Option<String> {
    let encryption = wifi.security.encryption();
    if programs.may_be_more {
        return None;
    }
    let (deed, kind) = match wifi.mode {
        Mode::Station => ("join a Wi-Fi", "wpad or wpa-supplicant"),
        Mode::AccessPoint => ("be an access point", "wpad or hostapd"),
    };
    if programs.named.is_empty() {
        return Some(format!(
            "nothing on the router can {deed}: it needs a {kind}, like --add wpad-basic-mbedtls"
        ));
    }
    if programs.fit(wifi.mode).next().is_none() {
        return Some(format!(
            "{} cannot {deed}: it takes a {kind}, like --wpa wpad-basic-mbedtls",
            programs.names()
        ));
    }
    (encryption.is_wpa3() && !programs.can_wpa3(wifi.mode)).then(|| {
        format!(
            "{} cannot do {encryption}, so the Wi-Fi will not come up: give --wifi-encryption psk2, or a wpad with a \
             library of cryptography (--wpa wpad-basic-mbedtls)",
            programs.names()
        )
    })
}

/// An access point that the driver of a card in the plan cannot be.
fn of_chips(wifi: &Wifi, packages: &[&str]) -> Vec<String> {
    let (Mode::AccessPoint, Some(band)) = (wifi.mode, wifi.band) else { return Vec::new() };
    let is_brought = |chip: &&Chip| {
        chip.kind == Kind::Wifi
            && chip.kmods.iter().next().is_some()
            && chip.kmods.iter().all(|kmod| packages.contains(&kmod))
    };
    let mut notes: Vec<String> = Vec::new();
    for chip in Catalogue::builtin().chips().iter().filter(is_brought) {
        let Some(limit) = limits(chip).find(|limit| limit.forbids_ap(band.word())) else { continue };
        let driver = chip.kmods.iter().collect::<Vec<_>>().join(", ");
        let way_out = match limit.forbids_ap(Band::Ghz2.word()) {
            true => "another card",
            false => "--wifi-band 2g, or another card",
        };
        let (what, _) = limit.text.split_once(':').unwrap_or((limit.text, ""));
        let note = format!(
            "the access point on {band} will not come up on a card of {driver} ({what}): what helps is {way_out}"
        );
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

fn of_country(wifi: &Wifi) -> Option<String> {
    let elsewhere = matches!(wifi.band, Some(Band::Ghz5 | Band::Ghz6));
    (wifi.mode == Mode::AccessPoint && elsewhere && wifi.country.is_none()).then(|| {
        "without a country no access point may start on 5 or 6 GHz: name it, like --wifi-country DE"
            .to_owned()
    })
}

/// From 25.12 on a station seeks its Wi-Fi only on the radio's band (wifi-scripts, supplicant.uc, `scan_list`).
fn of_band(wifi: &Wifi, series: Option<Series>) -> Option<String> {
    let one_band = series.is_some_and(|series| series >= Series::new(25, 12));
    (wifi.mode == Mode::Station && wifi.band.is_none() && one_band).then(|| {
        "the card looks for the Wi-Fi on one band only, the highest that it has: name another one with --wifi-band \
         2g or 5g"
            .to_owned()
    })
}

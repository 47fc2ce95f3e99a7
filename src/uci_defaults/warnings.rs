//! What speaks against the Wi-Fi that a router is to be set to.

use serde::Serialize;

use super::router::{RouterPackages, Supplicants};
use super::{Band, Encryption, Mode, Wifi};
use crate::hardware::{Catalogue, Chip, Kind, Series, limits};

/// Something that speaks against a Wi-Fi on a router, or that its user has to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum SetupWarning {
    /// The router has no program for the keys of Wi-Fi.
    NoSupplicant {
        /// What the router is to be.
        mode: Mode,
    },
    /// Those that it has are for another mode.
    OtherSupplicants {
        /// What the router is to be.
        mode: Mode,
        /// The packages that it has.
        packages: Vec<String>,
    },
    /// Those that it has cannot do WPA3, so that the Wi-Fi will not come up.
    NoWpa3 {
        /// What is asked for.
        encryption: Encryption,
        /// The packages that it has.
        packages: Vec<String>,
    },
    /// The driver of a card cannot be an access point on the band.
    NoAccessPoint {
        /// The band that is asked for.
        band: Band,
        /// The packages of the driver.
        kmods: Vec<&'static str>,
        /// The bands on which it can.
        possible: Vec<Band>,
    },
    /// No access point may start on 5 or 6 GHz where no country is named.
    NoCountry,
    /// The card looks for the Wi-Fi on the highest of its bands alone.
    OneBand,
}

impl SetupWarning {
    pub(super) fn of(
        wifi: &Wifi,
        supplicants: &Supplicants,
        router: &RouterPackages<'_>,
    ) -> Vec<SetupWarning> {
        let others = [of_supplicants(wifi, supplicants), of_country(wifi), of_band(wifi, router.series)];
        of_cards(wifi, &router.added).into_iter().chain(others.into_iter().flatten()).collect()
    }
}

fn of_supplicants(wifi: &Wifi, supplicants: &Supplicants) -> Option<SetupWarning> {
    if supplicants.may_be_more() {
        return None;
    }
    let (mode, encryption) = (wifi.mode, wifi.security.encryption());
    let packages = supplicants.packages();
    if packages.is_empty() {
        return Some(SetupWarning::NoSupplicant { mode });
    }
    if !supplicants.can(mode) {
        return Some(SetupWarning::OtherSupplicants { mode, packages });
    }
    let lacks_wpa3 = encryption.is_wpa3() && !supplicants.can_wpa3(mode);
    lacks_wpa3.then_some(SetupWarning::NoWpa3 { encryption, packages })
}

/// The cards of the plan that cannot be the access point, each driver once.
fn of_cards(wifi: &Wifi, added: &[&str]) -> Vec<SetupWarning> {
    let (Mode::AccessPoint, Some(band)) = (wifi.mode, wifi.band) else { return Vec::new() };
    let is_added = |chip: &&Chip| {
        chip.kind == Kind::Wifi
            && chip.kmods.iter().next().is_some()
            && chip.kmods.iter().all(|kmod| added.contains(&kmod))
    };
    let mut warnings = Vec::new();
    for chip in Catalogue::builtin().chips().iter().filter(is_added) {
        let Some(limit) = limits(chip).find(|limit| limit.forbids_ap(band.word())) else { continue };
        let possible = Band::ALL.into_iter().filter(|band| !limit.forbids_ap(band.word())).collect();
        let warning = SetupWarning::NoAccessPoint { band, kmods: chip.kmods.iter().collect(), possible };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

fn of_country(wifi: &Wifi) -> Option<SetupWarning> {
    let elsewhere = matches!(wifi.band, Some(Band::Ghz5 | Band::Ghz6));
    let silent = wifi.mode == Mode::AccessPoint && elsewhere && wifi.country.is_none();
    silent.then_some(SetupWarning::NoCountry)
}

/// From 25.12 on a station seeks its Wi-Fi only on the radio's band (wifi-scripts, supplicant.uc, `scan_list`).
fn of_band(wifi: &Wifi, series: Option<Series>) -> Option<SetupWarning> {
    let one_band = series.is_some_and(|series| series >= Series::new(25, 12));
    (wifi.mode == Mode::Station && wifi.band.is_none() && one_band).then_some(SetupWarning::OneBand)
}

//! The packages of the router that a setup is for, and what they can do with a Wi-Fi.

use super::Mode;
use crate::format::Installed;
use crate::hardware::{Authenticator, Series, authenticator};
use crate::lock::Lock;
use crate::resolve::Plan;

/// The packages that a router holds or gets, as far as they are known.
#[derive(Debug, Clone)]
pub struct RouterPackages<'a> {
    /// Those that the disk brings.
    pub added: Vec<&'a str>,
    /// Those that it holds, where they are known.
    pub held: Option<Vec<&'a str>>,
    /// The series of its release.
    pub series: Option<Series>,
}

impl<'a> RouterPackages<'a> {
    /// Those of a plan, for a router that holds these.
    pub fn of_plan<'u: 'a>(
        plan: &Plan<'u>,
        held: &'a Installed,
        series: Option<Series>,
    ) -> RouterPackages<'a> {
        RouterPackages {
            added: plan.steps.iter().map(|step| plan.package(step).name).collect(),
            held: Some(held.iter().map(|(name, _)| name).collect()),
            series,
        }
    }

    /// Those of a lock, which does not tell what the router holds.
    pub fn of_lock(lock: &'a Lock) -> RouterPackages<'a> {
        RouterPackages {
            added: lock.packages.iter().map(|package| package.name.as_str()).collect(),
            held: None,
            series: lock.release.as_deref().and_then(Series::of_release),
        }
    }

    /// The programs for the keys of Wi-Fi among them.
    pub fn supplicants(&self) -> Supplicants {
        let all = self.added.iter().chain(self.held.iter().flatten());
        let known: Vec<_> = all.filter_map(|name| Some(((*name).to_owned(), authenticator(name)?))).collect();
        Supplicants { may_be_more: known.is_empty() && self.held.is_none(), known }
    }
}

/// The programs for the keys of Wi-Fi that a router has (wpad, wpa-supplicant, hostapd), as far as they are known.
#[derive(Debug, Clone)]
pub struct Supplicants {
    known: Vec<(String, Authenticator)>,
    may_be_more: bool,
}

impl Supplicants {
    /// Before anything tells.
    pub(crate) const UNKNOWN: Supplicants = Supplicants { known: Vec::new(), may_be_more: true };

    /// Whether the router may have others than the known ones.
    pub(crate) fn may_be_more(&self) -> bool {
        self.may_be_more
    }

    pub fn packages(&self) -> Vec<String> {
        self.known.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Whether one of the known ones can do a mode at all.
    pub fn can(&self, mode: Mode) -> bool {
        self.of(mode).next().is_some()
    }

    /// Whether WPA3 is possible in a mode: not where it is known that no program can do it.
    pub fn can_wpa3(&self, mode: Mode) -> bool {
        self.may_be_more || self.of(mode).any(|can| can.wpa3)
    }

    fn of(&self, mode: Mode) -> impl Iterator<Item = &Authenticator> {
        self.known.iter().map(|(_, can)| can).filter(move |can| match mode {
            Mode::Station => can.joins,
            Mode::AccessPoint => can.serves,
        })
    }
}

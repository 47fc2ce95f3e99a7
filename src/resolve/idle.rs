//! Kernel modules that a router loads for nothing: what `--keep-modules minimal` leaves out.

use std::collections::{BTreeMap, BTreeSet};

use super::Plan;
use crate::format::{Dependency, Installed, Package, Universe};

/// What a FAT disk is mounted with: the file system and its default character sets, of which not all images hold all.
const MOUNT: [&str; 4] = ["kmod-fs-vfat", "kmod-nls-cp437", "kmod-nls-iso8859-1", "kmod-nls-utf8"];

/// InstalledPackage everywhere and often listed nowhere; neither needs a module.
const NO_PROGRAMS: [&str; 2] = ["kernel", "libc"];

/// The modules that nothing needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IdleModules {
    /// The packages of the router whose modules need not be loaded, by name.
    pub(crate) packages: Vec<String>,
    /// Programs of the router that no feed lists, so that nothing tells which modules they need.
    pub(crate) unknown: Vec<String>,
}

impl IdleModules {
    /// Finds the module packages of a router that neither the plan needs, nor a program that is still in service, nor
    /// the mounting of a FAT disk. `disabled` names services that are not to start: out of service is a package that
    /// is called like one of them (`firewall4` for `firewall`, `dnsmasq-full` for `dnsmasq`), and what only such
    /// packages need.
    ///
    /// Which modules a device needs, or the boot, is for the router itself to say.
    pub(crate) fn find(plan: &Plan<'_>, installed: &Installed, disabled: &[String]) -> IdleModules {
        let held = Holdings::of(plan.universe, installed);
        let of_plan = plan.steps.iter().flat_map(|step| held.needs_of(plan.package(step)));
        let format = plan.universe.format();
        let roots = plan
            .already_held
            .iter()
            .filter_map(|root| installed.meeting(format, &Dependency::on(&root.name)));
        let wanted: BTreeSet<&str> = of_plan.chain(roots).collect();

        let out = held.out_of_service(disabled, &wanted);
        let programs = held.needs.keys().filter(|name| !is_modules(name) && !out.contains(*name));
        let mut open: Vec<&str> = wanted.iter().chain(programs).copied().chain(MOUNT).collect();
        let mut needed = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !out.contains(name) && needed.insert(name) {
                open.extend(held.needs.get(name).into_iter().flatten());
            }
        }
        let modules = held.needs.keys().filter(|name| is_modules(name));
        IdleModules {
            packages: modules.filter(|name| !needed.contains(*name)).map(|name| (*name).to_owned()).collect(),
            unknown: held.unknown.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

fn is_modules(name: &str) -> bool {
    name.starts_with("kmod-")
}

/// Whether a package is what runs as a service, told by its name: `firewall4` for `firewall`.
pub(crate) fn serves(package: &str, service: &str) -> bool {
    package
        .strip_prefix(service)
        .is_some_and(|rest| rest.starts_with('-') || rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The packages of a router, and which of them each needs.
struct Holdings<'a, 'u> {
    universe: &'a Universe<'u>,
    installed: &'a Installed,
    needs: BTreeMap<&'a str, Vec<&'a str>>,
    unknown: Vec<&'a str>,
}

impl<'a, 'u> Holdings<'a, 'u> {
    fn of(universe: &'a Universe<'u>, installed: &'a Installed) -> Holdings<'a, 'u> {
        let mut holdings = Holdings { universe, installed, needs: BTreeMap::new(), unknown: Vec::new() };
        for (name, held) in installed.iter() {
            let same_version = |id: &_| universe.package(*id).version == held.version;
            // Feeds move on; what a package needs seldom does.
            let entry = universe.named(name).find(same_version).or_else(|| universe.named(name).last());
            let needs = match entry {
                Some(id) => holdings.needs_of(universe.package(id)).collect(),
                None => Vec::new(),
            };
            if entry.is_none() && !is_modules(name) && !NO_PROGRAMS.contains(&name) {
                holdings.unknown.push(name);
            }
            holdings.needs.insert(name, needs);
        }
        holdings
    }

    /// The packages of the router that meet what a package needs.
    fn needs_of<'s>(&'s self, package: &'s Package<'_>) -> impl Iterator<Item = &'a str> + 's {
        let format = self.universe.format();
        package.depends.iter().filter_map(move |requirement| {
            requirement.alternatives().find_map(|dependency| self.installed.meeting(format, dependency))
        })
    }

    /// The packages of disabled services, and those that only they need.
    fn out_of_service(&self, disabled: &[String], wanted: &BTreeSet<&str>) -> BTreeSet<&'a str> {
        let programs =
            || self.needs.keys().copied().filter(|name| !is_modules(name) && !wanted.contains(name));
        let mut out: BTreeSet<&str> =
            programs().filter(|name| disabled.iter().any(|service| serves(name, service))).collect();
        loop {
            let before = out.len();
            for name in programs() {
                let needs_it =
                    |(other, needs): &(&&str, &Vec<&str>)| **other != name && needs.contains(&name);
                let mut needers = self.needs.iter().filter(needs_it).map(|(other, _)| other).peekable();
                if needers.peek().is_some() && needers.all(|other| out.contains(other)) {
                    out.insert(name);
                }
            }
            if out.len() == before {
                return out;
            }
        }
    }
}

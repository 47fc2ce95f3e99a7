//! What is the same on every host.

use super::listing::Function;
use super::machine::{LARGE_MEMORY, MEMORY};
use super::recipe::{Source, Step, Task};
use super::{Disks, HostHardware, Hypervisor, Request};
use crate::hardware::detect::Maker;
use crate::shell::quote;

/// Where the script goes, on any host.
pub(super) const SCRIPT_PATH: &str = "/usr/local/sbin/openwrt-vm";
/// Where the guest has what gives the card back.
pub(super) const SERVICE_PATH: &str = "/etc/init.d/owpkg-give-back";

impl Request<'_> {
    /// What comes of it, without the listing's name.
    pub(super) fn title(&self, host: &str, place: impl Fn(&Function) -> String) -> String {
        let cards = self.hardware.cards.iter().map(|card| {
            let first = card.first();
            format!("the card {} at {}", first.id, place(first))
        });
        let adapters = self.hardware.adapters.iter().map(|adapter| format!("the USB adapter {}", adapter.id));
        let passed: Vec<String> = cards.chain(adapters).collect();
        format!("OpenWrt in {host} with {}", passed.join(" and "))
    }

    /// The memory in MiB.
    pub(super) fn memory(&self) -> u32 {
        let needs = self.hardware.needs_memory() || self.disks.needs_memory;
        self.machine.memory.unwrap_or(if needs { LARGE_MEMORY } else { MEMORY })
    }

    /// The listing's name, printable.
    pub(super) fn listing(&self) -> String {
        self.listing.chars().filter(|c| !c.is_control()).collect()
    }

    /// How OpenWrt calls the radio.
    pub(super) fn radio(&self) -> Step {
        let place = self.machine.places(self.hardware).first().map(|(_, place)| place.radio());
        let place = place.filter(|_| self.hypervisor != Hypervisor::Proxmox);
        Step::commands(Task::Radio(place), ["wifi config", "uci show wireless"])
    }
}

/// Where the values come from: the cards, their drivers where they matter, and the processor.
pub(super) fn sources(hardware: &HostHardware, host: Hypervisor) -> Vec<Source> {
    let mut sources = Vec::new();
    for function in hardware.functions() {
        let place = match host {
            Hypervisor::Bhyve => function.slot.bhyve(),
            Hypervisor::Qemu | Hypervisor::Proxmox => function.slot.to_string(),
        };
        let value = format!("card {place} ({})", function.id);
        sources.push(Source { line: function.line, value, text: function.text.clone() });
        if let Some(driver) = function.driver.as_ref().filter(|_| host != Hypervisor::Bhyve) {
            let value = format!("driver {}", driver.name);
            sources.push(Source { line: driver.line, value, text: driver.text.clone() });
        }
    }
    for adapter in &hardware.adapters {
        let value = format!("adapter {}", adapter.id);
        sources.push(Source { line: adapter.line, value, text: adapter.text.clone() });
    }
    if let Some(cpu) =
        hardware.cpu.as_ref().filter(|cpu| host != Hypervisor::Bhyve || cpu.maker == Maker::Amd)
    {
        let whose = if cpu.maker == Maker::Amd { "AMD" } else { "Intel" };
        sources.push(Source { line: cpu.line, value: format!("{whose}'s IOMMU"), text: cpu.text.clone() });
    }
    sources
}

/// What to type in OpenWrt when the disk of packages is there.
pub(super) fn in_the_guest(disks: &Disks) -> Step {
    let partition = disks.partition.map_or(String::new(), |number| number.to_string());
    Step::commands(
        Task::InGuest,
        [
            &*format!("mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb{partition} /tmp/pkgs"),
            "sh /tmp/pkgs/install.sh",
            "umount /tmp/pkgs && poweroff",
        ],
    )
}

/// What the guest needs to give the card back, where no disk brings it.
pub(super) fn give_back() -> Step {
    Step::file(Task::GiveBack, SERVICE_PATH, crate::uci_defaults::GIVE_BACK)
}

/// What of the files holds secrets and is not needed any more.
pub(super) fn wipe(disks: &Disks, image_is_copied: bool) -> Option<Step> {
    let disk = disks.packages.as_ref().filter(|_| disks.secret);
    let file = disk.or((disks.secret && image_is_copied).then_some(&disks.image))?;
    Some(Step::commands(Task::Wipe, [&*format!("rm {}", quote(file))]))
}

/// How the host itself gets out through the guest.
pub(super) fn way_out(command: &str) -> Step {
    Step::commands(Task::WayOut, [command])
}

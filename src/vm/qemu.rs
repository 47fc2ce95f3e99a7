//! OpenWrt in QEMU with KVM on Linux.

use super::found::{Card, DriverSeen, HostHardware, Vendor};
use super::recipe::{Body, Recipe, Source, Step};
use super::{Disks, GUEST_SLOT, MEMORY, SCRIPT_PATH, proxmox, values};

const UNIT: &str = "[Unit]
Description=OpenWrt with a passed-through card
After=network.target

[Service]
ExecStart=/usr/local/sbin/openwrt-vm run
ExecStop=/usr/local/sbin/openwrt-vm stop
Restart=on-failure

[Install]
WantedBy=multi-user.target
";

pub(super) fn recipe(found: &HostHardware, disks: Disks<'_>, listing: &str) -> Recipe {
    let card = &found.card;
    let sources = sources(found);
    let (router, host) = disks.addresses();
    let title = format!("OpenWrt in QEMU with the card {} at {}, from {listing}", card.id, card.slot);
    let values = [
        ("name", "openwrt".to_owned(), "The virtual machine"),
        ("image", disks.image.to_owned(), "OpenWrt's image, unpacked (--image)"),
        ("packages", disks.packages.to_owned(), "The disk of packages (--disk)"),
        ("card", card.slot.to_string(), &*format!("The card: line {} of the listing", card.line)),
        (
            "id",
            format!("0x{:04x} 0x{:04x}", card.id.vendor, card.id.device),
            "Its numbers as sysfs shows them",
        ),
        ("slot", format!("0x{GUEST_SLOT:x}"), "Where the guest sees it: OpenWrt names the radio by this"),
        ("memory", MEMORY.to_string(), "In MiB; with 128 GRUB ends with \"out of memory\""),
        ("tap", "tap-openwrt".to_owned(), "The guest's eth0 (lan), on the host"),
        ("bridge", "br-openwrt".to_owned(), "The bridge that the tap is on"),
        ("address", host, &*format!("The host's address there; OpenWrt's is {router}")),
        ("run", "/run/openwrt-vm".to_owned(), "Sockets of console and monitor while it runs"),
    ];
    let script = values::script(&title, &sources, &values, include_str!("qemu.sh"));
    Recipe { steps: steps(found, disks, &router), title, sources, script }
}

fn sources(found: &HostHardware) -> Vec<Source> {
    let card = &found.card;
    let value = format!("card {} ({})", card.slot, card.id);
    let mut sources = vec![Source { line: card.line, value, text: card.text.clone() }];
    if let Some(DriverSeen { name, line, text }) = host_driver(card) {
        sources.push(Source { line: *line, value: format!("driver {name}"), text: text.clone() });
    }
    if let Some(cpu) = &found.cpu {
        let whose = if cpu.vendor == Vendor::Amd { "AMD" } else { "Intel" };
        sources.push(Source { line: cpu.line, value: format!("{whose}'s IOMMU"), text: cpu.text.clone() });
    }
    sources
}

/// The driver that would take the card at boot.
fn host_driver(card: &Card) -> Option<&DriverSeen> {
    card.driver.as_ref().filter(|driver| !["vfio-pci", "ppt"].contains(&driver.name.as_str()))
}

fn steps(found: &HostHardware, disks: Disks<'_>, router: &str) -> Vec<Step> {
    let card = &found.card;
    let mut steps = vec![iommu(found)];
    match card.twin {
        Some(twin) => steps.push(Step::file(
            format!("Have the driver at hand. {twin} has the same numbers, so the card is not reserved by them: the script takes it by its place."),
            "/etc/modules-load.d/openwrt-vm.conf",
            "vfio-pci\n",
        )),
        None => {
            let mut conf = format!("options vfio-pci ids={:04x}:{:04x}\n", card.id.vendor, card.id.device);
            if let Some(DriverSeen { name, .. }) = host_driver(card) {
                conf += &format!("softdep {name} pre: vfio-pci\n");
            }
            let what = "Reserve the card from the start; without this the script takes it from its driver when it is run.";
            steps.push(Step::file(what, "/etc/modprobe.d/openwrt-vm.conf", conf));
        }
    }
    steps.push(Step {
        what: "Save the script, executable; --script prints it alone. It needs \
               qemu-system-x86, ovmf and socat."
            .to_owned(),
        body: Body::Script { path: SCRIPT_PATH },
    });
    steps.push(Step::commands(
        "Boot once with the disk of packages (Ctrl-A X ends it).",
        ["openwrt-vm install"],
    ));
    steps.push(super::steps::in_the_guest());
    steps.push(Step::file("Start it with the host.", "/etc/systemd/system/openwrt-vm.service", UNIT));
    steps.push(Step::commands(
        "Boot with the card and look at the console (Ctrl-] leaves it).",
        ["systemctl enable --now openwrt-vm", "openwrt-vm console"],
    ));
    steps.push(super::steps::radio());
    steps.push(super::steps::way_out(&format!("ip route add default via {router}")));
    steps.push(proxmox::step(card.slot, disks));
    steps
}

fn iommu(found: &HostHardware) -> Step {
    let check = ["dmesg | grep -e DMAR -e AMD-Vi", "ls /sys/kernel/iommu_groups"];
    let intel = "add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, run update-grub (or \
                 grub2-mkconfig), and restart";
    let what = match found.cpu.as_ref().map(|cpu| (cpu.vendor, cpu.line)) {
        Some((Vendor::Amd, line)) => {
            format!(
                "Line {line} shows AMD: enable the IOMMU in the firmware's setup; Linux then uses it by itself."
            )
        }
        Some((Vendor::Intel, line)) => {
            format!("Line {line} shows Intel: enable VT-d in the firmware's setup, {intel}.")
        }
        None => format!(
            "Enable the IOMMU (VT-d, AMD-Vi) in the firmware's setup. The listing does not show whose processor this \
             is: on Intel also {intel}."
        ),
    };
    Step::commands(what, check)
}

//! OpenWrt in FreeBSD's bhyve.

use super::found::{HostHardware, Vendor, VmError};
use super::recipe::{Body, Recipe, Source, Step};
use super::{Disks, GUEST_SLOT, MEMORY, SCRIPT_PATH, values};

const FIRMWARE: &str = "/usr/local/share/uefi-firmware/BHYVE_UEFI.fd";

pub(super) fn recipe(found: &HostHardware, disks: Disks<'_>, listing: &str) -> Result<Recipe, VmError> {
    let card = &found.card;
    if card.slot.domain != 0 {
        return Err(VmError::Domain { slot: card.slot });
    }
    let sources = sources(found);
    let (router, host) = disks.addresses();
    let title =
        format!("OpenWrt in bhyve with the card {} at {}, from {listing}", card.id, card.slot.freebsd());
    let (vendor, device) = (card.id.vendor, card.id.device);
    let id = format!("vendor=0x{vendor:04x} device=0x{device:04x}|chip=0x{device:04x}{vendor:04x}");
    let values = [
        ("name", "openwrt".to_owned(), "The virtual machine"),
        ("image", disks.image.to_owned(), "OpenWrt's image, unpacked (--image)"),
        ("packages", disks.packages.to_owned(), "The disk of packages (--disk)"),
        ("card", card.slot.bhyve(), &*format!("The card: line {} of the listing", card.line)),
        ("selector", card.slot.freebsd(), "The same as pciconf shows it"),
        ("id", id, "Its numbers as pciconf shows them, newer form and older"),
        ("slot", GUEST_SLOT.to_string(), "Where the guest sees it: OpenWrt names the radio by this"),
        ("memory", format!("{MEMORY}M"), "With 128M GRUB ends with \"out of memory\""),
        ("firmware", FIRMWARE.to_owned(), "EFI, of the package bhyve-firmware"),
        ("tap", "tap0".to_owned(), "The guest's eth0 (lan), on the host"),
        ("bridge", "bridge0".to_owned(), "The bridge that the tap is on"),
        ("address", host, &*format!("The host's address there; OpenWrt's is {router}")),
        ("console", "/dev/nmdm0".to_owned(), "The guest's serial console while it runs"),
    ];
    let script = values::script(&title, &sources, &values, include_str!("bhyve.sh"));
    Ok(Recipe { steps: steps(found, &router), title, sources, script })
}

fn sources(found: &HostHardware) -> Vec<Source> {
    let card = &found.card;
    let value = format!("card {} ({})", card.slot.bhyve(), card.id);
    let mut sources = vec![Source { line: card.line, value, text: card.text.clone() }];
    if let Some(cpu) = found.cpu.as_ref().filter(|cpu| cpu.vendor == Vendor::Amd) {
        sources.push(Source { line: cpu.line, value: "AMD's IOMMU".to_owned(), text: cpu.text.clone() });
    }
    sources
}

fn steps(found: &HostHardware, router: &str) -> Vec<Step> {
    let card = &found.card;
    let is_reserved = card.driver.as_ref().is_some_and(|driver| driver.name == "ppt");
    let mut loader = format!("vmm_load=\"YES\"\nnmdm_load=\"YES\"\npptdevs=\"{}\"\n", card.slot.bhyve());
    let mut reserve =
        "Reserve the card for virtual machines; other pptdevs go into the same line.".to_owned();
    match found.cpu.as_ref().map(|cpu| cpu.vendor) {
        Some(Vendor::Amd) => loader += "hw.vmm.amdvi.enable=\"1\"\n",
        Some(Vendor::Intel) => {}
        None => {
            reserve +=
                " The listing does not show whose processor this is: on AMD add hw.vmm.amdvi.enable=\"1\".";
        }
    }
    let restart = match is_reserved {
        true => Step::commands(
            format!("Line {} shows that it is reserved already; this shows it too.", card.line),
            ["pciconf -l | grep ^ppt"],
        ),
        false => Step::commands(
            "Restart; then the card shows as ppt0.",
            ["shutdown -r now", "pciconf -l | grep ^ppt"],
        ),
    };
    let mut steps = vec![Step::file(reserve, "/boot/loader.conf.d/vmm.conf", loader), restart];
    steps.push(Step::commands("Install the EFI firmware.", ["pkg install bhyve-firmware"]));
    steps.push(Step {
        what: "Save the script, executable; --script prints it alone.".to_owned(),
        body: Body::Script { path: SCRIPT_PATH },
    });
    steps.push(Step::commands("Boot once with the disk of packages.", ["openwrt-vm install"]));
    steps.push(super::steps::in_the_guest());
    steps.push(Step::commands(
        "Boot with the card, in wired memory, and look at the console (~. leaves it).",
        ["daemon -f openwrt-vm run", "openwrt-vm console"],
    ));
    steps.push(Step::file(
        "Start it with the host.",
        "/etc/rc.local",
        format!("/usr/sbin/daemon -f {SCRIPT_PATH} run\n"),
    ));
    steps.push(super::steps::radio());
    steps.push(super::steps::way_out(&format!("route add default {router}")));
    steps
}

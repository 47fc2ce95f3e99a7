//! OpenWrt on Proxmox VE, by its own `qm` (pve.proxmox.com/pve-docs/qm.1.html).

use super::listing::{Adapter, Function, HostHardware};
use super::qemu::{each_card, reserve};
use super::recipe::{Recipe, Step, Task};
use super::script::{self, Calls, Value};
use super::steps::{self, SCRIPT_PATH};
use super::{Hypervisor, Request};

/// The bridge of its own: OpenWrt's LAN has an address and a DHCP server that no home network wants.
const BRIDGE: &str = "vmbr1";

/// The script, and what goes with it.
pub(super) fn script(request: Request<'_>) -> Recipe {
    let Request { hardware, disks, machine, .. } = request;
    let sources = steps::sources(hardware, Hypervisor::Proxmox);
    let title = request.title("Proxmox VE", |function| function.slot.to_string());
    let values: [Value<'_>; 8] = [
        ("vmid", "100".to_owned(), "A free number; this shows one: pvesh get /cluster/nextid"),
        ("name", "openwrt".to_owned(), "The virtual machine"),
        ("storage", "local-lvm".to_owned(), "The storage for its disks; these are there: pvesm status"),
        ("image", disks.image.clone(), "OpenWrt's image, unpacked"),
        (
            "packages",
            disks.packages.clone().unwrap_or_default(),
            "The disk of packages; none: the image carries it",
        ),
        ("memory", request.memory().to_string(), "In MiB; with 128 GRUB ends with \"out of memory\""),
        ("cpus", machine.cpus.to_string(), "Processors"),
        (
            "bridge",
            machine.bridge.clone().unwrap_or(BRIDGE.to_owned()),
            "The bridge of the guest's LAN, which has no port",
        ),
    ];
    let lists = [
        each_card(hardware),
        Calls {
            remark: "A command with all cards as qm takes them.",
            name: "with_cards",
            calls: vec![devices(hardware)],
        },
    ];
    let head = script::head(&title, &sources, &request.listing());
    let script = script::script(&head, &values, &lists, include_str!("qm.sh"));
    let title = format!("{title}, from {}", request.listing());
    Recipe { steps: script_steps(request), title, sources, script }
}

/// A card whose functions are all passed is named without one.
fn devices(hardware: &HostHardware) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    for Function { slot, whole, .. } in hardware.functions() {
        let place = match whole {
            true => format!("{:04x}:{:02x}:{:02x}", slot.domain, slot.bus, slot.device),
            false => slot.to_string(),
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let cards = places.iter().enumerate();
    let cards = cards.flat_map(|(at, place)| [format!("--hostpci{at}"), format!("{place},pcie=1")]);
    let adapters = hardware.adapters.iter().enumerate().flat_map(|(at, Adapter { id, port, .. })| {
        let which = match port {
            Some(port) => port.to_string(),
            None => format!("{:04x}:{:04x}", id.vendor, id.device),
        };
        [format!("--usb{at}"), format!("host={which},usb3=1")]
    });
    cards.chain(adapters).collect()
}

fn script_steps(request: Request<'_>) -> Vec<Step> {
    let Request { disks, machine, .. } = request;
    let (router, host) = disks.addresses();
    let mut all = reserve(request);
    if machine.bridge.is_none() {
        let lan = format!(
            "auto {BRIDGE}\niface {BRIDGE} inet static\n\taddress {host}\n\tbridge-ports none\n\tbridge-stp off\n\tbridge-fd 0\n\niface {BRIDGE} inet6 auto\n"
        );
        all.push(Step::file(Task::MakeNetwork, "/etc/network/interfaces.d/openwrt", lan));
    }
    all.push(Step::script(Task::SaveScript(""), SCRIPT_PATH));
    all.push(Step::commands(Task::Create, ["ifreload -a", "openwrt-vm create"]));
    let installs = disks.packages.is_none();
    let leave = "Ctrl-O";
    if !installs {
        all.push(Step::commands(Task::InstallBoot { leave }, ["openwrt-vm install"]));
        all.push(steps::in_the_guest(disks));
    }
    all.push(Step::commands(Task::Run { leave, installs }, ["openwrt-vm run", "openwrt-vm console"]));
    if !disks.gives_back && !request.hardware.cards.is_empty() {
        all.push(steps::give_back());
    }
    all.push(request.radio());
    all.push(Step::commands(Task::DeadRadio, ["openwrt-vm stop && openwrt-vm run"]));
    all.extend(steps::wipe(disks, true));
    all.push(steps::way_out(&format!("ip route add default via {router}")));
    all
}

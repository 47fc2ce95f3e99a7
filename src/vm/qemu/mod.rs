//! OpenWrt in QEMU with KVM on Linux.

mod libvirt;

use super::listing::{Adapter, Function, HostHardware};
use super::machine::GuestPlace;
use super::recipe::{Recipe, Step, Task};
use super::script::{self, Calls, Value};
use super::steps::{self, SCRIPT_PATH};
use super::{Hypervisor, Request};

pub(super) use libvirt::libvirt;

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

/// The script, and what goes with it.
pub(super) fn script(request: Request<'_>) -> Recipe {
    let Request { hardware, disks, machine, .. } = request;
    let sources = steps::sources(hardware, Hypervisor::Qemu);
    let (router, host) = disks.addresses();
    let title = request.title("QEMU", |function| function.slot.to_string());
    let places = machine.places(hardware);
    let slots: Vec<String> = hardware.functions().map(|function| function.slot.to_string()).collect();
    let values: [Value<'_>; 12] = [
        ("name", "openwrt".to_owned(), "The virtual machine"),
        ("image", disks.image.clone(), "OpenWrt's image, unpacked"),
        ("image_format", disks.format.word().to_owned(), "What the image is"),
        (
            "packages",
            disks.packages.clone().unwrap_or_default(),
            "The disk of packages; none: the image carries it",
        ),
        ("packages_format", disks.packages_format.word().to_owned(), "What that disk is"),
        ("passed", slots.join(" "), "The places of all that is passed"),
        ("memory", request.memory().to_string(), "In MiB; with 128 GRUB ends with \"out of memory\""),
        ("cpus", machine.cpus.to_string(), "Processors"),
        ("tap", "tap-openwrt".to_owned(), "The guest's eth0 (lan), on the host"),
        (
            "bridge",
            machine.bridge.clone().unwrap_or("br-openwrt".to_owned()),
            "The bridge that the tap is on",
        ),
        ("address", host.to_string(), &*format!("The host's address there; OpenWrt's is {router}")),
        ("run", "/run/openwrt-vm".to_owned(), "Sockets of console and monitor while it runs"),
    ];
    let devices = places.iter().flat_map(device).chain(usb(&hardware.adapters)).collect();
    let lists = [
        each_card(hardware),
        Calls {
            remark: "A command with all cards as QEMU takes them: the host's place, and the guest's, by which OpenWrt names the radio.",
            name: "with_cards",
            calls: vec![devices],
        },
    ];
    let head = script::head(&title, &sources, &request.listing());
    let script = script::script(&head, &values, &lists, include_str!("qemu.sh"));
    let title = format!("{title}, from {}", request.listing());
    Recipe { steps: script_steps(request, &router), title, sources, script }
}

/// The cards as sysfs shows them.
pub(super) fn each_card(hardware: &HostHardware) -> Calls<'static> {
    let words = |function: &Function| {
        let (vendor, device) = (function.id.vendor, function.id.device);
        vec![function.slot.to_string(), format!("0x{vendor:04x}"), format!("0x{device:04x}")]
    };
    Calls {
        remark: "A command with each card as sysfs shows it: its place, vendor and device.",
        name: "each_card",
        calls: hardware.functions().map(words).collect(),
    }
}

fn device((function, place): &(&Function, GuestPlace)) -> [String; 2] {
    let GuestPlace { slot, function: at, several } = place;
    let address = match several {
        true => format!("addr=0x{slot:x}.0x{at:x},multifunction=on"),
        false => format!("addr=0x{slot:x}"),
    };
    ["-device".to_owned(), format!("vfio-pci,host={},{address}", function.slot)]
}

/// A USB 3 controller, and the adapters on it.
fn usb(adapters: &[Adapter]) -> Vec<String> {
    let mut words = Vec::new();
    if !adapters.is_empty() {
        words.extend(["-device".to_owned(), "qemu-xhci,addr=0x5".to_owned()]);
    }
    for Adapter { id, port, .. } in adapters {
        let which = match port {
            Some(port) => format!("hostbus={},hostport={}", port.bus, port.ports()),
            None => format!("vendorid=0x{:04x},productid=0x{:04x}", id.vendor, id.device),
        };
        words.extend(["-device".to_owned(), format!("usb-host,{which}")]);
    }
    words
}

/// What lets the host give cards away; adapters on USB need nothing of it.
pub(super) fn reserve(request: Request<'_>) -> Vec<Step> {
    let hardware = request.hardware;
    if hardware.cards.is_empty() {
        return Vec::new();
    }
    let check = ["dmesg | grep -e DMAR -e AMD-Vi", "ls /sys/kernel/iommu_groups"];
    let cpu = hardware.cpu.as_ref().map(|cpu| (cpu.maker, cpu.line));
    let task = match request.hypervisor {
        Hypervisor::Proxmox => Task::IommuOnProxmox(cpu),
        Hypervisor::Qemu | Hypervisor::Bhyve => Task::Iommu(cpu),
    };
    let mut steps = vec![Step::commands(task, check)];
    if let Some(twin) = hardware.twin {
        let file = "/etc/modules-load.d/openwrt-vm.conf";
        steps.push(Step::file(Task::ReserveByPlace(twin), file, "vfio-pci\n"));
        return steps;
    }
    let mut ids: Vec<String> =
        hardware.functions().map(|each| format!("{:04x}:{:04x}", each.id.vendor, each.id.device)).collect();
    ids.dedup();
    let mut conf = format!("options vfio-pci ids={}\n", ids.join(","));
    let mut drivers: Vec<&str> = hardware.functions().flat_map(host_drivers).collect();
    drivers.sort_unstable();
    drivers.dedup();
    conf.extend(drivers.iter().map(|driver| format!("softdep {driver} pre: vfio-pci\n")));
    let held = |each: &&Function| each.driver.as_ref().is_some_and(|driver| driver.name == "vfio-pci");
    let reserved = hardware.functions().find(held).and_then(|each| Some(each.driver.as_ref()?.line));
    steps.push(Step::file(Task::ReserveIds(reserved), "/etc/modprobe.d/openwrt-vm.conf", conf));
    steps.push(Step::commands(Task::Initramfs, ["update-initramfs -u -k all"]));
    steps
}

/// The drivers that would take a card at boot.
fn host_drivers(function: &Function) -> Vec<&str> {
    let driver = function.driver.as_ref().map(|driver| driver.name.as_str());
    match driver.filter(|name| !["vfio-pci", "ppt"].contains(name)) {
        // A part of the driver has its name, and the module another.
        Some(driver) => match &function.modules[..] {
            [] => vec![driver],
            modules => modules.iter().map(String::as_str).collect(),
        },
        None => function.modules.iter().map(String::as_str).collect(),
    }
}

fn script_steps(request: Request<'_>, router: &str) -> Vec<Step> {
    let disks = request.disks;
    let mut all = reserve(request);
    all.push(Step::script(Task::SaveScript("qemu-system-x86, ovmf and socat"), SCRIPT_PATH));
    let installs = disks.packages.is_none();
    if !installs {
        all.push(Step::commands(Task::InstallBoot { leave: "Ctrl-A X" }, ["openwrt-vm install"]));
        all.push(steps::in_the_guest(disks));
    }
    all.push(Step::file(Task::StartWithHost, "/etc/systemd/system/openwrt-vm.service", UNIT));
    let run = Task::Run { leave: "Ctrl-]", installs };
    all.push(Step::commands(run, ["systemctl enable --now openwrt-vm", "openwrt-vm console"]));
    if !disks.gives_back && !request.hardware.cards.is_empty() {
        all.push(steps::give_back());
    }
    all.push(request.radio());
    all.extend(steps::wipe(disks, false));
    all.push(steps::way_out(&format!("ip route add default via {router}")));
    all
}

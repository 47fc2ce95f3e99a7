//! OpenWrt in FreeBSD's bhyve.
//!
//! What needs to be on the command line and why: bhyve(8); `-A` for edk2 of 2023 and later, the LPC at 31 as libvirt and
//! vm-bhyve place it, `-S` because a device that is passed reaches all of the guest's memory.

mod vm_bhyve;

use super::listing::Function;
use super::machine::GuestPlace;
use super::recipe::{Recipe, Step, Task};
use super::script::{self, Calls, Value};
use super::steps::{self, SCRIPT_PATH};
use super::{HostHardware, Hypervisor, Request, VmError};
use crate::hardware::detect::Maker;

pub(super) use vm_bhyve::conf;

const FIRMWARE: &str = "/usr/local/share/uefi-firmware/BHYVE_UEFI.fd";

/// The script, and what goes with it.
pub(super) fn script(request: Request<'_>) -> Result<Recipe, VmError> {
    let Request { hardware, disks, machine, .. } = request;
    let sources = steps::sources(hardware, Hypervisor::Bhyve);
    let (router, host) = disks.addresses();
    let title = request.title("bhyve", |function| function.slot.freebsd());
    let values: [Value<'_>; 10] = [
        ("name", "openwrt".to_owned(), "The virtual machine"),
        ("image", disks.image.clone(), "OpenWrt's image, unpacked"),
        (
            "packages",
            disks.packages.clone().unwrap_or_default(),
            "The disk of packages; none: the image carries it",
        ),
        ("memory", format!("{}M", request.memory()), "With 128M GRUB ends with \"out of memory\""),
        ("cpus", machine.cpus.to_string(), "Processors"),
        ("firmware", FIRMWARE.to_owned(), "EFI, of the package bhyve-firmware"),
        ("tap", "tap0".to_owned(), "The guest's eth0 (lan), on the host"),
        ("bridge", machine.bridge.clone().unwrap_or("bridge0".to_owned()), "The bridge that the tap is on"),
        ("address", host.to_string(), &*format!("The host's address there; OpenWrt's is {router}")),
        ("console", "/dev/nmdm0".to_owned(), "The guest's serial console while it runs"),
    ];
    let places = machine.places(hardware);
    let lists = [
        Calls {
            remark: "A command with each card as pciconf shows it: its place, its numbers in the newer form or the older.",
            name: "each_card",
            calls: places
                .iter()
                .map(|(function, _)| vec![function.slot.freebsd(), numbers(function)])
                .collect(),
        },
        Calls {
            remark: "A command with all cards as bhyve takes them: the place in the guest, by which OpenWrt names the radio, and the host's.",
            name: "with_cards",
            calls: vec![places.iter().flat_map(passthru).collect()],
        },
    ];
    let head = script::head(&title, &sources, &request.listing());
    let script = script::script(&head, &values, &lists, include_str!("bhyve.sh"));
    let title = format!("{title}, from {}", request.listing());
    Ok(Recipe { steps: script_steps(request, &router), title, sources, script })
}

/// Its numbers as pciconf shows them.
fn numbers(function: &Function) -> String {
    let (vendor, device) = (function.id.vendor, function.id.device);
    format!("vendor=0x{vendor:04x} device=0x{device:04x}|chip=0x{device:04x}{vendor:04x}")
}

fn passthru((function, place): &(&Function, GuestPlace)) -> [String; 2] {
    let GuestPlace { slot, function: at, .. } = place;
    ["-s".to_owned(), format!("{slot}:{at},passthru,{}", function.slot.bhyve())]
}

/// Reserve the cards, restart if need be, install the firmware.
fn first_steps(hardware: &HostHardware) -> Vec<Step> {
    let places: Vec<String> = hardware.functions().map(|function| function.slot.bhyve()).collect();
    let mut loader = format!("vmm_load=\"YES\"\nnmdm_load=\"YES\"\npptdevs=\"{}\"\n", places.join(" "));
    let maker = hardware.cpu.as_ref().map(|cpu| cpu.maker);
    if maker == Some(Maker::Amd) {
        loader += "hw.vmm.amdvi.enable=\"1\"\n";
    }
    let is_reserved =
        |function: &Function| function.driver.as_ref().is_some_and(|driver| driver.name == "ppt");
    let see = "pciconf -l | grep ^ppt";
    let restart = match hardware.functions().next().filter(|_| hardware.functions().all(is_reserved)) {
        Some(function) => Step::commands(Task::SeeReserved(function.line), [see]),
        None => Step::commands(Task::Restart, ["shutdown -r now", see]),
    };
    vec![Step::file(Task::ReservePpt(maker), "/boot/loader.conf.d/vmm.conf", loader), restart]
}

fn script_steps(request: Request<'_>, router: &str) -> Vec<Step> {
    let Request { hardware, disks, .. } = request;
    let mut all = first_steps(hardware);
    all.push(Step::commands(Task::InstallFirmware, ["pkg install bhyve-firmware"]));
    all.push(Step::script(Task::SaveScript(""), SCRIPT_PATH));
    let installs = disks.packages.is_none();
    if !installs {
        all.push(Step::commands(Task::InstallBoot { leave: "" }, ["openwrt-vm install"]));
        all.push(steps::in_the_guest(disks));
    }
    let start = format!("/usr/sbin/daemon -f {SCRIPT_PATH} run\n");
    let run = Task::Run { leave: "~.", installs };
    all.push(Step::commands(run, ["daemon -f openwrt-vm run", "openwrt-vm console"]));
    if !disks.gives_back {
        all.push(steps::give_back());
    }
    all.push(Step::file(Task::StartWithHost, "/etc/rc.local", &*start));
    all.push(Step::file(Task::BeforeSleep, "/etc/rc.suspend", format!("{SCRIPT_PATH} stop\n")));
    all.push(Step::file(Task::AfterSleep, "/etc/rc.resume", start));
    all.push(request.radio());
    all.extend(steps::wipe(disks, false));
    all.push(steps::way_out(&format!("route add default {router}")));
    all
}

//! The configuration of vm-bhyve: its keys are those of its `config.sample` and `vm-run`.

use super::first_steps;
use crate::vm::recipe::{Recipe, Step, Task};
use crate::vm::script;
use crate::vm::steps;
use crate::vm::{Hypervisor, Request, VmError};

const CONF: &str = "/usr/vm/openwrt/openwrt.conf";

/// The configuration, and what goes with it.
pub(in crate::vm) fn conf(request: Request<'_>) -> Result<Recipe, VmError> {
    let Request { hardware, disks, machine, .. } = request;
    let sources = steps::sources(hardware, Hypervisor::Bhyve);
    let title = request.title("vm-bhyve", |function| function.slot.freebsd());
    let (router, host) = disks.addresses();
    let switch = machine.bridge.as_deref().unwrap_or("openwrt");
    let mut keys = vec![
        ("loader".to_owned(), "uefi".to_owned()),
        ("bhyve_options".to_owned(), "-A".to_owned()),
        ("cpu".to_owned(), machine.cpus.to_string()),
        ("memory".to_owned(), format!("{}M", request.memory())),
        ("wired_memory".to_owned(), "yes".to_owned()),
        ("ignore_msr".to_owned(), "yes".to_owned()),
        ("utctime".to_owned(), "yes".to_owned()),
        ("network0_type".to_owned(), "virtio-net".to_owned()),
        ("network0_switch".to_owned(), switch.to_owned()),
        ("network0_slot".to_owned(), "2".to_owned()),
    ];
    for (at, path) in [Some(&disks.image), disks.packages.as_ref()].into_iter().flatten().enumerate() {
        keys.push((format!("disk{at}_type"), "virtio-blk".to_owned()));
        keys.push((format!("disk{at}_dev"), "custom".to_owned()));
        keys.push((format!("disk{at}_name"), path.clone()));
        // Its own places could be the card's.
        keys.push((format!("disk{at}_slot"), (3 + at).to_string()));
    }
    for (at, (function, place)) in machine.places(hardware).iter().enumerate() {
        let value = format!("{}={}:{}", function.slot.bhyve(), place.slot, place.function);
        keys.push((format!("passthru{at}"), value));
    }
    let lines: String = keys.iter().map(|(key, value)| format!("{key}=\"{value}\"\n")).collect();
    let script = script::head(&title, &sources, &request.listing()) + &lines;
    let title = format!("{title}, from {}", request.listing());

    let mut all = first_steps(hardware);
    all.push(Step::commands(
        Task::InstallVmBhyve,
        [
            "pkg install vm-bhyve bhyve-firmware",
            "sysrc vm_enable=YES vm_dir=/usr/vm",
            "mkdir -p /usr/vm/openwrt && vm init",
        ],
    ));
    let create = match &machine.bridge {
        Some(bridge) => format!("vm switch create -t manual -b {bridge} {bridge}"),
        None => "vm switch create openwrt".to_owned(),
    };
    let address = format!("vm switch address {switch} {host}");
    all.push(match machine.bridge {
        Some(_) => Step::commands(Task::MakeNetwork, [&*create]),
        None => Step::commands(Task::MakeNetwork, [&*create, &*address]),
    });
    all.push(Step::script(Task::SaveConfiguration, CONF));
    let installs = disks.packages.is_none();
    let start = ["vm start openwrt", "vm console openwrt"];
    if installs {
        all.push(Step::commands(Task::Run { leave: "~.", installs }, start));
    } else {
        all.push(Step::commands(Task::InstallBoot { leave: "~." }, start));
        all.push(steps::in_the_guest(disks));
        all.push(Step::commands(Task::TakeDiskAway, [&*format!("sed -i '' '/^disk1_/d' {CONF}")]));
        all.push(Step::commands(Task::Run { leave: "~.", installs }, start));
    }
    if !disks.gives_back {
        all.push(steps::give_back());
    }
    all.push(Step::commands(Task::StartWithHost, ["sysrc vm_list+=openwrt"]));
    all.push(Step::file(Task::BeforeSleep, "/etc/rc.suspend", "/usr/local/sbin/vm stop openwrt\n"));
    all.push(Step::file(Task::AfterSleep, "/etc/rc.resume", "/usr/local/sbin/vm start openwrt\n"));
    all.push(request.radio());
    all.extend(steps::wipe(disks, false));
    all.push(steps::way_out(&format!("route add default {router}")));
    Ok(Recipe { title, sources, script, steps: all })
}

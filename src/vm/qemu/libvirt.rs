//! A domain of libvirt's, as XML (libvirt.org/formatdomain.html).

use std::fmt::Write as _;

use super::reserve;
use crate::markup::escape;
use crate::vm::listing::{Adapter, Function};
use crate::vm::machine::GuestPlace;
use crate::vm::recipe::{Recipe, Step, Task};
use crate::vm::steps;
use crate::vm::{Hypervisor, Request};

const DOMAIN: &str = "/root/openwrt.xml";
const NETWORK: &str = "/root/openwrt-network.xml";

/// The domain, and what goes with it.
pub(in crate::vm) fn libvirt(request: Request<'_>) -> Recipe {
    let Request { hardware, disks, machine, .. } = request;
    let sources = steps::sources(hardware, Hypervisor::Qemu);
    let title = request.title("libvirt", |function| function.slot.to_string());
    let title = format!("{title}, from {}", request.listing());
    let script = domain(request, &title);
    let (router, host) = disks.addresses();

    let mut all = reserve(request);
    if machine.bridge.is_none() {
        let network = format!(
            "<network>\n  <name>openwrt</name>\n  <bridge name='br-openwrt'/>\n  <ip address='{}' prefix='{}'/>\n</network>\n",
            host.address, host.length
        );
        all.push(Step::file(Task::MakeNetwork, NETWORK, network));
    }
    all.push(Step::script(Task::SaveConfiguration, DOMAIN));
    let define = format!("virsh define {DOMAIN}");
    all.push(match machine.bridge {
        Some(_) => Step::commands(Task::Create, [&*define]),
        None => {
            let network = format!("virsh net-define {NETWORK}");
            let start = "virsh net-start openwrt && virsh net-autostart openwrt";
            Step::commands(Task::Create, [&*network, start, &*define])
        }
    });
    let installs = disks.packages.is_none();
    let start = ["virsh start openwrt --console"];
    let leave = "Ctrl-]";
    if !installs {
        all.push(Step::commands(Task::InstallBoot { leave }, start));
        all.push(steps::in_the_guest(disks));
        all.push(Step::commands(Task::TakeDiskAway, ["virsh detach-disk openwrt vdb --config"]));
    }
    all.push(Step::commands(Task::Run { leave, installs }, start));
    all.push(Step::commands(Task::StartWithHost, ["virsh autostart openwrt"]));
    if !disks.gives_back && !hardware.cards.is_empty() {
        all.push(steps::give_back());
    }
    all.push(request.radio());
    all.extend(steps::wipe(disks, false));
    all.push(steps::way_out(&format!("ip route add default via {router}")));
    Recipe { title, sources, script, steps: all }
}

fn domain(request: Request<'_>, title: &str) -> String {
    let Request { hardware, disks, machine, .. } = request;
    let mut xml = format!("<!-- {} -->\n", escape(title).replace("--", "- -"));
    let memory = request.memory();
    let cpus = machine.cpus;
    let _ = write!(
        xml,
        "<domain type='kvm'>
  <name>openwrt</name>
  <memory unit='MiB'>{memory}</memory>
  <vcpu>{cpus}</vcpu>
  <os firmware='efi'>
    <type arch='x86_64' machine='q35'>hvm</type>
    <firmware>
      <feature enabled='no' name='secure-boot'/>
    </firmware>
    <boot dev='hd'/>
  </os>
  <features>
    <acpi/>
  </features>
  <cpu mode='host-passthrough'/>
  <clock offset='utc'/>
  <devices>
"
    );
    let files = [
        Some((&disks.image, disks.format)),
        disks.packages.as_ref().map(|disk| (disk, disks.packages_format)),
    ];
    for ((path, format), (name, slot)) in files.into_iter().flatten().zip([("vda", 3), ("vdb", 4)]) {
        let _ = write!(
            xml,
            "    <disk type='file' device='disk'>
      <driver name='qemu' type='{}'/>
      <source file='{}'/>
      <target dev='{name}' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x{slot:02x}' function='0x0'/>
    </disk>
",
            format.word(),
            escape(path)
        );
    }
    let network = match &machine.bridge {
        Some(bridge) => format!("<interface type='bridge'>\n      <source bridge='{}'/>", escape(bridge)),
        None => "<interface type='network'>\n      <source network='openwrt'/>".to_owned(),
    };
    let _ = write!(
        xml,
        "    {network}
      <model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>
    </interface>
"
    );
    machine.places(hardware).iter().for_each(|card| xml.push_str(&host_device(card)));
    if !hardware.adapters.is_empty() {
        xml.push_str("    <controller type='usb' model='qemu-xhci'>\n      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>\n    </controller>\n");
    }
    hardware.adapters.iter().for_each(|adapter| xml.push_str(&usb_device(adapter)));
    xml.push_str("    <serial type='pty'/>\n    <console type='pty'/>\n    <memballoon model='none'/>\n  </devices>\n</domain>\n");
    xml
}

fn host_device((function, place): &(&Function, GuestPlace)) -> String {
    let slot = function.slot;
    let several = if place.several && place.function == 0 { " multifunction='on'" } else { "" };
    format!(
        "    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source>
        <address domain='0x{:04x}' bus='0x{:02x}' slot='0x{:02x}' function='0x{:x}'/>
      </source>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x{:02x}' function='0x{:x}'{several}/>
    </hostdev>
",
        slot.domain, slot.bus, slot.device, slot.function, place.slot, place.function
    )
}

/// By its numbers; libvirt knows no ports, so of two alike the one at this port is to be named by hand.
fn usb_device(adapter: &Adapter) -> String {
    let Adapter { id, port, .. } = adapter;
    let remark = match port {
        Some(port) => format!(
            "        <!-- at port {port}; lsusb shows its bus and device, for <address bus='{}' device='N'/> here -->\n",
            port.bus
        ),
        None => String::new(),
    };
    format!(
        "    <hostdev mode='subsystem' type='usb' managed='yes'>
      <source>
        <vendor id='0x{:04x}'/>
        <product id='0x{:04x}'/>
{remark}      </source>
    </hostdev>
",
        id.vendor, id.device
    )
}

//! A recipe for a virtual machine in words.

use std::io::{self, Write};

use camino::Utf8Path;
use serde::Serialize;

use super::json;
use super::style::Style;
use super::text::wrap;
use crate::hardware::detect::Maker;
use crate::vm::{Body, Conflict, Disks, Hypervisor, Recipe, Source, Task, VmWarning};

/// `owpkg.vm/1`.
#[derive(Serialize)]
struct VmJson<'a> {
    schema: &'static str,
    title: &'a str,
    sources: &'a [Source],
    script: &'a str,
    steps: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    what: String,
    body: &'a Body,
}

/// Prints a recipe for programs.
pub(crate) fn print_json(out: &mut dyn Write, recipe: &Recipe) -> io::Result<()> {
    let Recipe { title, sources, script, steps } = recipe;
    let steps = steps.iter().map(|step| StepJson { what: sentence(&step.task), body: &step.body }).collect();
    json::print(out, &VmJson { schema: "owpkg.vm/1", title, sources, script, steps })
}

/// Prints the steps; what belongs into files and on command lines is not wrapped.
pub(crate) fn print(out: &mut dyn Write, style: Style, recipe: &Recipe, disks: &Disks) -> io::Result<()> {
    writeln!(out, "{}", style.strong(&recipe.title))?;
    for Source { line, value, text } in &recipe.sources {
        match line {
            0 => writeln!(out, "  {value}")?,
            line => writeln!(out, "  line {line}: {value}\n    {}", style.faint(text))?,
        }
    }
    if let Some(release) = &disks.release {
        let lock = disks.packages.as_ref().unwrap_or(&disks.image);
        let name = Utf8Path::new(lock).file_name().unwrap_or(lock);
        writeln!(out, "  OpenWrt {release}, by the lock in {name}")?;
    }
    for (position, step) in recipe.steps.iter().enumerate() {
        writeln!(out)?;
        let number = format!("{:>2}. ", position + 1);
        for (at, line) in wrap(&sentence(&step.task), style.width - number.len()).iter().enumerate() {
            writeln!(out, "{}{line}", if at == 0 { &*number } else { "    " })?;
        }
        let (path, text) = match &step.body {
            Body::File { path, text } => (Some(path), text.clone()),
            Body::Script { path } => (Some(path), recipe.script.clone()),
            Body::Commands(commands) => (None, commands.join("\n")),
        };
        if let Some(path) = path {
            writeln!(out, "    {}", style.strong(&format!("{path}:")))?;
        }
        writeln!(out)?;
        text.lines().try_for_each(|line| match line.is_empty() {
            true => writeln!(out),
            false => writeln!(out, "        {line}"),
        })?;
    }
    Ok(())
}

/// How the console is left.
fn left(leave: &str) -> String {
    if leave.is_empty() { String::new() } else { format!(" ({leave} leaves it)") }
}

/// What a step is for.
fn sentence(task: &Task) -> String {
    match task {
        Task::ReservePpt(maker) => {
            let unknown = " The listing does not show whose processor this is: on AMD add hw.vmm.amdvi.enable=\"1\".";
            let amd = if maker.is_none() { unknown } else { "" };
            format!("Reserve the card for virtual machines; other pptdevs go into the same line.{amd}")
        }
        Task::Restart => "Restart; then the card shows as ppt0.".to_owned(),
        Task::SeeReserved(0) => "It is reserved already, as this shows.".to_owned(),
        Task::SeeReserved(line) => format!("Line {line} shows that it is reserved already; this shows it too."),
        Task::InstallFirmware => "Install the EFI firmware.".to_owned(),
        Task::InstallVmBhyve => {
            "Install vm-bhyve and the EFI firmware; if you have it already, your own vm_dir takes the place of /usr/vm."
                .to_owned()
        }
        Task::SaveScript("") => "Save the script, executable; --script prints it alone.".to_owned(),
        Task::SaveScript(needs) => {
            format!("Save the script, executable; --script prints it alone. It needs {needs}.")
        }
        Task::SaveConfiguration => "Save the configuration; --script prints it alone.".to_owned(),
        Task::Iommu(cpu) => iommu(*cpu),
        Task::IommuOnProxmox(cpu) => format!(
            "Enable {} in the firmware's setup. The kernels of Proxmox VE use it by themselves, on Intel from 6.8 on; \
             with an older one {}",
            match cpu {
                Some((Maker::Amd, _)) => "AMD-Vi",
                Some((Maker::Intel, _)) => "VT-d",
                None => "the IOMMU (VT-d, AMD-Vi)",
            },
            "intel_iommu=on belongs into /etc/default/grub, then update-grub, or, where the host starts from ZFS by EFI, \
             into /etc/kernel/cmdline, then proxmox-boot-tool refresh."
        ),
        Task::ReserveIds(None) => "Reserve the card from the start; without this it is taken from its driver when the \
                                   machine starts."
            .to_owned(),
        Task::ReserveIds(Some(0)) => "It is reserved already; this keeps it so.".to_owned(),
        Task::ReserveIds(Some(line)) => {
            format!("Line {line} shows that it is reserved already (vfio-pci); this is what keeps it so.")
        }
        Task::ReserveByPlace(twin) => format!(
            "Have the driver at hand. {twin} has the same numbers, so the card is not reserved by them: it is taken by its \
             place."
        ),
        Task::Initramfs => "Bring that into the initramfs, from which drivers are loaded; on Fedora and RHEL it is dracut \
                            -f --regenerate-all, on Arch mkinitcpio -P."
            .to_owned(),
        Task::MakeNetwork => "Make a network of its own between the host and the guest: OpenWrt's LAN has an address and \
                              a DHCP server, which no other network wants."
            .to_owned(),
        Task::Create => "Make the machine.".to_owned(),
        Task::InstallBoot { leave } => format!("Boot once with the disk of packages{}.", left(leave)),
        Task::InGuest => "In the guest, whose second disk is that of the packages:".to_owned(),
        Task::TakeDiskAway => "Take the disk of packages away.".to_owned(),
        Task::Run { leave, installs: false } => {
            format!("Boot with the card and look at the console{}.", left(leave))
        }
        Task::Run { leave, installs: true } => format!(
            "Boot with the card: this first start installs what the image carries, and may restart once. Look at the \
             console{}.",
            left(leave)
        ),
        Task::StartWithHost => "Start it with the host.".to_owned(),
        Task::BeforeSleep => "On a laptop, stop it before the host sleeps: these lines come before those that sleep.".to_owned(),
        Task::AfterSleep => "And start it when the host wakes.".to_owned(),
        Task::GiveBack => "In the guest: some cards do not come back after it otherwise. Make it executable, then \
                           /etc/init.d/owpkg-give-back enable. A disk or an image that is made with --vm brings it."
            .to_owned(),
        Task::Radio(place) => {
            let place = match place {
                Some(place) => format!("In the guest the radio is {place}; this"),
                None => "In the guest this finds the radio and".to_owned(),
            };
            format!("{place} writes /etc/config/wireless for it. A disk made with --wifi has set it up by then.")
        }
        Task::DeadRadio => "If the radio is dead, the machine must stop and start; a restart inside the guest does not \
                            reset the card."
            .to_owned(),
        Task::Wipe => "Once the Wi-Fi works: the file holds its key, and is not needed any more.".to_owned(),
        Task::WayOut => "Once the guest is a client of a network, the host can go out through it.".to_owned(),
    }
}

fn iommu(cpu: Option<(Maker, usize)>) -> String {
    let by = |line: usize, whose: &str| match line {
        0 => format!("The processor is {whose}"),
        line => format!("Line {line} shows {whose}"),
    };
    let intel = "add intel_iommu=on to the kernel's command line: with GRUB to GRUB_CMDLINE_LINUX_DEFAULT in \
                 /etc/default/grub, then update-grub (or grub2-mkconfig); with systemd-boot to /etc/kernel/cmdline, then \
                 kernel-install add-all, or to the options of /boot/loader/entries/*.conf. Then restart";
    match cpu {
        Some((Maker::Amd, line)) => {
            format!(
                "{}: enable the IOMMU in the firmware's setup; Linux then uses it by itself.",
                by(line, "AMD")
            )
        }
        Some((Maker::Intel, line)) => {
            format!("{}: enable VT-d in the firmware's setup, and {intel}.", by(line, "Intel"))
        }
        None => format!(
            "Enable the IOMMU (VT-d, AMD-Vi) in the firmware's setup. The listing does not show whose processor this is: \
             on Intel also {intel}."
        ),
    }
}

/// What speaks against a machine.
pub(crate) fn warning(warning: &VmWarning, host: Hypervisor) -> String {
    match warning {
        VmWarning::NoDriver { chip, note } => {
            let because = if note.is_empty() { String::new() } else { format!(" ({note})") };
            format!("OpenWrt has no driver package for {chip}{because}: no guest of it can use this card")
        }
        VmWarning::Limit { chip, text } => format!("{chip}: {text}"),
        VmWarning::SharedGroup(conflict) => shared(conflict),
        VmWarning::AdapterLeft(adapter) => format!(
            "the card is no Wi-Fi card, and the Wi-Fi adapter {adapter} is on USB, not on PCI: bhyve passes no USB device, \
             only the whole controller, which is on PCI; QEMU passes it with -device qemu-xhci -device \
             usb-host,vendorid=0x{:04x},productid=0x{:04x}",
            adapter.vendor, adapter.device
        ),
        VmWarning::Dead { line, slot } => format!(
            "line {line}: the card at {slot} did not answer any more; power the host off and on, as a restart may not reset \
             the card"
        ),
        VmWarning::UnknownDisk { path } => format!(
            "{path} is no disk of owpkg's that can be read, so OpenWrt's own address is taken to be 192.168.1.1/24"
        ),
        VmWarning::Started { path } => format!(
            "{path} was started already and tells no more what it carried, so OpenWrt's own address is taken to be \
             192.168.1.1/24"
        ),
        VmWarning::OtherRelease { image, disk } => format!(
            "the image is of OpenWrt {image} by its name, and the packages are for {disk}: install.sh will refuse"
        ),
        VmWarning::HomeBridge { bridge } => {
            let what = "the guest's LAN has the address 192.168.1.1 and a DHCP server";
            let own = if host == Hypervisor::Proxmox { " of its own, without a port," } else { "" };
            format!("{bridge} is the network of the house: {what}; without --bridge it gets one{own}")
        }
    }
}

/// What shares a group, with the ways out and their price.
fn shared(conflict: &Conflict) -> String {
    let Conflict { card, group, members, unknown } = conflict;
    let members: Vec<String> =
        members.iter().map(|member| format!("{} ({})", member.slot, member.text)).collect();
    let unknown = match &unknown[..] {
        [] => String::new(),
        slots => {
            let slots: Vec<String> = slots.iter().map(ToString::to_string).collect();
            format!("; {} are not in the listing, bridges may stay", slots.join(", "))
        }
    };
    format!(
        "{card} is in IOMMU group {group} with {}{unknown}: all of a group goes to one guest. Ways out: another slot of the \
         board, or newer firmware of it; passing the others too, with a --card for each; or pcie_acs_override=downstream with \
         a kernel that has the patch, whose price is that the guest's devices can reach into the host",
        members.join(", ")
    )
}

//! Arguments that take one of a few words: those of the enums that they are read into.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _, ValueParser};

use crate::disk::OutputFormat;
use crate::fat::FatKind;
use crate::format::FORMATS;
use crate::hardware::{Kind, Variant};
use crate::image::DiskFormat;
use crate::trust::Scheme;
use crate::uci_defaults::{Band, Encryption, Mode};
use crate::vm::{Form, Hypervisor};

/// Reads one of `all` by its word; `about` says what it is.
fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    word: fn(T) -> &'static str,
    about: fn(T) -> &'static str,
) -> ValueParser {
    let values = all.iter().map(|&value| PossibleValue::new(word(value)).help(about(value)));
    PossibleValuesParser::new(values)
        .try_map(move |typed| {
            all.iter().copied().find(|&value| word(value) == typed).ok_or("it is none of the possible values")
        })
        .into()
}

/// What the router is in a Wi-Fi.
pub(crate) fn mode() -> ValueParser {
    one_of(&Mode::ALL, Mode::word, |mode| match mode {
        Mode::Station => "It joins",
        Mode::AccessPoint => "It is the access point",
    })
}

/// A band of Wi-Fi.
pub(crate) fn band() -> ValueParser {
    one_of(&Band::ALL, Band::word, |band| match band {
        Band::Ghz2 => "2.4 GHz",
        Band::Ghz5 => "5 GHz",
        Band::Ghz6 => "6 GHz",
    })
}

/// An encryption of Wi-Fi, in OpenWrt's words.
pub(crate) fn encryption() -> ValueParser {
    one_of(&Encryption::ALL, Encryption::word, |encryption| match encryption {
        Encryption::None => "Open",
        Encryption::Owe => "Open, but enciphered",
        Encryption::Psk => "WPA",
        Encryption::Psk2 => "WPA2",
        Encryption::PskMixed => "WPA and WPA2",
        Encryption::Sae => "WPA3",
        Encryption::SaeMixed => "WPA2 and WPA3",
    })
}

/// The kind of a chip.
pub(crate) fn kind() -> ValueParser {
    one_of(Kind::ALL, Kind::word, |kind| match kind {
        Kind::Wifi => "Wireless LAN",
        Kind::Ethernet => "Wired network",
        Kind::Bluetooth => "Bluetooth",
        Kind::Wwan => "Mobile network modems",
    })
}

/// One of two drivers.
pub(crate) fn variant() -> ValueParser {
    one_of(&Variant::ALL, Variant::word, |variant| match variant {
        Variant::Mainline => "The kernel's own",
        Variant::Ct => "Candela Technologies'",
    })
}

/// What to make of a disk's files.
pub(crate) fn output_format() -> ValueParser {
    one_of(&OutputFormat::ALL, OutputFormat::word, |format| match format {
        OutputFormat::Fat => "A FAT image, to attach as a disk",
        OutputFormat::Tar => "A tar, to copy by scp",
        OutputFormat::TarGz => "The same, packed",
        OutputFormat::Dir => "A folder",
    })
}

/// The file of an image's disk.
pub(crate) fn disk_format() -> ValueParser {
    one_of(&DiskFormat::ALL, DiskFormat::word, |format| match format {
        DiskFormat::Raw => "Byte for byte: for dd, QEMU, bhyve, Proxmox VE",
        DiskFormat::Qcow2 => "QEMU's, smaller",
        DiskFormat::Vdi => "VirtualBox's",
        DiskFormat::Vmdk => "VMware's",
    })
}

/// A kind of FAT.
pub(crate) fn fat_kind() -> ValueParser {
    one_of(&FatKind::ALL, FatKind::word, |kind| match kind {
        FatKind::Fat12 => "Up to 128 MiB",
        FatKind::Fat16 => "Up to 2 GiB",
        FatKind::Fat32 => "From 32 MiB",
    })
}

/// What runs a virtual machine.
pub(crate) fn hypervisor() -> ValueParser {
    one_of(&Hypervisor::ALL, Hypervisor::word, |hypervisor| match hypervisor {
        Hypervisor::Bhyve => "FreeBSD's",
        Hypervisor::Qemu => "Linux's, also by libvirt",
        Hypervisor::Proxmox => "Proxmox VE",
    })
}

/// What a recipe comes as.
pub(crate) fn form() -> ValueParser {
    one_of(&Form::ALL, Form::word, |form| match form {
        Form::Script => "A script of the host's own commands",
        Form::VmBhyve => "The .conf of vm-bhyve, for bhyve",
        Form::Libvirt => "The XML of a domain, for qemu",
    })
}

/// A package format.
pub(crate) fn format() -> ValueParser {
    one_of(
        &FORMATS,
        |format| format.name(),
        |format| match format.facts().scheme {
            Scheme::Usign => "usign keys",
            Scheme::Ec => "Elliptic-curve keys",
        },
    )
}

//! Kernel logs: devices as they are found, and firmware that is not.

use super::scan::{bracketed_id, hex_after, is_slot, name, number16};
use super::{MissingFirmware, Place, Slot};
use crate::hardware::{Bus, Device, DeviceId};

/// Words of which a line about missing firmware has one.
const FAILURES: [&str; 8] =
    ["fail", "not found", "unable", "could not", "cannot", "can't", "missing", "error -2"];
/// How the names of firmware files end.
const ENDINGS: [&str; 16] = [
    ".bin",
    ".fw",
    ".ucode",
    ".sfi",
    ".ddc",
    ".dat",
    ".hcd",
    ".pnvm",
    ".txt",
    ".mbn",
    ".bseq",
    ".dfu",
    ".pkg",
    ".mfa2",
    ".clm_blob",
    ".rom",
];

/// The device of `pci 0000:02:00.0: [8086:095a] type 00 class 0x028000` or of
/// `usb 1-1: New USB device found, idVendor=0bda, idProduct=c811, bcdDevice= 2.00`.
pub(super) fn device(line: &str) -> Option<Device> {
    if let (Some(vendor), Some(product)) = (hex_after(line, "idVendor="), hex_after(line, "idProduct=")) {
        let port = line.split_once("usb ").and_then(|(_, rest)| rest.split_once(':')?.0.parse().ok());
        let id = DeviceId::new(Bus::Usb, number16(vendor)?, number16(product)?);
        return Some(Device { place: port.map(Place::Usb), ..Device::of_id(id) });
    }
    let (before, vendor, product) = bracketed_id(line)?;
    let slot = before.trim_end().strip_suffix(':')?.rsplit(' ').next()?;
    let class = hex_after(line, " class ").filter(|digits| digits.len() == 6)?;
    let id = DeviceId::new(Bus::Pci, vendor, product);
    let place = Slot::of_linux(slot).map(Place::Pci);
    is_slot(slot).then(|| Device { class: class.to_ascii_lowercase(), place, ..Device::of_id(id) })
}

/// The file that a line says a driver did not find, as a path below `/lib/firmware`.
pub(super) fn missing_firmware(number: usize, line: &str) -> Option<MissingFirmware> {
    let lower = line.to_ascii_lowercase();
    if !lower.contains("firmware") || !FAILURES.into_iter().any(|word| lower.contains(word)) {
        return None;
    }
    let quotes: &[char] = &['"', '\'', '`', ',', ';', ':', '(', ')', '[', ']', '<', '>'];
    let mut words = line.split_ascii_whitespace().map(|word| word.trim_matches(quotes).trim_end_matches('.'));
    Some(MissingFirmware { line: number, file: words.find_map(file)?, driver: driver(line) })
}

/// The driver that a message is of: `rtl8xxxu 1-1:1.0: …`, `iwlwifi 0000:02:00.0: …`.
fn driver(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let is_place = |word: &str| {
        word.strip_suffix(':').is_some_and(|word| {
            is_slot(word)
                || word.contains('-')
                    && word.bytes().all(|byte| byte.is_ascii_digit() || b"-.:".contains(&byte))
        })
    };
    words.windows(2).find(|pair| is_place(pair[1])).map(|pair| name(pair[0]))
}

/// A word as the path of a firmware file, if it can be one.
fn file(word: &str) -> Option<String> {
    let path = word.trim_start_matches("/lib/firmware/");
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+,".contains(c);
    let is_path =
        path.len() <= 120 && path.chars().all(plain) && !path.starts_with(['/', '.']) && !path.contains("..");
    (is_path && ENDINGS.into_iter().any(|ending| path.ends_with(ending))).then(|| path.to_owned())
}

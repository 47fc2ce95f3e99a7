//! The kernel's tables of ids: `struct pci_device_id` and its like, in arrays that a zero entry ends.

use serde::{Deserialize, Serialize};

use super::image::{Image, Place};

/// The most entries of a table: the largest of the kernel has some thousand.
const MOST_ENTRIES: u64 = 1 << 13;
/// Any vendor, device or subsystem, as PCI tables write it.
const PCI_ANY: u32 = u32::MAX;
/// Any vendor or device, as SDIO tables write it.
const SDIO_ANY: u16 = u16::MAX;

/// An entry of a table of PCI ids; none stands for any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PciId {
    /// Vendor.
    pub vendor: Option<u16>,
    /// Device.
    pub device: Option<u16>,
    /// Vendor of the subsystem.
    pub subvendor: Option<u16>,
    /// Device of the subsystem.
    pub subdevice: Option<u16>,
    /// Class, subclass and interface: three bytes, of which those of the mask count.
    pub class: u32,
    /// The bits of the class that count; 0: any class.
    pub class_mask: u32,
}

/// An entry of a table of USB ids; none stands for any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsbId {
    /// Vendor.
    pub vendor: Option<u16>,
    /// Product.
    pub product: Option<u16>,
    /// The lowest and the highest release of the device, as binary-coded decimals.
    pub release: (u16, u16),
    /// Class, subclass and protocol of the device.
    pub device_class: [Option<u8>; 3],
    /// Class, subclass and protocol of the interface.
    pub interface_class: [Option<u8>; 3],
    /// Number of the interface.
    pub interface: Option<u8>,
}

/// An entry of a table of SDIO ids; none stands for any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SdioId {
    /// Class of the function.
    pub class: Option<u8>,
    /// Vendor.
    pub vendor: Option<u16>,
    /// Device.
    pub device: Option<u16>,
}

/// The entries of a table, each with the place of its driver's own data.
pub(crate) type Entries<T> = Vec<(T, Place)>;

/// The layout of a table.
struct Layout {
    /// The size of an entry in bytes.
    stride: u64,
    /// Where in it the driver's own data lies, which may be a pointer.
    data: u64,
}

/// Walks the entries of an array up to the zero one that ends it; none when an entry does not hold as one, when a
/// pointer lies elsewhere than in the driver's own data, or when the array does not end or has no entry. What `read`
/// finds sound but without meaning is passed over.
fn entries<T>(
    image: &Image<'_>,
    at: Place,
    layout: &Layout,
    read: impl Fn(&[u8]) -> Option<Option<T>>,
) -> Option<Entries<T>> {
    let mut found = Vec::new();
    let mut place = at;
    for _ in 0..MOST_ENTRIES {
        let entry = image.data(place).get(..layout.stride as usize)?;
        let behind = layout.data + image.word;
        if image.has_pointer(place, layout.data)
            || image.has_pointer(place.after(behind), layout.stride - behind)
        {
            return None;
        }
        let data = place.after(layout.data);
        if entry.iter().all(|byte| *byte == 0) && image.pointer(data).is_none() {
            return (!found.is_empty()).then_some(found);
        }
        if !image.step() {
            return None;
        }
        found.extend(read(entry)?.map(|id| (id, data)));
        place = place.after(layout.stride);
    }
    None
}

/// A table of PCI ids. `override_only` came with Linux 5.16 and made entries longer.
pub(crate) fn pci(image: &Image<'_>, at: Place) -> Option<Entries<PciId>> {
    let word = image.word;
    let today = Layout { stride: (24 + word + 4).next_multiple_of(word), data: 24 };
    let older = Layout { stride: 24 + word, data: 24 };
    let today = entries(image, at, &today, |entry| match image.u32(entry, 24 + word as usize)? {
        0 => pci_id(image, entry).map(Some),
        // For whoever names the driver by hand: it takes no such device by itself.
        1 => pci_id(image, entry).map(|_| None),
        _ => None,
    });
    today.or_else(|| entries(image, at, &older, |entry| pci_id(image, entry).map(Some)))
}

fn pci_id(image: &Image<'_>, entry: &[u8]) -> Option<PciId> {
    let id = |at| match image.u32(entry, at)? {
        PCI_ANY => Some(None),
        id => u16::try_from(id).ok().map(Some),
    };
    let (class, class_mask) = (image.u32(entry, 16)?, image.u32(entry, 20)?);
    let found =
        PciId { vendor: id(0)?, device: id(4)?, subvendor: id(8)?, subdevice: id(12)?, class, class_mask };
    let means_something = match found.vendor {
        Some(vendor) => vendor != 0,
        None => class_mask != 0 || found.device.is_some() || found.subvendor.is_some(),
    };
    (means_something && class <= 0x00ff_ffff).then_some(found)
}

/// A table of USB ids.
pub(crate) fn usb(image: &Image<'_>, at: Place) -> Option<Entries<UsbId>> {
    let data = 17_u64.next_multiple_of(image.word);
    entries(image, at, &Layout { stride: data + image.word, data }, |entry| usb_id(image, entry))
}

fn usb_id(image: &Image<'_>, entry: &[u8]) -> Option<Option<UsbId>> {
    let short = |at| image.u16(entry, at);
    let flags = short(0)?;
    let byte = |at: usize, flag: u16| entry.get(at).map(|byte| (flags & 1 << flag != 0).then_some(*byte));
    let found = UsbId {
        vendor: short(2).filter(|_| flags & 1 != 0),
        product: short(4).filter(|_| flags & 2 != 0),
        release: (
            if flags & 4 != 0 { short(6)? } else { 0 },
            if flags & 8 != 0 { short(8)? } else { u16::MAX },
        ),
        device_class: [byte(10, 4)?, byte(11, 5)?, byte(12, 6)?],
        interface_class: [byte(13, 7)?, byte(14, 8)?, byte(15, 9)?],
        interface: byte(16, 10)?,
    };
    let padding = entry.get(17..17_usize.next_multiple_of(image.word as usize))?;
    // Without flags it is for any device, and only tells the driver something of it.
    let means_something = flags & 0x0391 != 0 && (flags & 2 == 0 || flags & 1 != 0);
    let is_sound = flags < 0x0800 && padding.iter().all(|byte| *byte == 0) && (means_something || flags == 0);
    is_sound.then(|| means_something.then_some(found))
}

/// A table of SDIO ids.
pub(crate) fn sdio(image: &Image<'_>, at: Place) -> Option<Entries<SdioId>> {
    let data = 6_u64.next_multiple_of(image.word);
    entries(image, at, &Layout { stride: data + image.word, data }, |entry| {
        let any = |id: u16| (id != SDIO_ANY).then_some(id);
        let found = SdioId {
            class: (entry[0] != u8::MAX).then_some(entry[0]),
            vendor: any(image.u16(entry, 2)?),
            device: any(image.u16(entry, 4)?),
        };
        let padding = entry[1] == 0 && entry[6..data as usize].iter().all(|byte| *byte == 0);
        let means_something = found.vendor.map_or(found.class.is_some(), |vendor| vendor != 0);
        (padding && means_something).then_some(Some(found))
    })
}

/// The compatible strings of a table for devices of a device tree.
pub(crate) fn of(image: &Image<'_>, at: Place) -> Option<Entries<String>> {
    entries(image, at, &Layout { stride: 192 + image.word, data: 192 }, |entry| {
        let (name, kind, compatible) =
            (field(&entry[..32])?, field(&entry[32..64])?, field(&entry[64..192])?);
        (!compatible.is_empty() && name.len() + kind.len() < 64).then(|| Some(compatible.to_owned()))
    })
}

/// The text of a field that NUL bytes fill up.
fn field(bytes: &[u8]) -> Option<&str> {
    let end = memchr::memchr(0, bytes)?;
    let (text, rest) = bytes.split_at(end);
    let text = std::str::from_utf8(text).ok()?;
    (rest.iter().all(|byte| *byte == 0) && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}

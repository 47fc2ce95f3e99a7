//! The files that a machine starts from, looked at before anything is said of them.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};

use camino::Utf8Path;

use super::listing::is_large;
use super::{Hypervisor, VmError, VmWarning};
use crate::disk::check::{self, DiskSource};
use crate::image::{Carried, CarriedError, DiskFormat, Holds, Layout, LayoutError};
use crate::lock::Lock;
use crate::uci_defaults::{GIVE_BACK_PATH, StaticAddress};

/// How much of an image is looked at to tell that it is empty.
const HEAD: u64 = 1 << 20;

/// The files of a machine, and what their lock says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disks {
    /// OpenWrt's image, by its absolute path.
    pub image: String,
    /// What the image is.
    pub format: DiskFormat,
    /// The disk of packages, by its absolute path; none where the image carries it.
    pub packages: Option<String>,
    /// What the disk of packages is.
    pub packages_format: DiskFormat,
    /// The number of the partition that holds the packages; none where the disk has no table.
    pub partition: Option<u32>,
    /// The release, as the lock says it.
    pub release: Option<String>,
    /// OpenWrt's own address in its LAN, where the disk sets another.
    pub lan: Option<StaticAddress>,
    /// Whether one of them holds secrets.
    pub secret: bool,
    /// Whether a driver among the packages reserves much memory.
    pub needs_memory: bool,
    /// Whether the guest gets what gives the card back.
    pub gives_back: bool,
    /// What the user should know of them.
    pub(super) warnings: Vec<VmWarning>,
}

/// Why no machine starts from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageProblem {
    /// It is packed.
    Packed {
        /// Its name unpacked.
        unpacked: String,
    },
    /// It holds nothing.
    Empty,
    /// It has no partition that EFI starts from.
    NoEfi {
        /// The image that has.
        better: String,
    },
    /// It is no disk.
    NoDisk,
}

impl fmt::Display for ImageProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageProblem::Packed { unpacked } => write!(f, "is packed: the machine starts from {unpacked}"),
            ImageProblem::Empty => f.write_str("holds nothing but zeros"),
            ImageProblem::NoEfi { better } => {
                write!(f, "has no partition that EFI starts from: the machine needs {better}")
            }
            ImageProblem::NoDisk => f.write_str("is no image of a disk: it has no partition table"),
        }
    }
}

impl Disks {
    /// Looks at the files for a host.
    ///
    /// # Errors
    /// When one cannot be read, no machine starts from the image, the host cannot read it, or there is nothing to install.
    pub fn look(image: &Utf8Path, packages: Option<&Utf8Path>, host: Hypervisor) -> Result<Disks, VmError> {
        for (what, path) in [("image", Some(image)), ("disk", packages)] {
            // What ends an argument of the hypervisor, or a value of vm-bhyve's.
            let ends = |c: char| c.is_control() || matches!(c, ',' | '"' | '#' | '`' | '$' | '\\');
            if let Some(path) = path.filter(|path| path.as_str().contains(ends)) {
                return Err(VmError::Path { what, path: path.to_string() });
            }
        }
        let unreadable = |path: &Utf8Path, error: &io::Error| VmError::Read {
            path: path.to_string(),
            problem: error.to_string(),
        };
        let head = head(image).map_err(|error| unreadable(image, &error))?;
        let format_of = |path: &Utf8Path| {
            let format = DiskFormat::of_file(path).map_err(|error| unreadable(path, &error))?;
            Ok::<_, VmError>(format.unwrap_or(DiskFormat::Raw))
        };
        let format = format_of(image)?;
        let packages_format = match packages {
            Some(path) => format_of(path)?,
            None => DiskFormat::Raw,
        };
        for (path, format) in [(Some(image), format), (packages, packages_format)] {
            if let Some(path) = path.filter(|_| host == Hypervisor::Bhyve && format != DiskFormat::Raw) {
                return Err(VmError::Format { path: path.to_string(), format, host });
            }
        }
        let partition = match packages {
            Some(path) => partition(path).map_err(|error| unreadable(path, &error))?,
            None => None,
        };
        let mut warnings = Vec::new();
        let mut carried = None;
        if format == DiskFormat::Raw {
            check_image(image, &head)?;
            carried = match Carried::read(image) {
                Ok(carried) => Some(Some(carried.lock)),
                Err(CarriedError::Started) if packages.is_none() => {
                    warnings.push(VmWarning::Started { path: image.to_string() });
                    Some(None)
                }
                Err(_) => None,
            };
        } else if packages.is_none() {
            // What is in it cannot be seen from here.
            warnings.push(VmWarning::UnknownDisk { path: image.to_string() });
            carried = Some(None);
        }
        let lock = match (packages, carried) {
            (Some(path), _) => {
                let lock = DiskSource::of(path).and_then(|source| check::lock(&source)).ok().flatten();
                if lock.is_none() {
                    warnings.push(VmWarning::UnknownDisk { path: path.to_string() });
                }
                lock
            }
            (None, Some(lock)) => lock,
            (None, None) => return Err(VmError::NoPackages { image: image.to_string() }),
        };
        if let Some(warning) = lock.as_ref().and_then(|lock| other_release(image, lock)) {
            warnings.push(warning);
        }
        let configuration = lock.as_ref().and_then(|lock| lock.configuration.as_ref());
        let mut files = configuration.iter().flat_map(|configuration| &configuration.files);
        Ok(Disks {
            image: image.to_string(),
            format,
            packages: packages.map(Utf8Path::to_string),
            packages_format,
            partition,
            release: lock.as_ref().and_then(|lock| lock.release.clone()),
            lan: lock.as_ref().and_then(Lock::lan).and_then(|lan| StaticAddress::of(lan).ok()),
            secret: lock.as_ref().is_some_and(Lock::is_secret),
            needs_memory: lock.iter().flat_map(|lock| &lock.packages).any(|package| is_large(&package.name)),
            gives_back: files.any(|file| file.path == GIVE_BACK_PATH),
            warnings,
        })
    }

    /// OpenWrt's own address in its LAN, and the host's beside it.
    pub(super) fn addresses(&self) -> (String, StaticAddressText) {
        let set = |lan: StaticAddress| {
            let host = lan.neighbour()?;
            let length = host.net().prefix_len();
            Some((
                lan.address().to_string(),
                StaticAddressText { address: host.address().to_string(), length },
            ))
        };
        let stock = || {
            ("192.168.1.1".to_owned(), StaticAddressText { address: "192.168.1.2".to_owned(), length: 24 })
        };
        self.lan.and_then(set).unwrap_or_else(stock)
    }
}

/// An address and the length of its network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StaticAddressText {
    pub address: String,
    pub length: u8,
}

impl fmt::Display for StaticAddressText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

fn head(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// The number of the partition of a disk; none where one file system fills it, or it is no disk.
fn partition(path: &Utf8Path) -> io::Result<Option<u32>> {
    match Layout::read(&mut File::open(path)?) {
        Ok(layout) => Ok(layout.partitions.first().map(|part| part.number).filter(|number| *number > 0)),
        Err(LayoutError::Read(error)) => Err(error),
        Err(LayoutError::Damaged { .. } | LayoutError::NoTable) => Ok(None),
    }
}

/// Checks that EFI starts from an image.
fn check_image(path: &Utf8Path, head: &[u8]) -> Result<(), VmError> {
    let wrong = |problem| Err(VmError::Image { path: path.to_string(), problem });
    let name = path.file_name().unwrap_or_default();
    let packed = [&[0x1f, 0x8b][..], &[0xfd, b'7', b'z'], &[0x28, 0xb5, 0x2f, 0xfd], b"BZh", b"PK\x03\x04"];
    if packed.iter().any(|magic| head.starts_with(magic)) {
        let unpacked = name.rsplit_once('.').map_or(name, |(name, _)| name);
        return wrong(ImageProblem::Packed { unpacked: better(unpacked) });
    }
    if head.iter().all(|byte| *byte == 0) {
        return wrong(ImageProblem::Empty);
    }
    let layout = File::open(path).map_err(LayoutError::from).and_then(|mut image| Layout::read(&mut image));
    match layout {
        Err(LayoutError::Read(error)) => {
            Err(VmError::Read { path: path.to_string(), problem: error.to_string() })
        }
        Err(LayoutError::Damaged { .. } | LayoutError::NoTable) => wrong(ImageProblem::NoDisk),
        // EFI reads FAT and nothing else.
        Ok(layout) if layout.partitions.iter().any(|part| part.holds == Holds::Fat) => Ok(()),
        Ok(_) => wrong(ImageProblem::NoEfi { better: better(name) }),
    }
}

/// The name of the image of the same build that EFI starts from.
fn better(name: &str) -> String {
    let stem = name.strip_suffix(".img").unwrap_or(name);
    match ["-combined", "-rootfs"].iter().find_map(|kind| stem.strip_suffix(kind)) {
        Some(stem) => format!("{stem}-combined-efi.img"),
        None if name.contains("-combined-efi") => name.to_owned(),
        None => "the image whose name ends in -combined-efi.img".to_owned(),
    }
}

/// Whether the image's own name says another release than the lock.
fn other_release(image: &Utf8Path, lock: &Lock) -> Option<VmWarning> {
    let name = image.file_name()?.strip_prefix("openwrt-")?;
    let own = name.split('-').next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let disk = lock.release.as_deref()?;
    let is_snapshot = own.split('.').count() < 3 || disk.contains("SNAPSHOT");
    (!disk.starts_with(own) && !is_snapshot)
        .then(|| VmWarning::OtherRelease { image: own.to_owned(), disk: disk.to_owned() })
}

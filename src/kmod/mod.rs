//! What a kernel module says of itself: which devices it drives, which firmware it asks for, which modules it needs.
//!
//! OpenWrt strips the aliases of its modules, but a module is a relocatable object. The driver's structure in its data
//! points to a name, a table of ids and a probe function; the relocations say where to. So a table is found through the
//! structure that the kernel itself would read (`driver`), never by its looks alone, and then has to hold as one
//! (`tables`): its entries are of the kernel's layout and it ends with a zero one.
//!
//! ```text
//! bytes ──image──▶ sections, pointers, imports ──driver──▶ places of tables ──tables──▶ ids
//!                                              ──firmware──▶ names and patterns of files
//! ```
//!
//! Layouts are those of `include/linux/mod_devicetable.h`, `pci.h`, `usb.h` and `usb/serial.h`, Linux 4.14 to 6.18, for
//! words of 32 and 64 bits in both byte orders. Modules are hostile until shown otherwise: every offset is checked, and
//! what is looked at is bounded.

mod code;
mod driver;
mod firmware;
mod image;
mod module;
mod rejected;
mod tables;
mod versions;
mod words;

pub use firmware::FirmwareName;
pub use module::{DriverData, IdTable, Ids, Module, ModuleError, Via};
#[doc(hidden)]
pub use rejected::Rejected;
pub use tables::{PciId, SdioId, UsbId};

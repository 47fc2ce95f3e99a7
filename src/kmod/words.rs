//! Entries of tables in the form in which people write ids.

use std::fmt;

use super::{PciId, SdioId, UsbId};

impl PciId {
    /// How much it asks for: parts of the id, and parts of the rest.
    pub(crate) fn closeness(&self) -> (usize, usize) {
        let ids = [self.vendor, self.device].iter().flatten().count();
        let rest = [self.subvendor, self.subdevice].iter().flatten().count();
        (ids, rest + usize::from(self.class_mask != 0))
    }
}

impl UsbId {
    /// How much it asks for: parts of the id, and parts of the rest.
    pub(crate) fn closeness(&self) -> (usize, usize) {
        let ids = [self.vendor, self.product].iter().flatten().count();
        let classes = self.device_class.iter().chain(&self.interface_class).flatten().count();
        (ids, classes + usize::from(self.interface.is_some()) + usize::from(self.release != (0, u16::MAX)))
    }
}

impl SdioId {
    /// How much it asks for: parts of the id, and parts of the rest.
    pub(crate) fn closeness(&self) -> (usize, usize) {
        ([self.vendor, self.device].iter().flatten().count(), usize::from(self.class.is_some()))
    }
}

impl fmt::Display for PciId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", part(self.vendor), part(self.device))?;
        if self.subvendor.is_some() || self.subdevice.is_some() {
            write!(f, ":{}:{}", part(self.subvendor), part(self.subdevice))?;
        }
        if self.class_mask != 0 {
            write!(f, " class {:06x}/{:06x}", self.class, self.class_mask)?;
        }
        Ok(())
    }
}

impl fmt::Display for UsbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", part(self.vendor), part(self.product))?;
        if self.release != (0, u16::MAX) {
            write!(f, " release {:04x}-{:04x}", self.release.0, self.release.1)?;
        }
        for (what, class) in [("device", self.device_class), ("interface", self.interface_class)] {
            if class != [None; 3] {
                let parts = class.map(|byte| byte.map_or("*".to_owned(), |byte| format!("{byte:02x}")));
                write!(f, " {what} {}", parts.join("/"))?;
            }
        }
        match self.interface {
            Some(number) => write!(f, " interface number {number}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SdioId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", part(self.vendor), part(self.device))?;
        match self.class {
            Some(class) => write!(f, " class {class:02x}"),
            None => Ok(()),
        }
    }
}

fn part(id: Option<u16>) -> String {
    id.map_or("*".to_owned(), |id| format!("{id:04x}"))
}

//! What the catalogue knows of one chip.

use std::fmt;

use serde::Serialize;

use super::Series;

/// A chip, or a group of chips that nothing outside the driver tells apart: one row of `chips.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chip {
    /// The catalogue's own name, as `--chip` takes it: `iwl7265d`.
    pub name: &'static str,
    /// Other names, unique in the catalogue.
    pub aliases: List,
    /// Maker; empty when the chip is a class of devices.
    pub vendor: &'static str,
    /// How it is attached.
    pub bus: Bus,
    /// What it is for.
    pub kind: Kind,
    /// Kernel modules that drive it.
    pub modules: List,
    /// Kernel module packages to ask for, by their newest names.
    pub kmods: List,
    /// Firmware packages to ask for, by their newest names; empty when none is needed or none exists (see `gap`).
    pub firmware: List,
    /// Packages needed besides, other than the default wpad of every Wi-Fi chip.
    pub userspace: List,
    /// What OpenWrt does not package for it.
    pub gap: Option<Gap>,
    /// The only targets whose builds hold its driver, or whose kernels have it inside; empty for no such limit.
    pub targets: List,
    /// First release series whose driver is sure to list its ids, where earlier kernels lack them.
    pub since: Option<Series>,
    /// How sure the row is.
    pub certainty: Certainty,
    /// Where the row comes from.
    pub source: &'static str,
    /// What else is known; may be empty.
    pub note: &'static str,
}

/// A name that stands for several chips: one row of `families.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The name, usually the driver's: `iwlwifi`.
    pub name: &'static str,
    /// Other names.
    pub aliases: List,
    /// What tells the members apart.
    pub decides: &'static str,
    /// Names of chips of the catalogue.
    pub members: List,
}

/// Another set of packages for a chip: one row of `alternatives.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Alternative {
    /// Name of the chip.
    pub chip: &'static str,
    /// Name of the choice: `ct`, `smallbuffers`.
    pub choice: &'static str,
    /// Whether the packages replace the chip's own or come on top.
    pub how: How,
    /// Kernel modules and firmware.
    pub packages: List,
    /// When it is the right choice.
    pub when: &'static str,
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packages: Vec<&str> = self.packages.iter().collect();
        let how = if self.how == How::Instead { "instead" } else { "also" };
        write!(f, "{} ({how}): {}: {}", self.choice, packages.join(" + "), self.when)
    }
}

/// How an [`Alternative`] relates to the chip's own packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// It replaces them.
    Instead,
    /// It can be added to them.
    Also,
}

/// A short list kept as the text of its column.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct List {
    text: &'static str,
    separator: &'static str,
}

impl List {
    pub(crate) const fn commas(text: &'static str) -> Self {
        Self { text, separator: "," }
    }

    pub(crate) fn spaces(text: &'static str) -> Self {
        Self { text, separator: " " }
    }

    pub(crate) fn semicolons(text: &'static str) -> Self {
        Self { text, separator: "; " }
    }

    /// The items, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.text.split(self.separator).filter(|item| !item.is_empty())
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// Whether `item` is one of them.
    pub fn contains(self, item: &str) -> bool {
        self.iter().any(|each| each == item)
    }

    /// The items as owned text, for reports.
    pub fn to_vec(self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum $name { $($(#[$each])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// All of them, in the order of the enum.
            pub(crate) const ALL: &[$name] = &[$($name::$variant),+];

            /// The variant written as `word` in the tables.
            pub(crate) fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.word() == word)
            }

            /// The word of the tables.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words! {
    /// How a chip is attached.
    Bus {
        /// PCI and PCI Express.
        Pci = "pci",
        Usb = "usb",
        Sdio = "sdio",
        /// Part of a system on chip, found by its device tree.
        Soc = "soc",
        /// On the AHB bus of a system on chip.
        Ahb = "ahb",
        /// A serial line.
        Uart = "uart",
    }
}

words! {
    /// What a chip is for.
    Kind {
        /// Wireless LAN.
        Wifi = "wifi",
        /// Wired network.
        Ethernet = "ethernet",
        Bluetooth = "bluetooth",
        /// Mobile network modem.
        Wwan = "wwan",
    }
}

words! {
    /// What OpenWrt does not package for a chip.
    Gap {
        /// No package holds the driver: the chip cannot work.
        NoDriver = "no-driver",
        /// The driver is packaged, its firmware is not.
        NoFirmware = "no-firmware",
        /// The kernels of the targets named have the driver inside: there is nothing to install.
        BuiltIn = "built-in",
    }
}

words! {
    /// How sure a fact is, from least to most.
    Certainty {
        /// Nothing decides; the alternatives are given together.
        Low = "low",
        /// Inferred from tables, not seen on hardware.
        Medium = "medium",
        /// In the driver's own table, or seen in logs.
        High = "high",
    }
}

//! From a device to the packages that a release is asked for.

use super::device::{Device, DeviceId};
use super::switch::Switch;
use super::{Catalogue, ChipPackages, ChipWarning, Found, Series, Unsupported, Variant};

/// What a release offers, for reports and selections.
#[derive(Clone, Copy)]
pub struct Availability<'a> {
    /// Whether any feed of the release holds a package.
    pub has: &'a dyn Fn(&str) -> bool,
    /// Which series it is, where that is known.
    pub series: Option<Series>,
    /// The driver to take where a chip has two.
    pub variant: Option<Variant>,
}

/// Why nothing can be asked of a release for a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceUnsupported {
    /// The catalogue has no row for its id.
    #[error("the catalogue has no row for the {} device {id}", id.bus)]
    Unknown {
        /// The id asked for.
        id: DeviceId,
    },
    /// The release supports none of the chips that it may be.
    #[error("{id}: {}", sentence(.reasons))]
    Unsupported {
        /// The id asked for.
        id: DeviceId,
        /// The reason of each chip.
        reasons: Vec<Unsupported>,
    },
}

fn sentence(reasons: &[Unsupported]) -> String {
    reasons.iter().map(Unsupported::to_string).collect::<Vec<_>>().join("; ")
}

impl DeviceUnsupported {
    /// Whether the kernel has its driver inside, so that nothing is to be installed.
    pub fn is_built_in(&self) -> bool {
        let built_in = |reason: &Unsupported| matches!(reason, Unsupported::BuiltIn { .. });
        matches!(self, Self::Unsupported { reasons, .. } if !reasons.is_empty() && reasons.iter().all(built_in))
    }

    /// The next step for the user.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unknown { .. } => Some(
                "is the id right? lspci -nn, pciconf -lv and lsusb show it; a driver that the kernel has built in \
                 needs no package"
                    .to_owned(),
            ),
            Self::Unsupported { reasons, .. } => reasons.iter().find_map(Unsupported::help),
        }
    }
}

impl Catalogue {
    /// Whether a device is one of the network, as far as any table or its own words tell.
    pub(crate) fn concerns(&self, device: &Device) -> bool {
        self.identify(device).is_some() || Switch::of(device).is_some() || device.is_network()
    }

    /// What to ask a release for, for a device: all that its chips need.
    ///
    /// # Errors
    /// [`DeviceUnsupported`] when the device is unknown, or the release supports none of its chips; the reasons of
    /// some of them are warnings.
    pub fn wanted_for(
        &self,
        device: &Device,
        offer: Availability<'_>,
    ) -> Result<ChipPackages, DeviceUnsupported> {
        let id = device.id;
        if let Some(switch) = Switch::of(device) {
            let mut all = ChipPackages::default();
            all.switch(&switch);
            return Ok(all);
        }
        let identity = self.identify(device).ok_or(DeviceUnsupported::Unknown { id })?;
        let notes = identity.notes_if_unsure().cloned().map(|note| ChipWarning::Unsure { id, note });
        let mut all = ChipPackages { warnings: notes.collect(), ..ChipPackages::default() };
        let mut reasons = Vec::new();
        for chip in identity.chips {
            match self.wanted(Found::Chip(chip), offer.variant, offer.has, offer.series) {
                Ok(selection) => all.merge(selection),
                Err(reason) => reasons.push(reason),
            }
        }
        if all.wanted.is_empty() {
            return Err(DeviceUnsupported::Unsupported { id, reasons });
        }
        all.warnings.extend(reasons.into_iter().map(|reason| ChipWarning::MayBeUnsupported { reason }));
        Ok(all)
    }
}

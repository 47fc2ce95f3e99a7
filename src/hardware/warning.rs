//! What a chip does not do with a release as one would expect.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use super::device::DeviceId;
use super::limits::all_limits;
use super::{Series, Unsupported, Variant};

/// What a chip does not do with a release as one would expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum ChipWarning {
    /// It has no driver of the variant that was asked for.
    NoVariant {
        chip: &'static str,
        #[serde(serialize_with = "in_words")]
        variant: Variant,
    },
    /// A member of a family has no driver of the variant that was asked for.
    LeftOutOfFamily {
        chip: &'static str,
        family: &'static str,
        #[serde(serialize_with = "in_words")]
        variant: Variant,
    },
    /// Members of a family are left out.
    FamilyWithout {
        family: &'static str,
        /// Why each of them is.
        #[serde(serialize_with = "all_in_words")]
        reasons: Vec<Unsupported>,
    },
    /// The release lacks a firmware package that others have.
    NoFirmwarePackage { chip: &'static str, package: &'static str },
    /// No release packages its firmware.
    FirmwareNotPackaged {
        chip: &'static str,
        /// What is known.
        note: &'static str,
    },
    /// What the hardware or its driver cannot do.
    Limit {
        /// The chips that it is true of.
        chips: Vec<&'static str>,
        /// The limit, without a subject.
        text: &'static str,
    },
    /// The driver may be older than the chip.
    OldDriver {
        chip: &'static str,
        /// The series of the release.
        #[serde(serialize_with = "in_words")]
        series: Series,
        /// The first series that is sure to know it.
        #[serde(serialize_with = "in_words")]
        since: Series,
    },
    /// The id does not tell for sure which chip it is.
    Unsure {
        /// The device.
        #[serde(serialize_with = "in_words")]
        id: DeviceId,
        /// What is known.
        note: String,
    },
    /// No table has a driver for the device in this release, but a module of the release lists it.
    Listed {
        /// The device.
        #[serde(serialize_with = "in_words")]
        id: DeviceId,
        /// The module's package.
        package: String,
        module: String,
        /// The entry of its table.
        entry: String,
        /// The other packages whose modules list it.
        others: Vec<String>,
    },
    /// The device may be a chip that the release does not support.
    MayBeUnsupported {
        /// Why that one is not.
        #[serde(serialize_with = "in_words")]
        reason: Unsupported,
    },
}

/// Writes a value for programs as it is written for people.
pub(crate) fn in_words<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn all_in_words<S: Serializer>(values: &[impl Display], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}

/// The members of a family that are left out, those of one reason together.
fn without(reasons: &[Unsupported]) -> String {
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for reason in reasons {
        let why = match reason {
            Unsupported::NotBuilt { package, .. } => format!("no feed holds {package}"),
            Unsupported::NotInRelease { package, .. } => format!("this release has no {package}"),
            Unsupported::OtherTarget { .. } => "on other targets only".to_owned(),
            Unsupported::NoDriver { .. } => "no driver package".to_owned(),
            Unsupported::BuiltIn { .. } => "part of the kernel".to_owned(),
            Unsupported::NoMember { .. } => "no member is supported".to_owned(),
        };
        match parts.iter_mut().find(|(known, _)| *known == why) {
            Some((_, chips)) => chips.push(reason.subject()),
            None => parts.push((why, vec![reason.subject()])),
        }
    }
    let parts: Vec<String> =
        parts.iter().map(|(why, chips)| format!("{} ({why})", chips.join(", "))).collect();
    parts.join("; ")
}

impl ChipWarning {
    /// Whether it matters to an access point alone.
    pub fn is_of_access_point(&self) -> bool {
        let ChipWarning::Limit { text, .. } = self else { return false };
        all_limits().any(|row| row.limit.text == *text && row.limit.topic == "ap")
    }

    /// What it says of one chip, without naming it.
    pub(super) fn of_chip(&self, chip: &str) -> String {
        match self {
            ChipWarning::Limit { chips, text } if chips[..] == [chip] => (*text).to_owned(),
            other => other.to_string(),
        }
    }
}

impl Display for ChipWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVariant { chip, variant } => {
                write!(f, "{chip} has no {variant} variant: its own driver is taken")
            }
            Self::LeftOutOfFamily { chip, family, variant } => {
                write!(f, "{chip} has no {variant} variant and is left out of {family}")
            }
            Self::FamilyWithout { family, reasons } => {
                write!(f, "{family} is taken without {}", without(reasons))
            }
            Self::NoFirmwarePackage { chip, package } => write!(
                f,
                "this release has no package {package}, which others have for {chip}: it may work without"
            ),
            Self::FirmwareNotPackaged { chip, note } => {
                write!(f, "the firmware of {chip} is not packaged, so it will not work by itself: {note}")
            }
            Self::Limit { chips, text } => write!(f, "{}: {text}", chips.join(", ")),
            Self::OldDriver { chip, series, since } => {
                write!(f, "the driver of {series} may not know {chip}: {since} is the first release sure to")
            }
            Self::Unsure { id, note } => write!(f, "{id}: {note}"),
            Self::Listed { id, package, module, entry, others } => {
                write!(f, "{id}: {package} of this release lists {entry} ({module}.ko)")?;
                match others.as_slice() {
                    [] => Ok(()),
                    others => write!(f, "; so do other packages: {}", others.join(", ")),
                }
            }
            Self::MayBeUnsupported { reason } => reason.fmt(f),
        }
    }
}

//! Why a release does not support a chip.

use super::Series;

/// Why a release does not support a chip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// OpenWrt packages no driver for it, in any release.
    #[error("OpenWrt has no driver package for {chip}{}", because(.note))]
    NoDriver {
        chip: &'static str,
        /// What is known.
        note: &'static str,
    },
    /// A package that it cannot do without came later, or is gone.
    #[error("{release} does not support {chip}: it has no package {package}")]
    NotInRelease {
        chip: &'static str,
        /// The missing package.
        package: &'static str,
        /// The series asked for.
        release: Series,
        /// The first later series that has all it needs.
        first_later: Option<Series>,
        /// The last earlier series that had all it needs.
        last_earlier: Option<Series>,
    },
    /// Its driver is built for other targets only.
    #[error("{chip} works on target {} only: no other builds {package}", targets.join(", "))]
    OtherTarget {
        chip: &'static str,
        /// The package that other targets lack.
        package: &'static str,
        /// The targets that build it.
        targets: Vec<&'static str>,
    },
    /// The kernels of some targets have its driver inside: there is nothing to install.
    #[error("{chip} needs no package: its driver is part of the kernel of {}", targets.join(", "))]
    BuiltIn { chip: &'static str, targets: Vec<&'static str> },
    /// The feeds hold packages of other chips of its family, and not this one's.
    #[error("no feed holds {package}, which {chip} needs")]
    NotBuilt {
        chip: &'static str,
        /// The missing package.
        package: String,
    },
    /// No member of the family is supported.
    #[error("this release supports no chip of the family {family}")]
    NoMember {
        family: &'static str,
        /// Each member's reason.
        members: Vec<Unsupported>,
    },
}

fn because(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!(": {note}") }
}

impl Unsupported {
    /// The chip or family it is about.
    pub fn subject(&self) -> &'static str {
        match self {
            Self::NoDriver { chip, .. }
            | Self::NotInRelease { chip, .. }
            | Self::OtherTarget { chip, .. }
            | Self::BuiltIn { chip, .. }
            | Self::NotBuilt { chip, .. } => chip,
            Self::NoMember { family, .. } => family,
        }
    }

    /// The next step for the user.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotInRelease { first_later: Some(first), .. } => {
                Some(format!("the first release with it is {first}"))
            }
            Self::NotInRelease { last_earlier: Some(last), .. } => {
                Some(format!("the last release with it was {last}"))
            }
            Self::NoMember { members, .. } => members.iter().find_map(Self::help),
            _ => None,
        }
    }
}

//! Refusals in the user's words: what is wrong, and the nearest way out.

use std::fmt;

use super::{AbiMismatch, Chain, Lacking, NotReplaceable, Refusal, Rejected, Upgrade};
use crate::resolve::{Ineligible, Shadow};

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.packages.first(), &self.because) {
            (Some(first), _) => write!(f, "{}", WithReason(first, self))?,
            (None, Some(because)) => write!(f, "{because}")?,
            (None, None) => {}
        }
        self.packages.iter().skip(1).try_for_each(|name| write!(f, " → {name}"))
    }
}

/// What was asked for, and who asked for it, where that is known.
struct WithReason<'a>(&'a str, &'a Chain);

impl fmt::Display for WithReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WithReason(what, chain) = self;
        match &chain.because {
            Some(because) => write!(f, "{what} ({because})"),
            None => f.write_str(what),
        }
    }
}

impl fmt::Display for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} by {}", self.name, self.held, self.to)
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ineligible::Held { version } => {
                write!(f, "would replace the installed version {version}")
            }
            Ineligible::ConflictsWithHeld { held } => write!(f, "excludes the installed {held}"),
            Ineligible::Omitted => write!(f, "is omitted"),
            Ineligible::Replaced => write!(f, "is to make room for another"),
            Ineligible::NoDigest => write!(f, "has no digest in its index, so it cannot be verified"),
        }
    }
}

/// What is missing as well.
fn too(f: &mut fmt::Formatter<'_>, also: &[Lacking]) -> fmt::Result {
    also.iter().enumerate().try_for_each(|(at, Lacking { wanted, chain })| {
        f.write_str(if at == 0 { "; missing too: " } else { ", " })?;
        match chain.packages.is_empty() {
            true => write!(f, "{}", WithReason(wanted, chain)),
            false => write!(f, "{wanted} (for {chain})"),
        }
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownPackage { name, because, only_facts: true, .. } => {
                write!(f, "{name} ({because}) is not among the facts built into owpkg")
            }
            Refusal::UnknownPackage { name, because, also, .. } => {
                write!(f, "no feed of this release holds {name} ({because})")?;
                too(f, also)
            }
            Refusal::OtherArchitecture { name, because, archs, router } => {
                let archs = archs.join(", ");
                write!(f, "the feeds hold {name} ({because}) for {archs} only, the router is {router}")
            }
            Refusal::KernelMismatch { chain, wanted, router, .. } => {
                write!(f, "{chain} is built for kernel {wanted}, ")?;
                match router {
                    Some(router) => write!(f, "the router runs {router}"),
                    None => write!(f, "and the router's kernel is not known"),
                }
            }
            Refusal::Unmet { chain, wanted, missing_feed: Some(feed), also, .. } => {
                write!(f, "the feed {feed} is missing, and {chain} needs {wanted} of it")?;
                too(f, also)
            }
            Refusal::Unmet { chain, wanted, rejected, other_versions, also, .. } => {
                if let ([], [Rejected { name, version, why }, ..]) = (&chain.packages[..], &rejected[..]) {
                    return write!(f, "{} {why}", WithReason(&format!("{name} {version}"), chain));
                }
                write!(f, "{chain} needs {wanted}, ")?;
                match (&rejected[..], &other_versions[..]) {
                    ([Rejected { name, version, why }, ..], _) => write!(f, "but {name} {version} {why}"),
                    ([], []) => write!(f, "and no feed holds it"),
                    ([], others) => write!(f, "and the feeds hold only {}", others.join(", ")),
                }?;
                too(f, also)
            }
            Refusal::Unchosen { chain, wanted, providers } => {
                match &providers[..] {
                    [only] => write!(f, "{only} provides {wanted}, and is taken only when it is named: ")?,
                    all => {
                        write!(
                            f,
                            "{} packages provide {wanted}, each taken only when it is named: ",
                            all.len()
                        )?;
                    }
                }
                match chain.packages.is_empty() {
                    true => write!(f, "{} is no package", WithReason(wanted, chain)),
                    false => write!(f, "{chain} needs it"),
                }
            }
            Refusal::Conflict { one, other, over } => {
                write!(f, "{one} and {other} exclude each other")?;
                over.iter().try_for_each(|name| write!(f, ": only one package can be {name}"))
            }
            Refusal::NeedsUpgrade { upgrades, without } => {
                let upgrades: Vec<String> = upgrades.iter().map(Upgrade::to_string).collect();
                write!(f, "it takes replacing what the router holds ({}): {without}", upgrades.join(", "))
            }
            Refusal::NotReplaceable { name, by, why } => {
                write!(f, "{name} cannot make room for {by}: ")?;
                match why {
                    NotReplaceable::NotHeld => write!(f, "the router does not hold it"),
                    NotReplaceable::Fixed => write!(f, "the router's other packages are built for it"),
                    NotReplaceable::Needed { needed_by } => {
                        write!(f, "the router's {} cannot do without it", needed_by.join(", "))
                    }
                    NotReplaceable::NoWayBack { version, listed } if listed.is_empty() => write!(
                        f,
                        "no feed holds {name} {version}, so there would be no way back if the installation failed"
                    ),
                    NotReplaceable::NoWayBack { version, listed } => write!(
                        f,
                        "the router holds {version}, the feeds {}, so there would be no way back if the installation failed",
                        listed.join(", ")
                    ),
                }
            }
            Refusal::Shadowed { name, version, feed, shadow } => match shadow {
                Shadow::TakesPlace { version: own } => {
                    write!(
                        f,
                        "{name} {version} of the feed {feed} would take the place of the release's own {own}"
                    )
                }
                Shadow::Unasked => write!(f, "{name} {version} of the feed {feed} would come unasked"),
                Shadow::StandsIn { needed_by } => write!(
                    f,
                    "{name} {version} of the feed {feed} would stand in for what {needed_by} has from the release"
                ),
            },
            Refusal::TooHard { roots, steps } => {
                write!(f, "no plan for {} was found in {} million steps", roots.join(", "), steps / 1_000_000)
            }
            Refusal::Contradiction { roots } => {
                write!(f, "{} cannot be installed together", roots.join(", "))
            }
        }
    }
}

impl fmt::Display for AbiMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AbiMismatch { wanted, held, listed } = self;
        match (held, listed) {
            (Some(held), Some(listed)) if listed == wanted => write!(
                f,
                "the feeds moved on since the router's image was made: they bring {wanted} beside its {held}"
            ),
            (_, Some(listed)) => write!(
                f,
                "the feeds are of different dates: they have {listed} and no longer {wanted}; those of a point release \
                 are built anew after it, only targets/ stays: take the latest point release, or feeds of one date"
            ),
            (Some(held), None) => write!(
                f,
                "the router holds {held}, of another date than the feeds: take an image and feeds of the same date"
            ),
            (None, None) => write!(f, "no feed holds {wanted}"),
        }
    }
}

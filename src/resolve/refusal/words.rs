//! Refusals in the user's words: what is wrong, and the nearest way out.

use std::fmt;

use super::{AbiMismatch, Chain, Refusal, Rejected, Upgrade};
use crate::resolve::{Ineligible, RootReason, Shadow};

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
            Ineligible::Omitted => write!(f, "is cut by --omit"),
            Ineligible::NoDigest => write!(f, "has no digest in its index, so it cannot be verified"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownPackage { name, because, .. } => {
                write!(f, "no feed of this release holds {name} ({because})")
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
            Refusal::Unmet { chain, wanted, rejected, other_versions, .. } => {
                if let ([], [Rejected { name, version, why }, ..]) = (&chain.packages[..], &rejected[..]) {
                    return write!(f, "{} {why}", WithReason(&format!("{name} {version}"), chain));
                }
                write!(f, "{chain} needs {wanted}, ")?;
                match (&rejected[..], &other_versions[..]) {
                    ([Rejected { name, version, why }, ..], _) => write!(f, "but {name} {version} {why}"),
                    ([], []) => write!(f, "and no feed holds it"),
                    ([], others) => write!(f, "and the feeds hold only {}", others.join(", ")),
                }
            }
            Refusal::Unchosen { chain, wanted, providers } => {
                match chain.packages.is_empty() {
                    true => write!(f, "{} is no package", WithReason(wanted, chain))?,
                    false => write!(f, "{chain} needs {wanted}")?,
                }
                let are = if providers.len() == 1 { "package provides" } else { "packages provide" };
                write!(f, "; {} {are} it, and none is the default", providers.len())
            }
            Refusal::Conflict { one, other, over } => {
                write!(f, "{one} and {other} exclude each other")?;
                over.iter().try_for_each(|name| write!(f, ": only one package can be {name}"))
            }
            Refusal::NeedsUpgrade { upgrades, without } => {
                let upgrades: Vec<String> = upgrades.iter().map(Upgrade::to_string).collect();
                write!(f, "it takes replacing what the router holds ({}): {without}", upgrades.join(", "))
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

impl Refusal {
    /// What the user can do about it, in a sentence.
    pub fn help(&self) -> String {
        match self {
            Refusal::UnknownPackage { name, near, known, .. } => {
                let known = known.as_ref().map(|known| {
                    let known = known.in_words();
                    format!(
                        "OpenWrt has {name} {known}: name a tree or --feed that holds it, or --omit {name}"
                    )
                });
                let near = (!near.is_empty()).then(|| format!("did you mean {}?", near.join(", ")));
                match (known, near) {
                    (None, None) => format!(
                        "a feed may be missing: add it with --feed NAME=URL; --omit {name} goes on without it"
                    ),
                    (known, near) => known.into_iter().chain(near).collect::<Vec<_>>().join("; "),
                }
            }
            Refusal::OtherArchitecture { router, .. } => {
                format!("name the router's own --target, or add a feed for {router} with --feed NAME=URL")
            }
            Refusal::KernelMismatch { wanted, folder, router, .. } => match (folder, router) {
                (Some(folder), _) => format!(
                    "run an image with kernel {wanted}, or take the router's own modules, from targets/…/kmods/{folder}: \
                     --feed kmods=URL; modules of another kernel are never forced"
                ),
                (None, Some(router)) => format!(
                    "run an image with kernel {wanted}, or take feeds built for {router}; modules of another kernel \
                     are never forced"
                ),
                (None, None) => "give the router's complete list with --installed".to_owned(),
            },
            Refusal::Unmet { rejected, wanted, abi_mismatch, .. } => match (rejected.first(), abi_mismatch) {
                (Some(rejected), _) => rejected.help(),
                (None, Some(abi_mismatch)) => abi_mismatch.to_string(),
                (None, None) => {
                    format!("add the feed that holds {wanted} with --feed NAME=URL, or take another release")
                }
            },
            Refusal::Unchosen { providers, .. } => {
                format!("name one of them: --add {}", providers.join(", --add "))
            }
            Refusal::Conflict { one, other, .. } => one.help_beside(other),
            Refusal::NeedsUpgrade { .. } => {
                "take an image of the same date as the feeds, or let --allow-upgrade replace them".to_owned()
            }
            Refusal::Shadowed { feed, .. } => format!("--prefer {feed} lets it"),
            Refusal::TooHard { .. } => {
                "ask for fewer packages at once, or choose among the packages that exclude each other with --add and \
                 --omit"
                    .to_owned()
            }
            Refusal::Contradiction { .. } => {
                "ask for fewer packages at once to see which do not go together".to_owned()
            }
        }
    }
}

impl Rejected {
    fn help(&self) -> String {
        let Rejected { name, version, why } = self;
        match why {
            Ineligible::Omitted => format!("drop --omit {name}, or omit what needs it"),
            Ineligible::Held { version: held } => format!(
                "the router holds {name} {held}, the feeds have {version}, and what is held stays: take an image and \
                 feeds of the same date"
            ),
            Ineligible::ConflictsWithHeld { held } if is_wpad(name) && is_wpad(held) => {
                format!(
                    "the router's {held} does Wi-Fi too: keep it with --wpa none, or remove it on the router first"
                )
            }
            Ineligible::ConflictsWithHeld { held } => {
                format!(
                    "remove {held} on the router first and give its new list (--installed, or a new request), or keep {held}"
                )
            }
            Ineligible::NoDigest => "take it from a feed that lists its digest".to_owned(),
        }
    }
}

impl Chain {
    /// The way out of a conflict with another chain's package.
    fn help_beside(&self, other: &Chain) -> String {
        let end = |chain: &Chain| chain.packages.last().cloned().unwrap_or_default();
        let (one, two) = (end(self), end(other));
        let start = |chain: &Chain| chain.packages.first().cloned().unwrap_or_default();
        if is_wpad(&one) && is_wpad(&two) {
            let for_chip = |chain: &Chain| matches!(chain.because, Some(RootReason::Chip(_)));
            return match for_chip(self) || for_chip(other) {
                true => format!("choose one: --wpa {one} or --wpa {two}, and drop the other"),
                false => format!("ask for only one of {one} and {two}"),
            };
        }
        if one.contains("ath10k") && two.contains("ath10k") {
            return "choose one set of drivers and firmware: --variant mainline or --variant ct".to_owned();
        }
        format!("ask for only one of {} and {}, or --omit one of them", start(self), start(other))
    }
}

fn is_wpad(name: &str) -> bool {
    ["wpad", "hostapd", "wpa-supplicant"].iter().any(|family| {
        name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            && name != "hostapd-common"
    })
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

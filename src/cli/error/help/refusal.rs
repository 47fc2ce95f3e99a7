//! About requests that cannot be resolved: the nearest way out.

use super::Help;
use crate::resolve::{
    BaselineError, Chain, Ineligible, Known, NotReplaceable, Refusal, Rejected, RootReason,
};

impl Help for BaselineError {
    fn help(&self) -> Option<String> {
        Some("give the router's own list with --installed FILE: the output of `opkg list-installed` or `apk list -I`, or \
         the file /usr/lib/opkg/status or /lib/apk/db/installed".to_owned())
    }
}

impl Help for Refusal {
    fn help(&self) -> Option<String> {
        Some(of_refusal(self))
    }
}

fn of_refusal(refusal: &Refusal) -> String {
    match refusal {
            Refusal::UnknownPackage { name, near, known, only_facts: true, .. } => {
            let known = known.as_ref().map(|known| format!("OpenWrt has {name} {}; ", in_words(known)));
            let near = (!near.is_empty()).then(|| format!("did you mean {}? ", near.join(", ")));
            let what: String = known.into_iter().chain(near).collect();
            format!("{what}they are a part of a release: with a network, the release itself tells")
        }
        Refusal::UnknownPackage { name, near, known, .. } => {
                let known = known.as_ref().map(|known| {
                    let known = in_words(known);
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
            Refusal::Unmet { missing_feed: Some(feed), .. } => {
                format!("add it with --feed {feed}=URL, or name a tree that holds it")
            }
            Refusal::Unmet { rejected, wanted, abi_mismatch, .. } => match (rejected.first(), abi_mismatch) {
                (Some(rejected), _) => of_rejected(rejected),
                (None, Some(abi_mismatch)) => abi_mismatch.to_string(),
                (None, None) => {
                    format!("add the feed that holds {wanted} with --feed NAME=URL, or take another release")
                }
            },
            Refusal::Unchosen { providers, .. } => {
                let which = if providers.len() == 1 { "name it" } else { "name one of them" };
                format!("{which}: --add {}", providers.join(", --add "))
            }
            Refusal::Conflict { one, other, .. } => of_conflict(one, other),
            Refusal::NeedsUpgrade { .. } => {
                "take an image of the same date as the feeds, or let --allow-upgrade replace them".to_owned()
            }
            Refusal::NotReplaceable { name, by, why } => match why {
                NotReplaceable::NotHeld => {
                    format!("--add {by} is enough; --installed gives the router's own list")
                }
                NotReplaceable::Fixed => "flash another image".to_owned(),
                NotReplaceable::Needed { .. } => format!("keep {name}, and leave {by} out"),
                NotReplaceable::NoWayBack { .. } => {
                    "take an image and feeds of the same date, or add the feed that holds it with --feed NAME=URL"
                        .to_owned()
                }
            },
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

fn of_rejected(rejected: &Rejected) -> String {
    let Rejected { name, version, why } = rejected;
    match why {
        Ineligible::Replaced => format!("keep {name}, or omit what needs it"),
        Ineligible::Omitted => format!("drop --omit {name}, or omit what needs it"),
        Ineligible::Held { version: held } => format!(
            "the router holds {name} {held}, the feeds have {version}, and what is held stays: take an image and \
                 feeds of the same date"
        ),
        Ineligible::ConflictsWithHeld { held } if is_wpad(name) && is_wpad(held) => {
            format!(
                "the router's {held} does Wi-Fi too: keep it with --wpa none, or let {name} take its place: \
                 --replace {held}={name}"
            )
        }
        Ineligible::ConflictsWithHeld { held } => {
            format!(
                "let {name} take the place of the router's {held}: --replace {held}={name}; or keep {held}"
            )
        }
        Ineligible::NoDigest => "take it from a feed that lists its digest".to_owned(),
    }
}

/// The way out of a conflict between the last packages of two chains.
fn of_conflict(first: &Chain, second: &Chain) -> String {
    let end = |chain: &Chain| chain.packages.last().cloned().unwrap_or_default();
    let (one, two) = (end(first), end(second));
    let start = |chain: &Chain| chain.packages.first().cloned().unwrap_or_default();
    if is_wpad(&one) && is_wpad(&two) {
        let for_chip = |chain: &Chain| matches!(chain.because, Some(RootReason::Chip(_)));
        return match for_chip(first) || for_chip(second) {
            true => format!("choose one: --wpa {one} or --wpa {two}, and drop the other"),
            false => format!("ask for only one of {one} and {two}"),
        };
    }
    if one.contains("ath10k") && two.contains("ath10k") {
        return "choose one set of drivers and firmware: --variant mainline or --variant ct".to_owned();
    }
    format!("ask for only one of {} and {}, or --omit one of them", start(first), start(second))
}

fn is_wpad(name: &str) -> bool {
    ["wpad", "hostapd", "wpa-supplicant"].iter().any(|family| {
        name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            && name != "hostapd-common"
    })
}

/// Where a package is known to be.
fn in_words(known: &Known) -> String {
    let feed = known.feed.as_ref().map(|(release, feed)| format!("in feed {feed} of {release}"));
    let releases = known.releases.as_deref().map(|ranges| {
        let ranges = ranges.split(' ').map(|range| match range.split_once('-') {
            Some((since, "")) => format!("since {since}"),
            Some((first, last)) => format!("from {first} to {last}"),
            None => format!("in {range}"),
        });
        ranges.collect::<Vec<_>>().join(" and ")
    });
    releases.into_iter().chain(feed).collect::<Vec<_>>().join(", ")
}

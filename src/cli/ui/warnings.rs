//! What the user should know, on standard error: the one place that puts facts into sentences.

use std::fmt::Display;

use super::setup;
use super::style::Style;
use super::text::{hanging, size};
use crate::cli::env::Env;
use crate::cli::error::{Failure, went_back};
use crate::release::{Decided, ReleaseWarning};
use crate::resolve::{BaselineWarning, PlanWarning, Replaced, Upgrade};
use crate::selection::{ChipSaving, SelectionWarning, Warning};
use crate::uci_defaults::SetupWarning;

/// How many members of a family are told.
const MOST_SAVINGS: usize = 6;

/// Shows warnings, a line each.
pub(crate) fn warn(
    env: &mut Env,
    warnings: impl IntoIterator<Item = impl Into<Warning>>,
) -> Result<(), Failure> {
    warnings.into_iter().try_for_each(|warning| warn_of(env, sentence(&warning.into())))
}

/// The same, of one of several things that are compared.
pub(crate) fn warn_about(env: &mut Env, what: &str, warnings: &[Warning]) -> Result<(), Failure> {
    warnings.iter().try_for_each(|warning| warn_of(env, format_args!("{what}: {}", sentence(warning))))
}

/// Shows a warning that is a sentence, once.
pub(crate) fn warn_of(env: &mut Env, warning: impl Display) -> Result<(), Failure> {
    if let Some(aside) = &mut env.aside {
        aside.push(warning.to_string());
        return Ok(());
    }
    let style = Style::new(env.err_is_terminal, env);
    let warning = match env.err_is_terminal {
        true => hanging(&warning.to_string(), style.width, 9),
        false => warning.to_string(),
    };
    env.tell_once(format!("{} {warning}", style.warning("warning:"))).map_err(Failure::stdout)
}

/// Warns that a secret that was written is none to others on this computer.
pub(crate) fn warn_of_readers(env: &mut Env, path: &str) -> Result<(), Failure> {
    warn_of(
        env,
        format_args!("others on this computer can read {path}: its file system keeps no permissions"),
    )
}

/// Warns of what speaks against a setup.
pub(crate) fn warn_of_setup(env: &mut Env, warnings: &[SetupWarning]) -> Result<(), Failure> {
    warnings.iter().try_for_each(|warning| warn_of(env, setup::sentence(warning)))
}

/// A warning in words.
pub(crate) fn sentence(warning: &Warning) -> String {
    match warning {
        Warning::Release(warning) => of_release(warning),
        Warning::Baseline(warning) => of_baseline(warning),
        Warning::Chip(warning) => warning.to_string(),
        Warning::Selection(warning) => of_selection(warning),
        Warning::Plan(warning) => of_plan(warning),
    }
}

fn of_release(warning: &ReleaseWarning) -> String {
    match warning {
        ReleaseWarning::NoProfiles { at } => format!("{at} has no profiles.json"),
        ReleaseWarning::NoManifest { at } => format!("{at} has no manifest of its stock image"),
        ReleaseWarning::MissingFeeds { at, feeds } => {
            let what = if feeds.len() == 1 { "feed" } else { "feeds" };
            format!("{at} lacks the {what} {}", feeds.join(", "))
        }
        ReleaseWarning::UnreadFeed { at, feed, why } => {
            format!("{at} is in no list of feeds and is left unread: {why} (--feed {feed}={at} asks for it)")
        }
        ReleaseWarning::Unvouched { at, why, decided } => {
            let decided: Vec<&str> = decided.iter().map(|decided| in_words(*decided)).collect();
            format!("{at}: no key vouches for what says {}: {why}", decided.join(", "))
        }
        ReleaseWarning::WentBack { index, seen, how } => went_back(index, seen, how),
        ReleaseWarning::PassedOver { index, at, why, more } => {
            let more = if *more == 0 { String::new() } else { format!(" (and {more} more)") };
            format!("{index}, at {at}: passed over: {why}{more}")
        }
    }
}

fn in_words(decided: Decided) -> &'static str {
    match decided {
        Decided::Baseline => "what the router holds",
        Decided::Kernel => "which kernel it runs",
        Decided::Release => "which release it is",
        Decided::Arch => "which architecture it has",
    }
}

fn of_baseline(warning: &BaselineWarning) -> String {
    match warning {
        BaselineWarning::KernelAssumed { version } => format!(
            "nothing says which kernel the router runs: {version} is taken, for which most modules are built"
        ),
        BaselineWarning::PartOfList { from_manifest } => format!(
            "the list of installed packages is only a part: {from_manifest} more are taken from the stock image's manifest"
        ),
        BaselineWarning::VersionsAssumed { from_feeds } => {
            let feeds = match from_feeds.as_slice() {
                [] => String::new(),
                names => format!(", and from the feeds for {}", names.join(", ")),
            };
            format!(
                "the list of installed packages has no versions: they are taken from the stock image's manifest{feeds}"
            )
        }
        BaselineWarning::UnknownVersions { packages } => {
            format!("neither the manifest nor a feed knows {}: taken as not installed", packages.join(", "))
        }
        BaselineWarning::DefaultPackages { unknown } => {
            let without = match unknown.is_empty() {
                true => String::new(),
                false => format!(", without {}, which no feed holds", unknown.join(", ")),
            };
            format!("what the router holds is worked out from the release's default packages{without}")
        }
    }
}

fn of_selection(warning: &SelectionWarning) -> String {
    match warning {
        SelectionWarning::DriverWithoutId { line, driver } => {
            format!("line {line} names the driver {driver} but no id, so it is left out: `lsusb` shows ids")
        }
        SelectionWarning::ByName { line, name, chips } => format!(
            "line {line} shows no id: by its name, {name} is {}; `lspci -nn` or `lsusb` would be sure",
            chips.join(" or ")
        ),
        SelectionWarning::NameUnknown { line, name } => {
            format!(
                "line {line}: no table has {name:?}, and there is no id, so it is left out: `lspci -nn` shows ids"
            )
        }
        SelectionWarning::BluetoothOffered { id } => {
            format!("the Bluetooth half of the card is left out: --device {}:{id} adds it", id.bus)
        }
        SelectionWarning::ListingCut { listing, bytes, devices } => {
            format!("{listing}: only the first {} MiB and {devices} devices are read", bytes >> 20)
        }
        SelectionWarning::DeviceLeftOut { reason } => {
            let help = reason.help().map_or(String::new(), |help| format!(" ({help})"));
            format!("left out: {reason}{help}")
        }
        SelectionWarning::NoWpad => {
            "no feed holds a wpad: Wi-Fi works only once the router has one, or hostapd or \
                                     wpa-supplicant (--wpa PKG)"
                .to_owned()
        }
        SelectionWarning::Omitted { package, because } => {
            format!("{package} is left out, as --omit says, although {because} wants it")
        }
        SelectionWarning::NoFirmware { file } => {
            format!("left out: this release has no package with the firmware {file}")
        }
        SelectionWarning::Narrower { family, saves } => {
            let saving = |saving: &ChipSaving| format!("{} {}", saving.chip, size(saving.bytes));
            let shown: Vec<String> = saves.iter().take(MOST_SAVINGS).map(saving).collect();
            let more = match saves.len() - shown.len() {
                0 => String::new(),
                more => format!(", and {more} more names"),
            };
            format!(
                "{family} takes the firmware of the whole family; a narrower name saves: {}{more}",
                shown.join(", ")
            )
        }
    }
}

fn of_plan(warning: &PlanWarning) -> String {
    match warning {
        PlanWarning::AbiMismatch(mismatch) => mismatch.to_string(),
        PlanWarning::TakesAway { replaced } => {
            let each = replaced
                .iter()
                .map(|Replaced { name, version, by, .. }| format!("{name} {version} for {by}"));
            format!("this removes from the router: {}", each.collect::<Vec<_>>().join(", "))
        }
        PlanWarning::Replaces { upgrades } => {
            let upgrades: Vec<String> = upgrades.iter().map(Upgrade::to_string).collect();
            format!("this replaces what the router holds: {}", upgrades.join(", "))
        }
        PlanWarning::NotFollowed { client } => {
            format!("{client} chooses otherwise for these names, so the install script will stop")
        }
        PlanWarning::CannotMountFat { lacks } => format!(
            "the router holds no {}: unless its kernel has that built in it cannot mount a FAT disk; write a tar instead \
             and copy it there by scp (owpkg disk pkgs.tar)",
            lacks.join(", ")
        ),
        PlanWarning::UnlistedModules { packages } => format!(
            "no feed lists {}: modules that only these need will not be loaded any more",
            packages.join(", ")
        ),
        PlanWarning::UnknownServices { services } => format!(
            "no package is known that brings the service {}: install.sh says whether the router has it",
            services.join(", ")
        ),
        PlanWarning::BuiltInFacts { release, target, date, age_days } => {
            let age = age_days.map_or(String::new(), |days| format!(", {days} days ago"));
            format!(
                "no network, and nothing in the cache: this answer is from facts built into owpkg, of OpenWrt {release} \
                 for {target} as of {date}{age}; it is for orientation, no lock is written, and a disk needs the \
                 network once"
            )
        }
    }
}

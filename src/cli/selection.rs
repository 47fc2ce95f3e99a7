//! The selection that was typed.

use super::args::{SelectionArgs, SourceArgs};
use super::env::Env;
use super::error::Failure;
use super::listing::Listing;
use crate::hardware::DeviceId;
use crate::selection::{Selection, Wpad};

/// Reads what is selected, and refuses what is not known; nothing is fetched for it.
pub fn read(env: &mut Env, args: &SelectionArgs, source: &SourceArgs) -> Result<Selection, Failure> {
    let mut selection = Selection::new();
    for name in &args.chip {
        selection = selection.chip(name)?;
    }
    for text in &args.device {
        selection = selection.device(text.parse::<DeviceId>()?)?;
    }
    selection = args.add.iter().fold(selection, |selection, name| selection.package(name));
    for text in &args.replace {
        let both = text.split_once('=').filter(|(old, by)| !old.is_empty() && !by.is_empty() && old != by);
        let (old, by) = both.ok_or_else(|| {
            Failure::usage(format!("--replace {text:?} is no OLD=NEW"), "like --replace dnsmasq=dnsmasq-full")
        })?;
        selection = selection.replace(old, by);
    }
    selection = args.omit.iter().fold(selection, |selection, name| selection.omit(name));
    let wpad = match args.wpa.as_deref() {
        None => Wpad::OfRelease,
        Some("none") => Wpad::None,
        Some(package) => Wpad::Package(package.to_owned()),
    };
    selection = selection.wpad(wpad).allow_upgrade(args.allow_upgrade);
    selection = selection.variant(args.variant);
    let Some(named) = &args.detect else { return Ok(selection) };
    if named == "-" && source.installed.as_deref() == Some("-") {
        return Err(Failure::usage(
            "--detect and --installed cannot both read standard input",
            "put one of them into a file",
        ));
    }
    let listing = Listing::read(env, Some(named))?;
    if let Some(cut) = listing.cut() {
        selection.warn(cut);
    }
    match selection.take_listing(&listing.detected) {
        true => Ok(selection),
        false => Err(listing.shows_nothing()),
    }
}

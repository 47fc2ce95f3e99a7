//! The selection that was typed.

use super::args::{SelectionArgs, SourceArgs};
use super::env::Env;
use super::error::Failure;
use super::input;
use super::listing::Listing;
use crate::hardware::DeviceId;
use crate::selection::{PackageList, Selection, Wpad};

/// The largest list of packages that is read, in bytes.
const LIST_CAP: u64 = 1 << 20;

/// Reads what is selected, and refuses what is not known; nothing is fetched for it.
pub(crate) fn read(env: &mut Env, args: &SelectionArgs, source: &SourceArgs) -> Result<Selection, Failure> {
    let files = [("--detect", args.detect.as_ref()), ("--installed", source.installed.as_ref())];
    let lists = args.add_file.iter().map(|file| ("--add-file", Some(file)));
    let on_stdin: Vec<&str> = files
        .into_iter()
        .chain(lists)
        .filter(|(_, file)| *file == Some(&"-".to_owned()))
        .map(|(flag, _)| flag)
        .collect();
    if let [one, other, ..] = on_stdin[..] {
        return Err(Failure::usage(
            format!("{one} and {other} cannot both read standard input"),
            "put one of them into a file",
        ));
    }
    let mut selection = Selection::new();
    for name in &args.chip {
        selection = selection.chip(name)?;
    }
    for text in &args.device {
        selection = selection.device(text.parse::<DeviceId>()?);
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
    for file in &args.add_file {
        let bytes = input::read(env, file, LIST_CAP)
            .map_err(|error| Failure::unreadable(format_args!("--add-file {file}"), &error))?;
        let list = PackageList::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
            Failure::usage(
                format!("--add-file {file}: {error}"),
                "a name a line; apk's world and the lists that opkg, sysupgrade and uci save are read too",
            )
        })?;
        selection = list.add.iter().fold(selection, |selection, name| selection.package(name));
        selection = list.omit.iter().fold(selection, |selection, name| selection.omit(name));
    }
    let wpad = match args.wpa.as_deref() {
        None => Wpad::OfRelease,
        Some("none") => Wpad::None,
        Some(package) => Wpad::Package(package.to_owned()),
    };
    selection = selection.wpad(wpad).allow_upgrade(args.allow_upgrade);
    selection = selection.variant(args.variant);
    let Some(named) = &args.detect else { return Ok(selection) };
    let listing = Listing::read(env, Some(named))?;
    if let Some(cut) = listing.cut() {
        selection.warn(cut);
    }
    match selection.take_listing(&listing.detected) {
        true => Ok(selection),
        false => Err(listing.shows_nothing()),
    }
}

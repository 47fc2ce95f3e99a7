//! `owpkg detect`: names the network cards of a listing or of this machine.

use std::io::{self, Write};

use clap::Args;

use crate::cli::args::LearnArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::learned::{self, Known};
use crate::cli::listing::{Listing, Origin};
use crate::cli::ui::device::DeviceGroup;
use crate::cli::ui::json;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::field;
use crate::cli::ui::warnings::warn;
use crate::hardware::{Catalogue, DeviceNotes, DevicesReport, Series};
use crate::shell;

/// Most chips and ids that the next step names one by one.
const MOST_NAMED: usize = 4;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  lspci -nnk | owpkg detect\n  pciconf -lv | owpkg detect\n  owpkg detect \
                        dmesg.txt --release 23.05.5\n  owpkg detect /sys"
)]
pub(crate) struct DetectArgs {
    /// The listing; - or a pipe is read too, a folder like /sys is a machine's, and this machine's is the default
    #[arg(value_name = "FILE|-")]
    pub(crate) file: Option<String>,
    /// Print the devices as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The release whose packages to name.
    #[command(flatten)]
    pub(crate) learn: LearnArgs,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &DetectArgs) -> Result<(), Failure> {
    devices(env, args, |env, listing, known, report| {
        if args.json {
            return json::print(&mut env.out, report).map_err(Failure::stdout);
        }
        let style = Style::new(env.out_is_terminal, env);
        let alike = DeviceGroup::group(&report.devices);
        let next = next_step(&listing.origin, &alike, &args.learn);
        print(&mut env.out, style, &listing.origin, known, &alike, next).map_err(Failure::stdout)
    })
}

/// Names the devices of a listing, of which there is at least one, and does something with them.
pub(crate) fn devices<T>(
    env: &mut Env,
    args: &DetectArgs,
    act: impl FnOnce(&mut Env, &Listing, &Known<'_>, &DevicesReport) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let listing = Listing::read(env, args.file.as_deref())?;
    warn(env, listing.cut())?;
    learned::with(env, &args.learn, |env, known| {
        let mut report = known.ask(|offer| Catalogue::builtin().report(&listing.detected, offer));
        if let Some(learned) = &known.learned {
            learned.survey.amend(&mut report, &listing.detected.devices);
        }
        if report.devices.is_empty() {
            return Err(listing.shows_nothing());
        }
        act(env, &listing, known, &report)
    })
}

fn print_one(out: &mut dyn Write, style: Style, device: &DeviceGroup<'_>, series: Series) -> io::Result<()> {
    let report = device.report;
    let verdict = device.verdict(series);
    let verdict = if device.works() { style.good(&verdict) } else { style.bad(&verdict) };
    writeln!(out, "\n{}: {verdict}", style.strong(&device.title()))?;
    field(out, style, "where", &device.place())?;
    let chips = report.chip.as_slice().join(", ");
    if !chips.is_empty() {
        let what = format!("{chips} ({}, certainty {})", device.kinds(), report.certainty);
        field(out, style, "chip", &what)?;
    }
    field(out, style, "driver", &report.kmods.join(" "))?;
    field(out, style, "firmware", &report.firmware.join(" "))?;
    field(out, style, "programs", &report.userspace.join(" "))?;
    let DeviceNotes { facts, choices } = &report.notes;
    facts.iter().try_for_each(|note| field(out, style, "note", note))?;
    for id in &report.offers {
        field(out, style, "Bluetooth", &format!("its other half, usually {id}: --device {id} adds it"))?;
    }
    let mut names: Vec<&str> = choices.iter().map(|choice| choice.choice).collect();
    names.dedup();
    match choices.first() {
        Some(first) => {
            let which = format!("{}: see owpkg chips {}", names.join(", "), first.chip);
            field(out, style, "choices", &which)
        }
        None => Ok(()),
    }
}

fn print(
    out: &mut dyn Write,
    style: Style,
    origin: &Origin,
    known: &Known<'_>,
    devices: &[DeviceGroup<'_>],
    next: Option<String>,
) -> io::Result<()> {
    let (logged, cards): (Vec<_>, Vec<_>) = devices.iter().partition(|device| device.is_firmware());
    let files: usize = logged.iter().map(|files| files.lines.len()).sum();
    let counts: Vec<String> = [(cards.len(), "network device"), (files, "missing firmware file")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let counts = counts.join(" and ");
    let heading = format!("{counts} in {origin}, for OpenWrt {}", known.title);
    writeln!(out, "{}", style.faint(&heading))?;
    devices.iter().try_for_each(|device| print_one(out, style, device, known.series))?;
    match next {
        Some(next) => writeln!(out, "\n{} {next}", style.help("next:")),
        None => Ok(()),
    }
}

/// The command that goes on with what was found; none when the release supports nothing of it.
fn next_step(origin: &Origin, devices: &[DeviceGroup<'_>], learn: &LearnArgs) -> Option<String> {
    let supported = || devices.iter().filter(|device| device.is_supported());
    supported().next()?;
    // A bare series names no release that could be fetched.
    let whole = |text: &&str| text.ends_with("SNAPSHOT") || text.split('.').count() > 2;
    let release = learn.release.as_deref().filter(whole);
    let release = release.map_or(String::new(), |text| format!(" --release {}", shell::word(text)));
    let tree = learn.tree.as_deref().map_or(String::new(), |tree| format!(" --tree {}", shell::word(tree)));
    let release = release + &tree;
    // What only the release's own modules list is not looked for among all that a listing shows.
    let learned =
        |device: &&DeviceGroup<'_>| !device.is_firmware() && device.report.chip.as_slice().is_empty();
    let origin = if supported().any(|device| learned(&device)) { &Origin::Stdin } else { origin };
    Some(match origin {
        Origin::File(name) | Origin::Machine(name) => {
            format!("owpkg resolve --detect {}{release}", shell::word(name))
        }
        Origin::Stdin => match named(supported()) {
            Some(selection) => format!("owpkg resolve {selection}{release}"),
            None => format!("put the listing into a file, then owpkg resolve --detect FILE{release}"),
        },
    })
}

/// Devices by chip where that is certain, else by id; nothing where they are too many.
fn named<'a>(devices: impl Iterator<Item = &'a DeviceGroup<'a>>) -> Option<String> {
    let (mut chips, mut ids, mut packages) = (Vec::new(), Vec::new(), Vec::new());
    for device in devices {
        let (list, word) = match (device.report.chip.as_slice(), device.device_argument()) {
            ([chip], _) => (&mut chips, (*chip).to_owned()),
            (_, Some(id)) => (&mut ids, id),
            (_, None) => {
                (&mut packages, device.report.firmware.first().or(device.report.kmods.first())?.clone())
            }
        };
        if !list.contains(&word) {
            list.push(word);
        }
    }
    if chips.len() + ids.len() + packages.len() > MOST_NAMED {
        return None;
    }
    let options = [("--chip", chips), ("--device", ids), ("--add", packages)];
    let flags =
        options.iter().flat_map(|(option, words)| words.iter().map(move |word| format!("{option} {word}")));
    Some(flags.collect::<Vec<_>>().join(" "))
}

//! `owpkg chips`: searches the catalogue.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use crate::cli::args::LearnArgs;
use crate::cli::args::choice;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::learned::{self, Known};
use crate::cli::ui::chip;
use crate::cli::ui::json;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::table;
use crate::hardware::{
    Catalogue, ChipEntry, DeviceId, FamilyEntry, Found, Kind, Listing, ProductEntry, Status,
};
use crate::proof::ListedBy;

/// Most products that people are shown.
const MOST_PRODUCTS: usize = 20;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg chips iwl7265d\n  owpkg chips realtek usb --kind wifi\n  owpkg chips 8086:2723\n  \
                        owpkg chips ath10k --release 23.05"
)]
pub(crate) struct ChipsArgs {
    /// What to look for: a name, driver, package, maker or id; the whole catalogue without it
    pub(crate) words: Vec<String>,
    /// Only chips of this kind
    #[arg(long, value_parser = choice::kind(), value_name = "KIND")]
    pub(crate) kind: Option<Kind>,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The release whose packages to name.
    #[command(flatten)]
    pub(crate) learn: LearnArgs,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &ChipsArgs) -> Result<(), Failure> {
    learned::with(env, &args.learn, |env, known| search(env, args, known))
}

/// `owpkg.chips/1`.
#[derive(Serialize)]
struct ChipsJson<'a> {
    #[serde(flatten)]
    listing: &'a Listing,
    #[serde(skip_serializing_if = "Option::is_none")]
    listed_by: Option<&'a [ListedBy]>,
}

fn search(env: &mut Env, args: &ChipsArgs, known: &Known<'_>) -> Result<(), Failure> {
    let catalogue = Catalogue::builtin();
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    let found = catalogue.search(&words, args.kind);
    let listed_by = listed_by(&args.words, known);
    if found.is_empty() && listed_by.is_empty() {
        return Err(nothing(catalogue, &words.join(" "), args.kind));
    }
    let listing = known.ask(|offer| catalogue.listing(&found, offer, &|package| known.size(package)));
    if args.json {
        let json =
            ChipsJson { listing: &listing, listed_by: known.learned.is_some().then_some(&listed_by[..]) };
        return json::print(&mut env.out, &json).map_err(Failure::stdout);
    }
    let style = Style::new(env.out_is_terminal, env);
    for listed in &listed_by {
        writeln!(env.out, "{listed}").map_err(Failure::stdout)?;
    }
    if found.is_empty() {
        return Ok(());
    }
    let wide = !env.out_is_terminal;
    let named = catalogue.find(&words.join(" ")).ok();
    print(&mut env.out, style, listing, named, known.series, wide).map_err(Failure::stdout)
}

/// The modules of the release that list an id among the words.
fn listed_by(words: &[String], known: &Known<'_>) -> Vec<ListedBy> {
    let Some(learned) = &known.learned else { return Vec::new() };
    let ids = words.iter().filter_map(|word| word.parse::<DeviceId>().ok());
    ids.flat_map(|id| learned.survey.listed_by_any_bus(id)).collect()
}

/// The failure that the catalogue holds no such chip.
fn nothing(catalogue: &Catalogue, asked: &str, kind: Option<Kind>) -> Failure {
    let of_kind = kind.map_or(String::new(), |kind| format!(" of the kind {kind}"));
    let help = match catalogue.find(asked) {
        Ok(other) => format!("{} is of another kind: leave out --kind", other.name()),
        Err(unknown) if unknown.near.is_empty() => {
            "words are looked for in names, drivers, packages, makers and ids; owpkg chips lists all"
                .to_owned()
        }
        Err(unknown) => format!("did you mean {}?", unknown.near.join(", ")),
    };
    Failure::new(
        Exit::Unknown,
        format!("the catalogue has no chip{of_kind} that meets {asked:?}"),
        Some(help),
    )
}

/// The card of the chip or family that was named, or that alone was found; then the rest as tables.
fn print(
    out: &mut dyn Write,
    style: Style,
    listing: Listing,
    named: Option<Found<'_>>,
    series: crate::hardware::Series,
    wide: bool,
) -> io::Result<()> {
    let Listing { mut families, mut chips, mut products, .. } = listing;
    let only = families.len() + chips.len() == 1;
    let is_named = |name: &str| only || named.is_some_and(|named| named.name() == name);
    if let Some(position) = chips.iter().position(|chip| is_named(chip.name)) {
        let card = chips.remove(position);
        // Products with that chip and no other say nothing new.
        products.retain(|product| product.chips != [card.name]);
        chip::chip(out, style, &card, series)?;
    } else if let Some(position) = families.iter().position(|family| is_named(family.name)) {
        let family = families.remove(position);
        chips.retain(|chip| !family.members.iter().any(|member| member.chip == chip.name));
        chip::family(out, style, &family, series, wide)?;
    } else {
        tables(out, style, &families, &chips, &products, wide)?;
        let rest = "\nowpkg chips NAME tells all of one; owpkg resolve --chip NAME makes its plan";
        return if wide { Ok(()) } else { writeln!(out, "{}", style.faint(rest)) };
    }
    if families.is_empty() && chips.is_empty() && products.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.faint("also found:"))?;
    tables(out, style, &families, &chips, &products, wide)
}

fn tables(
    out: &mut dyn Write,
    style: Style,
    families: &[FamilyEntry],
    chips: &[ChipEntry],
    products: &[ProductEntry],
    wide: bool,
) -> io::Result<()> {
    let families: Vec<[String; 2]> = families
        .iter()
        .map(|family| {
            let members: Vec<&str> = family.members.iter().map(|member| member.chip).collect();
            [family.name.to_owned(), members.join(" ")]
        })
        .collect();
    table(out, style, ["FAMILY", "CHIPS"], &families, wide)?;
    if !families.is_empty() && !chips.is_empty() {
        writeln!(out)?;
    }
    let chips: Vec<[String; 5]> = chips.iter().map(row).collect();
    table(out, style, ["CHIP", "KIND", "BUS", "RELEASES", "PACKAGES"], &chips, wide)?;
    if !chips.is_empty() && !products.is_empty() {
        writeln!(out)?;
    }
    let shown = if wide { products.len() } else { products.len().min(MOST_PRODUCTS) };
    let rows: Vec<[String; 4]> = products[..shown].iter().map(product).collect();
    table(out, style, ["PRODUCT", "VERSION", "CHIPS", "ID"], &rows, wide)?;
    match products.len() - shown {
        0 => Ok(()),
        more => writeln!(out, "{}", style.faint(&format!("and {more} more products"))),
    }
}

fn product(product: &ProductEntry) -> [String; 4] {
    let ProductEntry { name, version, ids, chips, .. } = product;
    [(*name).to_owned(), (*version).to_owned(), chips.join(" "), ids.join(" ")]
}

fn row(chip: &ChipEntry) -> [String; 5] {
    let packages: Vec<&str> = chip.kmods.iter().chain(&chip.firmware).map(String::as_str).collect();
    let packages = match chip.status {
        Status::NoDriverPackage => "no driver package".to_owned(),
        Status::FirmwareMissing => format!("{} (its firmware is not packaged)", packages.join(" ")),
        _ => packages.join(" "),
    };
    [chip.name.to_owned(), chip.kind.to_string(), chip.bus.to_string(), chip::releases(chip), packages]
}

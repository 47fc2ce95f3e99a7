//! `owpkg vm`: how to run OpenWrt in a virtual machine with the card passed through. Nothing is run.

use std::io::{self, Write};

use clap::Args;

use crate::cli::args::choice;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::listing::Listing;
use crate::cli::ui::style::Style;
use crate::cli::ui::vm as words;
use crate::cli::ui::vm_guide;
use crate::cli::ui::warnings::{warn, warn_of};
use crate::vm::{self, CardName, Disks, Form, HostHardware, Hypervisor, Machine, NotACard, Request};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg vm bhyve --guide\n  pciconf -lv | owpkg vm bhyve --detect - --image openwrt.img\n  \
                        owpkg vm bhyve --detect cards.txt --image openwrt.img --form vm-bhyve\n  \
                        owpkg vm qemu --detect cards.txt --image openwrt.img --disk pkgs.img --script\n  \
                        owpkg vm proxmox --detect cards.txt --image openwrt.img --card 03:00.0 --memory 512"
)]
pub(crate) struct VmArgs {
    /// What runs the virtual machine
    #[arg(value_parser = choice::hypervisor())]
    pub(crate) host: Hypervisor,
    /// The host's listing, as owpkg detect reads it; - reads standard input, a folder like /sys is a machine's
    #[arg(long, value_name = "FILE|-", required_unless_present = "guide")]
    pub(crate) detect: Option<String>,
    /// OpenWrt's image (see owpkg image)
    #[arg(long, value_name = "FILE", required_unless_present = "guide")]
    pub(crate) image: Option<String>,
    /// The disk of packages (see owpkg disk), where the image does not carry it
    #[arg(long, value_name = "FILE")]
    pub(crate) disk: Option<String>,
    /// The card where there are several: by its place (2/0/0, 02:00.0, on USB 1-4.2) or its numbers; repeat it for several
    #[arg(long, value_name = "CARD")]
    pub(crate) card: Vec<String>,
    /// What the recipe comes as
    #[arg(long, value_name = "FORM", value_parser = choice::form(), default_value = "script")]
    pub(crate) form: Form,
    /// Memory of the machine in MiB; without it what the card and the packages need
    #[arg(long, value_name = "MIB")]
    pub(crate) memory: Option<u32>,
    /// Processors of the machine
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) cpus: u32,
    /// The bridge of the host's for the guest's LAN; without it one of its own
    #[arg(long, value_name = "NAME")]
    pub(crate) bridge: Option<String>,
    /// Where the guest sees the card, by which OpenWrt names the radio
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) slot: u8,
    /// Print the recipe of a card that endangers the host
    #[arg(long)]
    pub(crate) anyway: bool,
    /// Print the script, or the form's configuration, alone
    #[arg(long, conflicts_with = "json")]
    pub(crate) script: bool,
    /// Print the whole way from the card to the guest, in six commands
    #[arg(long, conflicts_with_all = ["detect", "image", "disk", "card", "script", "json"])]
    pub(crate) guide: bool,
    /// Print the recipe as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &VmArgs) -> Result<(), Failure> {
    let hypervisor = args.host;
    // Without --guide both are there: clap sees to it.
    let (Some(listing), Some(image)) = (&args.detect, &args.image) else {
        return write!(env.out, "{}", vm_guide::guide(hypervisor)).map_err(Failure::stdout);
    };
    let cards = args.card.iter().map(|card| card.parse());
    let cards = cards.collect::<Result<Vec<CardName>, NotACard>>().map_err(|error| {
        Failure::usage(format!("--card: {error}"), "see the first word of the card's line in the listing")
    })?;
    let listing = Listing::read(env, Some(listing))?;
    warn(env, listing.cut())?;
    let hardware = HostHardware::find(&listing.text, &listing.detected, &cards, hypervisor)?;
    is_file(env, "--image", image)?;
    if let Some(disk) = &args.disk {
        is_file(env, "--disk", disk)?;
    }
    let packages = args.disk.as_ref().map(|disk| env.path(disk));
    let disks = Disks::look(&env.path(image), packages.as_deref(), hypervisor)?;
    let machine =
        Machine { memory: args.memory, cpus: args.cpus, bridge: args.bridge.clone(), slot: args.slot };
    let warnings = vm::warnings(hypervisor, &hardware, &disks, &machine, args.anyway)?;
    let origin = listing.origin.to_string();
    let request = Request {
        hypervisor,
        form: args.form,
        hardware: &hardware,
        disks: &disks,
        machine: &machine,
        listing: &origin,
    };
    let recipe = vm::recipe(request)?;
    warnings.iter().try_for_each(|warning| warn_of(env, words::warning(warning, hypervisor)))?;
    let style = Style::new(env.out_is_terminal, env);
    let printed = if args.json {
        words::print_json(&mut env.out, &recipe)
    } else if args.script {
        write!(env.out, "{}", recipe.script)
    } else {
        words::print(&mut env.out, style, &recipe, &disks)
    };
    printed.map_err(Failure::stdout)
}

/// Checks that a file of the virtual machine is there.
fn is_file(env: &Env, flag: &str, name: &str) -> Result<(), Failure> {
    let unreadable = |error: &io::Error| {
        let how = if flag == "--image" { "owpkg image OUT fetches it" } else { "owpkg disk OUT makes it" };
        Failure::unreadable(format_args!("{flag} {name}"), error).helped(format!("is the name right? {how}"))
    };
    match std::fs::metadata(env.path(name)) {
        Err(error) => Err(unreadable(&error)),
        Ok(found) if found.is_dir() => Err(unreadable(&io::ErrorKind::IsADirectory.into())),
        Ok(_) => Ok(()),
    }
}

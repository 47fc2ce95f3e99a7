//! `owpkg vm`: how to run OpenWrt in a virtual machine with the card passed through. Nothing is run.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use crate::cli::args::choice;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::listing;
use crate::cli::ui::json;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::wrap;
use crate::cli::ui::vm_guide;
use crate::cli::ui::warnings::warn_of;
use crate::disk::check::{self, DiskSource};
use crate::uci_defaults::StaticAddress;
use crate::vm::{self, Body, Disks, HostHardware, Hypervisor, Recipe};

/// `owpkg vm`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg vm bhyve --guide\n  pciconf -lv | owpkg vm bhyve --detect - --image openwrt.img \
                        --disk pkgs.img\n  owpkg vm qemu --detect cards.txt --image openwrt.img --disk pkgs.img --script"
)]
pub(crate) struct VmArgs {
    /// What runs the virtual machine
    #[arg(value_parser = choice::hypervisor())]
    pub(crate) host: Hypervisor,
    /// The host's `pciconf -lv` or `lspci -nnk`; - reads standard input
    #[arg(long, value_name = "FILE|-", required_unless_present = "guide")]
    pub(crate) detect: Option<String>,
    /// OpenWrt's image (see owpkg image)
    #[arg(long, value_name = "FILE", required_unless_present = "guide")]
    pub(crate) image: Option<String>,
    /// The disk of packages (see owpkg disk)
    #[arg(long, value_name = "FILE", required_unless_present = "guide")]
    pub(crate) disk: Option<String>,
    /// The card's place on the host where there are several: 2/0/0, 02:00.0
    #[arg(long, value_name = "SLOT")]
    pub(crate) card: Option<String>,
    /// Print the script alone
    #[arg(long, conflicts_with = "json")]
    pub(crate) script: bool,
    /// Print the whole way from the card to the guest, in ten commands
    #[arg(long, conflicts_with_all = ["detect", "image", "disk", "card", "script", "json"])]
    pub(crate) guide: bool,
    /// Print the recipe as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `owpkg.vm/1`.
#[derive(Serialize)]
struct VmJson<'a> {
    schema: &'static str,
    #[serde(flatten)]
    recipe: &'a Recipe,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &VmArgs) -> Result<(), Failure> {
    let hypervisor = args.host;
    // Without --guide all three are there: clap sees to it.
    let (Some(listing), Some(image), Some(disk)) = (&args.detect, &args.image, &args.disk) else {
        return write!(env.out, "{}", vm_guide::guide(hypervisor)).map_err(Failure::stdout);
    };
    let card = args.card.as_deref().map(str::parse).transpose();
    let card = card.map_err(|error: crate::hardware::detect::NotASlot| {
        Failure::usage(format!("--card: {error}"), "see the first word of the card's line in the listing")
    })?;
    let (text, origin) = listing::read_text(env, listing)?;
    let found = HostHardware::in_text(&text, card)?;
    is_file(env, "--image", image)?;
    is_file(env, "--disk", disk)?;
    let (image, packages) = (env.path(image), env.path(disk));
    let lock = DiskSource::of(&packages).and_then(|source| check::lock(&source));
    if !matches!(lock, Ok(Some(_))) {
        let about =
            "no disk of owpkg's that can be read, so OpenWrt's own address is taken to be 192.168.1.1/24";
        warn_of(env, format_args!("{disk} is {about}"))?;
    }
    let lan = lock.ok().flatten().and_then(|lock| lock.lan()).map(StaticAddress::of).transpose()?;
    let disks = Disks { image: image.as_str(), packages: packages.as_str(), lan };
    let recipe = vm::recipe(hypervisor, &found, disks, &origin.to_string())?;
    vm::notes(&found).iter().try_for_each(|note| warn_of(env, note))?;
    let style = Style::new(env.out_is_terminal, env);
    let printed = if args.json {
        json::print(&mut env.out, &VmJson { schema: "owpkg.vm/1", recipe: &recipe })
    } else if args.script {
        write!(env.out, "{}", recipe.script)
    } else {
        print(&mut env.out, style, &recipe)
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

/// Prints the steps; what belongs into files and on command lines is not wrapped.
fn print(out: &mut dyn Write, style: Style, recipe: &Recipe) -> io::Result<()> {
    writeln!(out, "{}", style.strong(&recipe.title))?;
    for source in &recipe.sources {
        writeln!(out, "  line {}: {}", source.line, source.value)?;
        writeln!(out, "    {}", style.faint(&source.text))?;
    }
    for (position, step) in recipe.steps.iter().enumerate() {
        writeln!(out)?;
        let number = format!("{:>2}. ", position + 1);
        for (at, line) in wrap(&step.what, style.width - number.len()).iter().enumerate() {
            writeln!(out, "{}{line}", if at == 0 { &*number } else { "    " })?;
        }
        let (path, text) = match &step.body {
            Body::File { path, text } => (Some(path), text.clone()),
            Body::Script { path } => (Some(path), recipe.script.clone()),
            Body::Commands(commands) => (None, commands.join("\n")),
        };
        if let Some(path) = path {
            writeln!(out, "    {}", style.strong(&format!("{path}:")))?;
        }
        writeln!(out)?;
        text.lines().try_for_each(|line| match line.is_empty() {
            true => writeln!(out),
            false => writeln!(out, "        {line}"),
        })?;
    }
    Ok(())
}

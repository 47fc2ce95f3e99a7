//! How the commands that end in a disk make it: the plan's lock, the verified files, the output, what is said of it.

use clap::{Args, ValueEnum};

use super::args::configuration::ConfigurationArgs;
use super::args::wifi::{SetupArgs, SetupRequest};
use super::env::Env;
use super::error::{Exit, Failure};
use super::planning::{self, Joined};
use super::setup_notes::RouterPackages;
use super::ui::disk::Written;
use super::ui::warnings::{warn, warn_of, warn_of_readers};
use crate::disk::{self, OutputFormat, OutputOptions, write};
use crate::fat::{FatKind, Label, Size};
use crate::files::Permissions;
use crate::lock::{Bundle, Lock};
use crate::overlay::Overlay;
use crate::selection::Selection;
use crate::uci_defaults::Setup;

/// What to write, shared by the commands that make a disk.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to write")]
pub struct OutputArgs {
    /// What to write
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: DiskFormat,
    /// Size of the image, like 5M (MiB) or 64K (KiB); the smallest that will do without it
    #[arg(long, value_name = "SIZE")]
    pub size: Option<String>,
    /// Kind of FAT; chosen by size without it
    #[arg(long, value_name = "BITS", value_parser = ["12", "16", "32"])]
    pub fat: Option<String>,
    /// Label of the image
    #[arg(long, value_name = "LABEL", default_value = "OWPKG")]
    pub label: String,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
    /// What to set on the router.
    #[command(flatten)]
    pub configuration: ConfigurationArgs,
    /// What the router is to be set to at its next start.
    #[command(flatten)]
    pub setup: SetupArgs,
}

/// What kind of disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DiskFormat {
    /// A FAT image, to attach as a disk
    #[default]
    Fat,
    /// A tar, to copy by scp
    Tar,
    /// A folder
    Dir,
}

impl DiskFormat {
    /// What to do with a disk of this kind.
    pub fn next(self) -> &'static str {
        match self {
            DiskFormat::Fat => {
                "attach it to the router as a disk, then there:\n  \
                 mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs && sh /tmp/pkgs/install.sh"
            }
            DiskFormat::Tar => {
                "copy it to the router, then there:\n  \
                 mkdir -p /tmp/pkgs && tar -xf /tmp/pkgs.tar -C /tmp/pkgs && sh /tmp/pkgs/install.sh"
            }
            DiskFormat::Dir => "copy the folder to the router, then there: sh install.sh",
        }
    }
}

/// What the arguments say of the output.
pub struct ImageOptions {
    format: OutputFormat,
    size: Size,
    kind: Option<FatKind>,
    label: Label,
    json: bool,
}

/// What the arguments say of the router beside its packages.
pub struct DiskOptions<'a> {
    args: &'a OutputArgs,
    overlay: Overlay,
    setup: SetupRequest,
}

/// What a disk brings beside the packages.
pub struct RouterSetup {
    overlay: Overlay,
    setup: Setup,
}

impl ImageOptions {
    /// Reads them, and refuses what does not go together; nothing is fetched for it.
    pub fn read(args: &OutputArgs) -> Result<ImageOptions, Failure> {
        let format = match args.format {
            DiskFormat::Fat => OutputFormat::Fat,
            DiskFormat::Tar => OutputFormat::Tar,
            DiskFormat::Dir => OutputFormat::Dir,
        };
        if format != OutputFormat::Fat && (args.size.is_some() || args.fat.is_some()) {
            return Err(Failure::usage("--size and --fat are for --format fat", "leave them out"));
        }
        let kind = args.fat.as_deref().map(|bits| match bits {
            "12" => FatKind::Fat12,
            "16" => FatKind::Fat16,
            _ => FatKind::Fat32,
        });
        let label = Label::new(&args.label)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string(), error.help()))?;
        let size = args.size.as_deref().map(parse_size).transpose()?;
        Ok(ImageOptions {
            format,
            size: size.map_or(Size::Smallest, Size::Exactly),
            kind,
            label,
            json: args.json,
        })
    }

    fn options(&self, lock: &Lock) -> OutputOptions {
        let ImageOptions { format, size, kind, label, .. } = *self;
        OutputOptions { format, size, kind, label, ..OutputOptions::of(lock) }
    }
}

impl<'a> DiskOptions<'a> {
    /// Reads them, with the key of a Wi-Fi; nothing is fetched for it. `others` are the other arguments that may name
    /// standard input.
    pub fn read(
        env: &mut Env,
        args: &'a OutputArgs,
        others: &[&Option<String>],
    ) -> Result<DiskOptions<'a>, Failure> {
        let overlay = args.configuration.overlay(env)?;
        Ok(DiskOptions { args, overlay, setup: args.setup.read(env, others)? })
    }
}

impl DiskOptions<'_> {
    /// A lock that was read, with the configuration of its disk.
    pub fn join_lock(self, env: &mut Env, lock: Lock) -> Result<(Lock, RouterSetup), Failure> {
        let DiskOptions { args, mut overlay, setup } = self;
        let (setup, notes) = setup.bring(&RouterPackages::of_lock(&lock), &mut overlay)?;
        notes.iter().try_for_each(|note| warn_of(env, note))?;
        let lock = args.configuration.join(lock, &overlay)?;
        Ok((lock, RouterSetup { overlay, setup }))
    }

    /// The lock of the plan for a selection, whose warnings are told, with the configuration of its disk.
    pub fn plan(
        self,
        env: &mut Env,
        joined: &Joined<'_>,
        selection: &Selection,
    ) -> Result<(Lock, RouterSetup), Failure> {
        let DiskOptions { args, mut overlay, setup } = self;
        let mut planned = joined.plan(env, selection)?;
        if args.format == DiskFormat::Fat {
            planned.warn_of_fat();
        }
        let (setup, notes) = setup.bring(&RouterPackages::of_plan(&planned), &mut overlay)?;
        let configuration = args.configuration.plan(&mut planned, &overlay)?;
        warn(env, planned.warnings.iter().cloned())?;
        notes.iter().try_for_each(|note| warn_of(env, note))?;
        let lock = planning::lock(env, &planned)?.configured(configuration);
        Ok((lock, RouterSetup { overlay, setup }))
    }
}

impl RouterSetup {
    /// Writes the disk of a bundle to `out`, and says so; `next` is what to do with it.
    pub fn write(
        &self,
        env: &mut Env,
        bundle: &Bundle,
        out: &str,
        settings: &ImageOptions,
        next: &str,
    ) -> Result<(), Failure> {
        let entries = disk::contents(bundle, &self.overlay)?;
        let lock = &bundle.lock;
        let placed = write(&env.path(out), &entries, &settings.options(lock))?;
        if lock.is_secret() && placed.permissions == Permissions::All {
            warn_of_readers(env, out)?;
        }
        let unpacked = settings.format == OutputFormat::Dir;
        let written = Written { out, placed, lock, setup: &self.setup, next, unpacked };
        written.tell(env, settings.json).map_err(Failure::stdout)
    }
}

/// A size in bytes, or with K, M or G for powers of 1024.
pub fn parse_size(text: &str) -> Result<u64, Failure> {
    let wrong =
        || Failure::usage(format!("--size {text}: expected a size"), "like 5M for 5 MiB, 512K, or bytes");
    let upper = text.to_ascii_uppercase();
    let digits = upper.trim_end_matches("IB").trim_end_matches('B');
    let (digits, shift) = match digits.strip_suffix(['K', 'M', 'G']) {
        Some(number) => (number, 10 * (1 + "KMG".find(&digits[number.len()..]).unwrap_or(0))),
        None => (digits, 0),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

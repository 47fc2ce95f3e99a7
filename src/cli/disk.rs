//! `owpkg disk`: writes the disk of a selection or of a lock.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::args::{SelectionArgs, SourceArgs};
use super::configuration::{self, ConfigurationArgs, ConfigurationJson};
use super::env::Env;
use super::failure::{Exit, Failure};
use super::report;
use super::request::Selected;
use super::session::{self, Session};
use super::setup::{self, Asked, SetupArgs};
use super::setup_notes::Ground;
use super::subject;
use crate::output::fat::{FatKind, Label, Size};
use crate::output::setup::Setup;
use crate::output::{Bundle, Lock, OutputFormat, OutputOptions, Overlay, disk, write};
use crate::trust;

/// `owpkg disk`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg disk pkgs.img --chip iwl7265d\n  owpkg disk pkgs.img --size 5M\n  \
                        owpkg disk pkgs.tar --format tar --chip mt7921e\n  \
                        owpkg disk pkgs.img --chip AX210 --files my-files --disable-service dnsmasq uhttpd"
)]
pub struct DiskArgs {
    /// The image, tar or folder to write
    pub out: String,
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
    /// The lock to read when nothing is selected
    #[arg(long, value_name = "FILE", default_value = "owpkg.lock")]
    pub lock: String,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
    // Headings go on until the next one, so these come last.
    /// What to install.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub source: SourceArgs,
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

/// Runs the command.
pub fn run(env: &mut Env, args: &DiskArgs) -> Result<(), Failure> {
    let settings = Settings::read(args)?;
    let mut overlay = args.configuration.overlay(env)?;
    let setup = args.setup.read(env, &[&args.selection.detect, &args.source.installed])?;
    let mut session = Session::new(env, &args.source)?;
    let (lock, setup) = match args.selection.is_empty() {
        true => {
            let lock = subject::read_lock(env, &args.lock)?;
            let (setup, notes) = setup.bring(&Ground::of_lock(&lock), &mut overlay)?;
            session::warn(env, &notes)?;
            (args.configuration.join(lock, &overlay)?, setup)
        }
        false => {
            let selection = Selected::read(env, &args.selection, &args.source)?;
            make_lock(env, args, &session, &selection, setup, &mut overlay)?
        }
    };
    if lock.demo && session.built_in.is_none() {
        session.turn_to_demo()?;
    }
    let bundle =
        Bundle::fetch(&session.fetcher, &session.keyring, session.unsigned, lock, session.built_in.as_ref())?;
    let entries = disk::contents(&bundle, &overlay)?;
    let options = settings.options(&bundle.lock);
    let bytes = write(&env.path(&args.out), &entries, &options)?;
    report(env, args, &bundle.lock, &setup, bytes).map_err(Failure::stdout)
}

fn make_lock(
    env: &mut Env,
    args: &DiskArgs,
    session: &Session,
    selection: &Selected<'_>,
    setup: Asked,
    overlay: &mut Overlay,
) -> Result<(Lock, Setup), Failure> {
    let release = session.open(env, &args.source)?;
    let (universe, odd) = release.universe()?;
    let mut planned = session.plan(&release, &universe, selection)?;
    planned.warnings.extend(odd);
    if args.format == DiskFormat::Fat {
        planned.warn_of_fat();
    }
    let (setup, notes) = setup.bring(&Ground::of_plan(&planned), overlay)?;
    planned.warnings.extend(notes);
    let configuration = args.configuration.plan(&mut planned, overlay)?;
    session::warn(env, &planned.warnings)?;
    Ok((planned.lock(env, &release)?.configured(configuration), setup))
}

/// What the arguments say of the output.
struct Settings {
    format: OutputFormat,
    size: Size,
    kind: Option<FatKind>,
    label: Label,
}

impl Settings {
    fn read(args: &DiskArgs) -> Result<Settings, Failure> {
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
        Ok(Settings { format, size: size.map_or(Size::Smallest, Size::Exactly), kind, label })
    }

    /// The volume id comes from the lock, so that the same lock gives the same image.
    fn options(&self, lock: &Lock) -> OutputOptions {
        let [a, b, c, d, ..] = trust::sha256(lock.to_text().as_bytes());
        OutputOptions {
            format: self.format,
            size: self.size,
            kind: self.kind,
            label: self.label,
            volume_id: u32::from_le_bytes([a, b, c, d]),
            date: lock.date,
            private: lock.is_secret(),
        }
    }
}

/// A size in bytes, or with K, M or G for powers of 1024.
pub(super) fn parse_size(text: &str) -> Result<u64, Failure> {
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

/// `owpkg.disk/1`.
#[derive(Serialize)]
struct DiskJson<'a> {
    schema: &'static str,
    out: &'a str,
    size: u64,
    packages: usize,
    feeds: Vec<&'a str>,
    install: &'a [String],
    demo: bool,
    accepted_unsigned: bool,
    configuration: Option<ConfigurationJson<'a>>,
}

fn report(env: &mut Env, args: &DiskArgs, lock: &Lock, setup: &Setup, bytes: u64) -> std::io::Result<()> {
    if args.json {
        let json = DiskJson {
            schema: "owpkg.disk/1",
            out: &args.out,
            size: bytes,
            packages: lock.packages.len(),
            feeds: lock.feeds.iter().map(|feed| feed.name.as_str()).collect(),
            install: &lock.install,
            demo: lock.demo,
            accepted_unsigned: lock.accepted_unsigned,
            configuration: lock.configuration.as_ref().map(ConfigurationJson::of),
        };
        serde_json::to_writer_pretty(&mut env.out, &json)?;
        return writeln!(env.out);
    }
    let demo = if lock.demo { "DEMO: " } else { "" };
    writeln!(env.out, "{demo}wrote {}: {} packages, {}", args.out, lock.packages.len(), report::size(bytes))?;
    if let Some(configuration) = &lock.configuration {
        configuration::tell(env, configuration)?;
        setup::tell(env, setup)?;
    }
    let how = match args.format {
        DiskFormat::Fat => {
            "attach it to the router as a disk, then there:\n  \
             mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs && sh /tmp/pkgs/install.sh"
        }
        DiskFormat::Tar => {
            "copy it to the router, then there:\n  \
             mkdir -p /tmp/pkgs && tar -xf /tmp/pkgs.tar -C /tmp/pkgs && sh /tmp/pkgs/install.sh"
        }
        DiskFormat::Dir => "copy the folder to the router, then there: sh install.sh",
    };
    writeln!(env.out, "next: {how}")
}

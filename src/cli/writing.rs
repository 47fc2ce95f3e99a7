//! How the commands that end in a disk make it: the plan's lock, the verified files, the output, what is said of it.

use clap::{Args, ValueEnum};

use super::configuration::ConfigurationArgs;
use super::env::Env;
use super::failure::{Exit, Failure};
use super::request::Selected;
use super::session::{self, Session};
use super::written::Written;
use crate::output::fat::{FatKind, Label, Size};
use crate::output::{Bundle, Lock, OutputFormat, OutputOptions, Overlay, disk, write};
use crate::release::OpenRelease;
use crate::trust;

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
pub struct Settings<'a> {
    format: OutputFormat,
    size: Size,
    kind: Option<FatKind>,
    label: Label,
    json: bool,
    configuration: &'a ConfigurationArgs,
    overlay: Overlay,
}

impl<'a> Settings<'a> {
    /// Reads them, and refuses what does not go together; nothing is fetched for it.
    pub fn read(env: &Env, args: &'a OutputArgs) -> Result<Settings<'a>, Failure> {
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
        Ok(Settings {
            format,
            size: size.map_or(Size::Smallest, Size::Exactly),
            kind,
            label,
            json: args.json,
            configuration: &args.configuration,
            overlay: args.configuration.overlay(env)?,
        })
    }

    /// A lock that was read, with the configuration that the arguments ask for.
    pub fn join(&self, lock: Lock) -> Result<Lock, Failure> {
        self.configuration.join(lock, &self.overlay)
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

/// Makes the plan for a selection and writes it down, with the warnings on standard error.
pub fn make_lock(
    env: &mut Env,
    session: &Session,
    release: &OpenRelease,
    selection: &Selected<'_>,
    settings: &Settings<'_>,
) -> Result<Lock, Failure> {
    let (universe, odd) = release.universe()?;
    let mut planned = session.plan(env, release, &universe, selection)?;
    planned.warnings.extend(odd);
    let configuration = settings.configuration.plan(&mut planned, &settings.overlay)?;
    session::warn(env, &planned.warnings)?;
    Ok(planned.lock(env, release)?.configured(configuration))
}

/// Fetches what a lock tells of, writes its disk to `out`, and says so; `next` is what to do with it.
pub fn write_disk(
    env: &mut Env,
    session: &Session,
    lock: Lock,
    out: &str,
    settings: &Settings<'_>,
    next: &str,
) -> Result<(), Failure> {
    let bundle =
        Bundle::fetch(&session.fetcher, &session.keyring, session.unsigned, lock, session.built_in.as_ref())?;
    let entries = disk::contents(&bundle, &settings.overlay)?;
    let bytes = write(&env.path(out), &entries, &settings.options(&bundle.lock))?;
    let lock = &bundle.lock;
    let written = Written { out, bytes, lock, next, unpacked: settings.format == OutputFormat::Dir };
    written.tell(env, settings.json).map_err(Failure::stdout)
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

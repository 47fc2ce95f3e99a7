//! How a command ends when it does not end well: what, and what to do next.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};

use crate::demo::DemoError;
use crate::fetch::{self, FetchError, LocationError};
use crate::hardware::detect::NoSysfs;
use crate::hardware::{BadDeviceId, DeviceUnsupported, UnknownChip, Unsupported};
use crate::index::{InstalledError, LocalFeedError};
use crate::output::mirror::{MirrorError, StoreError};
use crate::output::overlay::FolderError;
use crate::output::setup::WifiError;
use crate::output::vm::VmError;
use crate::output::{
    BadConfiguration, BundleError, DiskError, LockError, OtherFiles, OutputError, OverlayError,
    TooManyPackages, UnpackError,
};
use crate::release::{ImageError, NotARelease, ReleaseError};
use crate::resolve::{BaselineError, Refusal};
use crate::snapshot::BadSnapshot;
use crate::stick::RequestError;
use crate::trust::TrustError;

use super::Env;
use super::style::Style;

/// Exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A fault in owpkg.
    Fault = 1,
    /// The command line, or a file named on it, is not usable.
    Usage = 2,
    /// Unknown hardware or package.
    Unknown = 3,
    /// The request cannot be resolved.
    Unresolvable = 4,
    /// A signature or digest does not hold.
    Untrusted = 5,
    /// Something could not be had.
    Unavailable = 6,
    /// The output could not be written.
    Output = 7,
}

/// Why a command did not do what it was told.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub exit: Exit,
    message: String,
    help: Option<String>,
    broken_pipe: bool,
    no_network: bool,
    another_try: bool,
    refusal: Option<Box<Refusal>>,
}

impl Failure {
    /// A failure in words.
    pub fn new(exit: Exit, message: impl Into<String>, help: Option<String>) -> Failure {
        Failure {
            exit,
            message: message.into(),
            help,
            broken_pipe: false,
            no_network: false,
            another_try: false,
            refusal: None,
        }
    }

    /// A mistake on the command line.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, message, Some(help.into()))
    }

    /// A file or folder of the command line that cannot be read; `what` is what the user calls it.
    pub fn unreadable(what: impl Display, error: &io::Error) -> Failure {
        let help = match error.kind() {
            io::ErrorKind::NotFound => "is the name right?",
            io::ErrorKind::IsADirectory => "name a file, not a folder",
            io::ErrorKind::NotADirectory => "name a folder, not a file",
            io::ErrorKind::PermissionDenied => "may you read it? ls -ld shows who may",
            _ => "name another file",
        };
        Failure::usage(format!("{what} cannot be read: {error}"), help)
    }

    /// The same failure, which is about this file.
    pub(super) fn about(self, file: &str) -> Failure {
        Failure { message: format!("{file}: {}", self.message), ..self }
    }

    /// Standard output cannot be written.
    pub fn stdout(error: io::Error) -> Failure {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let message = format!("standard output cannot be written: {error}");
        Failure { broken_pipe, ..Failure::new(Exit::Output, message, None) }
    }

    /// Prints the refusal that it is as JSON, if it is one.
    pub(super) fn print_json(&self, env: &mut Env) -> Result<(), Failure> {
        let Some(refusal) = &self.refusal else { return Ok(()) };
        serde_json::to_writer_pretty(&mut env.out, &refusal.report())
            .map_err(io::Error::from)
            .and_then(|()| writeln!(env.out))
            .and_then(|()| env.out.flush())
            .map_err(Failure::stdout)
    }

    /// Whether the reader of standard output went away, which is no failure.
    pub(super) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    /// Whether there is neither a network nor a copy in the cache.
    pub(super) fn is_no_network(&self) -> bool {
        self.no_network
    }

    /// The same failure, when doing it once more may help.
    pub(super) fn worth_another_try(self) -> Failure {
        Failure { another_try: true, ..self }
    }

    /// Whether doing it once more may help.
    pub(super) fn is_worth_another_try(&self) -> bool {
        self.another_try
    }

    /// Shows it on standard error.
    pub(super) fn show(&self, env: &mut Env) -> io::Result<()> {
        let style = Style::new(env.err_is_terminal, env);
        writeln!(env.err, "{} {}", style.error("error:"), self.message)?;
        match &self.help {
            Some(help) => writeln!(env.err, " {} {help}", style.help("help:")),
            None => Ok(()),
        }
    }

    fn of(exit: Exit, error: &dyn Error, help: Option<String>) -> Failure {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !message.contains(&text) {
                message += &format!(": {text}");
            }
            source = cause.source();
        }
        Failure::new(exit, message, help)
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Failure {
        let exit = match &error {
            FetchError::Mismatch { .. } => Exit::Untrusted,
            FetchError::Client { .. } => Exit::Fault,
            _ => Exit::Unavailable,
        };
        let no_network = matches!(
            error,
            FetchError::Offline { .. }
                | FetchError::Unavailable { source: fetch::Failure::Connect(_), copy: None, .. }
        );
        Failure { no_network, ..Failure::of(exit, &error, error.help()) }
    }
}

impl From<TrustError> for Failure {
    fn from(error: TrustError) -> Failure {
        let exit = if matches!(error, TrustError::BadKey { .. }) { Exit::Usage } else { Exit::Untrusted };
        Failure::of(exit, &error, Some(error.help()))
    }
}

impl From<ReleaseError> for Failure {
    fn from(error: ReleaseError) -> Failure {
        match error {
            ReleaseError::Fetch(error) => error.into(),
            ReleaseError::Trust(error) => error.into(),
            ReleaseError::WhichTarget { .. } | ReleaseError::FeedTwice { .. } => {
                Failure::of(Exit::Usage, &error, error.help())
            }
            ReleaseError::OtherRelease { .. } => Failure::of(Exit::Unresolvable, &error, error.help()),
            ReleaseError::ManifestDigest { .. } => Failure::of(Exit::Untrusted, &error, error.help()),
            _ => Failure::of(Exit::Unavailable, &error, error.help()),
        }
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Failure {
        let exit = match error {
            ImageError::Release(error) => return error.into(),
            ImageError::UnknownProfile { .. } => Exit::Unknown,
            ImageError::WhichProfile { .. } | ImageError::WhichImage { .. } => Exit::Usage,
            ImageError::ProfilesDigest { .. } | ImageError::NotListed { .. } => Exit::Untrusted,
            ImageError::NoProfiles { .. } | ImageError::NoneLike { .. } => Exit::Unavailable,
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<UnpackError> for Failure {
    fn from(error: UnpackError) -> Failure {
        let exit = match &error {
            UnpackError::Output(_) | UnpackError::TooSmall { .. } => Exit::Output,
            UnpackError::Gzip { .. } | UnpackError::Tail { .. } | UnpackError::TooLarge { .. } => {
                Exit::Untrusted
            }
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<VmError> for Failure {
    fn from(error: VmError) -> Failure {
        let exit = match &error {
            VmError::NoCard | VmError::OnUsb { .. } | VmError::NotThere { .. } => Exit::Unknown,
            VmError::WhichCard { .. } | VmError::Path { .. } => Exit::Usage,
            VmError::Domain { .. } => Exit::Unresolvable,
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Failure {
        match error {
            BundleError::Fetch(error) => error.into(),
            BundleError::Trust(error) => error.into(),
            BundleError::Lock(error) => error.into(),
            BundleError::NotInIndex { .. } | BundleError::NoKey { .. } => {
                Failure::of(Exit::Untrusted, &error, error.help())
            }
            _ => Failure::of(Exit::Unavailable, &error, error.help()),
        }
    }
}

impl From<MirrorError> for Failure {
    fn from(error: MirrorError) -> Failure {
        match error {
            MirrorError::Fetch(error) => error.into(),
            MirrorError::Store(error) => error.into(),
            MirrorError::Trust(error) => error.into(),
            MirrorError::Bundle(error) => error.into(),
            MirrorError::NotInTree { .. }
            | MirrorError::OtherFormat { .. }
            | MirrorError::NoRelease { .. } => Failure::of(Exit::Usage, &error, error.help()),
            _ => Failure::of(Exit::Unavailable, &error, error.help()),
        }
    }
}

impl From<LocalFeedError> for Failure {
    fn from(error: LocalFeedError) -> Failure {
        let exit = match &error {
            LocalFeedError::Packages { .. } => Exit::Untrusted,
            LocalFeedError::Write { .. } => Exit::Output,
            LocalFeedError::Index(_) | LocalFeedError::Trust(_) => Exit::Fault,
            _ => Exit::Usage,
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let exit = if matches!(error, StoreError::NoBucket { .. }) { Exit::Usage } else { Exit::Output };
        Failure::of(exit, &error, error.help())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let exit = match &refusal {
            Refusal::UnknownPackage { because, .. } if ["--add", "--wpa"].contains(&&**because) => {
                Exit::Unknown
            }
            _ => Exit::Unresolvable,
        };
        let failure = Failure::new(exit, refusal.to_string(), Some(refusal.help()));
        Failure { refusal: Some(Box::new(refusal)), ..failure }
    }
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Failure {
        Failure::of(Exit::Unresolvable, &error, Some(error.help()))
    }
}

impl From<UnknownChip> for Failure {
    fn from(error: UnknownChip) -> Failure {
        Failure::of(Exit::Unknown, &error, error.help())
    }
}

impl From<Unsupported> for Failure {
    fn from(error: Unsupported) -> Failure {
        Failure::of(Exit::Unresolvable, &error, error.help())
    }
}

impl From<BadDeviceId> for Failure {
    fn from(error: BadDeviceId) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<DeviceUnsupported> for Failure {
    fn from(error: DeviceUnsupported) -> Failure {
        let exit = match error {
            DeviceUnsupported::Unknown { .. } => Exit::Unknown,
            DeviceUnsupported::Unsupported { .. } => Exit::Unresolvable,
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<NoSysfs> for Failure {
    fn from(error: NoSysfs) -> Failure {
        Failure::of(Exit::Unavailable, &error, error.help())
    }
}

impl From<NotARelease> for Failure {
    fn from(error: NotARelease) -> Failure {
        Failure::of(Exit::Usage, &error, Some("without --release the latest stable one is taken".into()))
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Failure {
        Failure::of(Exit::Output, &error, error.help())
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Failure {
        Failure::of(Exit::Fault, &error, None)
    }
}

impl From<BadSnapshot> for Failure {
    fn from(error: BadSnapshot) -> Failure {
        Failure::of(Exit::Fault, &error, None)
    }
}

impl From<WifiError> for Failure {
    fn from(error: WifiError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<DiskError> for Failure {
    fn from(error: DiskError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<OverlayError> for Failure {
    fn from(error: OverlayError) -> Failure {
        Failure::of(Exit::Usage, &error, Some(error.help()))
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<BadConfiguration> for Failure {
    fn from(error: BadConfiguration) -> Failure {
        Failure::of(Exit::Usage, &error, Some(error.help()))
    }
}

impl From<OtherFiles> for Failure {
    fn from(error: OtherFiles) -> Failure {
        Failure::of(Exit::Usage, &error, Some(error.help()))
    }
}

impl From<TooManyPackages> for Failure {
    fn from(error: TooManyPackages) -> Failure {
        Failure::of(Exit::Usage, &error, Some(error.help()))
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Failure {
        Failure::of(Exit::Usage, &error, Some(error.help()))
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Failure {
        Failure::of(Exit::Usage, &error, Some(error.help()))
    }
}

impl From<LocationError> for Failure {
    fn from(error: LocationError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<InstalledError> for Failure {
    fn from(error: InstalledError) -> Failure {
        Failure::of(Exit::Usage, &error, None)
    }
}

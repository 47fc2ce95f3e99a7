//! Which status each kind of error ends with.

use crate::demo::DemoError;
use crate::disk::{DiskError, Misfit, WriteError};
use crate::drawing::TooManyPackages;
use crate::fetch::{self, FetchError, LocationError};
use crate::files::OutputError;
use crate::format::{InstalledError, LocalFeedError};
use crate::hardware::detect::NoSysfs;
use crate::hardware::{BadDeviceId, DeviceUnsupported, UnknownChip, Unsupported};
use crate::image::{CarriedError, ImageWriteError, LayoutError};
use crate::lock::{BadConfiguration, BundleError, LockError, OtherFiles, PlanError};
use crate::mirror::{MirrorError, StoreError};
use crate::overlay::FolderError;
use crate::overlay::OverlayError;
use crate::proof::SurveyError;
use crate::release::image::UnpackError;
use crate::release::snapshot::BadSnapshot;
use crate::release::{ImageError, NotARelease, ReleaseError, ReleaseWarning};
use crate::resolve::{BaselineError, Refusal};
use crate::selection::SelectionError;
use crate::sets::{BadFiles, FileError, NoSuchSet};
use crate::stick::RequestError;
use crate::trust::TrustError;
use crate::uci_defaults::{AddressesError, UciLineError, WifiError};
use crate::upgrade::{NoImage, NotTold, Unfit};
use crate::vm::VmError;

use crate::cli::settings::SettingsError;

use super::{ASK_MORE, Exit, Failure, Help, went_back};

/// How many reasons are told one by one.
const MOST_REASONS: usize = 5;

/// Errors that end with one status, whatever they say.
macro_rules! always {
    ($exit:ident: $($error:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::of(Exit::$exit, &error, error.help())
            }
        })+
    };
    ($exit:ident without help: $($error:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::of(Exit::$exit, &error, None)
            }
        })+
    };
}

always!(Fault without help: DemoError, BadSnapshot);
always!(Usage: BadDeviceId, LocationError, LockError, TooManyPackages, DiskError);
always!(Usage: FolderError, OverlayError, BadConfiguration, OtherFiles);
always!(Usage: FileError, NoSuchSet, BadFiles);
always!(Usage without help: InstalledError);
always!(Unknown: UnknownChip);
always!(Unresolvable: BaselineError, Unsupported, Unfit);
always!(Usage: NotTold);
always!(Unavailable: NoSysfs);
always!(Output: OutputError);

impl From<NoImage> for Failure {
    fn from(error: NoImage) -> Failure {
        let exit = if matches!(error, NoImage::Which { .. }) { Exit::Usage } else { Exit::Unresolvable };
        Failure::of(exit, &error, error.help())
    }
}

impl From<SurveyError> for Failure {
    fn from(error: SurveyError) -> Failure {
        match error {
            SurveyError::Fetch(error) => error.into(),
            SurveyError::Location(error) => error.into(),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Failure {
        let help = match &error {
            SettingsError::Unreadable { .. } => Some("may you read it? ls -ld shows who may".to_owned()),
            SettingsError::Wrong { error, .. } => error.help(),
        };
        Failure::of(Exit::Usage, &error, help)
    }
}

impl From<WifiError> for Failure {
    fn from(error: WifiError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<UciLineError> for Failure {
    fn from(error: UciLineError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<AddressesError> for Failure {
    fn from(error: AddressesError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Failure {
        Failure::of(Exit::Usage, &error, error.help())
    }
}

impl From<NotARelease> for Failure {
    fn from(error: NotARelease) -> Failure {
        Failure::of(Exit::Usage, &error, Some("without --release the latest stable one is taken".into()))
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
        Failure::of(exit, &error, error.help())
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
            ReleaseError::UnknownProfile { .. } => Failure::of(Exit::Unknown, &error, error.help()),
            ReleaseError::OtherRelease { .. } => Failure::of(Exit::Unresolvable, &error, error.help()),
            ReleaseError::NoSuchFeed { .. } => Failure::of(Exit::Usage, &error, error.help()),
            ReleaseError::NotFresh(ReleaseWarning::WentBack { ref index, ref seen, ref how }) => {
                Failure::new(Exit::Untrusted, went_back(index, seen, how), error.help())
            }
            ReleaseError::MetadataDigest { .. }
            | ReleaseError::Unvouched { .. }
            | ReleaseError::Index { .. }
            | ReleaseError::NotFresh(_) => Failure::of(Exit::Untrusted, &error, error.help()),
            _ => Failure::of(Exit::Unavailable, &error, error.help()),
        }
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Failure {
        let exit = match error {
            ImageError::Release(error) => return error.into(),
            ImageError::NoDevice { .. } | ImageError::NoTarget { .. } => Exit::Unresolvable,
            ImageError::WhichProfile { .. } | ImageError::WhichImage { .. } => Exit::Usage,
            ImageError::NotListed { .. } => Exit::Untrusted,
            ImageError::NoneLike { ref asked, .. } if !asked.is_empty() => Exit::Unknown,
            ImageError::NoProfiles { .. } | ImageError::NoneLike { .. } => Exit::Unavailable,
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<UnpackError> for Failure {
    fn from(error: UnpackError) -> Failure {
        let exit = match &error {
            UnpackError::Output(_) => Exit::Output,
            UnpackError::Gzip { .. } | UnpackError::Tail { .. } | UnpackError::TooLarge { .. } => {
                Exit::Untrusted
            }
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<ImageWriteError> for Failure {
    fn from(error: ImageWriteError) -> Failure {
        let help = match &error {
            ImageWriteError::TooSmall { found, .. } => {
                Some(format!("leave out --size, or give at least {}K", found.div_ceil(1024)))
            }
            ImageWriteError::Door(_) | ImageWriteError::Unpack(_) => None,
        };
        match error {
            ImageWriteError::Unpack(error) => error.into(),
            error => Failure::of(Exit::Output, &error, help),
        }
    }
}

impl From<CarriedError> for Failure {
    fn from(error: CarriedError) -> Failure {
        let (exit, help) = match &error {
            CarriedError::Layout(LayoutError::Read(_)) => (Exit::Usage, "may you read it?"),
            CarriedError::Nothing => (
                Exit::Usage,
                "name an image that owpkg image wrote for a selection: others hold nothing to check",
            ),
            CarriedError::Started => (
                Exit::Untrusted,
                "it could be checked until its first start; what that did is in /etc/owpkg/first-boot.log there",
            ),
            _ => (Exit::Untrusted, "write it anew with owpkg image"),
        };
        Failure::of(exit, &error, help.to_owned())
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Failure {
        match error {
            WriteError::File(error) => error.into(),
            WriteError::Fat { .. } => Failure::of(Exit::Output, &error, error.help()),
        }
    }
}

impl From<VmError> for Failure {
    fn from(error: VmError) -> Failure {
        let exit = match &error {
            VmError::NoCard
            | VmError::NoPlace { .. }
            | VmError::NoId { .. }
            | VmError::OnUsb { .. }
            | VmError::NotThere { .. }
            | VmError::NoSuchId { .. } => Exit::Unknown,
            VmError::InGuest { .. }
            | VmError::WhichCard { .. }
            | VmError::WhichPort { .. }
            | VmError::Form { .. }
            | VmError::Machine(_)
            | VmError::Path { .. }
            | VmError::Image { .. }
            | VmError::Format { .. }
            | VmError::NoPackages { .. }
            | VmError::Read { .. } => Exit::Usage,
            VmError::Domain { .. } | VmError::Forbidden { .. } => Exit::Unresolvable,
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
            BundleError::NotInIndex { .. }
            | BundleError::NoKey { .. }
            | BundleError::Index { .. }
            | BundleError::Contradicts(_) => Failure::of(Exit::Untrusted, &error, error.help()),
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
            MirrorError::Index { .. } => Failure::of(Exit::Untrusted, &error, error.help()),
            _ => Failure::of(Exit::Unavailable, &error, error.help()),
        }
    }
}

impl From<LocalFeedError> for Failure {
    fn from(error: LocalFeedError) -> Failure {
        let exit = match &error {
            LocalFeedError::Packages { .. } => Exit::Untrusted,
            LocalFeedError::Write { .. } | LocalFeedError::Rename { .. } => Exit::Output,
            LocalFeedError::Index(_) | LocalFeedError::Trust(_) => Exit::Fault,
            _ => Exit::Usage,
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let exit = match &error {
            StoreError::NoBucket { .. } | StoreError::WithoutBuckets { .. } => Exit::Usage,
            _ => Exit::Output,
        };
        Failure::of(exit, &error, error.help())
    }
}

impl From<Misfit> for Failure {
    fn from(error: Misfit) -> Failure {
        let (exit, help) = match &error {
            Misfit::OtherTree { .. } => {
                (Exit::Unresolvable, "name the release tree of the router's own build with --tree")
            }
            Misfit::Nothing => (Exit::Unknown, ASK_MORE),
            Misfit::Space { .. } => (
                Exit::Unresolvable,
                "flash an image with the packages built in (owpkg image, or OpenWrt's ImageBuilder), or move /overlay to a stick or \
                 disk (extroot) and run request.sh again; or leave packages out with --omit or --wpa none",
            ),
        };
        Failure::of(exit, &error, help.to_owned())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let exit = match &refusal {
            // The user named it, as opposed to what a chip wants.
            Refusal::UnknownPackage { because, .. } if because.is_named() => Exit::Unknown,
            _ => Exit::Unresolvable,
        };
        let failure = Failure::new(exit, refusal.to_string(), refusal.help());
        Failure { refusal: Some(Box::new(refusal)), ..failure }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Failure {
        let help = match &error {
            PlanError::Location(error) => return error.clone().into(),
            PlanError::Replaces(upgrade) => Some(format!(
                "upgrade {} on the router first, and give its new list: --installed, or a new request",
                upgrade.name
            )),
            PlanError::BuiltInFacts | PlanError::NoDigest { .. } | PlanError::Odd { .. } => None,
        };
        Failure::of(Exit::Unresolvable, &error, help)
    }
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Failure {
        match error {
            SelectionError::Chip(error) => error.into(),
            SelectionError::Devices(refused) => none_is_supported(refused),
            SelectionError::Baseline(error) => error.into(),
            SelectionError::Refusal(refusal) => (*refusal).into(),
        }
    }
}

/// The failure that no selected device can be driven.
fn none_is_supported(mut refused: Vec<DeviceUnsupported>) -> Failure {
    if refused.len() == 1 {
        return refused.remove(0).into();
    }
    let unknown = |reason: &DeviceUnsupported| matches!(reason, DeviceUnsupported::Unknown { .. });
    let exit = if refused.iter().all(unknown) { Exit::Unknown } else { Exit::Unresolvable };
    let shown: Vec<String> = refused.iter().take(MOST_REASONS).map(ToString::to_string).collect();
    let more = match refused.len() - shown.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!("none of the {} devices can be driven: {}{more}", refused.len(), shown.join("; "));
    Failure::new(exit, message, refused.iter().find_map(DeviceUnsupported::help))
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

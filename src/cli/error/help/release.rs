//! About releases and their images.

use super::Help;
use crate::release::image::UnpackError;
use crate::release::{ImageError, ReleaseError};

impl Help for ReleaseError {
    fn help(&self) -> Option<String> {
        match self {
            ReleaseError::Fetch(error) => error.help(),
            ReleaseError::Location(error) => error.help(),
            ReleaseError::Trust(error) => error.help(),
            ReleaseError::NoIndex { .. } => Some(
                "is the --release or --target spelled right? --tree takes the folder that holds targets/ and packages/; of a copy \
                 without targets/, say what the router is with --installed FILE and --target T/S"
                    .into(),
            ),
            ReleaseError::WhichArch { .. } => {
                Some("copy the release's .targets.json too: it tells the architecture of each target".into())
            }
            ReleaseError::OtherRelease { found, .. } => {
                Some(format!("leave --release out, or give --release {found}, or name the tree of the other"))
            }
            ReleaseError::UnknownProfile { near, .. } if !near.is_empty() => {
                Some(format!("did you mean {}?", near.join(", ")))
            }
            ReleaseError::Unvouched { .. } => Some(
                "take another --mirror; where it is a partial copy, say what the router is with --installed FILE and --target T/S"
                    .into(),
            ),
            ReleaseError::Withheld { .. } => Some("take another --mirror, or give --installed FILE".into()),
            ReleaseError::NotFresh(_) => {
                Some("take another --mirror, or leave out --require-fresh to take it with a warning".into())
            }
            ReleaseError::NoSuchFeed { known, .. } => {
                Some(format!("the feeds are {}; all stands for each", known.join(", ")))
            }
            ReleaseError::WhichTarget { .. } => Some("choose one with --target".into()),
            ReleaseError::NoTarget { .. } => {
                Some("--tree takes one release; --mirror takes a folder of several (releases/, snapshots/)".into())
            }
            ReleaseError::FeedTwice { .. } => Some("give it another name with --feed NAME=URL".into()),
            ReleaseError::NoLatest { .. } => Some("name one with --release; --mirror takes the folder or URL that holds releases/".into()),
            ReleaseError::NoneOfSeries { .. } => Some("name another one with --release, or another --mirror".into()),
            ReleaseError::NoFeedIndex { is_there: false, .. } => {
                Some("is the name right? --feed NAME=DIR takes the folder of a feed".into())
            }
            ReleaseError::NoFeedIndex { index, format, .. } => Some(format!(
                "the release is one of {format}, whose feeds have a {index}; owpkg index makes it of a folder of packages"
            )),
            ReleaseError::MetadataDigest { .. } => {
                Some("the server may be in the middle of an update; --installed FILE does without its manifest".into())
            }
            _ => None,
        }
    }
}

impl Help for ImageError {
    fn help(&self) -> Option<String> {
        match self {
            ImageError::Release(error) => error.help(),
            ImageError::WhichProfile { known, .. } if !known.is_empty() => {
                let first: Vec<&str> = known.iter().map(String::as_str).take(5).collect();
                let more = if known.len() > first.len() { ", …" } else { "" };
                Some(format!("choose one with --profile: {}{more}", first.join(", ")))
            }
            ImageError::NoTarget { .. } => Some(
                "its devices may have moved to another target: https://openwrt.org/toh/start tells"
                    .to_owned(),
            ),
            ImageError::NoDevice { near, .. } => Some(match near[..] {
                [] => "the device may have moved to another target or be supported no more: look for it at \
                       https://openwrt.org/toh/start"
                    .to_owned(),
                _ => format!(
                    "like it are {}; is it one of these? https://openwrt.org/toh/start tells",
                    near.join(", ")
                ),
            }),
            ImageError::NoneLike { near, .. } if !near.is_empty() => {
                Some(format!("did you mean {}?", near.join(", ")))
            }
            ImageError::NoneLike { there, .. } if !there.is_empty() => {
                Some(format!("there are: {}", there.join(", ")))
            }
            ImageError::WhichImage { .. } => Some("choose one with --kind and --filesystem".into()),
            _ => None,
        }
    }
}

impl Help for UnpackError {
    fn help(&self) -> Option<String> {
        match self {
            UnpackError::Output(error) => error.help(),
            UnpackError::Tail { .. } => Some("whoever built this image put something behind it".into()),
            UnpackError::Gzip { .. } | UnpackError::TooLarge { .. } => None,
        }
    }
}

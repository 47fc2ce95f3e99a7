//! About locks and the bytes that they name.

use super::Help;
use crate::format::FORMATS;
use crate::lock::{BadConfiguration, BundleError, LockError, OtherFiles};

impl Help for LockError {
    fn help(&self) -> Option<String> {
        Some(match self {
            LockError::Format(_) => {
                format!("this owpkg knows {}", FORMATS.map(|format| format.name()).join(" and "))
            }
            LockError::Configuration(error) => return error.help(),
            _ => "write a new one with owpkg resolve".to_owned(),
        })
    }
}

impl Help for OtherFiles {
    fn help(&self) -> Option<String> {
        Some("give the files as they were (--files DIR), or make the disk from the selection instead of the lock".to_owned())
    }
}

impl Help for BadConfiguration {
    fn help(&self) -> Option<String> {
        Some(match self {
            BadConfiguration::Overlay(error) => error.help(),
            BadConfiguration::Lan(_) => "make the lock anew: owpkg resolve, owpkg disk".into(),
            BadConfiguration::Service(_) => "name a file of the router's /etc/init.d".to_owned(),
            BadConfiguration::Modules(_) => "write a new disk with owpkg disk".to_owned(),
        })
    }
}

impl Help for BundleError {
    fn help(&self) -> Option<String> {
        match self {
            BundleError::Fetch(error) => error.help(),
            BundleError::Trust(error) => error.help(),
            BundleError::Location(error) => error.help(),
            BundleError::Lock(error) => error.help(),
            BundleError::NoIndex { .. } | BundleError::FeedMoved { .. } => {
                Some("run owpkg resolve again for a lock of what the feed holds now".into())
            }
            BundleError::NoKey { .. } => Some("give its public key with --key FILE".into()),
            BundleError::NotInIndex { .. } | BundleError::Contradicts(_) => {
                Some("the lock was changed by hand: run owpkg resolve again".into())
            }
            BundleError::Index { .. } => None,
        }
    }
}

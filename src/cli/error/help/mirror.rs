//! About mirrors.

use super::Help;
use crate::mirror::MirrorError;

impl Help for MirrorError {
    fn help(&self) -> Option<String> {
        match self {
            MirrorError::Fetch(error) => error.help(),
            MirrorError::Store(error) => error.help(),
            MirrorError::Trust(error) => error.help(),
            MirrorError::Location(error) => error.help(),
            MirrorError::Bundle(error) => error.help(),
            MirrorError::NotWhole { unpublished, .. } => Some(match unpublished.is_empty() {
                true => "run this again later, or with another --mirror: what is here is not fetched again".into(),
                false => "run this again later, or with another --mirror: what is here is not fetched again; --keep-going \
                          publishes these feeds without what they lack"
                    .into(),
            }),
            MirrorError::NotInTree { .. } => Some("a mirror is a subset of one server's tree".into()),
            MirrorError::OtherFormat { .. } => Some("give the feed another name with --feed NAME=URL".into()),
            MirrorError::NoRelease { .. } => Some("name it with --release".into()),
            MirrorError::Index { .. } | MirrorError::NotJson { .. } => None,
        }
    }
}

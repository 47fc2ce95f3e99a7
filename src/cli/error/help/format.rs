//! About feeds of one's own.

use super::Help;
use crate::format::LocalFeedError;

impl Help for LocalFeedError {
    fn help(&self) -> Option<String> {
        Some(match self {
            LocalFeedError::Empty { .. } => "name the folder that holds the package files themselves".into(),
            LocalFeedError::Mixed { .. } => "give each format a folder of its own".into(),
            LocalFeedError::Packages { packages, .. }
                if packages.iter().all(|file| file.rename_to.is_some()) =>
            {
                "--rename gives them the names that their client looks for".into()
            }
            LocalFeedError::Packages { .. } => "mend these files or take them out of the folder".into(),
            LocalFeedError::Twice { .. } => "leave one of them in the folder".into(),
            LocalFeedError::OtherScheme { format, .. } => {
                format!("owpkg key new NAME --format {} makes one that does", format.name())
            }
            LocalFeedError::Rename { .. } => "rename it by hand, or take it out of the folder".into(),
            LocalFeedError::Unreadable { .. } => "name a folder that you may read".into(),
            LocalFeedError::Write { .. } | LocalFeedError::Index(_) | LocalFeedError::Trust(_) => {
                return None;
            }
        })
    }
}

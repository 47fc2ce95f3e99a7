//! About disks.

use super::Help;
use crate::disk::script::ScriptError;
use crate::disk::{DiskError, WriteError};
use crate::fat::FatError;

impl Help for DiskError {
    fn help(&self) -> Option<String> {
        match self {
            DiskError::Lock(error) => error.help(),
            DiskError::Script(error) => error.help(),
            DiskError::Files(error) => error.help(),
        }
    }
}

impl Help for ScriptError {
    fn help(&self) -> Option<String> {
        Some(match self {
            ScriptError::Word { .. } => {
                "leave the package out (--omit), or mend the feed that lists it".to_owned()
            }
            ScriptError::Feed { .. } => "give the feed another name: --feed NAME=URL".to_owned(),
        })
    }
}

impl Help for WriteError {
    fn help(&self) -> Option<String> {
        match self {
            WriteError::Fat { source: FatError::TooSmall { needed, .. }, .. } => Some(format!(
                "leave out --size for the smallest image that will do, or give at least {}K",
                needed.div_ceil(1024)
            )),
            WriteError::Fat { source: FatError::TooLarge { .. }, .. } => {
                Some("give a smaller --size, or leave out --fat".into())
            }
            WriteError::Fat { .. } => None,
            WriteError::File(error) => error.help(),
        }
    }
}

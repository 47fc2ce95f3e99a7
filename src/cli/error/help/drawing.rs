//! About drawings.

use super::Help;
use crate::drawing::TooManyPackages;

impl Help for TooManyPackages {
    fn help(&self) -> Option<String> {
        Some("take --format dot and lay it out with Graphviz, or look at owpkg tree".to_owned())
    }
}

//! Why a selection makes no plan.

use crate::hardware::{DeviceUnsupported, Unsupported};
use crate::resolve::{BaselineError, Refusal};

/// Why a selection makes no plan.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// A chip cannot work with the release.
    #[error(transparent)]
    Chip(#[from] Unsupported),
    /// None of the devices can be driven; never empty.
    #[error("none of the devices can be driven")]
    Devices(Vec<DeviceUnsupported>),
    /// It is not known what the router holds.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// The packages do not go together, or are not there.
    #[error(transparent)]
    Refusal(#[from] Box<Refusal>),
}

impl From<Refusal> for SelectionError {
    fn from(refusal: Refusal) -> SelectionError {
        SelectionError::Refusal(Box::new(refusal))
    }
}

//! What the disk is to set on the router beside the packages, shared by the commands that write a disk.

use clap::Args;

use super::env::Env;
use super::failure::Failure;
use crate::output::Overlay;

/// What to set on the router.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration of the router")]
pub struct ConfigurationArgs {
    /// A folder of files for the router, copied to its / by install.sh
    #[arg(long, value_name = "DIR")]
    pub files: Option<String>,
}

impl ConfigurationArgs {
    /// The files for the router.
    pub fn overlay(&self, _env: &Env) -> Result<Overlay, Failure> {
        let overlay = Overlay::default();
        Ok(overlay)
    }
}

//! What a disk sets on the router beside its packages.

use std::io::{self, Write as _};

use serde::Serialize;

use super::text::count;
use crate::cli::env::Env;
use crate::files::Permissions;
use crate::lock::LockedConfiguration;

/// The part of `owpkg.disk/1` that tells the configuration.
#[derive(Debug, Serialize)]
pub(crate) struct ConfigurationJson<'a> {
    files: Vec<&'a str>,
    links: Vec<&'a str>,
    secret: bool,
    disable_services: &'a [String],
    idle_modules: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    boot_delay: Option<u16>,
}

impl<'a> ConfigurationJson<'a> {
    /// What a lock records.
    pub(crate) fn of(locked: &'a LockedConfiguration) -> ConfigurationJson<'a> {
        ConfigurationJson {
            files: locked.files.iter().map(|file| file.path.as_str()).collect(),
            links: locked.links.iter().map(|link| link.path.as_str()).collect(),
            secret: locked.is_secret(),
            disable_services: &locked.disable_services,
            idle_modules: &locked.idle_modules,
            boot_delay: locked.boot_delay,
        }
    }
}

/// Tells people what the disk sets, and that it holds a secret, which these can read.
pub(crate) fn tell(env: &mut Env, locked: &LockedConfiguration, permissions: Permissions) -> io::Result<()> {
    let files = locked.files.len() + locked.links.len();
    if files > 0 {
        writeln!(env.out, "  sets {}", count(files, "file"))?;
    }
    if !locked.disable_services.is_empty() {
        writeln!(env.out, "  disables {}", locked.disable_services.join(", "))?;
    }
    match locked.idle_modules.len() {
        0 => {}
        idle => writeln!(env.out, "  stops loading the modules of up to {}", count(idle, "package"))?,
    }
    if let Some(seconds) = locked.boot_delay {
        writeln!(env.out, "  lets the boot menu wait {seconds} s")?;
    }
    if locked.is_secret() {
        let secrets: Vec<&str> =
            locked.files.iter().filter(|file| file.secret).map(|file| file.path.as_str()).collect();
        let who = if permissions == Permissions::Owner { "only you can read it; " } else { "" };
        writeln!(env.out, "  holds secrets ({}): {who}wipe it when the router has them", secrets.join(", "))?;
    }
    Ok(())
}

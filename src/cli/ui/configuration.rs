//! What a disk sets on the router beside its packages.

use std::io::{self, Write as _};

use serde::Serialize;

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
        }
    }
}

/// Tells people what the disk sets, and that it holds a secret, which these can read.
pub(crate) fn tell(env: &mut Env, locked: &LockedConfiguration, permissions: Permissions) -> io::Result<()> {
    let files = locked.files.len() + locked.links.len();
    if files > 0 {
        writeln!(env.out, "  sets {files} {}", if files == 1 { "file" } else { "files" })?;
    }
    if !locked.disable_services.is_empty() {
        writeln!(env.out, "  disables {}", locked.disable_services.join(", "))?;
    }
    match locked.idle_modules.len() {
        0 => {}
        count => writeln!(env.out, "  stops loading the modules of up to {count} packages")?,
    }
    if locked.is_secret() {
        let secrets: Vec<&str> =
            locked.files.iter().filter(|file| file.secret).map(|file| file.path.as_str()).collect();
        let who = if permissions == Permissions::Owner { "only you can read it; " } else { "" };
        writeln!(env.out, "  holds secrets ({}): {who}wipe it when the router has them", secrets.join(", "))?;
    }
    Ok(())
}

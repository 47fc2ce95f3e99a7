//! What a lock records of the configuration that its disk brings: the user's files, services, modules.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use super::Lock;
use crate::overlay::{self, Item, Overlay, OverlayError};
use crate::trust;

/// The configuration that a disk brings beside its packages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedConfiguration {
    /// The services that are not to start any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disable_services: Vec<String>,
    /// The packages whose kernel modules are not to be loaded any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle_modules: Vec<String>,
    /// For how many seconds the boot menu of a PC waits, where the disk sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_delay: Option<u16>,
    /// The router's own address in its LAN, with the length of its network, where the disk sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lan: Option<String>,
    /// The user's files, by path.
    #[serde(rename = "file", default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<OverlayFile>,
    /// The user's symbolic links, by path.
    #[serde(rename = "link", default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<OverlayLink>,
}

/// A file of the user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayFile {
    /// Its path on the router, without the leading slash.
    pub path: String,
    /// Its permissions.
    #[serde(with = "octal")]
    pub mode: u32,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    #[serde(with = "trust::hex_bytes")]
    pub sha256: [u8; 32],
    /// Whether it is for nobody's eyes but the router's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

/// A symbolic link of the user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayLink {
    /// Its path on the router, without the leading slash.
    pub path: String,
    /// Where it leads.
    pub target: String,
}

/// A configuration that no disk can bring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadConfiguration {
    /// A file of it.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
    /// A service whose name is none.
    #[error(
        "{0:?} is no name of a service: expected letters, digits and . _ - after a letter or digit, as in /etc/init.d"
    )]
    Service(String),
    /// An address that no router can have in its LAN.
    #[error("{0:?} is no address with the length of its network")]
    Lan(String),
    /// A package whose name is none.
    #[error("{0:?} is no name of a package of kernel modules")]
    Modules(String),
}

/// How the files at hand differ from those that a lock records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the lock records other files for the router: {path:?} {how}")]
pub struct OtherFiles {
    /// The first file that differs.
    pub path: String,
    /// In what.
    pub how: &'static str,
}

impl LockedConfiguration {
    /// Writes a configuration down; there is none if nothing is to be configured.
    ///
    /// # Errors
    /// When a service's name is none.
    pub fn of(
        overlay: &Overlay,
        services: &[String],
        idle_modules: Vec<String>,
        boot_delay: Option<u16>,
    ) -> Result<Option<LockedConfiguration>, BadConfiguration> {
        let mut disable_services = services.to_vec();
        disable_services.sort();
        disable_services.dedup();
        let locked = LockedConfiguration { disable_services, idle_modules, boot_delay, ..Self::default() }
            .with(overlay);
        locked.check()?;
        Ok((locked != Self::default()).then_some(locked))
    }

    /// Checks what a file cannot be trusted in: names that are to become files and words of a script.
    ///
    /// # Errors
    /// When one cannot.
    pub(crate) fn check(&self) -> Result<(), BadConfiguration> {
        for file in &self.files {
            overlay::check_path(&file.path)?;
            if file.mode > 0o7777 {
                return Err(OverlayError::Mode { path: file.path.clone(), mode: file.mode }.into());
            }
        }
        for link in &self.links {
            overlay::check_path(&link.path)?;
            overlay::check_target(&link.path, &link.target)?;
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_service = |name: &&String| {
            name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(is_plain)
        };
        if let Some(name) = self.disable_services.iter().find(|name| !is_service(name)) {
            return Err(BadConfiguration::Service(name.clone()));
        }
        if let Some(lan) = &self.lan
            && lan.parse::<Ipv4Net>().is_err()
        {
            return Err(BadConfiguration::Lan(lan.clone()));
        }
        let is_modules =
            |name: &&String| name.starts_with("kmod-") && crate::format::is_plain(name) && name.is_ascii();
        match self.idle_modules.iter().find(|name| !is_modules(name)) {
            Some(name) => Err(BadConfiguration::Modules(name.clone())),
            None => Ok(()),
        }
    }

    /// Whether a file of it is for nobody's eyes but the router's.
    pub(crate) fn is_secret(&self) -> bool {
        self.files.iter().any(|file| file.secret)
    }

    /// Checks that these are the files and links that it records.
    ///
    /// # Errors
    /// When one is missing, one is added, or one differs.
    pub(crate) fn check_files(&self, overlay: &Overlay) -> Result<(), OtherFiles> {
        let given = LockedConfiguration::default().with(overlay);
        let (own, theirs) = (self.by_path(), given.by_path());
        let differs = |path: &&str| match theirs.get(path) {
            None => Some("is missing"),
            Some(there) if *there != own[path] => Some("has changed since, or its permissions have"),
            Some(_) => None,
        };
        let changed = own.keys().find_map(|path| Some((*path, differs(path)?)));
        let added =
            || theirs.keys().find(|path| !own.contains_key(*path)).map(|path| (*path, "is not among them"));
        match changed.or_else(added) {
            Some((path, how)) => Err(OtherFiles { path: path.to_owned(), how }),
            None => Ok(()),
        }
    }

    /// Its files and links: one of the two for each path.
    fn by_path(&self) -> BTreeMap<&str, (Option<&OverlayFile>, Option<&OverlayLink>)> {
        let files = self.files.iter().map(|file| (file.path.as_str(), (Some(file), None)));
        let links = self.links.iter().map(|link| (link.path.as_str(), (None, Some(link))));
        files.chain(links).collect()
    }

    fn with(mut self, overlay: &Overlay) -> LockedConfiguration {
        for (path, item) in overlay.iter() {
            let path = path.to_owned();
            match item {
                Item::Link { target } => self.links.push(OverlayLink { path, target: target.clone() }),
                Item::File { mode, contents, secret } => self.files.push(OverlayFile {
                    path,
                    mode: *mode,
                    size: contents.len() as u64,
                    sha256: trust::sha256(contents),
                    secret: *secret,
                }),
            }
        }
        self
    }
}

impl Lock {
    /// The same lock with this configuration.
    pub(crate) fn configured(mut self, configuration: Option<LockedConfiguration>) -> Lock {
        self.configuration = configuration;
        self
    }

    /// The same lock, whose disk sets the router's own address in its LAN, if it does.
    pub fn with_lan(mut self, lan: Option<Ipv4Net>) -> Lock {
        if let Some(configuration) = &mut self.configuration {
            configuration.lan = lan.map(|lan| lan.to_string());
        }
        self
    }

    /// The router's own address in its LAN and the length of its network, where the disk sets it.
    pub(crate) fn lan(&self) -> Option<Ipv4Net> {
        self.configuration.as_ref()?.lan.as_ref()?.parse().ok()
    }

    /// Whether its disk holds what is for nobody's eyes but the router's.
    pub(crate) fn is_secret(&self) -> bool {
        self.configuration.as_ref().is_some_and(LockedConfiguration::is_secret)
    }
}

/// Permissions as people write them.
mod octal {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(mode: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{mode:04o}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        let text = String::deserialize(from)?;
        u32::from_str_radix(&text, 8)
            .map_err(|_| de::Error::custom(format!("the mode {text:?} is no octal number")))
    }
}

//! What the user set once for all runs: the variables of the environment, and a configuration file.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::sets::{FileError, TableKind, read_table};

/// What can be set; each is a key of the configuration file, and has a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The server or folder that releases come from.
    Mirror,
    Release,
    Target,
    /// The folder of the download cache.
    Cache,
    /// The country of a Wi-Fi.
    WifiCountry,
}

/// The keys of the configuration file.
const KEYS: [&str; 6] = ["mirror", "release", "target", "cache", "wifi_country", "keys"];
/// The file's name.
const FILE: &str = "config.toml";

impl Key {
    /// All of them.
    pub const ALL: [Key; 5] = [Key::Mirror, Key::Release, Key::Target, Key::Cache, Key::WifiCountry];

    /// Its word in the configuration file.
    pub fn word(self) -> &'static str {
        match self {
            Key::Mirror => "mirror",
            Key::Release => "release",
            Key::Target => "target",
            Key::Cache => "cache",
            Key::WifiCountry => "wifi_country",
        }
    }

    /// What it is, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Key::Mirror => "The server or folder of releases, where --mirror does not say.",
            Key::Release => "The release, where --release does not say.",
            Key::Target => "The target, where --target does not say.",
            Key::Cache => "The download cache, where --cache-dir does not say.",
            Key::WifiCountry => "Where the router is, in two letters, where --wifi-country does not say.",
        }
    }

    /// Its variable.
    pub fn variable(self) -> &'static str {
        match self {
            Key::Mirror => "OWPKG_MIRROR",
            Key::Release => "OWPKG_RELEASE",
            Key::Target => "OWPKG_TARGET",
            Key::Cache => "OWPKG_CACHE",
            Key::WifiCountry => "OWPKG_WIFI_COUNTRY",
        }
    }
}

/// A value, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: String,
    /// Whether a variable says it; else the configuration file does.
    pub is_variable: bool,
}

/// What the user set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The folder of the configuration, where the user has a home.
    pub folder: Option<Utf8PathBuf>,
    set: [Option<Setting>; Key::ALL.len()],
    /// The files of the keys that the user trusts: those that the file lists, and those of `key trust`.
    pub keys: Vec<Utf8PathBuf>,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file or folder that is there and cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        path: Utf8PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file with something wrong in it.
    #[error("{path}, {error}")]
    Wrong {
        path: Utf8PathBuf,
        /// What is wrong.
        error: FileError,
    },
}

impl Settings {
    /// Reads what is set.
    ///
    /// # Errors
    /// When there is a configuration that cannot be read, or with something wrong in it.
    pub fn read(vars: &BTreeMap<String, String>, cwd: &Utf8Path) -> Result<Settings, SettingsError> {
        let var = |name: &str| vars.get(name).filter(|value| !value.is_empty());
        let base = match (var("XDG_CONFIG_HOME"), var("HOME")) {
            (Some(base), _) => Some(cwd.join(base)),
            (None, Some(home)) => Some(cwd.join(home).join(".config")),
            (None, None) => None,
        };
        let folder = base.map(|base| base.join("owpkg"));
        let mut settings = match &folder {
            Some(folder) => Settings::of_file(folder)?,
            None => Settings::default(),
        };
        for (place, key) in settings.set.iter_mut().zip(Key::ALL) {
            if let Some(value) = var(key.variable()) {
                *place = Some(Setting { value: value.clone(), is_variable: true });
            }
        }
        settings.keys.extend(folder.as_deref().map(trusted).transpose()?.into_iter().flatten());
        Ok(Settings { folder, ..settings })
    }

    fn of_file(folder: &Utf8Path) -> Result<Settings, SettingsError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
            Err(error) => return Err(SettingsError::Unreadable { path, error }),
        };
        let read = read_table(&text, |table| {
            table.only(&KEYS, TableKind::Other)?;
            let mut settings = Settings::default();
            for (place, key) in settings.set.iter_mut().zip(Key::ALL) {
                *place = table.text(key.word())?.map(|value| Setting { value, is_variable: false });
            }
            settings.keys = table.texts("keys")?.into_iter().map(|file| folder.join(file)).collect();
            Ok(settings)
        });
        read.map_err(|error| SettingsError::Wrong { path, error })
    }

    /// The value of a key.
    pub fn get(&self, key: Key) -> Option<&Setting> {
        self.set.iter().zip(Key::ALL).find(|(_, own)| *own == key)?.0.as_ref()
    }

    /// The configuration file, whether it is there or not.
    pub fn file(&self) -> Option<Utf8PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(FILE))
    }

    /// The folder of the keys of `key trust`.
    pub fn key_folder(&self) -> Option<Utf8PathBuf> {
        self.folder.as_deref().map(key_folder)
    }
}

fn key_folder(folder: &Utf8Path) -> Utf8PathBuf {
    folder.join("keys")
}

/// The key files in the folder of `key trust`, by name.
fn trusted(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SettingsError> {
    let path = key_folder(folder);
    let unreadable = |error| SettingsError::Unreadable { path: path.clone(), error };
    let entries = match path.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let files = entries.map(|entry| entry.map(|entry| entry.path().to_owned()).map_err(unreadable));
    let mut files = files.collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}

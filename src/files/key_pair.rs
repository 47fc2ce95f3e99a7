//! Puts a new key pair into files: the secret half for its owner alone, and never in place of another.

use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::replace::{of_folder, parent};
use super::{OutputError, Permissions, staged};
use crate::trust::{Scheme, SecretKey};

/// The files of a key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyFiles {
    /// The secret half.
    pub(crate) secret: Utf8PathBuf,
    /// The public half.
    pub(crate) public: Utf8PathBuf,
}

impl KeyFiles {
    /// The files of a pair of this name: `NAME.sec` and `NAME.pub`, or `NAME.pem` and `NAME.pub.pem`.
    pub(crate) fn named(name: &Utf8Path, scheme: Scheme) -> KeyFiles {
        let (secret, public) = match scheme {
            Scheme::Usign => (".sec", ".pub"),
            Scheme::Ec => (".pem", ".pub.pem"),
        };
        KeyFiles { secret: format!("{name}{secret}").into(), public: format!("{name}{public}").into() }
    }

    /// Writes the two halves of a key; answers with who can read the secret one.
    ///
    /// # Errors
    /// When either file is there already, or the place cannot be written; nothing new is there then.
    pub(crate) fn write(&self, key: &SecretKey) -> Result<Permissions, OutputError> {
        for path in [&self.secret, &self.public] {
            if path.symlink_metadata().is_ok() {
                return Err(OutputError::OtherKey { path: path.to_owned() });
            }
        }
        let permissions = write_new(&self.secret, &key.to_text(), Permissions::Owner)?;
        write_new(&self.public, &key.public().to_text(), Permissions::All).inspect_err(|_| {
            // The error that counts is the first one. This very run made the file.
            let _ = std::fs::remove_file(&self.secret);
        })?;
        Ok(permissions)
    }
}

/// Writes a file whole, or not at all, and never over another. Temporary files are their owner's alone from the start.
fn write_new(path: &Utf8Path, text: &str, permissions: Permissions) -> Result<Permissions, OutputError> {
    let failed = |source| OutputError::Io { path: path.to_owned(), source };
    let folder = parent(path);
    let (mut file, _staged) = staged::file_in(folder).map_err(|error| failed(of_folder(folder, error)))?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    let permissions = permissions.admit(file.path()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(permissions),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(OutputError::OtherKey { path: path.to_owned() })
        }
        Err(error) => Err(failed(error.error)),
    }
}

//! Who may read what is written.

use std::io;
use std::path::Path;

/// Who can read an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permissions {
    /// Its owner alone.
    Owner,
    /// Everybody on this computer.
    All,
}

impl Permissions {
    /// Lets them, and nobody else, read a file or folder that was just written; answers with who really can. A file
    /// system with permissions of its own, like a FAT stick's, refuses or ignores these.
    #[cfg(unix)]
    pub(crate) fn admit(self, path: &Path) -> io::Result<Permissions> {
        use std::os::unix::fs::PermissionsExt;
        let mode = match (self, path.is_dir()) {
            (Permissions::Owner, true) => 0o700,
            (Permissions::Owner, false) => 0o600,
            (Permissions::All, true) => 0o755,
            (Permissions::All, false) => 0o644,
        };
        unless_refused(std::fs::set_permissions(path, PermissionsExt::from_mode(mode)))?;
        let found = path.metadata()?.permissions().mode();
        Ok(if found & 0o077 == 0 { Permissions::Owner } else { Permissions::All })
    }

    /// Where there are no such permissions, nothing is kept from anybody.
    #[cfg(not(unix))]
    pub(crate) fn admit(self, _: &Path) -> io::Result<Permissions> {
        Ok(Permissions::All)
    }
}

#[cfg(unix)]
fn unless_refused(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        done => done,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn who_can_read_is_what_the_file_system_says() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for permissions in [Permissions::All, Permissions::Owner] {
            assert_eq!(permissions.admit(file.path()).unwrap(), permissions);
        }
        // It refuses other permissions with EPERM, as a FAT stick may.
        let fixed = Path::new("/proc/self/comm");
        if fixed.exists() {
            assert!(std::fs::set_permissions(fixed, std::fs::Permissions::from_mode(0o600)).is_err());
            assert_eq!(Permissions::Owner.admit(fixed).unwrap(), Permissions::All);
        }
        assert!(Permissions::All.admit(Path::new("/nowhere")).is_err());
    }
}

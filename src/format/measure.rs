//! The digest of a package file, of the kind that its index states.

use std::io::{self, Read};

use crate::trust::{Digest, DigestKind, Sha256Reader};

/// How much of a file is hashed at once. Most packages are smaller, and a buffer costs to clear.
const BUFFER: usize = 32 << 10;

/// Takes the digest of a package file, or of any other file whose whole bytes an index covers.
///
/// # Errors
/// When it cannot be read, or is no package.
pub fn measure(kind: DigestKind, file: &mut dyn Read) -> io::Result<Digest> {
    match kind {
        DigestKind::Sha256 => {
            let mut hash = Sha256Reader::new(file);
            let mut buffer = [0; BUFFER];
            while hash.read(&mut buffer)? > 0 {}
            Ok(Digest::sha256(hash.finish().0))
        }
        DigestKind::AdbSha256 => Ok(Digest::adb_sha256(super::apk::package::check(file)?)),
    }
}

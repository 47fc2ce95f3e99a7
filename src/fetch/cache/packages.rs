//! Whole package files, by the digest that the index gives for them.

use std::fs::File;
use std::io;

use camino::Utf8PathBuf;

use super::{CacheDir, PARTIAL, Part, cache_error};
use crate::fetch::{FetchError, Want};
use crate::trust::{Artifact, Digest, Proof, Verified};

/// The store of package files.
#[derive(Clone, Debug)]
pub(in crate::fetch) struct Packages {
    dir: CacheDir,
}

/// What the store holds of a wanted file.
pub(in crate::fetch) enum Held {
    /// The file, which passed its check.
    Good(Verified<Artifact>),
    /// Another file under its name: it was damaged after it had been stored.
    Damaged,
    Nothing,
}

/// What came of a finished download.
pub(in crate::fetch) enum Settled {
    /// It passed its check.
    Stored(Verified<Artifact>),
    /// It is another file.
    Refused(Part),
}

impl Packages {
    pub(in crate::fetch) fn new(dir: CacheDir) -> Self {
        Self { dir }
    }

    fn path(&self, digest: &Digest) -> Utf8PathBuf {
        self.dir.folder("packages").join(&digest.hex()[..2]).join(key(digest))
    }

    /// Looks a file up and checks it again. A damaged file is left for [`Self::settle`] to replace: removing it here
    /// could remove the good one that another process has just put in its place.
    pub(in crate::fetch) fn get(&self, want: &Want) -> Result<Held, FetchError> {
        let path = self.path(&want.expected.digest);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Held::Nothing),
            Err(error) => return Err(cache_error(&path)(error)),
        };
        let size = file.metadata().map_err(cache_error(&path))?.len();
        if want.rules_out(size) {
            return Ok(Held::Damaged);
        }
        let proof = want.expected.check(&mut file).map_err(cache_error(&path))?;
        Ok(proof.map_or(Held::Damaged, |proof| Held::Good(proof.kept_at(&path))))
    }

    /// Stores a file that is in memory and passed its check.
    pub(in crate::fetch) fn put(
        &self,
        want: &Want,
        proof: Proof,
        bytes: &[u8],
    ) -> Result<Verified<Artifact>, FetchError> {
        let path = self.path(&want.expected.digest);
        self.dir.write(&path, &[bytes])?;
        Ok(proof.kept_at(&path))
    }

    /// Takes up the download of a file where an earlier run left it, or starts it.
    pub(in crate::fetch) fn part(&self, want: &Want) -> Result<Part, FetchError> {
        let folder = self.dir.folder(PARTIAL);
        self.dir.prepare(&folder)?;
        Part::claim(&folder, &key(&want.expected.digest)).map_err(cache_error(&folder))
    }

    /// Judges a finished download, and stores it if it is the wanted file.
    pub(in crate::fetch) fn settle(&self, want: &Want, mut part: Part) -> Result<Settled, FetchError> {
        let path = self.path(&want.expected.digest);
        let verdict = part.rewound().and_then(|file| want.expected.check(file));
        let Some(proof) = verdict.map_err(cache_error(&path))? else {
            return Ok(Settled::Refused(part));
        };
        if let Some(folder) = path.parent() {
            self.dir.prepare(folder)?;
        }
        part.keep_as(&path).map_err(cache_error(&path))?;
        // Killed runs may have left others.
        let folder = self.dir.folder(PARTIAL);
        Part::sweep(&folder, &key(&want.expected.digest)).map_err(cache_error(&folder))?;
        Ok(Settled::Stored(proof.kept_at(&path)))
    }
}

/// What a file is kept under: the kind of digest and the digest, as `sha256-<hex>`.
fn key(digest: &Digest) -> String {
    format!("{}-{}", digest.kind.name(), digest.hex())
}

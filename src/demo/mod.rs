//! The demo release: the built-in facts made into a small signed release tree, in memory.
//!
//! Names, versions and relations are real, contents are placeholders, and the key is thrown away: its seed stands
//! here for everyone to read, so that nobody can take what it signs for more than it is.

mod blueprint;
mod feed;

use std::io;
use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::fetch::{Fetcher, MemoryTree, Options, Silent};
use crate::release::snapshot::{BadSnapshot, Snapshot};
use crate::release::{ReleaseSpec, Upstream};
use crate::trust::{Keyring, ec, usign};

use blueprint::clause;
#[doc(hidden)]
pub use blueprint::{Blueprint, PackageSpec, SigningKeys};

/// How the demo release is named in places: `demo:/targets/…`.
pub(crate) const NAME: &str = "demo";

/// The seed of the key that signs it.
const SEED: &[u8; 32] = b"owpkg demo: not a key to trust!!";

/// The demo release and the keyring that trusts it alone.
pub struct Demo {
    /// Its files.
    pub tree: MemoryTree,
    /// Its key.
    pub keyring: Keyring,
}

/// Why the demo release could not be made: a mistake in the built-in facts.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A package cannot be packed.
    #[error("the demo release cannot be made: {0}")]
    Io(#[from] io::Error),
    /// The facts cannot be read.
    #[error("the demo release cannot be made: {0}")]
    Facts(#[from] BadSnapshot),
}

impl Demo {
    /// Makes the demo release.
    ///
    /// # Errors
    /// Never in a build whose tests pass.
    #[doc(hidden)]
    pub fn build(facts: &Snapshot) -> Result<Demo, DemoError> {
        let signers = signers()?;
        let mut keyring = Keyring::empty();
        keyring.add(signers.ec.public().to_pem().as_bytes(), NAME).map_err(io::Error::other)?;
        keyring.add(signers.usign.public().to_text().as_bytes(), NAME).map_err(io::Error::other)?;
        let tree = blueprint(facts).build(facts.format, &signers)?;
        Ok(Demo { tree: MemoryTree::new(NAME, tree), keyring })
    }
}

/// The demo release, and a way to it that trusts its key alone; what is unpacked of it is kept in the folder `cache`.
///
/// # Errors
/// Never in a build whose tests pass.
pub fn source(cache: impl Into<Utf8PathBuf>) -> Result<(Upstream, ReleaseSpec), DemoError> {
    let Demo { tree, keyring } = Demo::build(&Snapshot::read()?)?;
    let spec = ReleaseSpec::of_tree(tree.root());
    let mut fetcher = Fetcher::new(Options::new(cache), Arc::new(Silent));
    fetcher.mount(tree);
    Ok((Upstream::new(fetcher, keyring), spec))
}

/// The throw-away keys of the demo release, for either format.
///
/// # Errors
/// Never: the seed is a valid key.
#[doc(hidden)]
pub fn signers() -> io::Result<SigningKeys> {
    let ec = ec::SecretKey::from_seed(SEED).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(SigningKeys { usign: usign::SecretKey::from_seed(*b"owpkgDEM", SEED), ec })
}

/// The built-in facts as a release to be made.
#[doc(hidden)]
pub fn blueprint(facts: &Snapshot) -> Blueprint {
    let about = &facts.about;
    let feeds = facts.feeds().into_iter().map(|feed| {
        let rows = facts.rows.iter().filter(|row| row.feed == feed);
        let packages = rows.map(|row| PackageSpec {
            name: row.name.to_owned(),
            version: row.version.to_owned(),
            depends: row.depends.to_owned(),
            provides: row.provides.to_owned(),
            description: "DEMO placeholder".to_owned(),
            files: vec![(
                format!("/usr/share/owpkg-demo/{}", row.name),
                format!("DEMO: a placeholder for {} {}, for no router.\n", row.name, row.version)
                    .into_bytes(),
            )],
            ..PackageSpec::default()
        });
        (feed.to_owned(), packages.collect())
    });
    Blueprint {
        release: about.release.clone(),
        target: about.target.clone(),
        arch: about.arch.clone(),
        kernel: about.kernel.clone(),
        default_packages: about.default_packages.clone(),
        manifest: facts.stock().iter().map(|(name, held)| (name.to_owned(), held.version.clone())).collect(),
        feeds: feeds.collect(),
        date: DATE,
    }
}

/// 2026-03-05, the day of the facts, in seconds since 1970.
const DATE: u64 = 1_772_668_800;

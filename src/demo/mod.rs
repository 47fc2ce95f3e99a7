//! The demo release: the built-in facts made into a small signed release tree, in memory.
//!
//! Names, versions and relations are real, contents are placeholders, and the key is thrown away: its seed stands
//! here for everyone to read, so that nobody can take what it signs for more than it is.

mod blueprint;

use std::io;

use crate::fetch::MemoryTree;
use crate::format::apk::Apk;
use crate::release::snapshot::Snapshot;
use crate::trust::{Keyring, ec, usign};

pub(crate) use blueprint::clause;
pub use blueprint::{Blueprint, FeedFile, PackageSpec, SigningKeys};

/// How the demo release is named in places: `demo:/targets/…`.
pub const NAME: &str = "demo";

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
#[error("the demo release cannot be made: {0}")]
pub struct DemoError(#[from] io::Error);

impl Demo {
    /// Makes the demo release.
    ///
    /// # Errors
    /// Never in a build whose tests pass.
    pub fn build(facts: &Snapshot) -> Result<Demo, DemoError> {
        let signers = signers()?;
        let mut keyring = Keyring::empty();
        keyring.add(signers.ec.public().to_pem().as_bytes(), NAME).map_err(io::Error::other)?;
        keyring.add(signers.usign.public().to_text().as_bytes(), NAME).map_err(io::Error::other)?;
        let tree = blueprint(facts).build(&Apk, &signers)?;
        Ok(Demo { tree: MemoryTree::new(NAME, tree), keyring })
    }
}

/// The throw-away keys of the demo release, for either format.
///
/// # Errors
/// Never: the seed is a valid key.
pub fn signers() -> io::Result<SigningKeys> {
    let ec = ec::SecretKey::from_seed(SEED).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(SigningKeys { usign: usign::SecretKey::from_seed(*b"owpkgDEM", SEED), ec })
}

/// The built-in facts as a release to be made.
pub fn blueprint(facts: &Snapshot) -> Blueprint {
    let about = &facts.about;
    let feeds = facts.feeds().into_iter().map(|feed| {
        let rows = facts.rows.iter().filter(|row| row.feed == feed);
        let articles = rows.map(|row| PackageSpec {
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
        (feed.to_owned(), articles.collect())
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

//! The opkg format as its client reads it: versions, dependencies, stanzas, whole indexes.

mod depends;
mod real;
mod stanza;
mod version;

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use owpkg::format::opkg::Opkg;
use owpkg::format::{FeedId, IndexError, IndexFiles, Parsed};
use owpkg::trust::{Keyring, Signed, SignedFile, Unsigned, Verified};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// An index as it comes from a server without signatures.
fn open(packed: Vec<u8>) -> Result<Verified<Signed>, IndexError> {
    let signed = Opkg.open(vec![SignedFile { name: "Packages.gz", bytes: packed }])?;
    Ok(Keyring::empty().verify(signed, "index", Unsigned::Accept).expect("unsigned input is accepted"))
}

fn index(text: impl AsRef<[u8]>) -> Verified<Signed> {
    open(gzip(text.as_ref())).unwrap()
}

fn parse(index: &Verified<Signed>) -> Result<Parsed<'_>, IndexError> {
    Opkg.parse(index, FeedId(0))
}

/// The names of the packages of an index.
fn names(text: impl AsRef<[u8]>) -> Vec<String> {
    let index = index(text);
    let parsed = parse(&index).unwrap();
    parsed.packages().iter().map(|package| package.name.to_owned()).collect()
}

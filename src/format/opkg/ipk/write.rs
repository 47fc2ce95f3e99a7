//! Writes packages as OpenWrt's build does: GNU tar format, owner 0, sorted, data before control, and the same
//! bytes for the same content.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::path::on_router;
use super::{IpkError, Part};

/// GNU tar writes whole records.
const RECORD: usize = 20 * 512;

/// A file to be packed.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// Where it lands on the router, as `/lib/firmware/a.bin`; its directories are added.
    pub path: &'a str,
    pub bytes: &'a [u8],
    /// Its permission bits.
    pub mode: u32,
}

/// A packed data archive. It comes before the rest of the package because the control file states its size.
#[derive(Debug, Clone)]
pub struct DataTar {
    packed: Vec<u8>,
    unpacked_size: u64,
    mtime: u64,
}

impl DataTar {
    /// Packs files; everything in the package gets the time `mtime`, in seconds since 1970.
    ///
    /// Fails on a path that [`read()`](super::read()) would refuse, or that is there twice.
    pub fn pack(files: &[NewFile<'_>], mtime: u64) -> io::Result<DataTar> {
        let mut tree = Tree::default();
        for file in files {
            tree.add(Part::Data, file)?;
        }
        let archive = tree.archive(mtime)?;
        Ok(DataTar { packed: gzip(&archive)?, unpacked_size: archive.len() as u64, mtime })
    }

    /// The size of `data.tar.gz` in bytes: `Installed-Size` as OpenWrt's builds up to 23.05 state it.
    pub fn packed_size(&self) -> u64 {
        self.packed.len() as u64
    }

    /// The size of the inflated archive in bytes: `Installed-Size` as later builds state it.
    pub fn unpacked_size(&self) -> u64 {
        self.unpacked_size
    }
}

/// Writes a package with this control file and these further control members, each a name and a text: scripts
/// such as `postinst`, or `conffiles`.
pub fn write(control: &str, members: &[(&str, &str)], data: &DataTar) -> io::Result<Vec<u8>> {
    let mut tree = Tree::default();
    for (path, text) in [("control", control)].iter().chain(members) {
        let mode = if matches!(*path, "control" | "conffiles") { 0o644 } else { 0o755 };
        tree.add(Part::Control, &NewFile { path, bytes: text.as_bytes(), mode })?;
    }
    let control = gzip(&tree.archive(data.mtime)?)?;
    let mut package = Builder::new(Vec::new());
    let members: [(&str, &[u8]); 3] =
        [("./debian-binary", b"2.0\n"), ("./data.tar.gz", &data.packed), ("./control.tar.gz", &control)];
    for (name, bytes) in members {
        append(&mut package, name, EntryType::Regular, 0o644, bytes, data.mtime)?;
    }
    gzip(&whole_records(package)?)
}

/// A directory tree, in the order in which `tar --sort=name` walks it.
#[derive(Default)]
struct Tree<'a>(BTreeMap<Vec<String>, Node<'a>>);

enum Node<'a> {
    Directory,
    File { bytes: &'a [u8], mode: u32 },
}

impl<'a> Tree<'a> {
    fn add(&mut self, part: Part, file: &NewFile<'a>) -> Result<(), IpkError> {
        let bad = |why| IpkError::BadPath { part, path: file.path.to_owned(), why };
        let path = on_router(part, file.path.as_bytes())?;
        if path == "/" {
            return Err(bad("is the root directory"));
        }
        let components: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
        for length in 0..components.len() {
            let parent = self.0.entry(components[..length].to_vec()).or_insert(Node::Directory);
            if matches!(parent, Node::File { .. }) {
                return Err(bad("lies in a file"));
            }
        }
        match self.0.insert(components, Node::File { bytes: file.bytes, mode: file.mode }) {
            Some(_) => Err(bad("is there twice")),
            None => Ok(()),
        }
    }

    fn archive(mut self, mtime: u64) -> io::Result<Vec<u8>> {
        self.0.entry(Vec::new()).or_insert(Node::Directory);
        let mut archive = Builder::new(Vec::new());
        for (components, node) in &self.0 {
            let path = components.join("/");
            match node {
                Node::Directory if path.is_empty() => {
                    append(&mut archive, "./", EntryType::Directory, 0o755, &[], mtime)?
                }
                Node::Directory => {
                    append(&mut archive, &format!("./{path}/"), EntryType::Directory, 0o755, &[], mtime)?
                }
                Node::File { bytes, mode } => {
                    append(&mut archive, &format!("./{path}"), EntryType::Regular, *mode, bytes, mtime)?
                }
            }
        }
        whole_records(archive)
    }
}

/// Appends an entry under exactly this name; the crate's own functions would drop the `./`.
fn append(
    archive: &mut Builder<Vec<u8>>,
    name: &str,
    kind: EntryType,
    mode: u32,
    bytes: &[u8],
    mtime: u64,
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_uid(0);
    header.set_gid(0);
    let field = header.as_old().name.len();
    if name.len() > field {
        let text = [name.as_bytes(), b"\0"].concat();
        let mut long = header.clone();
        set_name(&mut long, b"././@LongLink");
        long.set_entry_type(EntryType::GNULongName);
        long.set_mode(0o644);
        long.set_mtime(0);
        long.set_size(text.len() as u64);
        long.set_cksum();
        archive.append(&long, text.as_slice())?;
    }
    set_name(&mut header, name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_mtime(mtime);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    archive.append(&header, bytes)
}

fn set_name(header: &mut Header, name: &[u8]) {
    for (byte, from) in header.as_old_mut().name.iter_mut().zip(name) {
        *byte = *from;
    }
}

fn whole_records(archive: Builder<Vec<u8>>) -> io::Result<Vec<u8>> {
    let mut bytes = archive.into_inner()?;
    bytes.resize(bytes.len().next_multiple_of(RECORD), 0);
    Ok(bytes)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    packed.finish()
}

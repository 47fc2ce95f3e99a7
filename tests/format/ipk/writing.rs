//! What is written is read back, and does not depend on the order in which it was given.

use owpkg::format::opkg::ipk::{self, Container, DataTar, FileKind, NewFile};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{CONTROL, read};

fn file<'a>(path: &'a str, bytes: &'a [u8]) -> NewFile<'a> {
    NewFile { path, bytes, mode: 0o644 }
}

#[test]
fn a_written_package_is_read_back() {
    let files = [
        file("/lib/firmware/a.bin", &[3; 1000]),
        NewFile { mode: 0o755, ..file("/usr/bin/b", b"#!/bin/sh\n") },
    ];
    let data = DataTar::pack(&files, 1_700_000_000).unwrap();
    let members = [("postinst", "#!/bin/sh\n"), ("conffiles", "/etc/config/b\n")];
    let ipk = read(&ipk::write(CONTROL, &members, &data).unwrap()).unwrap();
    assert_eq!(ipk.container, Container::GzipTar);
    assert_eq!(ipk.control, CONTROL);
    assert_eq!(ipk.control_members, ["conffiles", "postinst"]);
    assert_eq!(ipk.conffiles, ["/etc/config/b"]);
    assert_eq!((ipk.packed_size, ipk.unpacked_size), (data.packed_size(), data.unpacked_size()));
    assert_eq!(ipk.unpacked_size, 10240);
    let paths: Vec<_> = ipk.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["/lib", "/lib/firmware", "/lib/firmware/a.bin", "/usr", "/usr/bin", "/usr/bin/b"]);
    assert_eq!((ipk.files[2].size, ipk.files[2].mode, ipk.files[5].mode), (1000, 0o644, 0o755));
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let (a, b, c) = (file("/a/x", b"1"), file("/a-b", b"2"), file("/a/b/y", b"3"));
    let write = |files: &[NewFile<'_>]| ipk::write(CONTROL, &[], &DataTar::pack(files, 7).unwrap()).unwrap();
    assert_eq!(write(&[a, b, c]), write(&[c, b, a]));
    assert_ne!(write(&[a, b]), write(&[a, c]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_written_is_read(
        files in btree_map("[a-z]{1,60}(/[A-Za-z0-9+~._ é-]{0,80}[a-z]){1,3}", (vec(any::<u8>(), 0..3000), 0u32..0o10000), 0..12),
        script in "[ -~\n]{0,400}",
    ) {
        let new: Vec<_> =
            files.iter().map(|(path, (bytes, mode))| NewFile { path, bytes, mode: *mode }).collect();
        // A file in the place of another's directory is refused when it is packed.
        let Ok(data) = DataTar::pack(&new, 0) else { return Ok(()) };
        let ipk = read(&ipk::write(CONTROL, &[("postinst", &script)], &data).unwrap()).unwrap();
        let read: Vec<_> = ipk
            .files
            .iter()
            .filter(|file| file.kind == FileKind::File)
            .map(|file| (file.path.clone(), file.size, file.mode))
            .collect();
        let mut written: Vec<_> =
            new.iter().map(|file| (format!("/{}", file.path), file.bytes.len() as u64, file.mode)).collect();
        written.sort_by(|a, b| a.0.split('/').cmp(b.0.split('/')));
        prop_assert_eq!(read, written);
        prop_assert_eq!(ipk.control.as_str(), CONTROL);
        prop_assert_eq!(ipk.unpacked_size, data.unpacked_size());
    }
}

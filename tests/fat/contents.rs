//! Files and directories come back as they went in.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Mutex;

use super::image::{
    Files, Image, KINDS, bytes, entries, exactly, files, noise, options, plan_of, smallest, write,
};
use super::judges;
use owpkg::fat::{Size, plan};

#[test]
fn lengths_around_sectors_clusters_and_buffers() {
    let files: Files =
        [0, 1, 511, 512, 513, 2_047, 2_048, 2_049, 4_096, 32_767, 32_768, 32_769, 65_536, 262_143]
            .into_iter()
            .chain([262_144, 262_145, 524_288, 700_001, 0])
            .enumerate()
            .map(|(index, length)| (format!("data/{index}.bin"), noise(index as u64, length)))
            .collect();
    for kind in KINDS {
        judges::all(&Image::of(&files, &options(Size::Smallest, Some(kind))), &files);
    }
    judges::all(&Image::of(&files, &exactly(5 << 20)), &files);
}

#[test]
fn directories_inside_directories() {
    let deep = (0..40).map(|i| format!("Level {i}")).collect::<Vec<_>>().join("/");
    let mut files = files([
        ("a/b/c/d/e/f/g/h", b"8" as &[u8]),
        ("a/b/c/x", b"3"),
        ("a/z", b"1"),
        ("b/b/b/b", b"4"),
        ("b/b/b/c", b"4"),
        ("top", b"0"),
        ("a/empty", b""),
    ]);
    files.push((format!("{deep}/leaf"), b"40".to_vec()));
    for kind in KINDS {
        judges::all(&Image::of(&files, &options(Size::Smallest, Some(kind))), &files);
    }
}

#[test]
fn thousands_of_files_in_the_root() {
    let files: Files = (0..3_000).map(|i| (format!("package-{i}.ipk"), noise(i, i as usize % 700))).collect();
    for kind in KINDS {
        judges::all(&Image::of(&files, &options(Size::Smallest, Some(kind))), &files);
    }
}

#[test]
fn a_directory_of_exactly_whole_clusters() {
    // With `.` and `..`, 16 slots to a cluster of 512 bytes: no free slot ends the directory.
    for count in [13, 14, 15, 30, 31] {
        let files: Files = (0..count).map(|i| (format!("D/F{i:02}"), vec![1])).collect();
        judges::all(&Image::of(&files, &smallest()), &files);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let files: Files = (0..500).map(|i| (format!("feeds/{}/pkg_{i}.ipk", i % 7), noise(i, 900))).collect();
    for options in [smallest(), exactly(5 << 20)] {
        assert!(bytes(&files, &options) == bytes(&files, &options));
    }
}

/// Only whole pieces, in order: nothing depends on how the writer takes them.
#[test]
fn a_writer_that_takes_little_at_a_time() {
    struct Little(Vec<u8>);
    impl io::Write for Little {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let length = bytes.len().min(777);
            self.0.extend_from_slice(&bytes[..length]);
            Ok(length)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let files = files([("a/b", &noise(1, 300_000)), ("c", b"c")]);
    let mut out = Little(Vec::new());
    write(&plan(&entries(&files), &smallest()).unwrap(), &files, &mut out);
    assert!(out.0 == bytes(&files, &smallest()));
}

/// One source after the other, each once, each gone before the next: thousands of files need one descriptor.
#[test]
fn one_source_is_open_at_a_time() {
    struct Source<'a>(io::Empty, &'a Mutex<BTreeMap<&'static str, usize>>);
    impl Read for Source<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl Drop for Source<'_> {
        fn drop(&mut self) {
            *self.1.lock().unwrap().get_mut("open").unwrap() -= 1;
        }
    }
    let counts = Mutex::new(BTreeMap::from([("open", 0), ("opened", 0)]));
    let plan = plan_of(&[("a", 0), ("b/c", 0), ("b/d", 0)], &smallest()).unwrap();
    plan.write(&mut io::sink(), |index| {
        let mut all = counts.lock().unwrap();
        assert_eq!((all["opened"], all["open"]), (index, 0));
        all.entry("opened").and_modify(|count| *count += 1);
        all.entry("open").and_modify(|count| *count += 1);
        Ok(Box::new(Source(io::empty(), &counts)))
    })
    .unwrap();
    assert_eq!(*counts.lock().unwrap(), BTreeMap::from([("open", 0), ("opened", 3)]));
}

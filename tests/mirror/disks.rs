//! What a check finds on disks: images, tars, folders.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};

use camino::Utf8Path;
use owpkg::demo;
use owpkg::disk::check::{DiskSource, check};
use owpkg::disk::{self, OutputFormat, OutputOptions, write};
use owpkg::fat::{Label, Size};
use owpkg::files::Permissions;
use owpkg::lock::{Bundle, Lock};
use owpkg::overlay::Overlay;
use owpkg::selection::{PlanSource, Planned, Selection};
use owpkg::trust::{Keyring, UnsignedFeeds};
use tempfile::TempDir;

struct Disks {
    _root: TempDir,
    made: Vec<DiskSource>,
    keyring: Keyring,
}

/// The demo release's disk for one package, in every form.
fn disks() -> Disks {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| Utf8Path::from_path(root.path()).unwrap().join(name);
    let (upstream, spec) = demo::source(place("cache")).unwrap();
    let open = upstream.open(spec).unwrap();
    let (universe, _) = open.universe().unwrap();
    let selection = Selection::new().package("kmod-iwlwifi");
    let planned = Planned::new(PlanSource::Release(&open), &universe, &selection).unwrap();
    let lock = Lock::of(&planned, 1_772_668_800).unwrap();
    let bundle = Bundle::of_release(&upstream, &open, &universe, lock).unwrap();
    let entries = disk::contents(&bundle, &Overlay::default()).unwrap();
    let mut made = Vec::new();
    for (name, format) in
        [("p.img", OutputFormat::Fat), ("p.tar", OutputFormat::Tar), ("p", OutputFormat::Dir)]
    {
        let options = OutputOptions {
            format,
            size: Size::Smallest,
            kind: None,
            label: Label::new("OWPKG").unwrap(),
            volume_id: 1,
            partition: false,
            date: 1_772_668_800,
            permissions: Permissions::All,
        };
        write(&place(name), &entries, &options).unwrap();
        made.push(DiskSource::of(&place(name)).unwrap());
    }
    Disks { _root: root, made, keyring: upstream.keyring }
}

fn faults(disk: &DiskSource, keyring: &Keyring) -> Vec<String> {
    match check(disk, keyring, &UnsignedFeeds::default()) {
        Ok(audit) => {
            audit.faults.into_iter().map(|fault| format!("{}: {}", fault.path, fault.wrong)).collect()
        }
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn every_form_of_a_disk_is_good_as_it_was_written() {
    let disks = disks();
    assert!(matches!(disks.made[..], [DiskSource::Fat(_), DiskSource::Tar(_), DiskSource::Dir(_)]));
    for disk in &disks.made {
        assert_eq!(faults(disk, &disks.keyring), Vec::<String>::new());
        assert!(faults(disk, &Keyring::official()).iter().any(|fault| fault.contains("not trusted")));
    }
}

#[test]
fn a_changed_byte_of_any_file_of_an_image_or_tar_is_found() {
    let disks = disks();
    let DiskSource::Dir(folder) = &disks.made[2] else { panic!("a folder") };
    let mut files = vec![folder.clone()];
    let mut contents = Vec::new();
    while let Some(path) = files.pop() {
        match path.is_dir() {
            true => files.extend(path.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path())),
            false => contents.push(fs::read(&path).unwrap()),
        }
    }
    for disk in &disks.made[..2] {
        let (DiskSource::Fat(path) | DiskSource::Tar(path)) = disk else { panic!("a file") };
        let whole = fs::read(path).unwrap();
        for content in contents.iter().filter(|content| content.len() > 200) {
            let at = whole.windows(content.len()).position(|window| window == content).unwrap();
            let mut file = File::options().read(true).write(true).open(path).unwrap();
            let mut byte = [0];
            file.seek(SeekFrom::Start((at + content.len() / 3) as u64)).unwrap();
            file.read_exact(&mut byte).unwrap();
            file.seek(SeekFrom::Current(-1)).unwrap();
            file.write_all(&[byte[0] ^ 1]).unwrap();
            assert_ne!(faults(disk, &disks.keyring), Vec::<String>::new());
            fs::write(path, &whole).unwrap();
        }
    }
}

#[test]
fn a_file_that_does_not_belong_and_a_script_that_was_changed_are_named() {
    let disks = disks();
    let DiskSource::Dir(folder) = &disks.made[2] else { panic!("a folder") };
    fs::write(folder.join("autorun.inf"), "x").unwrap();
    let script = fs::read_to_string(folder.join("install.sh")).unwrap();
    fs::write(folder.join("install.sh"), script + "reboot\n").unwrap();
    let found = faults(&disks.made[2], &disks.keyring);
    assert!(found.contains(&"autorun.inf: does not belong here".to_owned()), "{found:?}");
    assert!(
        found.contains(&"install.sh: is not what this owpkg writes for the lock".to_owned()),
        "{found:?}"
    );
}

#[test]
fn an_image_cut_or_filled_with_noise_is_a_fault_and_no_panic() {
    let disks = disks();
    let DiskSource::Fat(path) = &disks.made[0] else { panic!("an image") };
    let whole = fs::read(path).unwrap();
    for step in 0..120_usize {
        let mut bytes = whole.clone();
        match step % 2 {
            0 => bytes.truncate(whole.len() * step / 120),
            _ => {
                let start = whole.len() * step / 120;
                let noise = bytes[start..].iter_mut().take(700).enumerate();
                noise.for_each(|(at, byte)| {
                    *byte = (at.wrapping_mul(step).wrapping_mul(2_654_435_761) >> 7) as u8
                });
            }
        }
        fs::write(path, &bytes).unwrap();
        let (disk, found) = (DiskSource::of(path).unwrap(), bytes != whole);
        let named = faults(&disk, &disks.keyring);
        assert!(!found || !named.is_empty() || only_slack(&whole, &bytes), "step {step}");
    }
}

/// Whether the bytes differ only behind the ends of files, or in the second copy of the table: nobody reads those.
fn only_slack(whole: &[u8], bytes: &[u8]) -> bool {
    let differing = whole.iter().zip(bytes).enumerate().filter(|(_, (a, b))| a != b).map(|(at, _)| at);
    whole.len() == bytes.len() && differing.into_iter().all(|at| whole[at] == 0 || at < 8 * 512)
}

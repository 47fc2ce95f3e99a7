//! The budget of writing a FAT image, beside `mkfs.fat` and `mcopy` of the same files.
//!
//! `cargo bench --bench disk` makes 60 files of 5 MB and of 200 MB together in `target/disk`, and prints the best of
//! several rounds of both sides, taken in turn.

use std::fs::{self, File};
use std::io::Read;
use std::process::Command;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use owpkg::fat::{self, FileSize, Label, Options, Size, Timestamp};

const ROUNDS: usize = 9;
const FILES: usize = 60;

fn main() {
    let root = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/disk");
    for megabytes in [5, 200] {
        let folder = root.join(megabytes.to_string());
        let files = files(&folder, megabytes * 1_000_000 / FILES);
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            ours = ours.min(time(|| write(&root, &folder, &files)));
            theirs = theirs.min(time(|| mcopy(&root, &folder, megabytes)));
        }
        println!(
            "{FILES} files, {megabytes} MB: {:.1} ms; mkfs.fat and mcopy {:.1} ms; {:.2} of it",
            ours.as_secs_f64() * 1000.0,
            theirs.as_secs_f64() * 1000.0,
            ours.as_secs_f64() / theirs.as_secs_f64()
        );
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Files of so many bytes each, none like another.
fn files(folder: &Utf8PathBuf, size: usize) -> Vec<(String, u64)> {
    fs::create_dir_all(folder).unwrap();
    let mut state = 1_u64;
    let mut names = Vec::new();
    for number in 0..FILES {
        let name = format!("package-{number:02}_1.0-r1_x86_64.ipk");
        let mut bytes = Vec::with_capacity(size + 8);
        while bytes.len() < size {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            bytes.extend(state.to_le_bytes());
        }
        fs::write(folder.join(&name), &bytes).unwrap();
        names.push((name, bytes.len() as u64));
    }
    names
}

fn write(root: &Utf8PathBuf, folder: &Utf8PathBuf, files: &[(String, u64)]) {
    let sizes: Vec<FileSize<'_>> = files.iter().map(|(path, size)| FileSize { path, size: *size }).collect();
    let options = Options {
        size: Size::Smallest,
        kind: None,
        partition: false,
        label: Label::new("OWPKG").unwrap(),
        volume_id: 1,
        time: Timestamp::from_unix(1_700_000_000),
    };
    let plan = fat::plan(&sizes, &options).unwrap();
    let image = root.join("ours.img");
    let mut out = File::create(&image).unwrap();
    let open = |index: usize| {
        let file = File::open(folder.join(&files[index].0))?;
        Ok(Box::new(file) as Box<dyn Read>)
    };
    plan.write(&mut out, open).unwrap();
    out.set_len(plan.size()).unwrap();
    drop(out);
    fs::remove_file(image).unwrap();
}

fn mcopy(root: &Utf8PathBuf, folder: &Utf8PathBuf, megabytes: usize) {
    let image = root.join("theirs.img");
    let script = format!(
        "truncate -s {}M '{image}' && PATH=$PATH:/usr/sbin mkfs.fat '{image}' && mcopy -i '{image}' '{folder}'/* ::",
        megabytes + megabytes / 10 + 2
    );
    let ran = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    fs::remove_file(image).unwrap();
}

//! GNU tar, gzip and binutils' ar as judges, in both directions.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use owpkg::format::opkg::ipk::{self, Container, DataTar, FileKind, NewFile};

use super::{CONTROL, read};

/// Runs a shell command in a folder and gives its output.
fn sh(folder: &Path, command: &str) -> String {
    let output = Command::new("sh")
        .args(["-ec", command])
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{command}` failed (are tar, gzip and binutils there?): {complaint}");
    String::from_utf8(output.stdout).expect("output is text")
}

/// A folder with what a package is made of: a file, an executable, a link, a name of 120 characters.
fn sources(folder: &Path) -> String {
    let long = "l".repeat(120);
    sh(
        folder,
        &format!(
            "mkdir -p data/etc data/bin control
            printf one >data/etc/{long}
            printf '#!/bin/sh\\n' >data/bin/run; chmod 755 data/bin/run; chmod 644 data/etc/{long}
            ln -s run data/bin/link; ln data/bin/run data/bin/same
            printf '{control}' >control/control; printf '2.0\\n' >debian-binary",
            control = CONTROL.replace('\n', "\\n")
        ),
    );
    long
}

const PACK: &str =
    "tar() { command tar --format=gnu --numeric-owner --owner=0 --group=0 --mtime=@0 --sort=name \"$@\"; }
    tar -C data -cf - . | gzip -9n >data.tar.gz; tar -C control -cf - . | gzip -9n >control.tar.gz;";

#[test]
fn their_packages_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let long = sources(folder.path());
    sh(
        folder.path(),
        &format!("{PACK} tar -cf - ./debian-binary ./data.tar.gz ./control.tar.gz | gzip -9n >a.ipk"),
    );
    let package = fs::read(folder.path().join("a.ipk")).unwrap();
    let ipk = read(&package).unwrap();
    assert_eq!(ipk.control, CONTROL);
    let size = sh(folder.path(), "gzip -dc data.tar.gz | wc -c");
    assert_eq!(ipk.unpacked_size.to_string(), size.trim());
    let files: Vec<_> =
        ipk.files.iter().map(|f| (f.path.clone(), f.kind.clone(), f.size, f.mode & 0o777)).collect();
    assert_eq!(
        files[1..3],
        [
            ("/bin/link".into(), FileKind::Symlink("run".into()), 0, 0o777),
            ("/bin/run".into(), FileKind::File, 10, 0o755),
        ]
    );
    assert_eq!(files[3], ("/bin/same".into(), FileKind::HardLink("/bin/run".into()), 0, 0o755));
    assert_eq!(files[5], (format!("/etc/{long}"), FileKind::File, 3, 0o644));
}

#[test]
fn packages_of_binutils_ar_are_read() {
    let folder = tempfile::tempdir().unwrap();
    sources(folder.path());
    sh(folder.path(), &format!("{PACK} ar rcD a.ipk debian-binary control.tar.gz data.tar.gz"));
    let ipk = read(&fs::read(folder.path().join("a.ipk")).unwrap()).unwrap();
    assert_eq!(ipk.container, Container::Ar);
    assert_eq!((ipk.control.as_str(), ipk.files.len()), (CONTROL, 6));
}

#[test]
fn they_read_what_is_written_here() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("/lib/{}/{}", "d".repeat(90), "f".repeat(90));
    let file = |path, bytes, mode| NewFile { path, bytes, mode };
    let exact = format!("/{}", "e".repeat(98));
    let files =
        [file(&long, b"long", 0o644), file("/bin/run", b"#!/bin/sh\n", 0o755), file(&exact, b"", 0o600)];
    let data = DataTar::pack(&files, 1_700_000_000).unwrap();
    let package = ipk::write(CONTROL, &[("postinst", "#!/bin/sh\nexit 0\n")], &data).unwrap();
    fs::write(folder.path().join("a.ipk"), package).unwrap();
    assert_eq!(
        sh(folder.path(), "gzip -t a.ipk; gzip -dc a.ipk | tar tvf -; gzip -dc a.ipk | tar xf -")
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .map(|words| (
                words[0].to_owned(),
                words[1].to_owned(),
                words[3].to_owned() + " " + words[4],
                words[5].to_owned()
            ))
            .collect::<Vec<_>>(),
        ["./debian-binary", "./data.tar.gz", "./control.tar.gz"].map(|name| (
            "-rw-r--r--".into(),
            "0/0".into(),
            "2023-11-14 22:13".into(),
            name.into()
        ))
    );
    assert_eq!(sh(folder.path(), "cat debian-binary; gzip -t data.tar.gz control.tar.gz"), "2.0\n");
    assert_eq!(sh(folder.path(), "gzip -dc data.tar.gz | wc -c").trim(), data.unpacked_size().to_string());
    assert_eq!(fs::metadata(folder.path().join("data.tar.gz")).unwrap().len(), data.packed_size());
    assert_eq!(
        sh(
            folder.path(),
            "gzip -dc control.tar.gz | tar tf -; mkdir c d; gzip -dc control.tar.gz | tar -C c -xf -; cat c/postinst"
        ),
        "./\n./control\n./postinst\n#!/bin/sh\nexit 0\n"
    );
    assert_eq!(fs::read_to_string(folder.path().join("c/control")).unwrap(), CONTROL);
    sh(folder.path(), "gzip -dc data.tar.gz | tar -C d -xpf -; test -x d/bin/run");
    assert_eq!(fs::read(folder.path().join(format!("d{long}"))).unwrap(), b"long");
    assert!(folder.path().join(format!("d{exact}")).exists());
}

#[test]
fn their_order_of_entries_is_ours() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["/a/x", "/a-b", "/a/b/y", "/A", "/a.c/z", "/_"];
    for name in names {
        let path = folder.path().join("data").join(&name[1..]);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
    let theirs = sh(folder.path(), "tar -C data --format=gnu --sort=name -cf - . | tar tf -");
    let files = names.map(|path| NewFile { path, bytes: b"", mode: 0o644 });
    let package = ipk::write(CONTROL, &[], &DataTar::pack(&files, 0).unwrap()).unwrap();
    fs::write(folder.path().join("a.ipk"), package).unwrap();
    let ours = sh(folder.path(), "gzip -dc a.ipk | tar xf - ./data.tar.gz; gzip -dc data.tar.gz | tar tf -");
    assert_eq!(ours, theirs);
}

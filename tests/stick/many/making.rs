//! What is made of many requests, good and bad.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::{Crowd, KINDS, folders, id, id_of, mirror, names, with_id};
use crate::cli::disk::read_fat;
use crate::support::judges::passes_shellcheck;

#[test]
fn forty_requests_are_one_run_and_each_file_is_asked_for_once() {
    let crowd = Crowd::new(40);
    let server = mirror().serve();
    let fill = |line: &str| {
        crowd.desk.owpkg(&format!("fill requests {line} --mirror {} --key opkg --key apk", server.url()))
    };
    let preview = fill("disk/ --dry-run").run().exits(0);
    assert!(preview.out.contains("would hold, for 40 of 40 requests: "), "{}", preview.out);
    assert!(!crowd.desk.holds("disk"));

    let before = server.requests().len();
    let ran = fill("disk/").run().exits(0);
    let mut asked = BTreeMap::new();
    for request in server.requests().split_off(before) {
        *asked.entry(request.path).or_insert(0) += 1;
    }
    assert!(asked.values().all(|times| *times == 1), "{asked:#?}");
    let packages = |name: &str| asked.keys().filter(|path| path.contains(name)).count();
    assert_eq!(packages("kmod-iwlwifi"), KINDS.len(), "{asked:#?}");
    assert!(ran.out.contains("wrote disk/: 40 of 40 requests; "), "{}", ran.out);
    assert_eq!(ran.out.lines().filter(|line| line.contains("acme-far-away-")).count(), 40);
    assert_eq!(folders(crowd.desk.path().join("disk").as_std_path()).len(), 40);
}

#[test]
fn what_several_share_lies_in_the_pool_once() {
    let crowd = Crowd::new(12);
    crowd.owpkg("fill requests disk/").run().exits(0);
    let disk = crowd.desk.path().join("disk");
    let mut seen = BTreeSet::new();
    let pool = names(disk.join("pool").as_std_path());
    for name in &pool {
        let bytes = fs::read(disk.join("pool").join(name)).unwrap();
        assert!(seen.insert(Sha256::digest(bytes).to_vec()), "{name} is there twice");
    }
    // Three kinds have their own modules; two of them share the packages of their architecture.
    let count = |name: &str| pool.iter().filter(|file| file[33..].starts_with(name)).count();
    assert_eq!((count("kmod-iwlwifi"), count("wpad-basic-mbedtls")), (3, 2), "{pool:#?}");
    for folder in folders(disk.as_std_path()) {
        let own = disk.join("routers").join(&folder);
        assert_eq!(
            names(own.as_std_path()),
            ["README.txt", "SHA256SUMS", "install.sh", "keys", "owpkg.lock"]
        );
        let mut sums = Command::new("sha256sum");
        let sums = sums.args(["-c", "--strict", "SHA256SUMS"]).current_dir(&own).output().unwrap();
        let said = String::from_utf8(sums.stdout).unwrap();
        assert!(said.contains("../../pool/") && !said.contains("FAILED"), "{said}");
    }
}

#[test]
fn the_same_requests_give_the_same_image_however_they_are_named() {
    let crowd = Crowd::new(5);
    crowd.owpkg("fill requests one.img --partition=no").run().exits(0);
    crowd.owpkg("fill requests/03.txt requests/00.txt requests/04.txt requests/02.txt requests/01.txt two.img --partition=no").run().exits(0);
    let read = |name: &str| fs::read(crowd.desk.path().join(name)).unwrap();
    assert!(read("one.img") == read("two.img"));
    let found = read_fat(&crowd.desk.path().join("one.img"));
    crowd.owpkg("fill requests disk/").run().exits(0);
    let in_folder = crate::cli::disk::read_dir(&crowd.desk.path().join("disk"));
    assert!(found == in_folder, "{:?}\n{:?}", found.keys(), in_folder.keys());
    crowd.owpkg("fill requests disk.tar").run().exits(0);
    for disk in ["one.img", "disk", "disk.tar"] {
        crowd.desk.owpkg(&format!("verify {disk} --key opkg --key apk")).run().exits(0);
    }
    // Over a stick it has a partition table, as that of one router has.
    crowd.owpkg("fill requests stick.img").run().exits(0);
    let stick = read("stick.img");
    assert_eq!(stick[510..512], [0x55, 0xaa]);
    assert!(stick.len() > (1 << 20));
    crowd.desk.owpkg("verify stick.img --key opkg --key apk").run().exits(0);
}

#[test]
fn the_folder_of_a_router_is_what_its_disk_alone_would_be() {
    let crowd = Crowd::new(3);
    crowd.owpkg("fill requests disk/").run().exits(0);
    for at in 0..3 {
        let folder = crowd.folder("disk", at);
        crowd.owpkg(&format!("fill requests/{at:02}.txt alone{at}/")).run().exits(0);
        let lock = crowd.desk.read(&format!("disk/routers/{folder}/owpkg.lock"));
        assert_eq!(lock, crowd.desk.read(&format!("alone{at}/owpkg.lock")));
        let readme = |path: &str| crowd.desk.read(&format!("{path}/README.txt"));
        assert!(readme(&format!("disk/routers/{folder}")).contains("once, in this folder:\n\n  cp keys/"));
        assert!(readme(&format!("alone{at}")).contains("once:\n\n  cp /tmp/pkgs/keys/"));
    }
}

#[test]
fn what_cannot_be_made_stops_no_other_and_says_why() {
    let crowd = Crowd::new(3);
    let good = crowd.request(1);
    let broken = |name: &str, text: String| drop(crowd.desk.write(&format!("requests/{name}.txt"), text));
    broken("a", "What is this?\n".to_owned());
    broken("b", with_id(&good, &id(91)).replace("\nend of the request", ""));
    broken("c", with_id(&good, &id(92)).replace("release: 25.12.0", "release: 25.12.9"));
    broken("d", with_id(&good, &id(93)).replace("6.12.71", "6.12.70"));
    let free = good.lines().find(|line| line.starts_with("free: ")).unwrap();
    broken("e", with_id(&good, &id(94)).replace(free, "free: 3 kB"));
    broken("f", good.clone());
    broken("g", with_id(&good, "$(reboot)"));
    broken("h", with_id(&good, &id(97)).replace("release: 25.12.0", "release: ../../.."));
    broken("i", "x".repeat(5 << 20));
    // A board is anybody's text.
    let board = "board: ../../../etc/passwd $(reboot) 'CON'";
    broken("z", with_id(&good, &id(98)).replace("board: acme,far-away", board));
    crowd.desk.write("requests/._00.txt", "left by the system of a computer");
    crowd.desk.write("requests/notes.md", "no request either");

    let ran = crowd.owpkg("fill requests disk/ --json").run().exits(2);
    assert!(ran.err.contains("9 of 13 requests got no disk"), "{}", ran.err);
    let json = ran.json();
    assert_eq!(json["schema"], "owpkg.shared-disk/1");
    let rows: BTreeMap<&str, &serde_json::Value> = json["disks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].as_str().unwrap().trim_start_matches("requests/"), row))
        .collect();
    let code = |name: &str| rows[name]["error"]["code"].as_str().unwrap_or("none");
    let codes: Vec<&str> = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "z"]
        .iter()
        .map(|name| code(&format!("{name}.txt")))
        .collect();
    let expected = [
        "usage",
        "usage",
        "unavailable",
        "kernel-mismatch",
        "unresolvable",
        "usage",
        "usage",
        "usage",
        "usage",
        "none",
    ];
    assert_eq!(codes, expected, "{json:#}");
    let message = |name: &str| rows[name]["error"]["message"].as_str().unwrap();
    assert!(message("f.txt").contains("the same router as requests/01.txt"), "{}", message("f.txt"));
    assert!(message("e.txt").contains("too little space"));
    assert_eq!(rows["00.txt"]["router"], id_of(&crowd.request(0)));
    assert_eq!(rows["00.txt"]["error"], serde_json::Value::Null);
    assert_eq!(rows["z.txt"]["folder"], format!("etc-passwd-reboot-con-{}", &id(98)[..8]));
    assert_eq!(folders(crowd.desk.path().join("disk").as_std_path()).len(), 4);
    crowd.desk.owpkg("verify disk --key opkg --key apk").run().exits(0);

    let ran = crowd.owpkg("fill requests again/").run().exits(2);
    assert!(ran.out.contains("none: the router has too little space"), "{}", ran.out);
    assert!(ran.out.contains("wrote again/: 4 of 13 requests"), "{}", ran.out);
}

#[test]
fn where_no_router_gets_a_disk_nothing_is_written() {
    let crowd = Crowd::new(0);
    crowd.desk.write("requests/a.txt", "no");
    crowd.desk.write("requests/b.txt", "neither");
    let ran = crowd.owpkg("fill requests disk.img").run().exits(2);
    assert!(ran.err.contains("no request got a disk: nothing was written"), "{}", ran.err);
    assert!(!crowd.desk.holds("disk.img"));
    crowd.desk.write("empty/x.md", "");
    crowd.owpkg("fill empty disk.img").run().exits(2).says(&[
        "empty cannot be read",
        "ends in .txt",
        "of each router",
    ]);
    crowd.owpkg("fill nowhere.txt requests disk.img").run().exits(2);
}

#[test]
fn what_is_for_one_router_is_refused_for_many() {
    let crowd = Crowd::new(2);
    crowd.owpkg("fill requests disk.img --with-image").run().exits(2).says(&["stick of one router"]);
    crowd
        .owpkg("fill requests disk.img --sbom x.json")
        .run()
        .exits(2)
        .says(&["--sbom is of the disk of one"]);
    crowd.owpkg("fill requests disk.img --release 25.12.0").run().exits(2).says(&["answered by the request"]);
}

#[test]
fn a_request_is_never_written_over() {
    let crowd = Crowd::new(2);
    let before = crowd.request(1);
    let ran = crowd.owpkg("fill requests/00.txt requests/01.txt").run().exits(2);
    ran.says(&["requests/01.txt is a request", "named last"]);
    assert_eq!(crowd.request(1), before);
}

#[test]
fn warnings_are_told_once_with_whose_they_are() {
    let crowd = Crowd::new(6);
    for at in 0..6 {
        let request = crowd.request(at);
        let free = request.lines().find(|line| line.starts_with("free: ")).unwrap();
        crowd.desk.write(&format!("requests/{at:02}.txt"), request.replace(free, "free:"));
    }
    let ran = crowd.owpkg("fill requests disk/").run().exits(0);
    let told: Vec<&str> = ran.err.lines().filter(|line| line.contains("how much space")).collect();
    let whose = "warning: requests/00.txt, requests/01.txt, requests/02.txt and 3 more: ";
    assert!(told.len() == 1 && told[0].starts_with(whose), "{}", ran.err);
}

#[test]
fn secrets_are_their_owners_alone_and_keys_are_asked_for_once() {
    let crowd = Crowd::new(2);
    let ran =
        crowd.owpkg("fill requests disk.tar --wifi home").typing_each(&["correct horse"]).run().exits(0);
    assert!(!ran.out.contains("correct horse") && !ran.err.contains("correct horse"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(crowd.desk.path().join("disk.tar")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    crowd.owpkg("fill requests disk/ --wifi home").var("OWPKG_WIFI_KEY", "correct horse").run().exits(0);
    assert!(crowd.desk.read("disk/README.txt").contains("HOLDS SECRETS"));
    crowd.desk.owpkg("verify disk --key opkg --key apk").run().exits(0);
}

#[test]
fn a_preview_of_one_request_is_that_of_its_disk() {
    let crowd = Crowd::new(1);
    let ran = crowd.owpkg("fill requests/00.txt disk.img --dry-run").run().exits(0);
    assert!(
        ran.out.starts_with("disk.img would hold, for OpenWrt 24.10.2, x86/64: 7 packages, "),
        "{}",
        ran.out
    );
    assert!(!crowd.desk.holds("disk.img"));
}

#[test]
fn shellcheck_has_nothing_to_say_of_the_scripts() {
    let crowd = Crowd::new(3);
    crowd.owpkg("fill requests disk/").run().exits(0);
    passes_shellcheck(&crowd.desk.read("disk/install.sh"));
    for at in 0..3 {
        let folder = crowd.folder("disk", at);
        passes_shellcheck(&crowd.desk.read(&format!("disk/routers/{folder}/install.sh")));
    }
}

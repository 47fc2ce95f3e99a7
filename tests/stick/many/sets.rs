//! One disk for all sets of `owpkg.toml`: who has no id takes what is for its release, target and kernel.

use std::fs;

use super::{Crowd, KINDS, folders, settle};
use crate::disk::script::router::Outcome;

const SETS: &str = "[defaults]\nchips = [\"iwl7265d\"]\n\
                    [[set]]\nname = \"Old\"\nrelease = \"24.10.2\"\ntarget = \"x86/64\"\n\
                    [[set]]\nname = \"new\"\nrelease = \"25.12.0\"\ntarget = \"x86/64\"\n\
                    [[set]]\nname = \"thin\"\nrelease = \"25.12.0\"\ntarget = \"x86/generic\"\n";
const FOLDERS: [&str; 3] = ["old", "new", "thin"];

fn with_sets(sets: &str) -> Crowd {
    let crowd = Crowd::new(0);
    crowd.desk.write("owpkg.toml", sets);
    crowd
}

fn install(crowd: &Crowd, at: usize, disk: &str) -> Outcome {
    let asker = &crowd.askers[at];
    let here = settle(asker, crowd.desk.path().join(disk).as_std_path(), FOLDERS[at]);
    asker.router.run_as(&here, &here.join("install.sh"), &[])
}

#[test]
fn each_router_takes_the_set_of_its_release_and_target() {
    let crowd = with_sets(SETS);
    let ran = crowd.owpkg("disk disk/ --all-sets").run().exits(0);
    assert!(ran.out.contains("wrote disk/: 3 of 3 sets; "), "{}", ran.out);
    assert!(ran.err.contains("wrote owpkg-new.lock"), "{}", ran.err);
    let disk = crowd.desk.path().join("disk");
    assert_eq!(folders(disk.as_std_path()), ["new", "old", "thin"]);
    crowd.desk.owpkg("verify disk --key opkg --key apk").run().exits(0);
    for (at, folder) in FOLDERS.iter().enumerate() {
        println!("{:?}", KINDS[at]);
        let outcome = install(&crowd, at, "disk");
        outcome.is_done(&format!("For this router: routers/{folder}"));
        outcome.is_done("Done: 7 packages installed");
    }
    // The locks count from then on, and give the same disk.
    let again = crowd.owpkg("disk again/ --all-sets").run().exits(0);
    assert!(!again.err.contains("wrote owpkg-"), "{}", again.err);
    let read = |disk: &str| crate::cli::disk::read_dir(&crowd.desk.path().join(disk));
    assert!(read("disk") == read("again"));
}

#[test]
fn a_router_of_another_kernel_or_release_is_refused() {
    let crowd = with_sets(SETS);
    crowd.owpkg("disk disk/ --all-sets").run().exits(0);
    for at in 0..KINDS.len() {
        let router = &crowd.askers[at].router;
        let database = if at == 0 { "usr/lib/opkg/status" } else { "lib/apk/db/installed" };
        let held = router.file(database).0;
        router.write(database, &held.replace("6.12.71", "6.12.70"));
        let before = router.state();
        install(&crowd, at, "disk").is_refused(&[
            "nothing on this disk is for this router",
            "new: OpenWrt 25.12.0, x86/64, for any router of its kind, kernel 6.12.71",
            "kernel 6.12.70",
        ]);
        assert_eq!(router.state(), before);
        router.write(database, &held);
        let release = router.file("etc/openwrt_release").0;
        router.write("etc/openwrt_release", &release.replace("DISTRIB_RELEASE='2", "DISTRIB_RELEASE='1"));
        install(&crowd, at, "disk").is_refused(&["nothing on this disk is for this router"]);
    }
}

#[test]
fn where_several_fit_one_must_be_named() {
    let twin =
        "[[set]]\nname = \"twin\"\nrelease = \"25.12.0\"\ntarget = \"x86/64\"\nadd = [\"libmbedtls21\"]\n";
    let crowd = with_sets(&format!("{SETS}{twin}"));
    crowd.owpkg("disk disk/ --all-sets").run().exits(0);
    let outcome = install(&crowd, 1, "disk");
    outcome.is_refused(&[
        "several folders of this disk are for such a router",
        "    new: ",
        "    twin: ",
        "NAME/install.sh",
    ]);
    assert!(!outcome.err.contains("thin: "), "{outcome:#?}");
    let asker = &crowd.askers[1];
    let own = settle(asker, crowd.desk.path().join("disk").as_std_path(), "new").join("routers/new");
    asker.router.run_as(&own, &own.join("install.sh"), &[]).is_done("Done: 7 packages");
    install(&crowd, 0, "disk").is_done("For this router: routers/old");
}

#[test]
fn a_set_that_cannot_be_made_stops_no_other() {
    let wrong = "[[set]]\nname = \"wrong\"\nrelease = \"25.12.0\"\ntarget = \"x86/64\"\nadd = [\"nonesuch\"]\n\
                 [[set]]\nname = \"gone\"\nrelease = \"23.05.0\"\ntarget = \"x86/64\"\n";
    let crowd = with_sets(&format!("{SETS}{wrong}"));
    let ran = crowd.owpkg("disk disk.img --all-sets").run().exits(3);
    assert!(ran.out.contains("nonesuch") && ran.out.contains("3 of 5 sets"), "{}", ran.out);
    crowd.desk.owpkg("verify disk.img --key opkg --key apk").run().exits(0);
    let json = crowd.owpkg("disk look.img --all-sets --dry-run --json").run().exits(3).json();
    assert_eq!(json["size"], serde_json::Value::Null);
    assert_eq!(json["disks"][0]["folder"], "old");
    assert!(json["pool"]["files"].as_u64().unwrap() > 10 && json["pool"]["to_fetch"].is_u64());
    assert!(!crowd.desk.holds("look.img"));
}

#[test]
fn all_sets_need_a_file_and_are_no_single_one() {
    let crowd = Crowd::new(0);
    crowd.owpkg("disk a.img --all-sets").run().exits(2).says(&["--all-sets: there is no owpkg.toml"]);
    crowd.desk.write("owpkg.toml", SETS);
    crowd.owpkg("disk a.img --all-sets --set new").run().exits(2);
    for wrong in ["[[set]]\n", "[[mirror]]\nreleases = [\"25.12.0\"]\n"] {
        fs::write(crowd.desk.path().join("owpkg.toml"), wrong).unwrap();
        crowd.owpkg("disk a.img --all-sets").run().exits(2);
    }
}

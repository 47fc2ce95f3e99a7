//! What the script at the top does on the routers, with the shell and the tools that these have.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::router::Asker;
use super::{Crowd, KINDS, pool, settle};
use crate::disk::script::router::Outcome;

/// Each kind of router, with the disk as it is there.
fn each(count: usize, case: impl Fn(&Crowd, &Asker, &Path, &str)) {
    let crowd = Crowd::new(count);
    crowd.owpkg("fill requests disk/").run().exits(0);
    let disk = crowd.desk.path().join("disk").into_std_path_buf();
    for (at, kind) in KINDS.iter().enumerate() {
        println!("{kind:?}");
        let folder = crowd.folder("disk", at);
        let here = settle(&crowd.askers[at], &disk, &folder);
        case(&crowd, &crowd.askers[at], &here, &folder);
    }
}

fn run(asker: &Asker, here: &Path, arguments: &[&str]) -> Outcome {
    asker.router.run_as(here, &here.join("install.sh"), arguments)
}

#[test]
fn the_router_that_asked_takes_its_own_folder() {
    each(40, |_, asker, here, folder| {
        let before = asker.router.state();
        let dry = run(asker, here, &["--dry-run"]);
        dry.is_done(&format!("For this router: routers/{folder}"));
        dry.is_done("Dry run: nothing was changed.");
        assert_eq!(asker.router.state(), before, "a dry run");

        run(asker, here, &[]).is_done("Done: 7 packages installed, nothing else changed.");
        for name in ["kmod-iwlwifi", "iwlwifi-firmware-iwl7265d", "wpad-basic-mbedtls"] {
            assert!(asker.router.installed().iter().any(|held| held == name), "{name}");
        }
        assert_eq!(asker.router.leftovers(), [asker.router.root().join("tmp/sysinfo")]);
        let before = asker.router.state();
        run(asker, here, &[]).is_done("Nothing to do");
        assert_eq!(asker.router.state(), before, "a second run");
    });
}

#[test]
fn the_script_of_the_folder_does_it_alone_too() {
    each(3, |_, asker, here, folder| {
        let own = here.join("routers").join(folder);
        asker.router.run_as(&own, &own.join("install.sh"), &[]).is_done("Done: 7 packages installed");
    });
}

#[test]
fn no_other_router_takes_anything_and_hears_what_is_there() {
    each(6, |crowd, asker, here, folder| {
        for id in ["0123456789abcdef0123456789abcdef", "", "-", "*", "$(reboot)"] {
            asker.router.write("etc/owpkg/router", id);
            let before = asker.router.state();
            let outcome = run(asker, here, &[]);
            let there = format!("    {folder}: OpenWrt ");
            outcome.is_refused(&[
                "nothing on this disk is for this router",
                &there,
                "request.sh",
                "owpkg fill",
            ]);
            assert_eq!(outcome.err.matches("for the router ").count(), 6, "{outcome:#?}");
            assert_eq!(asker.router.state(), before);
        }
        fs::remove_file(asker.router.root().join("etc/owpkg/router")).unwrap();
        run(asker, here, &[]).is_refused(&["without an id in "]);
        fs::remove_file(asker.router.root().join("etc/openwrt_release")).unwrap();
        run(asker, here, &[]).is_refused(&["this is no OpenWrt"]);
        let _ = crowd;
    });
}

#[test]
fn the_folder_itself_still_looks_at_the_router() {
    each(3, |_, asker, here, _| {
        let (path, release) = ("etc/openwrt_release", asker.router.file("etc/openwrt_release").0);
        asker.router.write(path, &release.replace("DISTRIB_TARGET='x86", "DISTRIB_TARGET='ath79"));
        run(asker, here, &[]).is_refused(&["another target"]);
    });
}

#[test]
fn a_damaged_pool_or_folder_is_refused() {
    each(3, |_, asker, here, folder| {
        let own = here.join("routers").join(folder);
        let script = fs::read_to_string(own.join("install.sh")).unwrap();
        let (_, package) =
            pool(&script).into_iter().find(|(place, _)| place.contains("kmod-iwlwifi")).unwrap();
        let in_pool: PathBuf = here.join("pool").join(&package);
        let mut bytes = fs::read(&in_pool).unwrap();
        bytes[40] ^= 1;
        fs::write(&in_pool, &bytes).unwrap();
        let before = asker.router.state();
        run(asker, here, &[]).is_refused(&["the disk is damaged", &package]);
        bytes[40] ^= 1;
        fs::write(&in_pool, &bytes).unwrap();
        fs::remove_file(own.join("install.sh")).unwrap();
        run(asker, here, &[]).is_refused(&["the disk is damaged", &format!("routers/{folder}/install.sh")]);
        assert_eq!(asker.router.state(), before);
        fs::rename(here.join("routers"), here.join("elsewhere")).unwrap();
        run(asker, here, &[]).is_refused(&["the disk is not here"]);
    });
}

#[test]
fn it_is_found_from_any_folder_and_says_what_it_does() {
    each(3, |_, asker, here, folder| {
        let below = here.join("routers").join(folder);
        asker.router.run_as(&below, Path::new("../../install.sh"), &["--dry-run"]).is_done("Dry run");
        asker.router.run_as(here, Path::new("install.sh"), &["--dry-run"]).is_done("Dry run");
        run(asker, here, &["--help"]).is_done("finds the folder");
        run(asker, here, &["--force"]).is_refused(&["no such arguments: --force"]);
    });
}

#[test]
fn a_router_whose_signature_is_not_trusted_installs_nothing() {
    each(3, |_, asker, here, _| {
        asker.router.write("mood/tampered", "");
        let before = asker.router.state();
        run(asker, here, &[]).is_refused(&["does not trust"]);
        assert_eq!(asker.router.state(), before);
    });
}

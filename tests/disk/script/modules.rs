//! Which modules the script stops loading.

use std::fs;

use super::router::{CLIENTS, Router};

/// A router with a card that is bound to its driver, and modules of many kinds, all of packages that nothing needs.
fn each(case: impl Fn(Router)) {
    for client in CLIENTS {
        println!("{client:?}");
        let mut router = Router::new(client);
        router.load("kmod-igb", "igb\n", false);
        router.load("kmod-nft-core", "nf_tables\nnf_tables_set\n", false);
        router.load("kmod-crypto-hash", "crypto_hash\n", true);
        router.load("kmod-r8169", "r8169\n", true);
        router.load("kmod-mmc", "mmc_core\nmmc-block\n", true);
        router.write(
            "proc/modules",
            "crypto_hash 1 2 igb, Live 0x0\nr8169 9 0 - Live 0x0\nmmc_block 9 1 - Live 0x0\n",
        );
        router.load("kmod-usb-net-asix", "libphy\nusb-net-asix mode=1\n", false);
        router.load("kmod-fs-ext4", "ext4\n", false);
        router.load("kmod-mine", "mine\n", false);
        router.write("etc/modules.d/own-list", "own\n");
        router.bind("pci", "0000:00:1f.0", "ahci");
        router.bind("usb", "1-1:1.0", "usb_net_asix");
        router.idle =
            ["crypto-hash", "fs-ext4", "igb", "mmc", "nft-core", "not-there", "r8169", "usb-net-asix"]
                .map(|name| format!("kmod-{name}"))
                .to_vec();
        case(router);
    }
}

#[test]
fn only_what_nothing_uses_is_set_aside() {
    each(|router| {
        let outcome = router.install(&[]);
        outcome.is_done("To configure:\n  do not load the modules of /etc/modules.d/igb\n  do not load the modules of /etc/modules.d/nft-core\n  do not load the modules of /etc/modules.d/r8169\nInstalling");
        assert_eq!(router.names_in("etc/modules.d.before-owpkg"), ["igb", "nft-core", "r8169"]);
        assert_eq!(router.names_in("etc/modules-boot.d.before-owpkg"), ["r8169"]);
        assert_eq!(
            router.names_in("etc/modules-boot.d"),
            ["crypto-hash", "mmc"],
            "in use, as the kernel says"
        );
        let kept = ["crypto-hash", "fs-ext4", "mine", "mmc", "own-list", "usb-net-asix"];
        assert_eq!(
            router.names_in("etc/modules.d"),
            kept,
            "at boot and used, mounted, not named, at boot and used, nobody's, bound"
        );
        let before = router.state();
        router.run(&[]).is_done("Nothing to do");
        assert!(router.state() == before);
    });
}

#[test]
fn a_dry_run_sets_nothing_aside() {
    each(|router| {
        let before = router.state();
        router.install(&["--dry-run"]).is_done("do not load the modules of /etc/modules.d/igb");
        assert!(router.state() == before);
    });
}

#[test]
fn what_it_says_undoes_it() {
    each(|router| {
        let before = ["etc/modules.d", "etc/modules-boot.d"].map(|folder| router.names_in(folder));
        let outcome = router.install(&[]);
        let undo = outcome.out.split("(undo: ").nth(1).unwrap().split(')').next().unwrap();
        let status = std::process::Command::new("sh").args(["-c", undo]).status().unwrap();
        assert!(status.success(), "{undo}");
        assert_eq!(["etc/modules.d", "etc/modules-boot.d"].map(|folder| router.names_in(folder)), before);
    });
}

#[test]
fn a_list_that_an_update_brought_back_is_set_aside_again() {
    each(|router| {
        router.install(&[]).is_done("Done");
        router.write("etc/modules.d/igb", "igb\nigb_new\n");
        router.run(&[]).is_done("0 packages installed, 1 setting made");
        assert_eq!(router.file("etc/modules.d.before-owpkg/igb").0, "igb\nigb_new\n");
    });
}

#[test]
fn what_is_loaded_early_stays_where_nothing_tells_what_is_in_use() {
    each(|router| {
        fs::remove_file(router.root().join("proc/modules")).unwrap();
        router.install(&[]).is_done("Done");
        assert_eq!(router.names_in("etc/modules-boot.d"), ["crypto-hash", "mmc", "r8169"]);
    });
}

#[test]
fn a_router_without_devices_or_modules_is_no_failure() {
    each(|router| {
        for folder in ["sys", "etc/modules.d", "etc/modules-boot.d"] {
            fs::remove_dir_all(router.root().join(folder)).unwrap();
        }
        fs::remove_file(router.root().join("proc/mounts")).unwrap();
        router.install(&[]).is_done("Done: 3 packages installed, 0 settings made");
    });
}

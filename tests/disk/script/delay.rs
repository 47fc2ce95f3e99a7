//! What the script does with the boot menu.

use std::fs;

use super::router::{CLIENTS, Router};

const MENU: &str = "serial --unit=0\nset default=\"0\"\nset timeout=\"5\"\nmenuentry \"OpenWrt\" {\n\tlinux /boot/vmlinuz\n}\n";

fn each(delay: u16, case: impl Fn(Router)) {
    for client in CLIENTS {
        let mut router = Router::new(client);
        fs::create_dir_all(router.root().join("boot/grub")).unwrap();
        router.write("boot/grub/grub.cfg", MENU);
        router.boot_delay = Some(delay);
        case(router);
    }
}

#[test]
fn the_menu_waits_as_long_as_told_and_is_the_same_otherwise() {
    each(0, |router| {
        router.install(&[]).is_done("To configure:\n  let the boot menu wait 0 s\n");
        assert_eq!(router.file("boot/grub/grub.cfg").0, MENU.replace("\"5\"", "\"0\""));
        assert_eq!(router.names_in("boot/grub"), ["grub.cfg"]);
        let before = router.state();
        router.run(&[]).is_done("Nothing to do");
        assert!(router.state() == before);
    });
}

#[test]
fn a_dry_run_leaves_it() {
    each(0, |router| {
        router.install(&["--dry-run"]).is_done("let the boot menu wait 0 s");
        assert_eq!(router.file("boot/grub/grub.cfg").0, MENU);
    });
}

#[test]
fn a_router_without_a_menu_says_so_and_goes_on() {
    each(0, |router| {
        router.write("boot/grub/grub.cfg", "no menu\n");
        router.install(&[]).is_done("Left alone: this router has no boot menu that waits");
        assert_eq!(router.file("boot/grub/grub.cfg").0, "no menu\n");
        fs::remove_dir_all(router.root().join("boot")).unwrap();
        router.run(&[]).is_done("Nothing to do");
    });
}

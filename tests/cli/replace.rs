//! `--replace OLD=NEW`, from the command line to the disk.

use owpkg::format::Format;

use crate::support::feeds::{FORMATS, Site, release};

/// A router that holds dnsmasq; the feeds hold it too, and a fuller one. What keeps the two apart is a conflict to opkg,
/// and to apk that both are dnsmasq at a version.
fn on(format: &'static dyn Format, feeds_hold: &str) -> Site {
    let full = release()
        .stock("dnsmasq", "2.90-r4")
        .package("libnettle", "3.9-r1")
        .package("dnsmasq", feeds_hold)
        .priority(100)
        .package("dnsmasq-full", "2.90-r4")
        .depends("libnettle");
    match format.name() {
        "opkg" => full.provides("dnsmasq").conflicts("dnsmasq").on(format),
        _ => full.provides("dnsmasq=2.90-r4").on(format),
    }
}

#[test]
fn the_refusal_says_what_to_type_and_that_does_it() {
    for format in FORMATS {
        let site = on(format, "2.90-r4");
        let refused = site.owpkg("disk out --format dir --add dnsmasq-full").run().exits(4);
        refused.says(&["excludes the installed dnsmasq", "--replace dnsmasq=dnsmasq-full"]);
        let ran = site.owpkg("disk out --format dir --replace dnsmasq=dnsmasq-full").run().exits(0);
        ran.says(&["this removes from the router: dnsmasq 2.90-r4 for dnsmasq-full"]);
        let script = site.read("out/install.sh");
        assert!(
            script.contains("replaced() {\n\tprintf '%s %s\\n' \\\n\t\t'dnsmasq' '2.90-r4'\n}"),
            "{script}"
        );
        assert!(site.read("out/README.txt").contains("  dnsmasq 2.90-r4 (for dnsmasq-full)\n"));
        assert!(
            site.read("out/owpkg.lock").contains("[[replace]]\nname = \"dnsmasq\"\nversion = \"2.90-r4\"\n")
        );
        site.owpkg("verify out").run().exits(0);
        // The lock makes the same disk.
        site.owpkg("disk again --format dir --lock out/owpkg.lock").run().exits(0);
        assert_eq!(site.read("again/SHA256SUMS"), site.read("out/SHA256SUMS"));
    }
}

#[test]
fn programs_are_told_too() {
    for format in FORMATS {
        let site = on(format, "2.90-r4");
        let expected = serde_json::json!([{"name": "dnsmasq", "version": "2.90-r4", "by": "dnsmasq-full"}]);
        for line in ["resolve --json", "disk out --json"] {
            let json = site.owpkg(&format!("{line} --replace dnsmasq=dnsmasq-full")).run().exits(0).json();
            assert_eq!(json["replaced"], expected);
        }
    }
}

#[test]
fn opkg_disks_carry_what_they_remove() {
    let format = FORMATS.into_iter().find(|format| format.name() == "opkg").unwrap();
    let site = on(format, "2.90-r4");
    site.owpkg("disk out --format dir --replace dnsmasq=dnsmasq-full").run().exits(0);
    let files = std::fs::read_dir(site.path().join("out/feeds/base")).unwrap();
    let carried = |name: &str| name.starts_with("dnsmasq_2.90");
    assert!(files.map(|file| file.unwrap().file_name().into_string().unwrap()).any(|name| carried(&name)));

    let moved_on = on(format, "2.91-r1");
    let ran = moved_on.owpkg("disk out --replace dnsmasq=dnsmasq-full").run().exits(4);
    ran.says(&["dnsmasq cannot make room for dnsmasq-full: the router holds 2.90-r4, the feeds 2.91-r1"]);
}

#[test]
fn words_that_are_no_replacement_are_mistakes() {
    for format in FORMATS {
        let site = on(format, "2.90-r4");
        for word in ["dnsmasq", "dnsmasq=", "=dnsmasq-full", "dnsmasq=dnsmasq"] {
            site.owpkg(&format!("resolve --replace {word}")).run().exits(2).says(&["is no OLD=NEW"]);
        }
        site.owpkg("resolve --replace dnsmasq=nowhere")
            .run()
            .exits(3)
            .says(&["holds nowhere (in place of dnsmasq)"]);
        site.owpkg("resolve --replace odhcpd=dnsmasq-full")
            .run()
            .exits(4)
            .says(&["the router does not hold it"]);
        site.owpkg("resolve --replace kernel=dnsmasq-full").run().exits(4).says(&["are built for it"]);
    }
}

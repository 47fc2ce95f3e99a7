//! `owpkg update`, `cache`, `completions` and `man`.

use super::{fits_a_terminal, json, keys};
use crate::support::feeds::{FORMATS, key_id, public_key, signers, wifi};
use crate::support::run::Desk;

#[test]
fn after_an_update_no_network_is_needed() {
    for format in FORMATS {
        let release = wifi();
        let server = release.build(format).serve();
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        let at = format!("--tree {} --key key", server.url());
        let resolve = format!("resolve --chip iwl7265d --format names --no-lock {at}");
        desk.owpkg(&format!("{resolve} --offline")).run().exits(6);

        let updated = desk.owpkg(&format!("update --json {at}")).run().exits(0).json();
        assert_eq!(keys(&updated), ["schema", "release", "target", "kernel", "feeds"]);
        assert_eq!(updated["schema"], "owpkg.update/1");
        assert_eq!(updated["release"], "25.12.0");
        let mut feeds: Vec<(&str, u64)> = Vec::new();
        for feed in updated["feeds"].as_array().unwrap() {
            assert_eq!(feed["signed_by"], serde_json::json!([key_id(format, &signers())]));
            feeds.push((feed["name"].as_str().unwrap(), feed["packages"].as_u64().unwrap()));
        }
        let made = |(name, articles): &(String, Vec<_>)| (name.clone(), articles.len() as u64);
        let mut made: Vec<(String, u64)> = release.blueprint.feeds.iter().map(made).collect();
        made.sort();
        feeds.sort_unstable();
        assert_eq!(feeds, made.iter().map(|(name, count)| (name.as_str(), *count)).collect::<Vec<_>>());
        let asked = server.requests().len();

        let offline = desk.owpkg(&format!("{resolve} --offline")).run().exits(0).out;
        assert_eq!(server.requests().len(), asked, "nothing more is asked for");
        assert_eq!(offline, desk.owpkg(&resolve).run().exits(0).out);
    }
}

#[test]
fn an_update_takes_nothing_that_is_not_signed() {
    for format in FORMATS {
        let site = wifi().on(format);
        let told = site.owpkg("update").run().exits(0);
        assert!(told.out.contains(&format!("signed by key {}", key_id(format, &signers()))), "{}", told.out);
        site.desk.owpkg("update --tree tree").run().exits(5).says(&["key"]);
        let told = site.desk.owpkg("update --tree tree --accept-unsigned all").run().exits(0);
        assert!(told.out.contains("NOT SIGNED") && fits_a_terminal(&told.out), "{}", told.out);
    }
}

#[test]
fn the_cache_tells_what_it_holds_and_gives_it_back() {
    for format in FORMATS {
        let server = wifi().build(format).serve();
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        desk.write("cache/of-somebody", "else");
        let disk = format!("disk out.img --chip iwl7265d --tree {} --key key", server.url());
        desk.owpkg(&disk).run().exits(0);
        let made = std::fs::read(desk.path().join("out.img")).unwrap();

        let held = json(&desk.owpkg("cache --json").run().exits(0).out);
        assert_eq!(keys(&held), ["schema", "folder", "documents", "packages", "findings", "partial"]);
        assert_eq!(held["folder"], desk.path().join("cache").as_str());
        assert_eq!(held["packages"]["files"], 7);
        let sizes: u64 = std::fs::read_dir(desk.path().join("cache/v1/packages"))
            .unwrap()
            .flat_map(|shard| std::fs::read_dir(shard.unwrap().path()).unwrap())
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum();
        assert_eq!(held["packages"]["bytes"], sizes);
        assert_eq!(held["partial"]["files"], 0);
        // What was read of each package is kept too, and the names of the release.
        assert_eq!(held["findings"]["files"], 7 + 1);
        let files = held["documents"]["files"].as_u64().unwrap() + 7 + 7 + 1;
        assert!(desk.owpkg("cache").run().exits(0).out.contains("packages and images        7 files"));

        let told = desk.owpkg("cache clear").run().exits(0).out;
        assert!(told.starts_with(&format!("removed {files} files, ")), "{told}");
        assert_eq!(json(&desk.owpkg("cache --json").run().exits(0).out)["packages"]["files"], 0);
        assert_eq!(desk.read("cache/of-somebody"), "else");
        desk.owpkg("cache clear").run().exits(0);
        desk.owpkg(&disk).run().exits(0);
        assert_eq!(std::fs::read(desk.path().join("out.img")).unwrap(), made);
    }
}

#[test]
fn a_manual_page_of_each_command() {
    let desk = Desk::new();
    let page = desk.owpkg("man").run().exits(0).out;
    assert!(page.contains(".TH owpkg 1"), "{page}");
    desk.owpkg("man share/pages").run().exits(0);
    for name in ["owpkg", "owpkg-resolve", "owpkg-vm", "owpkg-mirror-verify"] {
        let page = desk.read(&format!("share/pages/{name}.1"));
        assert!(page.contains(&format!(".TH {name} 1")), "{page}");
        for section in ["EXIT STATUS", "ENVIRONMENT", "FILES", "SEE ALSO"] {
            let heading = [format!(".SH {section}\n"), format!(".SH \"{section}\"\n")];
            assert!(heading.iter().any(|heading| page.contains(heading)), "{name}: {section}");
        }
    }
    assert!(desk.read("share/pages/owpkg-resolve.1").contains("iwl7265d"));
    desk.write("file", "");
    desk.owpkg("man file/pages").run().exits(7).says(&["file/pages cannot be made"]);
}

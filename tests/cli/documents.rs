//! What the documents and the help tell people to type is what the program takes, and prints what they show.

use std::fs;

use crate::support::judges::passes_shellcheck;
use crate::support::run::{Desk, owpkg};

const README: &str = include_str!("../../README.md");
const GUIDE: &str = include_str!("../../docs/guide.md");
const MACHINES: &str = include_str!("../../docs/virtual-machines.md");

/// README.md and every document, by name.
fn documents() -> Vec<(String, String)> {
    let docs = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
    let paths =
        docs.map(|entry| entry.unwrap().path()).filter(|path| path.extension() == Some("md".as_ref()));
    let named = paths.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()));
    named.chain([("README.md".into(), README.into())]).collect()
}

/// The calls of owpkg in a text: in lines of blocks, after pipes, in spans of code, and by path, as services have them.
fn calls(text: &str) -> Vec<String> {
    let by_path = text.split("/bin/owpkg ").skip(1).filter_map(|rest| rest.lines().next());
    let by_path = by_path.map(|arguments| format!("owpkg {}", arguments.trim_end_matches('"')));
    let joined = text.replace("\\\n", " ").replace("cargo run --release -- ", "owpkg ");
    let spans = joined.split('`').skip(1).step_by(2).filter(|span| span.starts_with("owpkg "));
    let lines = joined.lines().flat_map(|line| line.split(" | ")).filter_map(|line| {
        let prompt = |c: char| c.is_whitespace() || c.is_ascii_digit() || c == '$' || c == '#';
        let call = line.trim_start_matches(prompt);
        (call.starts_with("owpkg ") && (call.len() < line.len() || line.contains(" -"))).then_some(call)
    });
    let end = |call: &str| {
        let ends = [" > ", " && ", "   ", "|", ";"];
        let end = ends.iter().filter_map(|end| call.find(end)).min();
        call[..end.unwrap_or(call.len())].to_owned()
    };
    spans.chain(lines).map(end).chain(by_path).collect()
}

/// Whether the program knows all of its words: it shows its help, which it does only then.
fn is_known(call: &str) -> bool {
    owpkg(call.trim_start_matches("owpkg ")).arg("--help").run().code == 0
}

#[test]
fn every_call_in_the_documents_is_one() {
    let mut all = 0;
    for (name, text) in documents() {
        for call in calls(&text) {
            assert!(is_known(&call), "{name}: {call}");
            all += 1;
        }
    }
    assert!(all > 60 && calls(README).len() > 8 && calls(GUIDE).len() > 10, "{all}");
    for wrong in ["disk a --nonesuch", "nonesuch", "disk a --format nonesuch", "vm xen", "serve a b"] {
        assert!(!is_known(wrong), "{wrong}");
    }
}

#[test]
fn the_services_of_the_lab_call_it_and_their_script_is_clean() {
    let lab = include_str!("../../docs/lab.md");
    let [serving, script, nightly] = ["```ini\n", "```sh\n", "```text\n"]
        .map(|fence| lab.split(fence).nth(1).unwrap().split("```").next().unwrap());
    assert_eq!(calls(serving), ["owpkg serve /srv/openwrt --listen 8080"]);
    assert_eq!(calls(script), ["owpkg serve $owpkg_serve_args"]);
    assert_eq!(calls(nightly).len(), 2);
    // What rc.subr reads and defines.
    passes_shellcheck(&script.replacen('\n', "\n# shellcheck disable=SC1091,SC2034\n", 1));
}

#[test]
fn every_example_of_the_help_is_a_call() {
    let help = owpkg("--help").run().exits(0).out;
    let names = help.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    let mut examples = 0;
    for name in names.iter().filter(|name| !name.starts_with('-') && **name != "help") {
        let help = owpkg(&format!("{name} --help")).run().exits(0).out;
        let Some((_, text)) = help.split_once("\nExample") else { continue };
        for call in calls(text) {
            assert!(is_known(&call), "{name} --help: {call}");
            examples += 1;
        }
    }
    assert!(examples > 30, "{examples}");
}

#[test]
fn the_guides_are_in_their_document_and_their_commands_in_that_of_machines() {
    for host in ["bhyve", "qemu", "proxmox"] {
        let guide = owpkg(&format!("vm {host} --guide")).run().exits(0).out;
        assert!(GUIDE.contains(&format!("```text\n{guide}```")), "{guide}");
    }
    let bhyve = owpkg("vm bhyve --guide").run().out;
    let numbered = bhyve.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    for line in numbered {
        let command = line.trim_start_matches(|c: char| c.is_whitespace() || c.is_ascii_digit());
        assert!(MACHINES.contains(&format!("# {command}\n")), "{command}");
    }
}

/// Two screens, and every link leads to a file.
#[test]
fn the_readme_is_short_and_all_links_lead_somewhere() {
    assert!(README.lines().count() <= 120, "{}", README.lines().count());
    for (name, text) in documents() {
        let folder = if name == "README.md" { "." } else { "docs" };
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for link in links.filter(|link| !link.is_empty() && !link.contains("://")) {
            let path = format!("{}/{folder}/{link}", env!("CARGO_MANIFEST_DIR"));
            assert!(fs::exists(&path).unwrap(), "{name}: {link}");
        }
    }
}

/// Each `$ cat FILE` in the guide is the file of the calls after it; each call prints what stands below it, up to `…`.
#[test]
fn the_guide_shows_what_is_printed() {
    let desk = Desk::new();
    // The demo release has no image to fetch.
    desk.write("openwrt.img", crate::vm::efi_image());
    let mut shown = 0;
    for block in GUIDE.split("```console\n$ ").skip(1) {
        let (command, below) = block.split_once("```").unwrap().0.split_once('\n').unwrap();
        if let Some(file) = command.strip_prefix("cat ") {
            desk.write(file, below);
            continue;
        }
        let ran = desk.owpkg(command.trim_start_matches("owpkg ")).typing("correct horse").run().exits(0);
        let err = ran.err.replace("(not shown): ", "(not shown):\n");
        let printed = err + &ran.out;
        match below.strip_suffix("…\n") {
            Some(start) => assert!(printed.starts_with(start), "{command}:\n{printed}"),
            None => assert_eq!(printed, below, "{command}"),
        }
        shown += 1;
    }
    assert!(shown >= 6, "{shown}");
}

/// A schema of `--json` in the sources has its section in the document.
#[test]
fn every_schema_is_documented() {
    let document = include_str!("../../docs/json.md");
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut schemas = std::collections::BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some("rs".as_ref()) {
                let text = fs::read_to_string(path).unwrap();
                let quoted =
                    text.split('"').filter(|word| word.starts_with("owpkg.") && word.ends_with("/1"));
                schemas.extend(quoted.map(str::to_owned));
            }
        }
    }
    assert!(schemas.len() > 10, "{schemas:?}");
    // Those of the files that owpkg reads again itself.
    let own = ["owpkg.lock/1", "owpkg.part/1"];
    for schema in schemas.iter().filter(|schema| !own.contains(&schema.as_str())) {
        assert!(document.contains(&format!("## `{schema}`")), "{schema}");
    }
}

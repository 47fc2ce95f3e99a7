//! The rendered text.

use std::process::Command;

use owpkg::cli::Help;
use owpkg::disk::script::{Planned, Script, ScriptError, render};
use owpkg::format::FORMATS;
use owpkg::shell::quote;
use proptest::prelude::*;

use super::router::{CLIENTS, Client, Router, planned};
use crate::support::judges::{passes_shellcheck, tool};

const PLAIN: Script<'_> = Script {
    demo: false,
    release: Some("23.05.2"),
    target: "x86/64",
    arch: "x86_64",
    kernel: None,
    router: None,
    feeds: &["core"],
    install: &[&["iw"]],
    replaced: &[],
    plan: &[Planned { name: "iw", version: "5.19-1", installed_size: None }],
    accepted_unsigned: false,
    unvouched: &[],
    key_ids: &[],
    configuration: None,
    signers: &[],
    own_keys: &[],
    pool: &[],
    steps: "",
};

#[test]
fn shellcheck_has_nothing_to_say() {
    for (client, configured) in CLIENTS.into_iter().flat_map(|client| [(client, false), (client, true)]) {
        let mut router = Router::new(client);
        if configured {
            router.overlay.add("etc/it's a file", 0o600, b"x".to_vec(), true).unwrap();
            router.overlay.add_link("etc/a link", "/tmp/it's").unwrap();
            router.services.push("dnsmasq".to_owned());
            router.idle.push("kmod-idle".to_owned());
        }
        let text = router.script();
        passes_shellcheck(&text);
    }
}

#[test]
fn it_forces_nothing() {
    for client in CLIENTS {
        let text = Router::new(client).script();
        for banned in ["--force", "--allow-untrusted", "--nodeps", "--add-arch", "check_signature 0"] {
            assert!(!text.contains(banned), "{client:?} has {banned}");
        }
    }
}

#[test]
fn every_format_brings_its_steps() {
    for format in FORMATS {
        let client = CLIENTS.into_iter().find(|client| client.name() == format.name()).unwrap();
        assert_eq!(format.facts().install_steps, client.steps());
    }
}

#[test]
fn a_script_cut_short_does_nothing() {
    let text = Router::new(Client::Opkg).script();
    let (rest, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(last, "main \"$@\"");
    let output = Command::new(tool("busybox")).args(["ash", "-c", rest]).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn it_is_the_same_every_time() {
    assert_eq!(render(&PLAIN), render(&PLAIN));
}

#[test]
fn names_that_no_list_can_carry_are_refused() {
    for name in ["", "a b", "a\nb", "a\tb", "a\0b", "a\u{7f}", "a\u{a0}b", "-f", "--force-depends"] {
        let refused = |script: &Script<'_>| matches!(render(script), Err(ScriptError::Word { .. }));
        assert!(refused(&Script { install: &[&[name]], ..PLAIN.clone() }), "install {name:?}");
        assert!(refused(&Script { plan: &[planned_as(name, "1")], ..PLAIN.clone() }), "plan {name:?}");
        assert!(refused(&Script { plan: &[planned_as("a", name)], ..PLAIN.clone() }), "version {name:?}");
        assert!(refused(&Script { release: Some(name), ..PLAIN.clone() }), "release {name:?}");
        assert!(refused(&Script { kernel: Some(name), ..PLAIN.clone() }), "kernel {name:?}");
        assert!(refused(&Script { key_ids: &[name.to_owned()], ..PLAIN.clone() }), "key {name:?}");
    }
}

#[test]
fn feeds_are_plain_folder_names() {
    for feed in ["", "..", ".core", "-f", "a/b", "a b", "a\"b", "a%20b", "a#b", "caf\u{e9}", "'"] {
        let error = render(&Script { feeds: &[feed], ..PLAIN.clone() }).unwrap_err();
        assert_eq!(error, ScriptError::Feed { value: feed.to_owned() });
        assert!(error.help().is_some());
    }
    assert!(render(&Script { feeds: &["core", "my_feed-2.0+x"], ..PLAIN.clone() }).is_ok());
}

#[test]
fn a_plan_of_nothing_is_a_script_too() {
    let mut router = Router::new(Client::Opkg);
    router.plan.clear();
    router.names.clear();
    router.install(&[]).is_done("Nothing to do");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_shell_reads_a_quoted_word_back(word in "[^\0]*") {
        let output = Command::new(tool("busybox"))
            .args(["ash", "-c", &format!("printf %s {}", quote(&word))])
            .output()
            .unwrap();
        prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
    }
}

fn planned_as<'a>(name: &'a str, version: &'a str) -> Planned<'a> {
    Planned { name, version, ..planned("", "") }
}

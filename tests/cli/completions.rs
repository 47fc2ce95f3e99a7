//! What real shells complete.

use std::process::Command;

use camino::Utf8Path;

use crate::support::feeds::{FORMATS, public_key, signers, wifi};
use crate::support::run::{Desk, owpkg};

/// A desk on which a release was opened, and sets are written down.
fn desk() -> Desk {
    let server = wifi().build(FORMATS[0]).serve();
    let desk = Desk::new();
    desk.write("key", public_key(FORMATS[0], &signers()));
    desk.owpkg(&format!("update --tree {} --key key", server.url())).run().exits(0);
    desk.write("owpkg.toml", "[[set]]\nname = \"office\"\n[[set]]\nname = \"lab\"\n");
    desk
}

/// What a shell prints that runs a script with owpkg on its path.
fn run(desk: &Desk, shell: &[&str], script: &str) -> Vec<String> {
    let built = Utf8Path::new(env!("CARGO_BIN_EXE_owpkg")).parent().unwrap();
    let path = format!("{built}:{}", std::env::var("PATH").unwrap_or_default());
    let [shell, arguments @ ..] = shell else { unreachable!() };
    let output = Command::new(shell)
        .args(arguments)
        .args(["-c", script])
        .current_dir(desk.path())
        .env("PATH", path)
        .env("HOME", desk.path())
        .env("OWPKG_CACHE", "cache")
        .output()
        .unwrap_or_else(|error| panic!("{shell} does not run ({error}): install the package {shell}"));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned());
    lines.collect()
}

/// What each way of asking a shell answers for a line whose last word is being typed.
fn completed(desk: &Desk, shell: &str, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    match shell {
        "bash" => {
            let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
            let quoted: String = words.iter().map(|word| format!("'{word}' ")).collect();
            let script = format!(
                "source <(owpkg completions bash); COMP_WORDS=({quoted}) COMP_CWORD={} COMP_TYPE=9; \
                 _clap_complete_owpkg owpkg '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
                words.len() - 1
            );
            run(desk, &["bash", "--norc"], &script)
        }
        _ => run(
            desk,
            &["fish", "--no-config"],
            &format!("owpkg completions fish | source; complete -C '{line}'"),
        ),
    }
}

#[test]
fn names_that_are_known_are_completed() {
    let desk = desk();
    for shell in ["bash", "fish"] {
        for (line, expected) in [
            ("owpkg res", "resolve"),
            ("owpkg resolve --form", "--format"),
            ("owpkg resolve --format na", "names"),
            ("owpkg disk pkgs.img --chip iwl7265", "iwl7265d"),
            ("owpkg resolve --chip ath10", "ath10k"),
            ("owpkg resolve --add wpad-op", "wpad-openssl"),
            ("owpkg why hostapd-c", "hostapd-common"),
            ("owpkg update --release 25.12.", "25.12.0"),
            ("owpkg update --release 24.", "24.10"),
            ("owpkg update --target x", "x86/64"),
            ("owpkg mirror m --full --feeds km", "kmods"),
            ("owpkg disk pkgs.img --set off", "office"),
        ] {
            let found = completed(&desk, shell, line);
            assert!(found.iter().any(|word| word.trim() == expected), "{shell}: {line}: {found:?}");
        }
        assert!(!completed(&desk, shell, "owpkg resolve --chip zzz").iter().any(|word| word.contains("iwl")));
    }
}

#[test]
fn each_shell_gets_its_lines() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let lines = owpkg(&format!("completions {shell}")).run().exits(0).out;
        assert!(lines.contains("COMPLETE") && lines.contains("owpkg"), "{shell}: {lines}");
    }
    owpkg("completions tcsh").run().exits(2).says(&["bash"]);
}

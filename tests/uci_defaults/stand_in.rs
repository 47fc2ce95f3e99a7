//! The stand-in for `uci` does what its transcript says, which was compared with what the real one does.

use super::router::Router;

const TRANSCRIPT: &str = include_str!("uci.transcript");

#[test]
fn it_does_what_the_transcript_says() {
    let router = Router::new("25.12");
    for config in ["network", "wireless"] {
        router.write(&format!("etc/config/{config}"), "");
    }
    let mut steps = 0;
    for step in TRANSCRIPT.split("\n$ ").skip(1) {
        let (command, expected) = step.split_once('\n').unwrap_or((step, ""));
        let (expected, status) = match expected.split_once("? ") {
            Some((output, status)) => (output, status.trim().parse().unwrap()),
            None => (expected, 0),
        };
        let (found, code) = router.run(&format!("cd etc/config; {command}"));
        assert_eq!(nameless(&found).trim_end(), expected.trim_end(), "{command}");
        assert_eq!(code, status, "{command}");
        steps += 1;
    }
    assert!(steps > 40, "{steps}");
}

/// Sections without a name have made-up ones, which are nobody's business.
fn nameless(text: &str) -> String {
    let mut parts = text.split(".cfg");
    let mut found = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        found += ".cfg";
        found += part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    found
}

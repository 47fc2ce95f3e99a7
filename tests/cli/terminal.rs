//! What a person at a terminal sees: widths, a key that is asked for, Ctrl-C in the middle of a download.

use crate::support::feeds::{FORMATS, public_key, signers, wifi};
use crate::support::run::Desk;
use crate::support::server::Reply;
use crate::support::terminal::Terminal;

#[test]
fn text_is_broken_between_words_at_the_terminals_width() {
    let desk = Desk::new();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for line in
        ["chips iwl7265d", "chips nonesuch", "resolve --demo --no-lock --chip iwl7265d --format names"]
    {
        let ran = desk.owpkg(line).run();
        let mut heights = Vec::new();
        for columns in [60, 80, 120] {
            let (_, shown) = Terminal::owpkg(desk.path(), columns, line).ends();
            let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= usize::from(columns), "{line} at {columns}:\n{shown}");
            heights.push(shown.lines().count());
            let expected = words(&(ran.err.clone() + &ran.out));
            let found = words(&shown);
            let missing: Vec<_> = expected.iter().filter(|word| !found.contains(word)).collect();
            assert!(missing.is_empty(), "{line} at {columns}: {missing:?} in\n{shown}");
        }
        assert!(heights[0] >= heights[1] && heights[1] >= heights[2], "{line}: {heights:?}");
    }
}

#[test]
fn the_key_is_asked_for_and_not_shown() {
    let desk = Desk::new();
    let line = "disk out/ --demo --chip iwl7265d --wifi home";
    for columns in [60, 120] {
        let mut terminal = Terminal::owpkg(desk.path(), columns, line);
        terminal.waits_for("Key of the Wi-Fi \"home\"");
        terminal.waits_for_silence();
        terminal.types("correct horse\n");
        let (status, shown) = terminal.ends();
        assert_eq!(status, Some(0), "{shown}");
        assert!(!shown.contains("correct horse"), "{shown}");
        std::fs::remove_dir_all(desk.path().join("out")).unwrap();
    }
}

#[test]
fn ctrl_c_in_a_download_says_what_is_kept_and_the_next_run_goes_on() {
    let format = FORMATS[0];
    let files = wifi().build(format);
    let is_package = |path: &str| path.contains("iwlwifi-firmware");
    let stalling = files.clone().serve_but(move |path, request| {
        let whole = is_package(path) && request.earlier == 0;
        whole.then(|| Reply::whole(&[0; 2000]).stalling_after(1000))
    });
    let desk = Desk::new();
    desk.write("key", public_key(format, &signers()));
    let line = format!("disk out.img --chip iwl7265d --tree {} --key key", stalling.url());
    let mut terminal = Terminal::owpkg(desk.path(), 80, &line);
    while !stalling.requests().iter().any(|request| is_package(&request.path)) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    terminal.types("\u{3}");
    let (status, shown) = terminal.ends();
    assert_eq!(status, Some(130), "{shown}");
    assert!(shown.contains("interrupted: what was fetched is kept"), "{shown}");
    assert!(!desk.holds("out.img"));
    desk.owpkg(&line).run().exits(0);
}

#[test]
fn zsh_completes_what_is_known() {
    let desk = Desk::new();
    desk.write(
        ".zshrc",
        "autoload -Uz compinit && compinit -u -D\nsource <(owpkg completions zsh)\nPS1='ready> '\n",
    );
    let mut zsh = Terminal::start(desk.path(), 120, "zsh", &["-i"]);
    zsh.waits_for("ready> ");
    zsh.types("owpkg resolve --chip iwl7265d\t");
    zsh.waits_for("--chip iwl7265d ");
    zsh.types("--demo --format n\t");
    zsh.waits_for("--format names");
    zsh.stop();
}

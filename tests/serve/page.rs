//! The page for people, in a browser.

use std::process::Command;

use owpkg::demo::Demo;
use owpkg::release::snapshot::Snapshot;

use super::Site;

const BROWSERS: [&str; 4] = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// A site with the demo release's files, as a mirror has them.
fn site() -> Site {
    let site = Site::new();
    let snapshot = Snapshot::read().unwrap();
    let signers = owpkg::demo::signers().unwrap();
    let tree = owpkg::demo::blueprint(&snapshot).build(&owpkg::format::apk::Apk, &signers).unwrap();
    for (path, bytes) in tree {
        site.put(&format!("releases/25.12.0/{path}"), &bytes);
    }
    assert!(Demo::build(&snapshot).is_ok());
    site
}

/// The document as the browser has it after loading, and what it complained about.
fn load(url: &str) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    for browser in BROWSERS {
        let run = Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--enable-logging=stderr",
                "--timeout=20000",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(["--dump-dom", url])
            .output();
        if let Ok(output) = run {
            return (
                String::from_utf8_lossy(&output.stdout).into_owned(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            );
        }
    }
    panic!("no browser found: install chromium (Debian: chromium-headless-shell or chromium)")
}

#[test]
fn a_browser_shows_releases_feeds_lines_and_finds_packages_without_asking_elsewhere() {
    let site = site();
    let url = format!("http://{}/", site.server.address());
    let (dom, complaints) = load(&url);
    assert!(dom.contains("25.12.0 for x86/64"), "{dom}\n{complaints}");
    let line = format!("http://{}/releases/25.12.0/packages/x86_64/base/packages.adb", site.server.address());
    assert!(dom.contains(&line) && dom.contains("/etc/apk/repositories.d/distfeeds.list"), "{dom}");
    assert!(!complaints.contains("Refused to") && !complaints.contains("CONSOLE"), "{complaints}");

    let (dom, _) = load(&format!("{url}?q=iwlwifi+firmware"));
    assert!(dom.contains("iwlwifi-firmware-iwl7265d") && dom.contains("id=\"hits\""), "{dom}");
    assert!(!dom.contains(">kmod-ath10k"));
    let asked: Vec<String> = site.log.lock().unwrap().iter().map(|access| access.path.clone()).collect();
    assert_eq!(asked, ["/", "/"]);
}

#[test]
fn what_is_searched_for_stays_text() {
    let site = site();
    let page = String::from_utf8(site.get("/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", &[]).body).unwrap();
    assert!(page.contains("&#34;&#62;&#60;script&#62;") && !page.contains("<script"));
    let evil = site.raw("GET / HTTP/1.1\r\nHost: <b>evil\r\nConnection: close\r\n\r\n");
    assert!(evil.status == 400 || !String::from_utf8(evil.body).unwrap().contains("<b>evil"));
}

#[test]
fn a_folder_without_feeds_says_so() {
    let page = String::from_utf8(Site::new().get("/", &[]).body).unwrap();
    assert!(page.contains("no feeds here"));
}

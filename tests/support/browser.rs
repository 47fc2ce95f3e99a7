//! A browser: what people see of pages, at any width, with scripts and without, judged by axe-core.
//!
//! Each has a profile and a folder of downloads of its own, which go with it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::judges::skipped;
use super::webdriver::{Element, Session};

/// The browser's program: on Debian, on other systems, on FreeBSD.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// A telephone, and a desk.
pub const WIDTHS: [u32; 2] = [360, 1400];
/// The tabulator key, as WebDriver has it.
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";
const PATIENCE: Duration = Duration::from_secs(20);

/// What reaches over the right edge of the window; nothing where the page cannot be moved sideways.
const OVERFLOWING: &str = r#"
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(
        element => element.getBoundingClientRect().right > clientWidth + 0.5);
    return [`${scrollWidth} of ${clientWidth} pixels`, ...wide.map(element => element.cloneNode().outerHTML)];"#;
const AXE: &str = r#"
    const done = arguments[arguments.length - 1];
    axe.run(document, { preload: false }).then(
        result => done(result.violations.flatMap(violation => violation.nodes.map(
            node => `${violation.id}: ${node.html}\n${node.failureSummary}`))),
        error => done([String(error)]));"#;
const FOCUSED: &str = r##"
    const { tagName, id, textContent } = document.activeElement;
    return tagName.toLowerCase() + (id ? "#" + id : " " + textContent.trim());"##;

/// A browser with one window; at first on a desk, by day.
pub struct Browser {
    session: Session,
    home: TempDir,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

impl Browser {
    /// Starts one; none, and says so, where there is no browser or nothing to lead it.
    pub fn start() -> Option<Browser> {
        let programs = in_path("chromedriver").zip(PROGRAMS.into_iter().find_map(in_path));
        let Some((driver, program)) = programs else {
            skipped("there is no chromium with its chromedriver (Debian: chromium chromium-driver)");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let downloads = home.path().join("downloads");
        fs::create_dir(&downloads).unwrap();
        let profile = format!("--user-data-dir={}", home.path().join("profile").display());
        // A pipe in place of a port: the browser ends when the driver does, however that ends.
        let options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--remote-debugging-pipe",
            &profile,
        ];
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": program, "args": options},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let session = Session::start(&driver, home.path(), &capabilities);
        let browser = Browser { session, home };
        let allowed = json!({"behavior": "allow", "downloadPath": downloads});
        browser.session.tell("Browser.setDownloadBehavior", allowed);
        browser.set_width(WIDTHS[1]);
        browser.set_scheme(Scheme::Light);
        Some(browser)
    }

    /// Makes the window so wide, in CSS pixels; below 500 it is a telephone's.
    pub fn set_width(&self, width: u32) {
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
        self.session.tell("Emulation.setDeviceMetricsOverride", metrics);
    }

    pub fn set_scheme(&self, scheme: Scheme) {
        let value = if scheme == Scheme::Dark { "dark" } else { "light" };
        let feature = json!({"name": "prefers-color-scheme", "value": value});
        self.session.tell("Emulation.setEmulatedMedia", json!({"features": [feature]}));
    }

    /// Whether the scripts of the pages run that are opened next.
    pub fn set_scripts(&self, run: bool) {
        self.session.tell("Emulation.setScriptExecutionDisabled", json!({"value": !run}));
    }

    /// Opens an address and waits until all of it is there.
    #[track_caller]
    pub fn open(&self, url: &str) {
        self.session.post("/url", json!({"url": url}));
    }

    #[track_caller]
    pub fn url(&self) -> String {
        text(&self.session.get("/url"))
    }

    #[track_caller]
    pub fn title(&self) -> String {
        text(&self.session.get("/title"))
    }

    /// The document as the browser has it.
    #[track_caller]
    pub fn source(&self) -> String {
        text(&self.session.get("/source"))
    }

    /// What the elements show that a CSS selector means.
    #[track_caller]
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.session.find(selector);
        found.iter().map(|element| text(&self.session.get_of(element, "text"))).collect()
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.session.post_to(&self.one(selector), "click", json!({}));
    }

    /// Does what leads to another page, and waits until all of that is there: the driver itself may look too early.
    #[track_caller]
    pub fn go(&self, act: impl FnOnce(&Browser)) {
        self.run("window.isLeft = true");
        act(self);
        let start = Instant::now();
        while self.run("return document.readyState === 'complete' && !window.isLeft") != true {
            assert!(start.elapsed() < PATIENCE, "no other page comes than {}", self.url());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types into a field, in place of what is in it.
    #[track_caller]
    pub fn fill(&self, selector: &str, words: &str) {
        let field = self.one(selector);
        self.session.post_to(&field, "clear", json!({}));
        self.session.post_to(&field, "value", json!({"text": words}));
    }

    /// Gives a file to a field that takes files.
    #[track_caller]
    pub fn upload(&self, selector: &str, file: &Path) {
        self.session.post_to(&self.one(selector), "value", json!({"text": file}));
    }

    /// Presses keys where the focus is.
    #[track_caller]
    pub fn press(&self, keys: &str) {
        self.session.post_to(&self.session.active(), "value", json!({"text": keys}));
    }

    /// What has the focus: the name of an element, with its id or text.
    #[track_caller]
    pub fn focused(&self) -> String {
        text(&self.run(FOCUSED))
    }

    /// The path of a file that was downloaded, once all of it is there.
    #[track_caller]
    pub fn downloaded(&self, name: &str) -> PathBuf {
        let file = self.home.path().join("downloads").join(name);
        let start = Instant::now();
        while !file.exists() {
            assert!(start.elapsed() < PATIENCE, "{name} does not come");
            thread::sleep(Duration::from_millis(20));
        }
        file
    }

    /// What the body of a function in JavaScript returns.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        self.session.post("/execute/sync", json!({"script": script, "args": []}))
    }

    /// What the browser complained about since this was asked last: errors of scripts, what the page's policy forbids.
    #[track_caller]
    pub fn complaints(&self) -> Vec<String> {
        let log = self.session.post("/se/log", json!({"type": "browser"}));
        log.as_array().unwrap().iter().map(|entry| text(&entry["message"])).collect()
    }

    /// Nothing reaches over the right edge of the window.
    #[track_caller]
    pub fn assert_fits(&self) {
        let found = texts(&self.run(OVERFLOWING));
        assert!(found.is_empty(), "{} moves sideways:\n{}", self.url(), found.join("\n"));
    }

    /// axe-core has nothing to say of the page; says that this is skipped where there is no axe-core.
    #[track_caller]
    pub fn assert_accessible(&self) {
        let axe = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe/node_modules/axe-core/axe.min.js");
        let Ok(axe) = fs::read_to_string(axe) else {
            return skipped("there is no axe-core in target/axe, where ./check puts it");
        };
        self.run(&axe);
        let found = texts(&self.session.post("/execute/async", json!({"script": AXE, "args": []})));
        assert!(found.is_empty(), "{}:\n{}", self.url(), found.join("\n\n"));
    }

    /// The page that is open fits and is accessible, on a telephone and on a desk, by night and by day.
    #[track_caller]
    pub fn assert_good_for_all(&self) {
        for scheme in [Scheme::Dark, Scheme::Light] {
            self.set_scheme(scheme);
            for width in WIDTHS {
                self.set_width(width);
                self.assert_fits();
                self.assert_accessible();
            }
        }
    }

    /// A picture of the page in `target/screenshots`, to be looked at; of a long one, its beginning.
    pub fn photograph(&self, name: &str) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/screenshots");
        fs::create_dir_all(folder).unwrap();
        let size = self.run("const { clientWidth, scrollHeight } = document.documentElement; return [clientWidth, scrollHeight]");
        let height = size[1].as_u64().unwrap().min(2000);
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": height, "scale": 1});
        let whole = json!({"captureBeyondViewport": true, "clip": clip});
        let taken = self.session.tell("Page.captureScreenshot", whole);
        let png = Base64::decode_vec(&text(&taken["data"])).unwrap();
        fs::write(Path::new(folder).join(format!("{name}.png")), png).unwrap();
    }

    #[track_caller]
    fn one(&self, selector: &str) -> Element {
        let found = self.session.find(selector);
        found.into_iter().next().unwrap_or_else(|| panic!("no {selector} in:\n{}", self.source()))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

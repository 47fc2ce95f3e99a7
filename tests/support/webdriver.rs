//! A session of a browser, over WebDriver (W3C): the few of its commands that tests of pages need.
//!
//! The crates for it do not fit: thirtyfour's `String + Key` makes `String + &String` ambiguous in every test,
//! fantoccini brings the types of WebDriver under a licence that is not allowed here, and two versions of ten crates.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The name under which an element is referred to, by the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session; the browser ends with it.
pub struct Session {
    runtime: Runtime,
    client: reqwest::Client,
    /// The address of the session.
    url: String,
    _driver: Driver,
}

/// The program that leads the browser; it ends with this, and the browser with it.
struct Driver(Child);

/// An element of a page, as long as that is open.
#[derive(Debug, Clone)]
pub struct Element(String);

impl Session {
    /// Starts the program, which leads a browser of these capabilities; both take `home` for their own.
    pub fn start(program: &Path, home: &Path, capabilities: &Value) -> Session {
        // Another test may have done so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (driver, port) = Driver::start(program, home);
        let mut session = Session {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: format!("http://127.0.0.1:{port}/session"),
            _driver: driver,
        };
        let begun = session.post("", json!({"capabilities": {"alwaysMatch": capabilities}}));
        session.url = format!("{}/{}", session.url, begun["sessionId"].as_str().unwrap());
        session
    }

    /// The value of a command that asks.
    #[track_caller]
    pub fn get(&self, command: &str) -> Value {
        self.value(self.client.get(format!("{}{command}", self.url)))
    }

    /// The value of a command that does.
    #[track_caller]
    pub fn post(&self, command: &str, parameters: Value) -> Value {
        let asked = self.client.post(format!("{}{command}", self.url));
        self.value(asked.header("content-type", "application/json").body(parameters.to_string()))
    }

    /// A command of the developers' tools of Chromium.
    #[track_caller]
    pub fn tell(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({"cmd": command, "params": parameters}))
    }

    /// The elements that a CSS selector means.
    #[track_caller]
    pub fn find(&self, selector: &str) -> Vec<Element> {
        let found = self.post("/elements", json!({"using": "css selector", "value": selector}));
        found.as_array().unwrap().iter().map(Element::of).collect()
    }

    /// The element that has the focus.
    #[track_caller]
    pub fn active(&self) -> Element {
        Element::of(&self.get("/element/active"))
    }

    /// A command about an element that asks.
    #[track_caller]
    pub fn get_of(&self, element: &Element, command: &str) -> Value {
        self.get(&format!("/element/{}/{command}", element.0))
    }

    /// A command about an element that does.
    #[track_caller]
    pub fn post_to(&self, element: &Element, command: &str, parameters: Value) {
        self.post(&format!("/element/{}/{command}", element.0), parameters);
    }

    #[track_caller]
    fn value(&self, asked: reqwest::RequestBuilder) -> Value {
        let answered = async { asked.send().await?.bytes().await };
        let answer = self.runtime.block_on(answered).unwrap();
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        let value = answer["value"].take();
        assert!(value["error"].is_null(), "{}: {}", value["error"], value["message"]);
        value
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // What does not end so ends with its driver.
        let _ = self.runtime.block_on(self.client.delete(&self.url).send());
    }
}

impl Element {
    fn of(value: &Value) -> Element {
        Element(value[ELEMENT].as_str().unwrap().to_owned())
    }
}

impl Driver {
    /// Starts it on a free port, which it says.
    fn start(program: &Path, home: &Path) -> (Driver, u16) {
        let child = Command::new(program)
            .arg("--port=0")
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut driver = Driver(child);
        let said = BufReader::new(driver.0.stdout.as_mut().unwrap()).lines().map_while(Result::ok);
        let port = said.filter_map(|line| {
            line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        let port = port.take(1).last().expect("chromedriver says its port");
        (driver, port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

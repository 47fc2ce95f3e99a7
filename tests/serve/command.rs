//! `owpkg serve` as it runs: what it prints, its access log, how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use jiff::fmt::strtime;

use crate::support::feeds::{FORMATS, release};

#[test]
fn lines_have_the_proxys_address_and_the_log_is_in_the_common_format() {
    for format in FORMATS {
        let site = release().on(format);
        let desk = &site.desk;
        std::fs::create_dir_all(desk.path().join("mirror/releases")).unwrap();
        std::fs::rename(desk.path().join("tree"), desk.path().join("mirror/releases/25.12.0")).unwrap();
        let mut serving = Command::new(env!("CARGO_BIN_EXE_owpkg"))
            .args([
                "serve",
                "mirror",
                "--listen",
                "127.0.0.1:0",
                "--base-url",
                "https://lan.example/openwrt/",
            ])
            .current_dir(desk.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(serving.stdout.take().unwrap()).lines().map(Result::unwrap);
        let first = said.next().unwrap();
        let address = first
            .strip_prefix("serving https://lan.example/openwrt/, as ")
            .and_then(|rest| rest.split(", until").next())
            .unwrap_or_else(|| panic!("{first}"));
        let mut stream = TcpStream::connect(address).unwrap();
        let asked = "GET /healthz?from=here HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        stream.write_all(asked.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("\r\n\r\nok\n"), "{answer}");
        let told = Command::new("kill").args(["-TERM", &serving.id().to_string()]).status();
        assert!(told.unwrap().success());
        let rest: Vec<String> = said.collect();
        let ended = serving.wait_with_output().unwrap();
        assert!(ended.status.success());

        let base = "https://lan.example/openwrt/releases/25.12.0/packages/x86_64/base";
        assert!(rest.contains(&format.feed_line("openwrt_base", base)), "{rest:?}");
        let log = String::from_utf8(ended.stderr).unwrap();
        let (start, rest) = log.split_once(" [").unwrap();
        let (date, rest) = rest.split_once("] ").unwrap();
        assert_eq!((start, rest), ("127.0.0.1 - -", "\"GET /healthz?from=here HTTP/1.1\" 200 3\n"));
        let parsed = strtime::parse("%d/%b/%Y:%H:%M:%S %z", date).unwrap().to_timestamp().unwrap();
        assert!((jiff::Timestamp::now().as_second() - parsed.as_second()).abs() < 3600);
    }
}

#[test]
fn a_wrong_address_of_a_proxy_is_told_before_anything_is_served() {
    let desk = crate::support::run::Desk::new();
    let refused = desk.owpkg("serve . --base-url lan.example").run().exits(2);
    refused.says(&["--base-url", "http or https", "https://lan.example/openwrt"]);
}

//! Clients: of both HTTP versions, many, slow, and under way when the server stops.

use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::{Site, content};

#[test]
fn http_2_is_spoken_too() {
    let site = Site::new();
    let bytes = content(700_000);
    site.put("a", &bytes);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Another test may have done so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
        let url = format!("http://{}/a", site.server.address());
        let answer = client.get(&url).send().await.unwrap();
        assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
        assert_eq!(answer.bytes().await.unwrap(), bytes);
        let part = client.get(&url).header("range", "bytes=5-9").send().await.unwrap();
        assert_eq!(part.bytes().await.unwrap(), bytes[5..10]);
    });
}

#[test]
fn one_connection_carries_many_requests() {
    let site = Site::new();
    site.put("a", b"hello");
    let mut stream = site.connect();
    for _ in 0..50 {
        stream.write_all(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"\r\n\r\nhello") {
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
    }
}

#[test]
fn slow_and_silent_clients_do_not_stop_the_others() {
    let site = Site::new();
    let bytes = content(20_000_000);
    site.put("large", &bytes);
    site.put("small", b"hello");
    let mut held = Vec::new();
    for number in 0..300 {
        let mut stream = site.connect();
        let start: &[u8] = match number % 3 {
            // Says nothing, says half, asks for much and takes nothing.
            0 => b"",
            1 => b"GET /small HTTP/1.1\r\nHo",
            _ => b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
        };
        stream.write_all(start).unwrap();
        held.push(stream);
    }
    for _ in 0..20 {
        assert_eq!(site.get("/small", &[]).body, b"hello");
    }
    assert!(site.get("/large", &[]).body == bytes);
}

#[test]
fn many_clients_at_once_all_get_their_bytes() {
    let site = Arc::new(Site::new());
    let files: Vec<Vec<u8>> = (0..8).map(|number| content(30_000 * (number + 1))).collect();
    for (number, bytes) in files.iter().enumerate() {
        site.put(&number.to_string(), bytes);
    }
    thread::scope(|scope| {
        for client in 0..24 {
            let (site, files) = (&site, &files);
            scope.spawn(move || {
                for turn in 0..20 {
                    let number = (client + turn) % files.len();
                    assert!(site.get(&format!("/{number}"), &[]).body == files[number]);
                }
            });
        }
    });
}

#[test]
fn stopping_lets_an_answer_under_way_end_and_takes_no_new_one() {
    let Site { root, server, log: _log } = {
        let site = Site::new();
        site.put("large", &content(8_000_000));
        site
    };
    let address = server.address();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    let stopping = thread::spawn(move || server.stop());
    thread::sleep(Duration::from_millis(50));
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    stopping.join().unwrap();
    assert!(rest.len() > 7_999_000);
    assert!(std::net::TcpStream::connect(address).is_err());
    drop(root);
}

//! A mirror that goes back to an older index, with its good old signature.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::feeds::{FORMATS, Files, Site, wifi};
use crate::support::server::{Reply, Server};

/// A server that serves one release after another, as it is told.
fn serve(releases: Vec<Files>) -> (Server, Arc<AtomicUsize>) {
    let current = Arc::new(AtomicUsize::new(0));
    let told = current.clone();
    let server = Server::start(move |request| {
        let path = percent_encoding::percent_decode_str(&request.path).decode_utf8_lossy();
        match releases[told.load(Ordering::SeqCst)].0.get(path.trim_start_matches('/')) {
            Some(bytes) => Reply::whole(bytes),
            None => Reply::status(404),
        }
    });
    (server, current)
}

#[test]
fn an_index_that_went_back_is_told_until_it_is_newer_again() {
    for format in FORMATS {
        let newer = wifi().package("tool", "2.0-r1").build(format);
        let older = wifi().package("tool", "1.0-r1").build(format);
        let newest = wifi().package("tool", "3.0-r1").build(format);
        let site = Site::new(format, newer.clone());
        let (server, current) = serve(vec![newer, older, newest]);
        let run = |more: &str| {
            let line = format!(
                "resolve --add tool --no-lock --target x86/64 --tree {} --key key --key sums.pub {more}",
                server.url()
            );
            site.desk.owpkg(&line).run()
        };
        assert!(!run("").exits(0).err.contains("older"));
        current.store(1, Ordering::SeqCst);
        let words = ["is older than the one that was seen on", "tool went from 2.0-r1 back to 1.0-r1"];
        run("").exits(0).says(&words);
        run("").exits(0).says(&words);
        run("--offline").exits(0).says(&words);
        run("--require-fresh").exits(5).says(&words);
        current.store(2, Ordering::SeqCst);
        assert!(!run("--require-fresh").exits(0).err.contains("older"));
    }
}

#[test]
fn many_packages_that_are_gone_are_told() {
    for format in FORMATS {
        let (newer, older) = (wifi().build(format), wifi());
        let mut older = older;
        older.blueprint.feeds.iter_mut().for_each(|(name, packages)| {
            if name == "base" {
                packages.retain(|package| !package.name.starts_with("wpad"));
            }
        });
        let site = Site::new(format, newer.clone());
        let (server, current) = serve(vec![newer, older.build(format)]);
        let line = format!(
            "resolve --add hostapd-common --no-lock --target x86/64 --tree {} --key key --key sums.pub",
            server.url()
        );
        site.desk.owpkg(&line).run().exits(0);
        current.store(1, Ordering::SeqCst);
        site.desk.owpkg(&line).run().exits(0).says(&["of 7 packages 5 are left"]);
    }
}

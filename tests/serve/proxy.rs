//! By which address clients reach the server: their own word, or what it was told of a proxy before it.

use owpkg::serve::BaseUrl;

use super::Site;

const PATH: &str = "releases/25.12.0/packages/x86_64/base/packages.adb";

#[test]
fn behind_a_proxy_lines_and_links_have_its_address() {
    let site = Site::behind(Some("https://lan.example/openwrt/".parse().unwrap()));
    site.put(PATH, b"x");
    let home = site.page("/");
    assert!(home.contains("https://lan.example/openwrt/releases/25.12.0/packages/x86_64/base/packages.adb"));
    assert!(home.contains("href=\"/openwrt/releases/25.12.0/packages/x86_64/base/\""), "{home}");
    assert!(home.contains("action=\"/openwrt/\"") && !home.contains("router.lan"));
    let moved = site.get("/releases", &[]);
    assert_eq!((moved.status, moved.header("location")), (301, Some("/openwrt/releases/")));
    assert!(site.page("/releases/").contains("href=\"/openwrt/\""));
}

#[test]
fn without_one_each_client_has_the_address_that_it_asked() {
    let site = Site::new();
    site.put(PATH, b"x");
    assert!(site.page("/").contains("http://router.lan:8080/releases/"));
    for host in ["<b>evil", "a\"b", "a b", "a'b", "evil/..", "a@b", "a&amp;b"] {
        let answer = site.raw(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        let page = String::from_utf8(answer.body).unwrap();
        assert!(answer.status == 400 || page.contains("http://localhost/releases/"), "{host}: {page}");
    }
}

#[test]
fn an_address_is_one_that_routers_can_ask() {
    for (typed, path) in [
        ("http://10.0.0.1:8080", ""),
        ("https://lan.example/", ""),
        ("https://lan.example/a/b-c", "/a/b-c"),
        ("http://[fd00::1]:8080/a", "/a"),
    ] {
        let base: BaseUrl = typed.parse().unwrap();
        assert_eq!((base.as_str(), base.path()), (typed.trim_end_matches('/'), path));
    }
    for wrong in [
        "",
        "/",
        "lan.example",
        "ftp://lan.example",
        "file:///mirror",
        "https://",
        "https:///a",
        "https://a/?q",
        "https://a/#b",
        "https://me:secret@a",
        "https://a/'b",
        "https://a/$(b)",
        "https://a b",
        "https://a/\nsrc",
        "https://a/<b>",
    ] {
        assert!(wrong.parse::<BaseUrl>().is_err(), "{wrong}");
    }
}

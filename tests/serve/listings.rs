//! Listings of folders.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use super::{Site, content};

/// The addresses that a page links to, from its table on.
fn links(page: &str) -> Vec<String> {
    let table = page.split("<tbody>").nth(1).unwrap();
    table.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn folders_come_first_and_files_have_sizes_and_dates() {
    let site = Site::new();
    site.put("a/z.txt", &content(1_666_000));
    site.put("a/empty", b"");
    site.put("a/folder/x", b"x");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_668_800);
    fs::File::open(site.root().join("a/z.txt")).unwrap().set_modified(time).unwrap();
    let page = site.page("/a/");
    assert_eq!(links(&page), ["./folder/", "./empty", "./z.txt"]);
    assert!(page.contains("1.59 MiB") && page.contains("0 B"), "{page}");
    assert!(page.contains("datetime=\"2026-03-05T00:00:00Z\">2026-03-05 "), "{page}");
}

#[test]
fn each_link_leads_to_its_file_whatever_its_name_and_what_cannot_be_asked_for_is_not_listed() {
    let site = Site::new();
    let names = [
        "<script>alert(1)<",
        "a\"onclick=\"b",
        "javascript:alert(1)",
        "a b#c?d&e=f%20g+h~i",
        "\u{202e}turned",
        "größe'",
        "{{ 7 * 7 }}",
        "..a",
    ];
    for name in names {
        site.put(&format!("odd/{}", name.replace('/', "_")), name.as_bytes());
    }
    let odd = site.root().join("odd");
    fs::write(odd.join("two\nlines"), "x").unwrap();
    fs::write(odd.join("back\\slash"), "x").unwrap();
    fs::write(odd.as_std_path().join(std::ffi::OsStr::from_bytes(b"not utf-8 \xff")), "x").unwrap();
    site.put("odd/.owpkg/own", b"x");
    symlink("nowhere", odd.join("dangling")).unwrap();
    symlink("/etc/passwd", odd.join("out")).unwrap();
    symlink("/etc", odd.join("out-folder")).unwrap();
    symlink("..a", odd.join("within")).unwrap();

    let page = site.page("/odd/");
    assert!(!page.contains("<script") && !page.contains("\"onclick"), "{page}");
    let links = links(&page);
    assert_eq!(links.len(), names.len() + 1, "{links:?}");
    let mut read = Vec::new();
    for link in &links {
        let answer = site.get(&format!("/odd/{}", link.strip_prefix("./").unwrap()), &[]);
        assert_eq!(answer.status, 200, "{link}");
        read.push(String::from_utf8(answer.body).unwrap());
    }
    let mut expected: Vec<&str> = names.into_iter().chain(["..a"]).collect();
    read.sort();
    expected.sort_unstable();
    assert_eq!(read, expected);
}

#[test]
fn a_path_is_a_way_back_up() {
    let site = Site::new();
    site.put("releases/25.12.0/<b>/x", b"x");
    let page = site.page("/releases/25.12.0/%3Cb%3E/");
    let nav = page.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap();
    let ways: Vec<&str> = nav.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ways, ["/", "/releases/", "/releases/25.12.0/", "/releases/25.12.0/%3Cb%3E/"]);
    assert!(nav.contains("&#60;b&#62;") && !page.contains("<b>"));
}

//! The search: over names and descriptions, whatever stands in them.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Site;
use crate::support::feeds::{Builder, FORMATS, release};

fn described(descriptions: &[(&str, &str)]) -> Builder {
    let mut builder = release();
    for (name, description) in descriptions {
        builder = builder.package(name, "1.0-r1");
        builder.blueprint.feeds[1].1.last_mut().unwrap().description = (*description).to_owned();
    }
    builder
}

/// The names that a search finds, in its order.
fn found(site: &Site, words: &str) -> Vec<String> {
    let page = site.page(&format!("/?q={words}"));
    let hits = page.split("<ul class=\"hits\">").nth(1).unwrap().split("</ul>").next().unwrap().to_owned();
    let links = hits.split("</a>").filter_map(|link| Some(link.rsplit_once("\">")?.1.to_owned()));
    links.take(hits.matches("<li>").count()).collect()
}

#[test]
fn descriptions_are_searched_too_and_what_is_called_so_comes_first() {
    for format in FORMATS {
        let site = Site::of(
            &described(&[
                ("aaa-tool", "Shows who uses the VPN"),
                ("vpn", "Tunnels"),
                ("vpn-extra", "More"),
                ("zzz", "Nothing"),
            ]),
            format,
        );
        assert_eq!(found(&site, "vpn"), ["vpn", "vpn-extra", "aaa-tool"]);
        assert_eq!(found(&site, "WHO+uses"), ["aaa-tool"]);
        // A word of the name, and one of the description.
        assert_eq!(found(&site, "uses+aaa"), ["aaa-tool"]);
        assert_eq!(found(&site, "nonesuch"), [""; 0]);
        assert!(site.page("/?q=vpn").contains("<h2 id=\"hits\">3 packages found</h2>"));
        assert!(site.page("/?q=tunnels").contains("1 package found"));
    }
}

#[test]
fn only_what_is_there_is_found_and_can_be_had() {
    for format in FORMATS {
        let site = Site::of(&described(&[("here", "One of two"), ("gone", "One of two")]), format);
        let folder = site.root().join("releases/25.12.0/packages/x86_64/base");
        let name = |name: &str| format.file_name(name, "1.0-r1", "x86_64");
        fs::remove_file(folder.join(name("gone"))).unwrap();
        assert_eq!(found(&site, "one+of+two"), ["here"]);
        let page = site.page("/?q=here");
        let link = format!("/releases/25.12.0/packages/x86_64/base/{}", name("here"));
        assert!(page.contains(&format!("href=\"{link}\"")), "{page}");
        assert_eq!(site.get(&link, &[]).status, 200);
    }
}

#[test]
fn what_stands_in_descriptions_and_queries_stays_text() {
    let hostile = "<script>alert(1)</script> \"quoted\" 'too' & <b>bold</b> \u{202e}turned";
    for format in FORMATS {
        let site = Site::of(&described(&[("evil", hostile)]), format);
        let page = site.page("/?q=evil");
        assert!(
            page.contains("&#60;script&#62;alert(1)") && !page.contains("<script") && !page.contains("<b>")
        );
        assert_eq!(found(&site, "%3Cscript%3E"), ["evil"]);
        for query in ["q=%22%3E%3Cscript%3E", "q=%ff%00%0a%1b", "q", "q=", "a=b&q=%3Cb%3E&q=x", "q=%", "q=%3"]
        {
            let page = site.page(&format!("/?{query}"));
            assert!(!page.contains("<script") && !page.contains("<b>"), "{query}: {page}");
        }
        let long = "a+".repeat(4000);
        assert!(site.page(&format!("/?q={long}")).len() < 100_000);
    }
}

#[test]
fn a_broken_index_is_said_and_names_are_still_found() {
    for format in FORMATS {
        let site = Site::of(&described(&[("tool", "Of use")]), format);
        let folder = "releases/25.12.0/packages/x86_64/base";
        site.put(&format!("{folder}/{}", format.index_name()), b"broken");
        let page = site.page("/?q=tool");
        assert!(page.contains("its index cannot be read: "), "{page}");
        assert_eq!(found(&site, "tool"), [format.file_name("tool", "1.0-r1", "x86_64")]);
    }
}

#[test]
fn a_new_index_is_read_without_a_new_start() {
    for format in FORMATS {
        let site = Site::of(&described(&[("tool", "Of old use")]), format);
        assert_eq!(found(&site, "old"), ["tool"]);
        site.put_all("releases/25.12.0", &described(&[("tool", "Of new use")]).build(format));
        let start = Instant::now();
        while found(&site, "new") != ["tool"] {
            assert!(start.elapsed() < Duration::from_secs(60));
            sleep(Duration::from_millis(100));
        }
        assert_eq!(found(&site, "old"), [""; 0]);
    }
}

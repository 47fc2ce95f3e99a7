//! Pages for people: plain HTML, nothing from elsewhere, no script.

use std::fmt::Write as _;

use camino::Utf8Path;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::catalogue::{Catalogue, ServedCustomFeed, ServedTarget};
use crate::markup::escape;
use crate::mirror::OWN;

/// How many packages a search shows.
const MOST_HITS: usize = 300;
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
    color:#222;background:#fff}h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #ccc}\
    pre{background:#f4f4f4;padding:.7rem;overflow-x:auto;font-size:.85rem}td{padding:0 1.2rem 0 0}\
    input{font:inherit;padding:.3rem}.n{text-align:right}a{color:#0645ad}\
    @media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#262626}a{color:#8ab4f8}\
    h2{border-color:#444}}";

/// The first page: what is here, how a router is told about it, and a search.
pub(super) fn home(catalogue: &Catalogue, host: &str, query: &str) -> String {
    let words = words(query);
    let mut body = format!(
        "<h1>OpenWrt packages</h1><form><label>Search a package <input name=\"q\" type=\"search\" value=\"{}\"></label> \
         <button>Search</button></form>",
        escape(&words)
    );
    if !words.is_empty() {
        hits(&mut body, catalogue, &words);
    }
    if catalogue.targets.is_empty() && catalogue.custom.is_empty() {
        body += "<p>There are no feeds here. Fill this folder with <code>owpkg mirror</code>.</p>";
    }
    for target in &catalogue.targets {
        section(&mut body, target, host);
    }
    for feed in &catalogue.custom {
        custom_section(&mut body, feed, &format!("http://{host}"));
    }
    page("OpenWrt packages", &body)
}

fn section(body: &mut String, target: &ServedTarget, host: &str) {
    let release = target.tree.strip_prefix("releases/").unwrap_or(&target.tree);
    let kind = target.target.as_deref().or(target.arch.as_deref()).unwrap_or_default();
    // Writing to a string never fails, here and below.
    let _ = write!(body, "<h2>{} for {}</h2><table>", escape(release), escape(kind));
    for feed in &target.feeds {
        let _ = write!(
            body,
            "<tr><td><a href=\"/{}/\">{}</a></td><td class=n>{}</td><td>packages</td></tr>",
            encode(&feed.folder),
            escape(&feed.name),
            feed.files.len()
        );
    }
    let lines = Catalogue::lines(target, host).join("\n");
    let file = target.format.facts().feeds_file;
    let _ =
        write!(body, "</table><p>On the router, in <code>{file}</code>:</p><pre>{}</pre>", escape(&lines));
}

fn custom_section(body: &mut String, own: &ServedCustomFeed, base: &str) {
    let ServedCustomFeed { custom, feed } = own;
    // Writing to a string never fails, here and below.
    let _ = write!(
        body,
        "<h2>{name}</h2><p><a href=\"/{}/\">{} {}</a></p><p>On the router, in <code>{}</code>:</p><pre>{}</pre>",
        encode(&feed.folder),
        feed.files.len(),
        if feed.files.len() == 1 { "package" } else { "packages" },
        custom.format.facts().custom_feeds_file,
        escape(&custom.line(base)),
        name = escape(&custom.name),
    );
    if !custom.keys.is_empty() {
        let commands = custom.key_commands(base).join("\n");
        let _ = write!(
            body,
            "<p>Official images lack its key. Once, on the router:</p><pre>{}</pre>",
            escape(&commands)
        );
    }
}

/// The packages whose name holds the words.
fn hits(body: &mut String, catalogue: &Catalogue, words: &str) {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let fits = |file: &str| words.iter().all(|word| file.to_lowercase().contains(word));
    let mut found = std::collections::BTreeSet::new();
    let of_targets = catalogue.targets.iter().flat_map(|target| &target.feeds);
    for feed in of_targets.chain(catalogue.custom.iter().map(|custom| &custom.feed)) {
        found.extend(
            feed.files.iter().filter(|file| fits(file)).map(|file| (feed.folder.as_str(), file.as_str())),
        );
    }
    let _ = write!(body, "<p id=\"hits\">{} found</p><ul>", found.len());
    for (folder, file) in found.iter().take(MOST_HITS) {
        let path = encode(&format!("{folder}/{file}"));
        let _ = write!(body, "<li><a href=\"/{path}\">{}</a> {}</li>", escape(file), escape(folder));
    }
    *body += "</ul>";
}

/// A folder's files.
pub(super) fn folder(place: &Utf8Path, path: &str) -> String {
    let mut names: Vec<String> = place
        .read_dir_utf8()
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name() != OWN && entry.path().exists())
        .map(|entry| format!("{}{}", entry.file_name(), if entry.path().is_dir() { "/" } else { "" }))
        .collect();
    names.sort();
    let mut body = format!("<h1>/{}</h1><ul><li><a href=\"../\">../</a></li>", escape(path));
    for name in names {
        // A name may hold a colon, which without the `./` would end a scheme.
        let _ = write!(body, "<li><a href=\"./{}\">{}</a></li>", encode(&name), escape(&name));
    }
    body += "</ul>";
    page(path, &body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{}</title><style>{STYLE}</style></head>\
         <body>{body}</body></html>\n",
        escape(title)
    )
}

/// What was searched for, as a form sends it.
fn words(query: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("q=")).unwrap_or_default();
    let value = value.replace('+', " ");
    let value = percent_decode_str(&value).decode_utf8_lossy();
    value.chars().filter(|c| !c.is_control()).take(100).collect::<String>().trim().to_owned()
}

fn encode(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}

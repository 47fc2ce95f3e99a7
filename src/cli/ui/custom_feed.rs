//! How routers are told of feeds of one's own in a mirror, and given their keys.

use std::io::{self, Write};

use serde::Serialize;

use crate::disk;
use crate::mirror::CustomFeed;

/// Prints what is to be done on a router, where `base` is the URL of the mirror.
pub(crate) fn show(out: &mut dyn Write, feed: &CustomFeed, base: &str) -> io::Result<()> {
    writeln!(out, "\nthe feed {}, on the router in {}:", feed.name, feed.format.facts().custom_feeds_file)?;
    writeln!(out, "{}", feed.line(base))?;
    if feed.keys.is_empty() {
        return Ok(());
    }
    let keys = if feed.keys.len() == 1 { "key" } else { "keys" };
    writeln!(
        out,
        "its {keys} {}, which official images lack, must be added once, on the router:",
        feed.keys.join(", ")
    )?;
    feed.key_commands(base).iter().try_for_each(|command| writeln!(out, "{command}"))
}

/// A feed of one's own in `owpkg.mirror/1`.
#[derive(Serialize)]
pub(crate) struct CustomFeedJson {
    name: String,
    folder: String,
    format: &'static str,
    feeds_file: &'static str,
    keys: Vec<KeyJson>,
}

#[derive(Serialize)]
struct KeyJson {
    id: String,
    file: String,
    router_file: String,
}

impl CustomFeedJson {
    /// What there is to say of a feed.
    pub(crate) fn of(feed: &CustomFeed) -> CustomFeedJson {
        let format = feed.format;
        let key = |id: &String| KeyJson {
            id: id.clone(),
            file: disk::key_path(format, id),
            router_file: disk::router_key_path(format, id),
        };
        CustomFeedJson {
            name: feed.name.clone(),
            folder: feed.folder(),
            format: format.name(),
            feeds_file: format.facts().custom_feeds_file,
            keys: feed.keys.iter().map(key).collect(),
        }
    }
}

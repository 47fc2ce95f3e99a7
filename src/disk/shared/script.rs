//! The script at the top: which folder is for the router that it runs on.

use std::collections::BTreeMap;

use crate::disk::script::{RELEASE_FACT, SPEAK, ScriptError, folder, list, word};
use crate::lock::Lock;
use crate::stick::RouterId;

const BODY: &str = include_str!("install.sh");

const HEAD: &str = "\
#!/bin/sh
# Installs what this disk has for the router that it runs on, without a network:
#
#     sh install.sh        where the disk is mounted; README.txt tells how
#
# It finds the folder that was made for this router, and runs the install.sh there. Made by owpkg: first the folders,
# then the steps. Nothing runs before the last line.

set -eu
";

/// What is not known of a folder.
const UNKNOWN: &str = "-";

/// Renders the script.
pub(super) fn render(locks: &BTreeMap<String, Lock>) -> Result<String, ScriptError> {
    let mut text = HEAD.to_owned();
    let known = |what, value: Option<&str>| value.map_or(Ok(UNKNOWN.to_owned()), |value| word(what, value));
    let folders = locks.iter().map(|(name, lock)| {
        Ok([
            folder(name)?,
            known("router", lock.router.as_ref().map(RouterId::as_str))?,
            known("release", lock.release.as_deref())?,
            word("target", &lock.target)?,
            word("architecture", &lock.arch)?,
            known("kernel", lock.kernel.as_deref())?,
        ]
        .join(" "))
    });
    let folders = folders.collect::<Result<Vec<_>, ScriptError>>()?;
    let comment = "A line for each folder: name, router that asked, release, target, architecture, kernel; - if not told.";
    let print = if folders.is_empty() { ":" } else { "printf '%s %s %s %s %s %s\\n'" };
    list(&mut text, comment, "folders", print, &folders);
    for part in [SPEAK, RELEASE_FACT, BODY] {
        text.push('\n');
        text.push_str(part);
    }
    text.push_str("\nmain \"$@\"\n");
    Ok(text)
}

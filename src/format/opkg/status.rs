//! opkg's own list of what is installed: `/usr/lib/opkg/status`.

use super::depends;
use super::stanza::Stanzas;
use crate::format::{Installed, InstalledPackage};

/// Reads a status file. Only what is unpacked or installed counts; broken stanzas are passed over as opkg does.
pub(crate) fn read_status(text: &str) -> Installed {
    let utf8 = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut installed = Installed::default();
    for stanza in Stanzas::new(text.as_bytes()).map_while(Result::ok) {
        let (Some(name), Some(status)) = (stanza.name, stanza.status) else { continue };
        let state = status.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        if state != b"installed" && state != b"unpacked" {
            continue;
        }
        let names = stanza.provides.iter().map(|list| utf8(list));
        let provides = names.flat_map(|list| depends::names(&list).map(str::to_owned).collect::<Vec<_>>());
        let held = InstalledPackage {
            version: utf8(stanza.version.unwrap_or_default()),
            provides: provides.map(|name| (name, None)).collect(),
        };
        installed.insert(&utf8(name), held);
    }
    installed
}

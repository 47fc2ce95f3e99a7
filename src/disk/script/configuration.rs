//! The part of the script for a disk that brings a configuration: its tables, and what is done with them.

use super::{ScriptError, list, word, yes_or_no};
use crate::lock::LockedConfiguration;
use crate::shell::quote;
use crate::trust;

const BODY: &str = include_str!("configuration.sh");

/// Writes the tables and the steps.
pub(super) fn render(text: &mut String, of: &LockedConfiguration) -> Result<(), ScriptError> {
    text.extend(["\nsecret=", yes_or_no(of.is_secret()), "\n"]);
    let delay = of.boot_delay.map_or("''".to_owned(), |seconds| seconds.to_string());
    text.extend(["boot_delay=", &delay, "\n"]);
    let files = of.files.iter().map(|file| {
        let digest = hex(file.sha256);
        format!("{:04o} {} {digest} {}", file.mode, file.size, quote(&file.path))
    });
    let links = of.links.iter().map(|link| {
        let digest = hex(trust::sha256(link.target.as_bytes()));
        format!("link 0 {digest} {} {}", quote(&link.path), quote(&link.target))
    });
    each(
        text,
        "A command for each file: permissions, bytes, digest, path; of a link also where it leads.",
        "each_file",
        files.chain(links),
    );
    let services = of.disable_services.iter().map(|name| quote(name));
    each(text, "The same for the services that are not to start.", "each_service", services);
    let idle = of.idle_modules.iter().map(|name| word("package", name)).collect::<Result<Vec<_>, _>>()?;
    list(
        text,
        "A command with the packages whose modules are not to be loaded.",
        "with_idle",
        "\"$@\"",
        &idle,
    );
    text.push('\n');
    text.push_str(BODY);
    Ok(())
}

/// Writes a function that calls its arguments once for each line of words.
fn each(text: &mut String, comment: &str, name: &str, lines: impl Iterator<Item = String>) {
    text.extend(["\n# ", comment, "\n", name, "() {\n\t:\n"]);
    for line in lines {
        text.extend(["\t\"$@\" ", &line, "\n"]);
    }
    text.push_str("}\n");
}

fn hex(sha256: [u8; 32]) -> String {
    trust::Digest::sha256(sha256).hex()
}

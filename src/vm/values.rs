//! The head of a script: its values, each with where it comes from.

use std::fmt::Write as _;

use super::recipe::Source;
use crate::shell::quote;

/// A script: what it is, its values by name and remark, and its body, which is always the same.
pub(super) fn script(title: &str, sources: &[Source], values: &[(&str, String, &str)], body: &str) -> String {
    let mut text = format!("#!/bin/sh\n# {title}\n");
    for source in sources {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# {source}");
    }
    text.push_str("set -eu\n\n");
    for (name, value, remark) in values {
        let _ = writeln!(text, "# {remark}\n{name}={}", quote(value));
    }
    text.push('\n');
    text.push_str(body);
    text
}

//! A script: its head of values, each with where it comes from, lists of words, and a body that is always the same.

use std::fmt::Write as _;

use super::recipe::Source;
use crate::shell::quote;

/// A value of a script: its name, what it is, and a remark.
pub(super) type Value<'v> = (&'v str, String, &'v str);

/// A function that calls its arguments with words: its remark, its name, and the words of each call.
pub(super) struct Calls<'c> {
    pub remark: &'c str,
    pub name: &'c str,
    pub calls: Vec<Vec<String>>,
}

/// What stands at the head of any form: what it is, and where its values come from.
pub(super) fn head(title: &str, sources: &[Source], listing: &str) -> String {
    let mut text = format!("# {title}, from {listing}\n");
    for Source { line, value, text: shown } in sources {
        // Writing to a string cannot fail.
        let _ = match line {
            0 => writeln!(text, "# {value}"),
            line => writeln!(text, "# line {line}: {value} from: {shown}"),
        };
    }
    text
}

/// A script of a head, values, lists and a body.
pub(super) fn script(head: &str, values: &[Value<'_>], lists: &[Calls<'_>], body: &str) -> String {
    let mut text = format!("#!/bin/sh\n{head}set -eu\n\n");
    for (name, value, remark) in values {
        let _ = writeln!(text, "# {remark}\n{name}={}", quote(value));
    }
    for Calls { remark, name, calls } in lists {
        let _ = write!(text, "\n# {remark}\n{name}() {{\n");
        if calls.is_empty() {
            text.push_str("\t:\n");
        }
        for words in calls {
            let words: String = words.iter().map(|word| format!(" {}", crate::shell::word(word))).collect();
            let _ = writeln!(text, "\t\"$@\"{words}");
        }
        text.push_str("}\n");
    }
    text.push('\n');
    text.push_str(body);
    text
}

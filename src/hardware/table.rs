//! The tables of `indexes/hardware`: tab-separated lines below `#` comments and one line of column names.

/// The rows of `text`, each with its line number, as exactly `N` columns.
///
/// A line with fewer columns has its missing ones empty (editors strip trailing tabs); more are an error that
/// [`Malformed`] describes.
pub(crate) fn rows<const N: usize>(
    text: &str,
) -> impl Iterator<Item = Result<(usize, [&str; N]), Malformed>> {
    lines(text).map(|(line, content)| {
        let mut columns = [""; N];
        let mut parts = content.split('\t');
        for column in &mut columns {
            *column = parts.next().unwrap_or("");
        }
        match parts.next() {
            None => Ok((line, columns)),
            Some(_) => Err(Malformed { line, problem: "too many columns" }),
        }
    })
}

/// Content lines after the column names, with line numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.starts_with('#'))
        .skip(1)
}

/// A row that a table's reader cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: usize,
    pub(crate) problem: &'static str,
}

/// The lines of a byte-sorted table that start with `prefix`, found without reading the rest.
///
/// Comments and column names come first in the file and take no part in the order, so the search starts below them.
pub(crate) fn lines_with<'t>(text: &'t str, prefix: &str) -> impl Iterator<Item = &'t str> + use<'t> {
    let body = body(text);
    let (mut low, mut high) = (0, body.len());
    while low < high {
        let start = line_start(body, low + (high - low) / 2);
        let end = line_end(body, start);
        if body.as_bytes()[start..end] < *prefix.as_bytes() {
            low = end + 1;
        } else {
            high = start;
        }
    }
    let prefix = prefix.to_owned();
    body.get(low..).unwrap_or("").lines().take_while(move |line| line.starts_with(&prefix))
}

/// `text` below its comments and column names.
fn body(text: &str) -> &str {
    let mut rest = text;
    while rest.starts_with('#') {
        rest = after_line(rest);
    }
    after_line(rest)
}

fn after_line(text: &str) -> &str {
    memchr::memchr(b'\n', text.as_bytes()).map_or("", |end| &text[end + 1..])
}

fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |before| before + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_run_of_a_sorted_table() {
        let text = "# a comment\nkey\tvalue\nb\t1\nb\t2\nd\t3\nda\t4\nf\t5\n";
        let found = |prefix: &str| lines_with(text, prefix).collect::<Vec<_>>();
        assert_eq!(found("b\t"), ["b\t1", "b\t2"]);
        assert_eq!(found("d"), ["d\t3", "da\t4"]);
        assert_eq!(found("f\t"), ["f\t5"]);
        for absent in ["a", "c", "e", "g", "key", "#"] {
            assert!(found(absent).is_empty(), "{absent}");
        }
    }
}

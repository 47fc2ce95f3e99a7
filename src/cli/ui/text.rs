//! Text for people: wrapped lines, tables, and blocks of labels with what belongs to them.

use std::borrow::Cow;
use std::io::{self, Write};

use indicatif::HumanBytes;
use textwrap::{Options, WordSplitter};

use super::style::Style;

/// The last column of a table is no narrower.
const NARROWEST: usize = 20;
/// Where what belongs to a label starts.
const INDENT: usize = 12;

/// A number of things: `1 file`, `2 files`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// Breaks text between words into lines of at most `width` characters; a longer word stays whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let options = Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(&one_line, options).into_iter().map(Cow::into_owned).collect()
}

/// Breaks text that stands behind `indent` characters of another, so that its further lines begin where it does.
pub(crate) fn hanging(text: &str, width: usize, indent: usize) -> String {
    let lines = text.lines().flat_map(|line| wrap(line, width.saturating_sub(indent).max(NARROWEST)));
    lines.collect::<Vec<_>>().join(&format!("\n{:indent$}", ""))
}

/// Writes a label and what belongs to it, wrapped beside it; nothing for an empty text.
pub(crate) fn field(out: &mut dyn Write, style: Style, label: &str, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    for (position, line) in wrap(text, style.width - INDENT).iter().enumerate() {
        match position {
            0 => writeln!(out, "  {}{line}", style.faint(&format!("{label:width$}", width = INDENT - 2)))?,
            _ => writeln!(out, "{:INDENT$}{line}", "")?,
        }
    }
    Ok(())
}

/// Writes a table of which the last column is wrapped, or `wide` with one line a row, for programs that read lines.
pub(crate) fn table<const N: usize>(
    out: &mut dyn Write,
    style: Style,
    heads: [&str; N],
    rows: &[[String; N]],
    wide: bool,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let left: usize = widths[..N - 1].iter().map(|width| width + 2).sum();
    let cell = |column: usize, text: &str| format!("{text:width$}  ", width = widths[column]);
    let head: String = heads[..N - 1].iter().enumerate().map(|(column, text)| cell(column, text)).collect();
    writeln!(out, "{}", style.faint(&format!("{head}{}", heads[N - 1])))?;
    for row in rows {
        let last = &row[N - 1];
        let lines = if wide {
            vec![last.clone()]
        } else {
            wrap(last, style.width.saturating_sub(left).max(NARROWEST))
        };
        let rest: String = (1..N - 1).map(|column| cell(column, &row[column])).collect();
        for (position, line) in lines.iter().enumerate() {
            match position {
                0 => writeln!(
                    out,
                    "{}{}",
                    style.strong(&cell(0, &row[0])),
                    format!("{rest}{line}").trim_end()
                )?,
                // A name too long for its column starts before it.
                _ => {
                    let indent = left.min(style.width.saturating_sub(line.chars().count()));
                    writeln!(out, "{:indent$}{line}", "")?;
                }
            }
        }
    }
    Ok(())
}

/// A number of bytes in words: `1.59 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}

/// Says which feeds no trusted key vouches for, if any are like that.
pub(crate) fn tell_unsigned<S: AsRef<str>>(out: &mut dyn Write, feeds: &[S]) -> io::Result<()> {
    match feeds.is_empty() {
        true => Ok(()),
        false => {
            let feeds: Vec<&str> = feeds.iter().map(AsRef::as_ref).collect();
            writeln!(out, "NOT SIGNED by a trusted key (--accept-unsigned): {}", feeds.join(", "))
        }
    }
}

//! Answers for programs.

use std::io::{self, Write};

use serde::Serialize;

/// Writes an answer, and ends its last line.
pub(crate) fn print(out: &mut dyn Write, answer: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, answer)?;
    writeln!(out)
}

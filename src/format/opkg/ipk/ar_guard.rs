//! Stands before the `ar` crate, which trusts the tables of long names in an archive: it allocates what they
//! claim to need and indexes them unchecked. Packages have short names only, so no table reaches it.

use std::io::{self, ErrorKind, Read};

use super::{IpkError, Part};

/// The bytes before the first member: `!<arch>` and a newline.
pub(crate) const MAGIC: &[u8] = b"!<arch>\n";

const HEADER: usize = 60;

/// A reader that passes an ar archive on when its members have short names and are whole.
pub(crate) struct ArGuard<R> {
    inner: R,
    header: [u8; HEADER],
    /// The bytes of `header` that were passed on.
    passed: usize,
    /// The bytes up to the next header.
    left: u64,
}

impl<R: Read> ArGuard<R> {
    pub(crate) fn new(inner: R) -> ArGuard<R> {
        ArGuard { inner, header: [0; HEADER], passed: HEADER, left: MAGIC.len() as u64 }
    }

    /// Reads and checks the next member's header; false at the end of the archive.
    fn next_header(&mut self) -> io::Result<bool> {
        let mut first = [0];
        if self.inner.read(&mut first)? == 0 {
            return Ok(false);
        }
        self.header[0] = first[0];
        self.inner.read_exact(&mut self.header[1..])?;
        if !self.header.ends_with(b"`\n") {
            return Err(IpkError::TrailingBytes { part: Part::Package }.into());
        }
        if self.header.starts_with(b"/") || self.header.starts_with(b"#1/") {
            return Err(damaged("a table of long names, which no package needs"));
        }
        let digits = self.header[48..58].trim_ascii();
        let size = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
        let size = size.ok_or_else(|| damaged("a member whose size is no number"))?;
        self.left = size + size % 2;
        self.passed = 0;
        Ok(true)
    }
}

fn damaged(why: &str) -> io::Error {
    IpkError::Corrupt { part: Part::Package, why: why.to_owned() }.into()
}

impl<R: Read> Read for ArGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || (self.passed == HEADER && self.left == 0 && !self.next_header()?) {
            return Ok(0);
        }
        if self.passed < HEADER {
            let count = (&self.header[self.passed..]).read(buffer)?;
            self.passed += count;
            return Ok(count);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.inner.read(&mut buffer[..most])?;
        // The padding byte of the last member may be missing.
        if count == 0 && self.left > 1 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

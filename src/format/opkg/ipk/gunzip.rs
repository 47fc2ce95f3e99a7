//! Inflates one layer of a package, to the very end.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::{IpkError, Part};

/// The first byte of a gzip member.
const MAGIC: u8 = 0x1f;

/// A reader of inflated bytes. Its errors are [`IpkError`]s; its end is reached only when checksum and length
/// are right and nothing follows. Several gzip members count as one stream, as they do for `gzip -dc`.
pub(crate) struct Gunzip<R> {
    decoder: Option<GzDecoder<R>>,
    part: Part,
    inflated: u64,
    cap: u64,
}

impl<R: BufRead> Gunzip<R> {
    pub(crate) fn new(part: Part, packed: R, cap: u64) -> Gunzip<R> {
        Gunzip { decoder: Some(GzDecoder::new(packed)), part, inflated: 0, cap }
    }

    /// The number of bytes that were read.
    pub(crate) fn inflated(&self) -> u64 {
        self.inflated
    }

    fn inflate(&mut self, buffer: &mut [u8]) -> Result<usize, IpkError> {
        let part = self.part;
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(buffer).map_err(|error| IpkError::met(part, error))?;
            if count > 0 || buffer.is_empty() {
                self.inflated += count as u64;
                return match self.inflated > self.cap {
                    true => Err(IpkError::TooLarge { part, cap: self.cap, of: "bytes, inflated" }),
                    false => Ok(count),
                };
            }
            let next =
                decoder.get_mut().fill_buf().map_err(|error| IpkError::met(part, error))?.first().copied();
            let behind = self.decoder.take().map(GzDecoder::into_inner);
            self.decoder = match next {
                None => None,
                Some(MAGIC) => behind.map(GzDecoder::new),
                Some(_) => return Err(IpkError::TrailingBytes { part }),
            };
        }
        Ok(0)
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inflate(buffer).map_err(io::Error::from)
    }
}

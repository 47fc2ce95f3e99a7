//! The outermost layer: the first four bytes tell how the rest is packed.
//!
//! * `ADB.`: not at all; these bytes belong to the file itself;
//! * `ADBd`: raw deflate, what apk writes unless told otherwise;
//! * `ADBc`, algorithm, level: 0 none, 1 raw deflate, 2 zstd.

use std::io::{self, BufRead, Chain, Cursor, Read, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::{Defect, Error, Malformed, Place};

/// A reader of what a wrapper holds.
///
/// Bytes behind the packed stream are an error, as they are for apk, and so is a stream that just stops.
#[derive(Debug)]
pub struct Unpacked<R: BufRead>(Packing<R>);

enum Packing<R: BufRead> {
    Stored(Chain<Cursor<Vec<u8>>, R>),
    Deflate(Box<Inflate<R>>),
    Zstd(Box<StreamingDecoder<R, FrameDecoder>>),
}

impl<R: BufRead> std::fmt::Debug for Packing<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Packing::Stored(_) => "Stored",
            Packing::Deflate(_) => "Deflate",
            Packing::Zstd(_) => "Zstd",
        })
    }
}

/// Looks at the first bytes and reads what they wrap.
pub fn unpack<R: BufRead>(mut reader: R) -> Result<Unpacked<R>, Error> {
    let mut magic = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut magic)?;
    let unknown = |algorithm| malformed(3, Defect::UnknownPacking { algorithm });
    let deflate = |reader| Packing::Deflate(Box::new(Inflate::new(reader)));
    let packing = match &magic[..] {
        b"ADB." => Packing::Stored(Cursor::new(magic).chain(reader)),
        b"ADBd" => deflate(reader),
        b"ADBc" => {
            let mut how = Vec::with_capacity(2);
            reader.by_ref().take(2).read_to_end(&mut how)?;
            match how[..] {
                [0, _] => Packing::Stored(Cursor::new(Vec::new()).chain(reader)),
                [1, _] => deflate(reader),
                [2, _] => Packing::Zstd(Box::new(StreamingDecoder::new(reader).map_err(invalid)?)),
                [algorithm, _] => return Err(unknown(algorithm)),
                _ => return Err(malformed(4, Defect::Truncated { missing: 2 - how.len() as u64 })),
            }
        }
        [b'A', b'D', b'B', letter] => return Err(unknown(*letter)),
        _ => return Err(malformed(0, Defect::NotAdb { found: magic })),
    };
    Ok(Unpacked(packing))
}

/// Starts a wrapper of raw deflate, the one that every apk reads; the caller finishes the encoder.
pub fn pack<W: Write>(mut out: W) -> io::Result<DeflateEncoder<W>> {
    out.write_all(b"ADBd")?;
    Ok(DeflateEncoder::new(out, Compression::best()))
}

fn malformed(at: u64, defect: Defect) -> Error {
    Error::Malformed(Malformed { place: Place::File, at, defect })
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Nothing may follow a packed stream.
fn expect_end(reader: &mut impl BufRead) -> io::Result<()> {
    match reader.fill_buf()?.is_empty() {
        true => Ok(()),
        false => Err(invalid("more bytes follow where the packed data ends")),
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Packing::Stored(reader) => reader.read(buffer),
            Packing::Deflate(reader) => reader.read(buffer),
            Packing::Zstd(reader) => {
                let count = reader.read(buffer)?;
                if count == 0 && !buffer.is_empty() {
                    expect_end(reader.get_mut())?;
                }
                Ok(count)
            }
        }
    }
}

/// Raw deflate that must come to its own end; flate2's readers take the end of the input for it.
struct Inflate<R> {
    reader: R,
    state: Decompress,
    ended: bool,
}

impl<R> Inflate<R> {
    fn new(reader: R) -> Inflate<R> {
        Inflate { reader, state: Decompress::new(false), ended: false }
    }
}

impl<R: BufRead> Read for Inflate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !buffer.is_empty() {
            let input = self.reader.fill_buf()?;
            let input_ended = input.is_empty();
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(input, buffer, FlushDecompress::None);
            let consumed = (self.state.total_in() - before_in) as usize;
            let produced = (self.state.total_out() - before_out) as usize;
            self.reader.consume(consumed);
            if status.map_err(|_| invalid("the deflate stream is corrupt"))? == Status::StreamEnd {
                self.ended = true;
                expect_end(&mut self.reader)?;
            }
            if produced > 0 {
                return Ok(produced);
            }
            if !self.ended && input_ended {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the deflate stream is cut short"));
            }
            if !self.ended && consumed == 0 {
                return Err(invalid("the deflate stream is corrupt"));
            }
        }
        Ok(0)
    }
}

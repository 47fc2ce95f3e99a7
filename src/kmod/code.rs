//! What is added to a symbol where a relocation fills in its address.

use std::collections::HashMap;

use object::{
    Architecture, Endianness, Relocation, RelocationFlags, RelocationKind, RelocationTarget, SymbolIndex, elf,
};

/// The addends of a section's relocations: stated beside them, or lying in the very bytes that they fill in.
pub(crate) struct Addends<'d> {
    architecture: Architecture,
    endianness: Endianness,
    data: &'d [u8],
    /// The upper halves that MIPS loads first, by symbol.
    upper: HashMap<SymbolIndex, i64>,
}

impl<'d> Addends<'d> {
    pub(crate) fn new(architecture: Architecture, endianness: Endianness, data: &'d [u8]) -> Addends<'d> {
        Addends { architecture, endianness, data, upper: HashMap::new() }
    }

    /// The addend of the relocation at an offset; none when it does not fill in an address, or only a part of one that
    /// another completes.
    pub(crate) fn of(&mut self, offset: u64, relocation: &Relocation) -> Option<i64> {
        if !relocation.has_implicit_addend() {
            // Counted from the end of the instruction, which on x86 is that of the address in all but a few.
            let relative =
                matches!(relocation.kind(), RelocationKind::Relative | RelocationKind::PltRelative);
            let from = if relative && self.architecture == Architecture::X86_64 { 4 } else { 0 };
            return relocation.addend().checked_add(from);
        }
        let RelocationFlags::Elf { r_type } = relocation.flags() else { return None };
        let filled = self.word(offset)?;
        match (self.architecture, r_type) {
            (Architecture::I386, elf::R_386_32)
            | (Architecture::Arm, elf::R_ARM_ABS32)
            | (Architecture::Mips, elf::R_MIPS_32) => Some(i64::from(filled as i32)),
            (Architecture::Arm, elf::R_ARM_MOVW_ABS_NC) => {
                Some(i64::from((((filled >> 4) & 0xf000) | (filled & 0x0fff)) as u16 as i16))
            }
            (Architecture::Mips, elf::R_MIPS_HI16) => {
                if let RelocationTarget::Symbol(symbol) = relocation.target() {
                    self.upper.insert(symbol, i64::from(filled as u16 as i16) << 16);
                }
                None
            }
            (Architecture::Mips, elf::R_MIPS_LO16) => {
                let RelocationTarget::Symbol(symbol) = relocation.target() else { return None };
                Some(self.upper.get(&symbol)? + i64::from(filled as u16 as i16))
            }
            _ => None,
        }
    }

    /// The four bytes that a relocation fills in.
    fn word(&self, offset: u64) -> Option<u32> {
        let at = usize::try_from(offset).ok()?;
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self.endianness {
            Endianness::Little => u32::from_le_bytes(bytes),
            Endianness::Big => u32::from_be_bytes(bytes),
        })
    }
}

//! A module's sections, and where the pointers in them lead.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use object::{
    Endianness, Object, ObjectSection, ObjectSymbol, Relocation, RelocationKind, RelocationTarget,
    SectionKind,
};

use super::ModuleError;
use super::code::Addends;

/// The most relocations that are looked at; the largest modules have some fifty thousand.
const MOST_RELOCATIONS: usize = 1 << 20;
/// The most sections and symbols of a module.
const MOST_SECTIONS: usize = 1 << 12;
const MOST_SYMBOLS: usize = 1 << 18;
/// The most entries and pointers that are looked at, so that no module has one table walked again and again.
const MOST_STEPS: u32 = 1 << 20;
/// The longest text that is taken for a name, in bytes.
const LONGEST_TEXT: u64 = 200;

/// A place in a module: a section and an offset into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) section: usize,
    pub(crate) offset: u64,
}

impl Place {
    pub(crate) fn after(self, bytes: u64) -> Place {
        Place { offset: self.offset.saturating_add(bytes), ..self }
    }

    pub(crate) fn before(self, bytes: u64) -> Option<Place> {
        Some(Place { offset: self.offset.checked_sub(bytes)?, ..self })
    }
}

/// Where a pointer leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'d> {
    /// To a place in the module itself.
    Inside(Place),
    /// To something of the kernel or of another module, by its name.
    Import(&'d str),
}

#[derive(Debug, Clone, Copy)]
struct Section<'d> {
    data: &'d [u8],
    holds: Holds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Code,
    Data,
    Other,
}

/// A module, made ready to be asked.
pub(crate) struct Image<'d> {
    /// The size of a pointer and of a `long`, in bytes.
    pub(crate) word: u64,
    endianness: Endianness,
    sections: Vec<Section<'d>>,
    pointers: BTreeMap<Place, Target<'d>>,
    /// What code refers to.
    references: BTreeSet<Place>,
    /// All that anything refers to: no object goes on behind the next one's start.
    starts: BTreeSet<Place>,
    imports: HashSet<&'d str>,
    /// What it holds itself, and others may use.
    defined: HashSet<&'d str>,
    objects: Vec<(&'d str, Place, u64)>,
    modinfo: &'d [u8],
    steps_left: Cell<u32>,
}

impl<'d> Image<'d> {
    /// Reads the sections, symbols and relocations of a relocatable ELF file.
    pub(crate) fn read(bytes: &'d [u8]) -> Result<Image<'d>, ModuleError> {
        let file = object::File::parse(bytes)?;
        if file.kind() != object::ObjectKind::Relocatable {
            return Err(ModuleError::NotRelocatable);
        }
        let mut image = Image {
            word: if file.is_64() { 8 } else { 4 },
            endianness: file.endianness(),
            sections: Vec::new(),
            pointers: BTreeMap::new(),
            references: BTreeSet::new(),
            starts: BTreeSet::new(),
            imports: HashSet::new(),
            defined: HashSet::new(),
            objects: Vec::new(),
            modinfo: &[],
            steps_left: Cell::new(MOST_STEPS),
        };
        image.read_sections(&file, bytes.len())?;
        image.read_symbols(&file)?;
        image.read_relocations(&file)?;
        Ok(image)
    }

    fn read_sections(&mut self, file: &object::File<'d>, most: usize) -> Result<(), ModuleError> {
        // Sections that share their bytes could be looked through again and again.
        let mut left = most;
        for section in file.sections() {
            let at = section.index().0;
            if at >= MOST_SECTIONS {
                return Err(ModuleError::TooMuch { what: "sections" });
            }
            if self.sections.len() <= at {
                self.sections.resize(at + 1, Section { data: &[], holds: Holds::Other });
            }
            let (data, name) = (section.data()?, section.name_bytes()?);
            left = left.checked_sub(data.len()).ok_or(ModuleError::TooMuch { what: "bytes in sections" })?;
            if name == b".modinfo" {
                self.modinfo = data;
            }
            let holds = match section.kind() {
                SectionKind::Text => Holds::Code,
                SectionKind::Data
                | SectionKind::ReadOnlyData
                | SectionKind::ReadOnlyDataWithRel
                | SectionKind::ReadOnlyString
                    if name != b".modinfo" =>
                {
                    Holds::Data
                }
                _ => Holds::Other,
            };
            self.sections[at] = Section { data, holds };
        }
        Ok(())
    }

    fn read_symbols(&mut self, file: &object::File<'d>) -> Result<(), ModuleError> {
        for (count, symbol) in file.symbols().enumerate() {
            if count >= MOST_SYMBOLS {
                return Err(ModuleError::TooMuch { what: "symbols" });
            }
            // A name that is no text names nothing that is looked for.
            let Ok(name) = symbol.name() else { continue };
            if name.is_empty() {
                continue;
            }
            if symbol.is_undefined() {
                self.imports.insert(name);
            } else if let Some(section) = symbol.section_index() {
                self.defined.insert(name);
                let place = Place { section: section.0, offset: symbol.address() };
                if self.holds(place) == Holds::Data && symbol.size() > 0 {
                    self.objects.push((name, place, symbol.size()));
                    self.starts.insert(place);
                }
            }
        }
        Ok(())
    }

    fn read_relocations(&mut self, file: &object::File<'d>) -> Result<(), ModuleError> {
        let mut left = MOST_RELOCATIONS;
        for section in file.sections() {
            let place = Place { section: section.index().0, offset: 0 };
            let holds = self.holds(place);
            if holds == Holds::Other {
                continue;
            }
            let mut addends = Addends::new(file.architecture(), self.endianness, self.data(place));
            for (offset, relocation) in section.relocations() {
                left = left.checked_sub(1).ok_or(ModuleError::TooMuch { what: "relocations" })?;
                let addend = addends.of(offset, &relocation);
                match holds {
                    Holds::Code => {
                        if let Some(Target::Inside(to)) =
                            addend.and_then(|add| target(file, &relocation, add))
                            && self.holds(to) == Holds::Data
                        {
                            self.references.insert(to);
                            self.starts.insert(to);
                        }
                    }
                    _ if is_pointer(&relocation, self.word) => {
                        let Some(to) = addend.and_then(|add| target(file, &relocation, add)) else {
                            continue;
                        };
                        self.pointers.insert(place.after(offset), to);
                        if let Target::Inside(to) = to {
                            self.starts.insert(to);
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Counts a step of a walk over what the module holds; false when there were too many.
    pub(crate) fn step(&self) -> bool {
        let left = self.steps_left.get().checked_sub(1);
        self.steps_left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Whether a walk was broken off.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.steps_left.get() == 0
    }

    fn holds(&self, place: Place) -> Holds {
        self.sections.get(place.section).map_or(Holds::Other, |section| section.holds)
    }

    /// The bytes of a section from a place on; none behind its end.
    pub(crate) fn data(&self, place: Place) -> &'d [u8] {
        let data = self.sections.get(place.section).map_or(&[][..], |section| section.data);
        usize::try_from(place.offset).ok().and_then(|offset| data.get(offset..)).unwrap_or_default()
    }

    /// Whether a place lies in code.
    pub(crate) fn is_code(&self, place: Place) -> bool {
        self.holds(place) == Holds::Code
    }

    /// Whether a place lies in data.
    pub(crate) fn is_data(&self, place: Place) -> bool {
        self.holds(place) == Holds::Data
    }

    /// Whether the module uses something of this name that it does not hold itself.
    pub(crate) fn imports(&self, name: &str) -> bool {
        self.imports.contains(name)
    }

    /// Whether the module holds something of this name.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Whether the module uses anything whose name starts like one of these.
    pub(crate) fn imports_any(&self, starts: &[&str]) -> bool {
        self.imports.iter().any(|name| starts.iter().any(|start| name.starts_with(start)))
    }

    /// Where the pointer at a place leads; none when there is none.
    pub(crate) fn pointer(&self, place: Place) -> Option<Target<'d>> {
        self.pointers.get(&place).copied()
    }

    /// All pointers in data, in the order of their places.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = (Place, Target<'d>)> {
        self.pointers.iter().map(|(place, target)| (*place, *target))
    }

    /// Whether any pointer lies in these bytes.
    pub(crate) fn has_pointer(&self, from: Place, length: u64) -> bool {
        self.pointers.range(from..from.after(length)).next().is_some()
    }

    /// The pointers of an object: those before the start of the next one.
    pub(crate) fn pointers_of(&self, object: Place, most: u64) -> impl Iterator<Item = Target<'d>> {
        let next = self.starts.range(object.after(1)..).next().copied().unwrap_or(object.after(most));
        let pointers = self.pointers.range(object..next.min(object.after(most)));
        pointers.map(|(_, target)| *target).take_while(|_| self.step())
    }

    /// The places in data that code refers to, in order.
    pub(crate) fn references(&self) -> impl Iterator<Item = Place> {
        self.references.iter().copied()
    }

    /// The places in data that anything refers to, in order.
    pub(super) fn starts(&self) -> impl Iterator<Item = Place> {
        self.starts.iter().copied().filter(|place| self.is_data(*place))
    }

    /// The objects in data that have a name, with their places and sizes in bytes.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&'d str, Place, u64)> {
        self.objects.iter().copied()
    }

    /// The sections of data.
    pub(crate) fn data_sections(&self) -> impl Iterator<Item = &'d [u8]> {
        self.sections.iter().filter(|section| section.holds == Holds::Data).map(|section| section.data)
    }

    /// The values of a key of `.modinfo`.
    pub(crate) fn modinfo(&self, key: &str) -> impl Iterator<Item = &'d str> {
        let lines = self.modinfo.split(|byte| *byte == 0).filter_map(|line| std::str::from_utf8(line).ok());
        lines.filter_map(move |line| line.strip_prefix(key)?.strip_prefix('='))
    }

    /// The text at a place that a NUL byte ends: printable, of a name's length, and not empty.
    pub(crate) fn text(&self, place: Place) -> Option<&'d str> {
        if self.holds(place) != Holds::Data {
            return None;
        }
        let data = self.data(place);
        let end = memchr::memchr(0, &data[..data.len().min(LONGEST_TEXT as usize)])?;
        let text = std::str::from_utf8(&data[..end]).ok()?;
        (!text.is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())).then_some(text)
    }

    /// The number of two bytes at an offset of `bytes`.
    pub(crate) fn u16(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self.endianness {
            Endianness::Little => u16::from_le_bytes(bytes),
            Endianness::Big => u16::from_be_bytes(bytes),
        })
    }

    /// The number of four bytes at an offset of `bytes`.
    pub(crate) fn u32(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self.endianness {
            Endianness::Little => u32::from_le_bytes(bytes),
            Endianness::Big => u32::from_be_bytes(bytes),
        })
    }
}

/// Whether a relocation fills in a whole pointer.
fn is_pointer(relocation: &Relocation, word: u64) -> bool {
    relocation.kind() == RelocationKind::Absolute && u64::from(relocation.size()) == word * 8
}

fn target<'d>(file: &object::File<'d>, relocation: &Relocation, addend: i64) -> Option<Target<'d>> {
    let RelocationTarget::Symbol(symbol) = relocation.target() else { return None };
    let symbol = file.symbol_by_index(symbol).ok()?;
    if symbol.is_undefined() {
        return symbol.name().ok().map(Target::Import);
    }
    let offset = symbol.address().checked_add_signed(addend)?;
    Some(Target::Inside(Place { section: symbol.section_index()?.0, offset }))
}

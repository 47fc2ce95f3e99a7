//! Goes through a text line by line, and keeps what its lines are part of.

use super::gathered::Gathered;
use super::host::HostReader;
use super::noise::{clean, pieces};
use super::{
    Block, Detected, DriverSeen, Named, Seen, bsd, dmesg, inxi, iwlwifi, keyed, lspci, lsusb, modalias,
    pciconf, procfs, pvesh, scan, usbconfig, usbdevices, virsh, windows,
};
use crate::hardware::{Device, Hypervisor};

/// Most lines that a fold is looked for in.
const MAX_FOLDS: u8 = 3;

/// Reads the device of a line.
type Read = fn(&str) -> Option<Device>;

/// Programs with a device a line: what reads the line, and what reads those below it.
const LINES: [(Read, Program); 10] = [
    (pvesh::row, Program::Proxmox),
    (pciconf::device, Program::Pciconf),
    (lspci::device, Program::Lspci),
    (lsusb::device, Program::Lsusb(lsusb::Descriptors::NONE)),
    (procfs::device, Program::Other),
    (iwlwifi::device, Program::Iwlwifi),
    (dmesg::device, Program::Other),
    (windows::device, Program::Windows),
    (bsd::device, Program::Bsd),
    (modalias::device, Program::Modalias),
];

/// Whose lines those below a device's first are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    Lspci,
    Pciconf,
    Lsusb(lsusb::Descriptors),
    Iwlwifi,
    Windows,
    Bsd,
    Modalias,
    Proxmox,
    Other,
}

/// What the lines before this one were part of.
#[derive(Default)]
enum Part {
    /// Nothing in particular.
    #[default]
    None,
    /// The device last found, in the listing of this program.
    Device(Program),
    /// A device of lspci without an id.
    Named(Named),
    /// A block that names a device's numbers one a line.
    Block(Box<dyn Block>),
}

/// A line that its program has more of, which a mail or a form may have folded.
struct Open {
    line: usize,
    text: String,
    folds: u8,
}

#[derive(Default)]
pub(super) struct Reader {
    found: Gathered,
    part: Part,
    host: HostReader,
    open: Option<Open>,
    /// The last line that ends in a colon, without it.
    heading: String,
}

impl Reader {
    pub(super) fn line(&mut self, number: usize, line: &str) {
        let line = clean(line);
        let bare = scan::unquote(&line);
        if bare.is_empty() {
            if !matches!(&self.part, Part::Block(block) if !block.ends_at_blank()) {
                self.close();
            }
            return;
        }
        let indented = line.trim_start_matches(['>', '|']).starts_with([' ', '\t']);
        for piece in pieces(bare) {
            let piece = self.host.line(number, piece.trim(), indented);
            if !piece.is_empty() {
                self.piece(number, piece);
            }
        }
    }

    /// Takes the devices of a text that is JSON.
    pub(super) fn entries(&mut self, number: usize, text: &str, entries: Vec<pvesh::Entry>) {
        self.close();
        for entry in entries {
            let before = text.find(&entry.mark()).map_or(0, |at| text[..at].matches('\n').count());
            if let Some(device) = entry.device(number + before) {
                self.host.hypervisor = Some(Hypervisor::Proxmox);
                self.found.push(Seen::Device(device));
            }
        }
    }

    fn piece(&mut self, number: usize, bare: &str) {
        if self.continues(number, bare) || self.block(number, bare) || self.device(number, bare) {
            self.open = self.open.take().filter(|open| open.line == number);
            return;
        }
        if self.folded(bare) {
            return;
        }
        if let Some(missing) = dmesg::missing_firmware(number, bare) {
            self.found.missing_firmware(missing);
        } else if let Some(driver) = lsusb::tree_driver(bare) {
            self.close();
            self.found.tree(DriverSeen { line: number, driver });
        } else if let Some(named) = lspci::named(number, bare) {
            self.close();
            if let Some(hint) = lspci::hint(&named) {
                self.found.hint(hint);
            }
            self.part = Part::Named(named);
            self.open(number, bare);
        } else if lsusb::is_cut(bare) || pciconf::is_cut(bare) {
            self.close();
            self.open(number, bare);
        } else if let Some((name, revision)) = iwlwifi::detected(bare) {
            self.found.detected_by_iwlwifi(number, bare, name, revision);
        } else if let Some(named) = virsh::passthru(number, bare) {
            self.close();
            self.host.hypervisor = Some(Hypervisor::Bhyve);
            self.found.push(Seen::Named(named));
        } else if let Some(named) = bsd::named(number, bare) {
            self.found.push(Seen::Named(named));
        } else if !self.found.board(bare) {
            self.heading = bare.strip_suffix(':').unwrap_or("").to_owned();
            self.found.loose_ids(number, bare);
        }
    }

    /// Takes a line that goes on about the device last found.
    fn continues(&mut self, number: usize, bare: &str) -> bool {
        if let Part::Named(named) = &mut self.part {
            return lspci::more_of_named(bare, named);
        }
        let (Part::Device(program), Some(device)) = (&mut self.part, self.found.last()) else {
            return false;
        };
        let taken = match program {
            Program::Lspci => lspci::more(bare, device),
            Program::Pciconf => pciconf::more(bare, device),
            Program::Lsusb(descriptors) => descriptors.more(bare, device),
            Program::Windows => windows::more(bare, device),
            Program::Bsd => bsd::more(bare, device),
            Program::Modalias | Program::Iwlwifi | Program::Proxmox | Program::Other => false,
        };
        if taken && lspci::is_cut(bare) {
            self.open(number, bare);
        }
        taken
    }

    /// Takes a line of a block, or the first of one.
    fn block(&mut self, number: usize, bare: &str) -> bool {
        if let Part::Block(block) = &mut self.part
            && block.more(bare)
        {
            return true;
        }
        let block = None
            .or_else(|| keyed::start(number, bare, &self.heading))
            .or_else(|| inxi::start(number, bare))
            .or_else(|| usbconfig::start(number, bare))
            .or_else(|| usbdevices::start(number, bare))
            .or_else(|| virsh::start(number, bare));
        let Some(block) = block else { return false };
        self.close();
        self.part = Part::Block(block);
        true
    }

    /// Takes a line that shows a device.
    fn device(&mut self, number: usize, bare: &str) -> bool {
        let found = LINES.iter().find_map(|(read, program)| Some((read(bare)?, *program)));
        let Some((device, program)) = found else { return false };
        let device = Device { line: number, ..device };
        match program {
            Program::Pciconf => self.host.hypervisor = Some(Hypervisor::Bhyve),
            Program::Proxmox => self.host.hypervisor = Some(Hypervisor::Proxmox),
            _ => {}
        }
        if self.belongs_to_last(program, &device, bare) {
            return true;
        }
        self.close();
        if program == Program::Iwlwifi && self.found.refine(bare, &device) {
            return true;
        }
        self.found.place_next(bare);
        self.found.push(Seen::Device(device));
        self.part = Part::Device(program);
        true
    }

    /// Several lines may show one device by its id in several widths.
    fn belongs_to_last(&mut self, program: Program, device: &Device, line: &str) -> bool {
        let Some(last) = self.found.last() else { return false };
        let same = matches!(self.part, Part::Device(Program::Windows))
            && program == Program::Windows
            && windows::is_same(last, device, line);
        if same {
            windows::join(last, device);
        }
        same
    }

    /// Takes a line that is the rest of the one before.
    fn folded(&mut self, bare: &str) -> bool {
        let Some(mut open) = self.open.take() else { return false };
        let joined = format!("{} {bare}", open.text);
        let named = matches!(self.part, Part::Named(_));
        let part = if named { std::mem::take(&mut self.part) } else { Part::None };
        if self.continues(open.line, &joined) || self.device(open.line, &joined) {
            return true;
        }
        if named {
            self.part = part;
        }
        open.folds += 1;
        open.text = joined;
        // What takes the line for itself is still to be asked.
        self.open = Some(open).filter(|open| open.folds < MAX_FOLDS && open.text.len() < 512);
        false
    }

    fn open(&mut self, line: usize, text: &str) {
        self.open = Some(Open { line, text: text.to_owned(), folds: 0 });
    }

    /// Ends what the lines so far were part of.
    fn close(&mut self) {
        match std::mem::take(&mut self.part) {
            Part::Block(block) => {
                let hint = block.hint();
                let seen = block.finish();
                if !matches!(seen, Some(Seen::Device(_))) {
                    hint.into_iter().for_each(|hint| self.found.hint(hint));
                }
                seen.into_iter().for_each(|seen| self.found.push(seen));
            }
            Part::Named(named) => self.found.push(Seen::Named(named)),
            Part::None | Part::Device(_) => {}
        }
        self.open = None;
        self.found.end_tree();
    }

    pub(super) fn finish(mut self) -> Detected {
        self.close();
        self.found.finish(self.host)
    }
}

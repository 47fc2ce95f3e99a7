//! Programs that name the numbers of a device one a line, each under a key. A row of [`FORMS`] is all that one more of
//! them takes.

use super::draft::Draft;
use super::keys::{FORMS, udev_line, unquoted};
use super::{Block, Seen};

/// Takes what a value tells into the device.
pub(super) type Take = fn(&mut Draft, &str);

/// How one program writes a device.
pub(super) struct Form {
    /// What stands between a key and its value.
    pub(super) separator: char,
    /// Whether an empty line ends the device.
    pub(super) ends_at_blank: bool,
    /// Whether the line above names the device.
    pub(super) named_above: bool,
    /// What a first line tells; nothing when a device does not start with it.
    pub(super) starts: fn(&str) -> Option<Draft>,
    /// What the keys tell.
    pub(super) keys: &'static [(&'static str, Take)],
}

/// The lines of one device so far.
pub(super) struct Keyed {
    form: &'static Form,
    draft: Draft,
    /// Keys that were there already.
    taken: Vec<&'static str>,
}

/// A block that starts with this line; `heading` is the last line that named what stands below it.
pub(super) fn start(line: usize, text: &str, heading: &str) -> Option<Box<dyn Block>> {
    let (form, draft) = FORMS.iter().find_map(|form| Some((form, (form.starts)(text)?)))?;
    let name = if form.named_above { heading.to_owned() } else { draft.name.clone() };
    let mut block = Keyed { form, draft: Draft { line, name, ..draft }, taken: Vec::new() };
    block.more(text);
    Some(Box::new(block))
}

impl Block for Keyed {
    fn more(&mut self, line: &str) -> bool {
        let Some((key, value)) = udev_line(line).split_once(self.form.separator) else { return false };
        let (key, value) = (unquoted(key), unquoted(value));
        let Some((key, take)) = self.form.keys.iter().find(|(known, _)| *known == key) else { return false };
        // The same key again is another device's.
        if self.taken.contains(key) {
            return false;
        }
        self.taken.push(key);
        take(&mut self.draft, value);
        true
    }

    fn ends_at_blank(&self) -> bool {
        self.form.ends_at_blank
    }

    fn finish(self: Box<Self>) -> Option<Seen> {
        self.draft.finish()
    }
}

//! The volume label.

use super::FatError;

/// A volume label of 1 to 11 characters, upper case, padded with spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label([u8; 11]);

impl Label {
    /// `OWPKG`, by which a router finds the disk.
    pub(crate) const OWPKG: Label = Label(*b"OWPKG      ");

    /// Checks a label. Lower-case letters become upper case, as every tool that sets a label does.
    ///
    /// # Errors
    ///
    /// [`FatError::Label`] if it is empty or too long, starts or ends with a space, has a character other than
    /// a letter, a digit, a space or one of ``!#$%&'()-@^_`{}~``, or is `NO NAME`, which stands for no label.
    pub fn new(label: &str) -> Result<Self, FatError> {
        let refuse = |reason| Err(FatError::Label { label: label.to_owned(), reason });
        if label.is_empty() {
            return refuse("it is empty");
        }
        if !label
            .bytes()
            .all(|byte| byte == b' ' || super::short_names::is_allowed(byte.to_ascii_uppercase()))
        {
            return refuse("it has a character that is not allowed");
        }
        if label.len() > 11 {
            return refuse("it has more than 11 characters");
        }
        if label.starts_with(' ') || label.ends_with(' ') {
            return refuse("it starts or ends with a space");
        }
        if label.eq_ignore_ascii_case("NO NAME") {
            return refuse("it stands for no label");
        }
        let mut padded = [b' '; 11];
        for (to, from) in padded.iter_mut().zip(label.bytes()) {
            *to = from.to_ascii_uppercase();
        }
        Ok(Self(padded))
    }

    /// The label without the spaces at its end.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end_matches(' ')
    }

    /// The label as it stands on the disk.
    pub(super) fn padded(&self) -> &[u8; 11] {
        &self.0
    }
}

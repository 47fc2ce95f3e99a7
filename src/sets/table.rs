//! A table of a TOML file, read key by key, so that what is wrong in it is told with its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::suggest::near;

/// What is wrong in a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct FileError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no TOML.
    #[error("{0}")]
    Syntax(String),
    /// A key that means nothing.
    #[error("there is no key {key:?} here")]
    UnknownKey {
        key: String,
        /// Keys that are spelt like it.
        near: Vec<String>,
        /// All that there are.
        known: &'static [&'static str],
    },
    /// A key that is taken from somewhere else.
    #[error("{key} is not taken from this file{}", if elsewhere.is_trust() { ": it decides whom you trust" } else { "" })]
    Elsewhere {
        key: String,
        /// Where it belongs.
        elsewhere: Elsewhere,
    },
    /// A value of another kind.
    #[error("{key}: expected {expected}, found {found}")]
    Value {
        key: String,
        /// What is expected.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A value that must be there.
    #[error("{key} is missing")]
    Missing { key: &'static str },
    /// Two sets of one name.
    #[error("there is another set {name:?} above")]
    SameName { name: String },
    /// No set at all, and nothing to mirror.
    #[error("there is no [[set]]")]
    NoSet,
}

/// Where a key belongs that is not taken from the file of sets, which somebody else may have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// Keys that sign feeds.
    Keys,
    /// Feeds that nobody signed.
    AcceptUnsigned,
    /// A feed before the release's own.
    Prefer,
    /// A package of the router that makes room.
    Replace,
    /// The key of a Wi-Fi.
    WifiKey,
    /// Feeds of one's own.
    Feed,
    /// Where releases come from, and where downloads are kept.
    UserConfiguration,
}

impl Elsewhere {
    /// The place of a key of a set.
    fn of(key: &str) -> Option<Elsewhere> {
        Some(match key.replace('-', "_").as_str() {
            "key" | "keys" | "trust" | "trusted_keys" => Elsewhere::Keys,
            "accept_unsigned" | "unsigned" => Elsewhere::AcceptUnsigned,
            "prefer" => Elsewhere::Prefer,
            "replace" => Elsewhere::Replace,
            "wifi_key" | "wifi_key_file" => Elsewhere::WifiKey,
            "feed" | "feeds" | "tree" => Elsewhere::Feed,
            "mirror" | "cache" | "cache_dir" => Elsewhere::UserConfiguration,
            _ => return None,
        })
    }

    /// The same of a set's Wi-Fi.
    fn of_wifi(key: &str) -> Option<Elsewhere> {
        matches!(key, "key" | "key_file" | "key-file" | "password" | "psk").then_some(Elsewhere::WifiKey)
    }

    /// Whether it decides whom the user trusts.
    fn is_trust(self) -> bool {
        matches!(self, Elsewhere::Keys | Elsewhere::AcceptUnsigned | Elsewhere::Prefer | Elsewhere::Replace)
    }
}

/// A table of a file.
#[derive(Clone, Copy)]
pub struct Table<'t> {
    text: &'t str,
    table: &'t DeTable<'t>,
    /// Where it begins.
    line: usize,
}

/// A value of a table.
type Value<'t> = Spanned<DeValue<'t>>;

/// Reads a file as a table.
///
/// # Errors
/// When it is no TOML, or `read` finds something wrong.
pub fn read<T>(text: &str, read: impl FnOnce(Table<'_>) -> Result<T, FileError>) -> Result<T, FileError> {
    let parsed = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        FileError { line: line(text, start), fault: Fault::Syntax(error.message().to_owned()) }
    })?;
    read(Table { text, table: parsed.get_ref(), line: 1 })
}

fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

impl<'t> Table<'t> {
    /// Refuses keys that are none of these.
    ///
    /// # Errors
    /// For the first that is none, with where it belongs.
    pub fn only(&self, known: &'static [&'static str], kind: TableKind) -> Result<(), FileError> {
        let unknown = self.table.iter().filter(|(key, _)| !known.contains(&&**key.get_ref()));
        let Some((key, _)) = unknown.min_by_key(|(key, _)| key.span().start) else { return Ok(()) };
        let name = key.get_ref().to_string();
        let elsewhere = match kind {
            TableKind::Set => Elsewhere::of(&name),
            TableKind::Wifi => Elsewhere::of_wifi(&name),
            TableKind::Other => None,
        };
        let fault = match elsewhere {
            Some(elsewhere) => Fault::Elsewhere { key: name, elsewhere },
            None => {
                let near = near(&name, known.iter().copied());
                Fault::UnknownKey { key: name, near, known }
            }
        };
        Err(FileError { line: line(self.text, key.span().start), fault })
    }

    /// Something wrong with the whole table.
    pub fn fault(&self, fault: Fault) -> FileError {
        FileError { line: self.line, fault }
    }

    /// Something wrong with a key's value.
    pub fn fault_at(&self, key: &str, fault: Fault) -> FileError {
        let line = self.table.get(key).map_or(self.line, |value| line(self.text, value.span().start));
        FileError { line, fault }
    }

    fn wrong(&self, key: &str, value: &Value<'_>, expected: impl Into<String>) -> FileError {
        let found = match value.get_ref() {
            DeValue::String(text) => format!("{text:?}"),
            other => format!("a value of the kind {}", other.type_str()),
        };
        let fault = Fault::Value { key: key.to_owned(), expected: expected.into(), found };
        FileError { line: line(self.text, value.span().start), fault }
    }

    /// A text that is not empty.
    pub fn text(&self, key: &str) -> Result<Option<String>, FileError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        match value.get_ref().as_str().filter(|text| !text.is_empty()) {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(self.wrong(key, value, "a text")),
        }
    }

    /// Texts, none of them empty.
    pub fn texts(&self, key: &str) -> Result<Vec<String>, FileError> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let texts = value.get_ref().as_array().and_then(|array| {
            let texts = array.iter().map(|item| item.get_ref().as_str().filter(|text| !text.is_empty()));
            texts.map(|text| text.map(str::to_owned)).collect()
        });
        texts.ok_or_else(|| self.wrong(key, value, "a list of texts, like [\"one\", \"two\"]"))
    }

    /// Texts, or `true` for whatever there is, which is told by none; `false` is nothing.
    pub fn all_or_texts(&self, key: &str) -> Result<Option<Vec<String>>, FileError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        if let Some(all) = value.get_ref().as_bool() {
            return Ok(all.then(Vec::new));
        }
        match self.texts(key) {
            Ok(texts) if !texts.is_empty() => Ok(Some(texts)),
            _ => Err(self.wrong(key, value, "true, or a list of texts, like [\"one\", \"two\"]")),
        }
    }

    /// A text that is read further.
    pub fn parsed<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, FileError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let parsed = value.get_ref().as_str().and_then(parse);
        parsed.map(Some).ok_or_else(|| self.wrong(key, value, expected))
    }

    /// A small number.
    pub fn number(&self, key: &str) -> Result<Option<u8>, FileError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u8::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok());
        number.map(Some).ok_or_else(|| self.wrong(key, value, "a number from 0 to 255"))
    }

    /// A table within.
    pub fn table(&self, key: &str) -> Result<Option<Table<'t>>, FileError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let table = value.get_ref().as_table().map(|table| self.within(value, table));
        table.map(Some).ok_or_else(|| self.wrong(key, value, format!("a table [{key}]")))
    }

    /// Tables within: `[[key]]`.
    pub fn tables(&self, key: &str) -> Result<Vec<Table<'t>>, FileError> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let tables = value.get_ref().as_array().and_then(|array| {
            array.iter().map(|item| item.get_ref().as_table().map(|table| self.within(item, table))).collect()
        });
        tables.ok_or_else(|| self.wrong(key, value, format!("tables [[{key}]]")))
    }

    fn within(&self, value: &Value<'_>, table: &'t DeTable<'t>) -> Table<'t> {
        Table { text: self.text, table, line: line(self.text, value.span().start) }
    }
}

/// What a table is of, for what is said of a key that belongs elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// A set, or what all have in common.
    Set,
    /// A set's Wi-Fi.
    Wifi,
    /// Anything else.
    Other,
}

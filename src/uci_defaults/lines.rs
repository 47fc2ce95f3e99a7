//! Settings that the user writes as lines for `uci batch`.

use std::collections::BTreeSet;

/// The commands that set something, each with the form of its argument.
const COMMANDS: [(&str, Form); 10] = [
    ("set", Form::Assigned),
    ("add", Form::NewSection),
    ("add_list", Form::Assigned),
    ("del_list", Form::Assigned),
    ("delete", Form::Place),
    ("del", Form::Place),
    ("rename", Form::Assigned),
    ("reorder", Form::Assigned),
    ("revert", Form::Place),
    ("commit", Form::Config),
];

/// Parts of the names of options that hold what is nobody's business.
const SECRETS: [&str; 6] = ["key", "pass", "psk", "secret", "token", "pin"];

/// What follows a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `CONFIG.SECTION[.OPTION]=VALUE`
    Assigned,
    /// `CONFIG.SECTION[.OPTION]`
    Place,
    /// `CONFIG TYPE`
    NewSection,
    /// `CONFIG`, or nothing.
    Config,
}

/// Lines for `uci batch` that were checked; comments and empty lines are left out.
#[derive(Clone, PartialEq, Eq)]
pub struct UciLines {
    text: String,
    configs: BTreeSet<String>,
    secret: bool,
}

/// A line that `uci batch` could not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct UciLineError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: UciFault,
}

/// What is wrong with a line for `uci batch`. No variant holds a value, which may be a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UciFault {
    /// Its command sets nothing.
    #[error("{0:?} is no command that sets something")]
    Command(String),
    /// Its command takes another form.
    #[error("expected {command} {expected}")]
    Form {
        command: &'static str,
        /// What is to follow it.
        expected: &'static str,
    },
    /// A name that no configuration, section or option can have.
    #[error("{0:?} cannot be a name: expected letters, digits and _")]
    Name(String),
    #[error("a quote has no end on this line")]
    OpenQuote,
    #[error("it holds a control character")]
    Control,
    #[error("a ; outside of quotes ends a command: give each command its own line")]
    Semicolon,
}

impl UciLines {
    /// Reads lines as a file holds them.
    ///
    /// # Errors
    /// At the first line that `uci batch` could not do.
    pub fn parse(text: &str) -> Result<UciLines, UciLineError> {
        let mut lines = UciLines { text: String::new(), configs: BTreeSet::new(), secret: false };
        for (number, line) in text.lines().enumerate() {
            lines.add(line.trim()).map_err(|fault| UciLineError { line: number + 1, fault })?;
        }
        Ok(lines)
    }

    fn add(&mut self, line: &str) -> Result<(), UciFault> {
        let words = words(line)?;
        let Some((command, arguments)) = words.split_first() else { return Ok(()) };
        let known = COMMANDS.into_iter().find(|(name, _)| name == command);
        let (command, form) = known.ok_or_else(|| UciFault::Command(command.clone()))?;
        let wrong = || UciFault::Form { command, expected: form.in_words() };
        let place = match (form, arguments) {
            (Form::Config, []) => None,
            (Form::Config, [config]) => Some(config.as_str()),
            (Form::NewSection, [config, kind]) if is_type(kind) => Some(config.as_str()),
            (Form::Place, [place]) if place.contains('.') && !place.contains('=') => Some(place.as_str()),
            (Form::Assigned, [assigned]) => match assigned.split_once('=') {
                Some((place, _)) if place.contains('.') => Some(place),
                _ => return Err(wrong()),
            },
            _ => return Err(wrong()),
        };
        let mut parts = place.into_iter().flat_map(|place| place.splitn(3, '.'));
        if let Some(config) = parts.next() {
            named(config, |byte| byte == b'-')?;
            self.configs.insert(config.to_owned());
        }
        if let Some(section) = parts.next() {
            match section.strip_prefix('@') {
                Some(of_type) if is_numbered(of_type) => {}
                _ => named(section, |_| false)?,
            }
        }
        if let Some(option) = parts.next() {
            named(option, |_| false)?;
            let option = option.to_ascii_lowercase();
            self.secret |= SECRETS.iter().any(|part| option.contains(part));
        }
        // Each is committed at the end, all that was set before it with it.
        if form != Form::Config {
            self.text += line;
            self.text += "\n";
        }
        Ok(())
    }

    /// The lines.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The configurations that they change.
    pub fn configs(&self) -> impl Iterator<Item = &str> {
        self.configs.iter().map(String::as_str)
    }

    /// Whether an option is set whose name says that it holds a secret.
    pub fn is_secret(&self) -> bool {
        self.secret
    }
}

impl std::fmt::Debug for UciLines {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "UciLines(for {:?}, …)", self.configs)
    }
}

impl UciFault {
    /// The commands that there are.
    pub fn commands() -> impl Iterator<Item = &'static str> {
        COMMANDS.into_iter().map(|(name, _)| name)
    }
}

impl Form {
    fn in_words(self) -> &'static str {
        match self {
            Form::Assigned => "CONFIG.SECTION.OPTION=VALUE (the value in quotes where it holds blanks)",
            Form::Place => "CONFIG.SECTION.OPTION",
            Form::NewSection => "CONFIG TYPE",
            Form::Config => "CONFIG",
        }
    }
}

/// Splits a line as uci does (libuci, `file.c`, `parse_str`): as a shell would, `#` starting a comment wherever it stands
/// outside of quotes.
fn words(line: &str) -> Result<Vec<String>, UciFault> {
    if line.contains(|c: char| c.is_control() && c != '\t') {
        return Err(UciFault::Control);
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '#' => break,
            ';' => return Err(UciFault::Semicolon),
            ' ' | '\t' => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next().ok_or(UciFault::OpenQuote)? {
                        end if end == c => break,
                        '\\' if c == '"' => word.push(rest.next().ok_or(UciFault::OpenQuote)?),
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(rest.next().ok_or(UciFault::OpenQuote)?),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// A name by the rule of libuci (`util.c`, `uci_validate_str`), which allows configurations a dash as well.
fn named(name: &str, also: fn(u8) -> bool) -> Result<(), UciFault> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || also(byte);
    match !name.is_empty() && name.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(UciFault::Name(name.to_owned())),
    }
}

fn is_type(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `TYPE[N]`, from 0 on, or from the end with a minus.
fn is_numbered(text: &str) -> bool {
    let Some((kind, number)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) else {
        return false;
    };
    is_type(kind) && number.parse::<i32>().is_ok()
}

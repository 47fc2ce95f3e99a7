//! What was filled in: the fields of a form, and what they ask for.

use crate::cli::error::Failure;
use crate::hardware::DeviceId;
use crate::hardware::detect;
use crate::serve::Field;
use crate::stick::Request;

/// The longest word that is typed, in bytes.
const LONGEST: usize = 200;
/// The most words that a field takes.
const MOST_WORDS: usize = 100;
/// The most bytes of a listing or a request: what their readers take.
const LISTING_CAP: usize = 4 << 20;
/// The fields; the flags of the command line mean the same.
pub(super) const FIELDS: [&str; 11] =
    ["listing", "chip", "release", "target", "place", "profile", "wpa", "add", "omit", "image", "q"];

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// What was pasted, or the file.
    pub(super) given: Given,
    /// Names of cards.
    pub(super) chips: Vec<String>,
    /// Ids of cards.
    pub(super) devices: Vec<String>,
    pub(super) release: Option<String>,
    pub(super) target: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) wpa: Option<String>,
    pub(super) add: Vec<String>,
    pub(super) omit: Vec<String>,
    /// Kind and file system of an image.
    pub(super) image: Option<(String, Option<String>)>,
    /// What packages are searched for.
    pub(super) search: String,
}

/// What was pasted, or the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Given {
    #[default]
    Nothing,
    /// A listing of hardware.
    Listing(String),
    /// What a router wrote down of itself.
    Request(String),
}

impl Given {
    /// The text; empty where there is none.
    pub(super) fn text(&self) -> &str {
        match self {
            Given::Nothing => "",
            Given::Listing(text) | Given::Request(text) => text,
        }
    }

    /// The name of its file on a command line.
    pub(super) fn file(&self) -> Option<&'static str> {
        match self {
            Given::Nothing => None,
            Given::Listing(_) => Some("cards.txt"),
            Given::Request(_) => Some("owpkg-request.txt"),
        }
    }

    pub(super) fn is_request(&self) -> bool {
        matches!(self, Given::Request(_))
    }
}

impl Order {
    /// Reads the fields of a form. Of a text and a file the last one counts that holds anything.
    ///
    /// # Errors
    /// When there is a field of another name, or a word that cannot be meant.
    pub(super) fn read(fields: &[Field]) -> Result<Order, Failure> {
        let mut order = Order::default();
        for Field { name, value } in fields {
            if !FIELDS.contains(&name.as_str()) {
                let name: String = name.chars().take(40).collect();
                return Err(Failure::usage(
                    format!("there is no field {name:?}"),
                    format!("the fields are {}", FIELDS.join(", ")),
                ));
            }
            if name == "listing" {
                order.give(value)?;
                continue;
            }
            let text = std::str::from_utf8(value).map_err(|_| wrong(name, "it is no UTF-8 text"))?.trim();
            if !text.is_empty() {
                order.take(name, text)?;
            }
        }
        // A request says itself of which router it is; one that cannot be read is refused where it is planned for.
        if let Given::Request(text) = &order.given
            && let Ok(request) = Request::parse(text)
        {
            order.release = Some(request.release);
            order.target = Some(request.target.to_string());
        }
        Ok(order)
    }

    fn give(&mut self, value: &[u8]) -> Result<(), Failure> {
        if value.len() > LISTING_CAP {
            return Err(wrong("listing", "it is larger than 4 MiB"));
        }
        let text = detect::decode(value);
        if text.trim().is_empty() {
            return Ok(());
        }
        self.given = if Request::is_one(&text) { Given::Request(text) } else { Given::Listing(text) };
        Ok(())
    }

    fn take(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let by_line = |c: char| matches!(c, ',' | '\n' | '\r');
        let by_blank = |c: char| c == ',' || c.is_whitespace();
        match name {
            "chip" => {
                for word in words(name, text, by_line)? {
                    let is_id = word.contains(':') && word.parse::<DeviceId>().is_ok();
                    if is_id { &mut self.devices } else { &mut self.chips }.push(word);
                }
            }
            "add" => join(&mut self.add, words(name, text, by_blank)?),
            "omit" => join(&mut self.omit, words(name, text, by_blank)?),
            "q" => self.search = word(name, text)?,
            "release" => self.release = Some(word(name, text)?),
            "target" => self.target = Some(word(name, text)?),
            "place" => {
                let place = word(name, text)?;
                let (release, target) =
                    place.split_once(' ').ok_or_else(|| wrong(name, "expected a release and a target"))?;
                self.release = Some(release.to_owned());
                self.target = Some(target.to_owned());
            }
            "profile" => self.profile = Some(word(name, text)?),
            "wpa" => self.wpa = Some(word(name, text)?),
            _ => {
                let image = word(name, text)?;
                self.image = Some(match image.split_once(' ') {
                    Some((kind, filesystem)) => (kind.to_owned(), Some(filesystem.to_owned())),
                    None => (image, None),
                });
            }
        }
        Ok(())
    }

    /// Whether it says of no card and no package that it is wanted.
    pub(super) fn is_empty(&self) -> bool {
        self.given == Given::Nothing
            && self.chips.is_empty()
            && self.devices.is_empty()
            && self.add.is_empty()
    }

    /// The cards that were typed.
    pub(super) fn cards(&self) -> String {
        self.chips.iter().chain(&self.devices).map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// The release and the target, as the form's one field has them.
    pub(super) fn place(&self) -> Option<String> {
        Some(format!("{} {}", self.release.as_ref()?, self.target.as_ref()?))
    }

    /// The image, as the form's one field has it.
    pub(super) fn image(&self) -> Option<String> {
        let (kind, filesystem) = self.image.as_ref()?;
        Some(filesystem.as_ref().map_or_else(|| kind.clone(), |filesystem| format!("{kind} {filesystem}")))
    }
}

fn join(list: &mut Vec<String>, words: Vec<String>) {
    for word in words {
        if !list.contains(&word) {
            list.push(word);
        }
    }
}

fn words(name: &str, text: &str, splits: fn(char) -> bool) -> Result<Vec<String>, Failure> {
    let words: Vec<&str> = text.split(splits).map(str::trim).filter(|word| !word.is_empty()).collect();
    match words.len() > MOST_WORDS {
        true => Err(wrong(name, &format!("it has more than {MOST_WORDS} words"))),
        false => words.into_iter().map(|text| word(name, text)).collect(),
    }
}

fn word(name: &str, text: &str) -> Result<String, Failure> {
    match () {
        () if text.len() > LONGEST => Err(wrong(name, &format!("a word is longer than {LONGEST} bytes"))),
        () if text.chars().any(char::is_control) => Err(wrong(name, "it holds a control character")),
        () => Ok(text.to_owned()),
    }
}

fn wrong(name: &str, what: &str) -> Failure {
    Failure::usage(format!("the field {name}: {what}"), "correct it, and send it again")
}

//! What a package holds that tells of hardware: kernel modules, firmware files, and which modules are loaded when.

use std::io::{self, ErrorKind, Read};

use serde::{Deserialize, Serialize};

use crate::format::Format;
use crate::kmod::Module;

/// The largest module that is read, in bytes; the largest of the official feeds have some twenty MiB.
const LARGEST_MODULE: u64 = 64 << 20;
/// The largest file of `/etc/modules.d` that is read, in bytes.
const LARGEST_LIST: u64 = 64 << 10;

/// What a package holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contents {
    /// Its kernel modules.
    pub modules: Vec<PackagedModule>,
    /// Modules that could not be read.
    pub unread: Vec<UnreadModule>,
    /// Its firmware files and links, below `/lib/firmware`.
    pub firmware: Vec<String>,
    /// Its lists of modules to load at a start.
    pub autoload: Vec<Autoload>,
    /// What is wrong with the package, where it could not be read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged: Option<String>,
}

/// A module and the name of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackagedModule {
    /// The file's name without `.ko`.
    pub name: String,
    /// What was read of it.
    pub module: Module,
}

/// A module that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadModule {
    /// The file's name without `.ko`.
    pub name: String,
    /// Why.
    pub why: String,
}

/// A file of `/etc/modules.d`; they are gone through in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autoload {
    /// The file's name.
    pub file: String,
    /// The modules that it names.
    pub modules: Vec<String>,
}

impl Contents {
    /// Reads a package to its end.
    ///
    /// # Errors
    /// When it cannot be read. A damaged package is read as far as that goes.
    pub fn read(format: &dyn Format, package: &mut dyn Read) -> io::Result<Contents> {
        let mut contents = Contents::default();
        match format.visit_files(package, &mut |path, content| contents.take(path, content)) {
            Ok(()) => Ok(contents),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
                Ok(Contents { damaged: Some(error.to_string()), ..contents })
            }
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, path: &str, content: &mut dyn Read) -> io::Result<()> {
        if let Some(file) = path.strip_prefix("lib/firmware/") {
            self.firmware.push(file.to_owned());
        } else if let Some(file) = path.strip_prefix("etc/modules.d/") {
            let mut text = Vec::new();
            content.take(LARGEST_LIST).read_to_end(&mut text)?;
            let text = String::from_utf8_lossy(&text);
            let names = text.lines().filter_map(|line| line.split_whitespace().next());
            let modules = names.filter(|name| !name.starts_with('#')).map(str::to_owned).collect();
            self.autoload.push(Autoload { file: file.to_owned(), modules });
        } else if let Some(name) = module_name(path) {
            let mut bytes = Vec::new();
            content.take(LARGEST_MODULE + 1).read_to_end(&mut bytes)?;
            let name = name.to_owned();
            let module = match bytes.len() as u64 > LARGEST_MODULE {
                true => Err(format!("it has more than {LARGEST_MODULE} bytes")),
                // A link has no bytes of its own.
                false if bytes.is_empty() => return Ok(()),
                false => Module::read(&bytes).map_err(|error| error.to_string()),
            };
            match module {
                Ok(module) => self.modules.push(PackagedModule { name, module }),
                Err(why) => self.unread.push(UnreadModule { name, why }),
            }
        }
        Ok(())
    }
}

/// The name of the module at a path, if that is where modules lie.
fn module_name(path: &str) -> Option<&str> {
    path.strip_prefix("lib/modules/")?.rsplit('/').next()?.strip_suffix(".ko")
}

//! What the first start runs: a uci-default that installs the disk.

use crate::shell::quote;

const SCRIPT: &str = include_str!("first-boot.sh");

/// Its place, relative to the router's root: behind what images and packages bring, before what the disk itself brings.
pub const DEFAULTS: &str = "etc/uci-defaults/97-owpkg-first-boot";
/// The folder of the disk, relative to the router's root.
pub const FOLDER: &str = "etc/owpkg/disk";
/// Where a person can read what happened, relative to the router's root.
pub(crate) const LOG: &str = "etc/owpkg/first-boot.log";

/// The uci-default of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstBoot<'a> {
    /// The official image by its file name, as the release lists it.
    pub image: &'a str,
    /// The device that the image is for, by its name in `profiles.json`.
    pub profile: &'a str,
}

const HEAD: &str = "\
#!/bin/sh
# Made by owpkg for /etc/uci-defaults: OpenWrt runs it at the first start of an image that carries a disk, and again
# at the next start until it succeeded. It installs from the disk, in /etc/owpkg/disk, which goes away then.

";

impl<'a> FirstBoot<'a> {
    /// The script.
    pub fn to_text(&self) -> String {
        self.guarded("main\n")
    }

    /// The same where other lines decide whether `main` runs.
    pub(crate) fn guarded(&self, guard: &str) -> String {
        let FirstBoot { image, profile } = self;
        format!("{HEAD}image={}\nprofile={}\n\n{SCRIPT}\n{guard}", quote(image), quote(profile))
    }

    /// The facts of a script that owpkg made, by which the same script is made again.
    pub(super) fn of_text(text: &'a str) -> Option<FirstBoot<'a>> {
        let fact = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.strip_prefix("='")?.strip_suffix('\'')
        };
        let found = FirstBoot { image: fact("image")?, profile: fact("profile")? };
        (found.to_text() == text).then_some(found)
    }
}

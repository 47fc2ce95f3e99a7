//! What stands on a stick that upgrades a router.

use super::{Comparison, Script, first_start, upgrade_script};
use crate::disk::mount_command;
use crate::fat::Label;
use crate::files::{Content, Entry, FileTree};
use crate::image::first_boot::{FirstBoot, LOG};
use crate::trust::{Artifact, Verified};

/// The folder of the disk, which the upgrade carries along.
const DISK: &str = "disk";
/// What to type on a router, after the line that mounts the stick.
pub(crate) const UPGRADE_COMMAND: &str = "sh /tmp/pkgs/upgrade.sh";

/// What a stick is made of.
#[derive(Debug)]
pub struct Stick<'a> {
    /// What its script is made for.
    pub script: Script<'a>,
    /// The device, by its name in `profiles.json`.
    pub profile: &'a str,
    /// What the upgrade changes.
    pub comparison: &'a Comparison,
    /// The image.
    pub image: Verified<Artifact>,
    /// The files of the disk that the new release installs from.
    pub disk: Vec<Entry>,
}

/// Lays a stick out, sorted by path.
pub fn contents(stick: Stick<'_>) -> Vec<Entry> {
    let Stick { script, profile, comparison, image, disk } = stick;
    let mut tree = FileTree::default();
    for Entry { path, content } in disk {
        tree.add(format!("{DISK}/{path}"), content);
    }
    let first_boot = FirstBoot { image: script.image, profile };
    tree.add("README.txt", Content::Made(readme(&script, comparison)));
    tree.add("first-start", Content::Made(first_start(&first_boot, &script)));
    tree.add("upgrade.sh", Content::Made(upgrade_script(&script)));
    tree.add(script.image, Content::Package(image));
    let sums = tree.sha256sums();
    tree.add("SHA256SUMS", Content::Made(sums));
    tree.into_sorted()
}

fn readme(script: &Script<'_>, comparison: &Comparison) -> String {
    let Script { router, board, from, to, target, image, fresh, .. } = script;
    let what = match from == to {
        true => {
            format!("OpenWrt {to} as it was, for {board} ({target}): its image, and all of its packages.")
        }
        false => format!("OpenWrt {from} → {to} for {board} ({target}), with all of its packages."),
    };
    let kept = match fresh {
        true => "The configuration does not fit the new release: it starts as a new one does.",
        false => "The configuration is kept. `sh upgrade.sh --fresh` keeps none.",
    };
    let after_reset = match from == to {
        true => {
            "After a reset, the same two lines bring the packages back. Where the flash is broken, write the image by\n\
             the way that the device's page at https://openwrt.org/toh/start describes, then: sh disk/install.sh\n\n"
        }
        false => "",
    };
    format!(
        "{what}\n\
         It answers the request of the router {router}, and is for no other.\n\
         \n\
         On the router, with this stick plugged in; the first line finds it by its label {label}, if it has no other:\n\
         \n\
         \x20 {mount}\n\
         \x20 {UPGRADE_COMMAND}\n\
         \n\
         `sh upgrade.sh --dry-run` only checks. {kept}\n\
         The image is {image}. After the restart the first start installs what is below disk/,\n\
         checked with the new system's own keys; /{LOG} says how that went. What fails is tried\n\
         again at the next start.\n\
         \n\
         {after_reset}\
         What changes:\n\
         \n\
         {comparison}",
        label = Label::OWPKG.as_str(),
        mount = mount_command(&Label::OWPKG),
    )
}

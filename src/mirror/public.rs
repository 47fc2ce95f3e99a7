//! What readers of a mirror in a folder see of what has to change together: a folder behind one link.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::files::{
    has_no_links, link_or_copy, make_parent, remove_file, remove_tree, symlink, sync_folder, tree,
};
use super::folder::{Folder, OWN, failed};
use super::store::{Change, Store, StoreError};

const CURRENT: &str = ".owpkg/current";
const PUBLIC: &str = ".owpkg/public";

impl Folder {
    /// Makes readers see all changes by moving one link, where there are links.
    pub(super) fn publish_at_once(&self, changes: &[Change]) -> Result<(), StoreError> {
        // First, because it puts plain files that are in the way into the public folder of now.
        for change in changes.iter().filter(|change| change.content.is_some()) {
            match self.show(&change.path) {
                Err(StoreError::Io { source, .. }) if has_no_links(&source) => {
                    return self.publish_in_turn(changes);
                }
                shown => shown?,
            }
        }
        let next = self.next_public(changes)?;
        self.point_at(next).map_err(failed(&self.root.join(CURRENT)))?;
        for change in changes.iter().filter(|change| change.content.is_none()) {
            self.remove(&change.path)?;
        }
        // The one before may still be walked through by a reader.
        let public = self.root.join(PUBLIC);
        for entry in public.read_dir_utf8().map_err(failed(&public))? {
            let entry = entry.map_err(failed(&public))?;
            let number = entry.file_name().parse::<u64>().ok();
            if number.is_none_or(|number| number + 1 < next) {
                remove_tree(entry.path()).map_err(failed(entry.path()))?;
            }
        }
        Ok(())
    }

    /// On a file system without symbolic links: one file after the other.
    fn publish_in_turn(&self, changes: &[Change]) -> Result<(), StoreError> {
        for change in changes {
            match &change.content {
                Some(content) => drop(self.put(&change.path, content)?),
                None => self.remove(&change.path)?,
            }
        }
        Ok(())
    }

    /// The number of the folder that readers see now.
    fn current(&self) -> Option<u64> {
        let target = fs::read_link(self.root.join(CURRENT)).ok()?;
        target.to_str()?.strip_prefix("public/")?.parse().ok()
    }

    fn public(&self, number: u64) -> Utf8PathBuf {
        self.root.join(PUBLIC).join(number.to_string())
    }

    /// Builds the next public folder: what readers see now, with the changes.
    fn next_public(&self, changes: &[Change]) -> Result<u64, StoreError> {
        let now = self.current();
        let next = now.map_or(1, |number| number + 1);
        let folder = self.public(next);
        remove_tree(&folder).map_err(failed(&folder))?;
        if let Some(now) = now {
            let from = self.public(now);
            for path in tree(&from).map_err(failed(&from))? {
                if changes.iter().all(|change| change.path != path) {
                    let to = folder.join(&path);
                    make_parent(&to)
                        .and_then(|()| link_or_copy(&from.join(&path), &to))
                        .map_err(failed(&to))?;
                }
            }
        }
        for change in changes {
            if let Some(content) = &change.content {
                let to = folder.join(&change.path);
                self.write(&to, content).map_err(failed(&to))?;
            }
        }
        fs::create_dir_all(&folder).and_then(|()| sync_folder(&folder)).map_err(failed(&folder))?;
        Ok(next)
    }

    /// Makes the tree show a file through the current public folder. What readers see does not change by this: a
    /// plain file in its place goes into that folder first.
    fn show(&self, path: &str) -> Result<(), StoreError> {
        let place = self.place(path)?;
        let up = "../".repeat(path.matches('/').count());
        let target = format!("{up}{CURRENT}/{path}");
        let shown = || -> io::Result<()> {
            make_parent(&place)?;
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_symlink() && fs::read_link(&place)?.to_str() == Some(&target) => {
                    return Ok(());
                }
                Ok(found) if found.is_file() => {
                    let now = match self.current() {
                        Some(now) => now,
                        None => {
                            fs::create_dir_all(self.public(0))?;
                            self.point_at(0)?;
                            0
                        }
                    };
                    let kept = self.public(now).join(path);
                    make_parent(&kept)?;
                    remove_file(&kept)?;
                    link_or_copy(&place, &kept)?;
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            self.replace_link(&target, &place)
        };
        shown().map_err(failed(&place))
    }

    fn point_at(&self, number: u64) -> io::Result<()> {
        self.replace_link(&format!("public/{number}"), &self.root.join(CURRENT))?;
        sync_folder(&self.root.join(OWN))
    }

    /// Makes a symbolic link in place of what is there.
    fn replace_link(&self, target: &str, place: &Utf8Path) -> io::Result<()> {
        let aside = self.aside(place)?;
        symlink(target, &aside)?;
        fs::rename(&aside, place)
    }
}

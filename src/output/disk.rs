//! What stands on the disk: the signed indexes, the packages, the install script.

use super::{Bundle, Content, FileTree, LockError, content::Entry};

/// Lays a bundle out as the files of a disk, sorted by path.
///
/// # Errors
/// When the lock's format is not known.
pub fn contents(bundle: &Bundle) -> Result<Vec<Entry>, LockError> {
    let mut tree = FileTree::default();
    for feed in &bundle.feeds {
        for file in &feed.index {
            tree.add(format!("feeds/{}/{}", feed.name, file.name), Content::Index(file.clone()));
        }
        for (file, artifact) in &feed.packages {
            tree.add(format!("feeds/{}/{file}", feed.name), Content::Package(artifact.clone()));
        }
    }
    tree.add("owpkg.lock", Content::Made(bundle.lock.to_text()));
    tree.add("README.txt", Content::Made(readme(bundle)));
    let sums = tree.sha256sums();
    tree.add("SHA256SUMS", Content::Made(sums));
    Ok(tree.into_sorted())
}

fn readme(bundle: &Bundle) -> String {
    let lock = &bundle.lock;
    let demo =
        if lock.demo { "DEMO: placeholder contents of the demo release, for no router.\n\n" } else { "" };
    let release = lock.release.as_deref().unwrap_or("(a build that does not state its release)");
    let mut packages = String::new();
    for package in &lock.packages {
        packages += &format!("  {} {}\n", package.name, package.version);
    }
    format!(
        "{demo}Packages for OpenWrt {release}, {target}, to install with no network.\n\
         \n\
         On the router, with this disk attached (its name may be another than vdb):\n\
         \n\
         \x20 mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs\n\
         \x20 sh /tmp/pkgs/install.sh\n\
         \n\
         The router's own {format} checks the signatures of the indexes below feeds/ with the keys it was shipped\n\
         with. `sh install.sh --dry-run` only rehearses.\n\
         \n\
         It adds:\n{packages}",
        target = lock.target,
        format = lock.format,
    )
}

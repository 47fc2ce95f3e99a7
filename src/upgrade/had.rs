//! What its user added to a router.

use std::collections::BTreeSet;

use crate::format::{Installed, Mark};

/// What its user added to a router, and took away from its image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Had {
    /// The packages that came later than the image, by name.
    pub added: Vec<HadPackage>,
    /// The packages of the image that are gone, where the image is known.
    pub removed: Vec<String>,
}

/// A package that came onto a router later than its image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HadPackage {
    /// Its name.
    pub name: String,
    /// Its version; empty where the list has none.
    pub version: String,
    /// How it came, where the list says so.
    pub mark: Option<Mark>,
}

/// Nothing tells what a user added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing tells which of the router's {packages} packages its user added: the list does not say, and what the old \
     release's image held is not known"
)]
pub struct NotTold {
    /// How many packages there are.
    pub packages: usize,
}

impl Had {
    /// Tells what a user added: by the marks of the list, else as what the old image does not hold. Of that, `image` are
    /// the packages of its manifest, `device` those that it holds for the device besides.
    ///
    /// # Errors
    /// When neither tells.
    pub fn of(installed: &Installed, image: Option<&Installed>, device: &[String]) -> Result<Had, NotTold> {
        let of_image = |name: &str| {
            image.is_some_and(|image| image.get(name).is_some()) || device.iter().any(|own| own == name)
        };
        let is_told = image.is_some() || installed.iter().all(|(name, _)| installed.mark_of(name).is_some());
        if !is_told {
            return Err(NotTold { packages: installed.len() });
        }
        let came_later = |name: &str| match installed.mark_of(name) {
            Some(mark) => mark != Mark::Image,
            None => !of_image(name),
        };
        let added = installed.iter().filter(|(name, _)| came_later(name)).map(|(name, held)| HadPackage {
            name: name.to_owned(),
            version: held.version.clone(),
            mark: installed.mark_of(name),
        });
        let images: BTreeSet<&str> =
            image.into_iter().flat_map(Installed::iter).map(|(name, _)| name).collect();
        let removed = images.into_iter().filter(|name| installed.get(name).is_none()).map(str::to_owned);
        Ok(Had { added: added.collect(), removed: removed.collect() })
    }
}

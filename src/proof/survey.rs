//! What the modules of a whole release list: learned once, by fetching the packages that may drive a network card.

use serde::{Deserialize, Serialize};

use super::Contents;
use super::listing::{ListedBy, ReadPackage, listed_by};
use super::store::{self, read_contents};
use crate::fetch::{FetchError, Fetcher, LocationError, Want};
use crate::format::{Package, PackageId, Universe, measure};
use crate::hardware::{Bus, Device, DeviceId, DeviceReport, DevicesReport, Status, may_drive_network};
use crate::release::OpenRelease;
use crate::trust::{Digest, Expected, sha256};

/// The version of what is kept: see [`store`].
const KIND: &str = "survey-1";

/// What the modules of a release list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Survey {
    /// Packages of kernel modules, by name.
    packages: Vec<(String, Contents)>,
}

/// Why nothing could be learned of a release.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// A package could not be had or read.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A package's file has a name that is no place.
    #[error(transparent)]
    Location(#[from] LocationError),
}

impl Survey {
    /// What an earlier run learned of a release.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub(crate) fn known(fetcher: &Fetcher, release: &OpenRelease) -> Result<Option<Survey>, FetchError> {
        if !fetcher.has_findings(&folder()) {
            return Ok(None);
        }
        let kept = fetcher.findings(&name(release))?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// What is to be fetched to learn of a release: how many packages, and how many bytes together.
    pub(crate) fn cost(universe: &Universe<'_>) -> (usize, u64) {
        let packages = packages(universe);
        (packages.len(), packages.iter().filter_map(|package| package.size).sum())
    }

    /// Fetches the packages of kernel modules that may drive a network card, reads them, and keeps what they say.
    ///
    /// # Errors
    /// When a package cannot be had or read, or the cache cannot be used.
    pub(crate) fn learn(
        fetcher: &Fetcher,
        release: &OpenRelease,
        universe: &Universe<'_>,
    ) -> Result<Survey, SurveyError> {
        let format = release.facts.format;
        let packages = packages(universe);
        let wants = packages.iter().filter_map(|package| want(release, package)).collect::<Result<_, _>>()?;
        let artifacts = fetcher.artifacts(wants)?;
        let digests = packages.iter().filter_map(|package| package.digest);
        let contents = read_contents(fetcher, format, &digests.zip(&artifacts).collect::<Vec<_>>())?;
        let named = packages.iter().filter(|package| package.digest.is_some());
        let packages = named.map(|package| package.name.to_owned()).zip(contents);
        let survey = Survey { packages: packages.filter(|(_, contents)| tells(contents)).collect() };
        fetcher.keep_findings(&name(release), &survey)?;
        Ok(survey)
    }

    /// The packages that were read.
    pub(crate) fn packages(&self) -> impl Iterator<Item = ReadPackage<'_>> {
        self.packages.iter().map(|(name, contents)| ReadPackage { name, contents })
    }

    /// The modules that list an id, whichever bus it is of.
    pub(crate) fn listed_by_any_bus(&self, id: DeviceId) -> Vec<ListedBy> {
        let buses = [Bus::Pci, Bus::Usb, Bus::Sdio].into_iter();
        buses.flat_map(|bus| self.listed_by(&Device::of_id(DeviceId { bus, ..id }))).collect()
    }

    /// Adds to a report of these devices what the modules say: who drives what no table is sure of, and which driver
    /// does not list its device.
    pub(crate) fn amend(&self, report: &mut DevicesReport, devices: &[Device]) {
        let packages: Vec<ReadPackage<'_>> = self.packages().collect();
        for device in devices {
            let id = device.id.to_string();
            let listed = listed_by(device, &packages);
            let same =
                |known: &&mut DeviceReport| known.line == device.line && known.id.as_ref() == Some(&id);
            match report.devices.iter_mut().find(same) {
                Some(known) if matches!(known.status, Status::Ok | Status::FirmwareMissing) => {
                    let read = |name: &String| packages.iter().any(|package| package.name == name);
                    if listed.is_empty() && known.kmods.iter().any(read) {
                        known.notes.facts.push(format!("no module of this release lists {id}"));
                    }
                }
                Some(known) if !listed.is_empty() => known.learn(&listed_in_words(&listed)),
                // A listing without classes does not tell network cards from others, but their drivers do.
                None if !listed.is_empty() && device.class.is_empty() && device.interfaces.is_empty() => {
                    let mut new = DeviceReport::unknown(device);
                    new.learn(&listed_in_words(&listed));
                    report.devices.push(new);
                    report.passed_over.retain(|other| (other.line, &other.id) != (device.line, &id));
                }
                _ => {}
            }
        }
        report.devices.sort_by_key(|device| device.line);
    }

    /// The modules that list a device.
    pub fn listed_by(&self, device: &Device) -> Vec<ListedBy> {
        listed_by(device, &self.packages().collect::<Vec<_>>())
    }
}

/// The packages that list a device, each with what it lists.
fn listed_in_words(listed: &[ListedBy]) -> Vec<(String, String)> {
    listed
        .iter()
        .map(|by| {
            (
                by.package.clone(),
                format!("{} of this release lists {} ({}.ko)", by.package, by.entry, by.module),
            )
        })
        .collect()
}

/// Whether there is anything in a package to remember.
fn tells(contents: &Contents) -> bool {
    contents.modules.iter().any(|module| !module.module.tables.is_empty())
}

/// The packages to read: of each name the newest version.
fn packages<'u, 'i>(universe: &'u Universe<'i>) -> Vec<&'u Package<'i>> {
    let mut found: Vec<PackageId> = Vec::new();
    for (id, listed) in universe.packages() {
        if !listed.name.starts_with("kmod-") || !may_drive_network(listed.name) {
            continue;
        }
        match found.iter_mut().find(|known| universe.listed(**known).name == listed.name) {
            Some(known)
                if universe.format().compare(universe.listed(*known).version, listed.version).is_lt() =>
            {
                *known = id
            }
            Some(_) => {}
            None => found.push(id),
        }
    }
    found.into_iter().map(|id| universe.package(id)).collect()
}

/// Where the file of a package of a release is, and what it has to be; none where its index states no digest.
pub(super) fn want(release: &OpenRelease, package: &Package<'_>) -> Option<Result<Want, LocationError>> {
    let feed = usize::from(package.feed.0);
    let (place, index) = (release.facts.feeds.get(feed)?, release.indexes.get(feed)?);
    let digest = package.digest?;
    let expected = Expected { size: package.size, digest, by: index.by().clone(), measure };
    let location = place.location.join(&package.file);
    Some(location.map(|location| Want { location, name: package.file.to_string(), expected }))
}

/// What is kept is of these very indexes, and of no other.
fn name(release: &OpenRelease) -> String {
    let mut all = Vec::new();
    for index in &release.indexes {
        for file in &index.files {
            all.extend(sha256(&file.bytes));
        }
    }
    format!("{}/{}", folder(), Digest::sha256(sha256(&all)).hex())
}

/// Where what was learned of releases is kept.
fn folder() -> String {
    format!("{KIND}-{}", store::READER)
}

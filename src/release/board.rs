//! From the name by which a router knows itself to its device in `profiles.json`.

use super::image::ImageError;
use super::profiles::Profiles;
use super::{Metadata, ReleaseError, ReleaseSpec, Target, Upstream};
use crate::suggest::near;

/// The device of a board, by its name in `profiles.json`; none where the target does not tell devices apart.
pub(super) fn device(
    upstream: &Upstream,
    spec: &ReleaseSpec,
    board: &str,
) -> Result<Option<String>, ImageError> {
    let target = Target::choose(&upstream.fetcher, &spec.root, spec.target.as_ref())?;
    let folder = spec.root.join(&format!("targets/{target}")).map_err(ReleaseError::from)?;
    let Some(profiles) = Metadata::read(upstream, &folder)?.profiles else {
        return Err(ImageError::NoTarget { at: spec.root.to_string(), target: target.to_string() });
    };
    of_board(&profiles, board).map_err(|near| ImageError::NoDevice {
        at: format!("{folder}/profiles.json"),
        board: board.to_owned(),
        near,
    })
}

/// The devices of a target, by their names in `profiles.json`; none where it has none.
pub(super) fn profiles(upstream: &Upstream, spec: &ReleaseSpec) -> Result<Vec<String>, ReleaseError> {
    let target = Target::choose(&upstream.fetcher, &spec.root, spec.target.as_ref())?;
    let folder = spec.root.join(&format!("targets/{target}"))?;
    let profiles = Metadata::read(upstream, &folder)?.profiles.unwrap_or_default();
    Ok(profiles.profiles.into_keys().collect())
}

/// The same of read profiles; the boards that are called alike where there is none.
fn of_board(profiles: &Profiles, board: &str) -> Result<Option<String>, Vec<String>> {
    let names = || profiles.profiles.values().flat_map(|profile| &profile.supported_devices);
    let supporting =
        |profile: &&super::profiles::Profile| profile.supported_devices.iter().any(|own| own == board);
    let found: Vec<&String> =
        profiles.profiles.iter().filter(|(_, profile)| supporting(profile)).map(|(name, _)| name).collect();
    match found[..] {
        // Several have the name of an older board: the one that is called like it is meant.
        [_, _, ..] => {
            let own = board.replace(',', "_");
            Ok(Some(found.iter().find(|name| ***name == own).unwrap_or(&found[0]).to_string()))
        }
        [only] => Ok(Some(only.clone())),
        [] if names().next().is_none() && profiles.profiles.len() <= 1 => {
            Ok(profiles.profiles.keys().next().cloned())
        }
        [] => Err(near(board, names().map(String::as_str))),
    }
}

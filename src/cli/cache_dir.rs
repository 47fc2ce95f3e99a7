//! Where downloads are kept.

use camino::Utf8PathBuf;

use super::env::Env;
use super::error::Failure;
use super::settings::Key;

/// The folder of the cache: the one named, else the one that the user set, else the checkout's own, else the user's.
pub(crate) fn cache_dir(env: &Env, named: Option<&str>) -> Result<Utf8PathBuf, Failure> {
    if let Some(named) = named.or(env.setting(Key::Cache)) {
        return Ok(env.path(named));
    }
    let checkout = env.path("cache");
    if checkout.join("CACHEDIR.TAG").is_file() && env.path("src/cli/mod.rs").is_file() {
        return Ok(checkout);
    }
    if let Some(base) = env.var("XDG_CACHE_HOME") {
        return Ok(env.path(base).join("owpkg"));
    }
    let home = etcetera::home_dir().ok().and_then(|home| Utf8PathBuf::from_path_buf(home).ok());
    home.map(|home| home.join(".cache/owpkg"))
        .ok_or_else(|| Failure::usage("there is no home folder for the cache", "name one with --cache-dir"))
}

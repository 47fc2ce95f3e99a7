//! Releases of pinned keys, as the official ones are: nothing decides that no key vouches for.

use owpkg::fetch::{Fetcher, Location, Options, Silent};
use owpkg::format::{Format, Installed};
use owpkg::release::{OpenRelease, ReleaseError, ReleaseSpec, Upstream};
use owpkg::trust::{Keyring, PublicKey, TrustError, UnsignedFeeds};

use crate::support::feeds::{FORMATS, Files, Site, public_key, signers};

/// Opens a release whose keys are pinned.
fn open(
    format: &'static dyn Format,
    files: Files,
    change: impl FnOnce(&mut ReleaseSpec, &mut Upstream),
) -> Result<OpenRelease, ReleaseError> {
    let site = Site::new(format, files);
    let mut keyring = Keyring::empty();
    for text in [public_key(format, &signers()), signers().usign.public().to_text()] {
        keyring.pin(PublicKey::parse(text.as_bytes()).unwrap());
    }
    let fetcher = Fetcher::new(Options::new(site.path().join("cache")), std::sync::Arc::new(Silent));
    let mut upstream = Upstream::new(fetcher, keyring);
    let mut spec = ReleaseSpec::of_tree(Location::parse("tree", site.path()).unwrap());
    change(&mut spec, &mut upstream);
    upstream.open(spec)
}

#[test]
fn metadata_that_is_withheld_or_forged_is_refused() {
    for format in FORMATS {
        let whole = || super::files(format);
        open(format, whole(), |_, _| {}).unwrap();
        let refused = |files: Files| open(format, files, |_, _| {}).unwrap_err();
        for part in ["sha256sums.sig", "sha256sums"] {
            let error = refused(whole().without(part));
            assert!(matches!(error, ReleaseError::Unvouched { .. }), "{part}: {error}");
        }
        for part in ["profiles.json", ".manifest"] {
            let error = refused(whole().without(part));
            assert!(matches!(error, ReleaseError::Withheld { .. }), "{part}: {error}");
        }
        let error = refused(whole().without("sha256sums").without("profiles.json").without(".manifest"));
        assert!(matches!(error, ReleaseError::Unvouched { .. }), "{error}");
        let error = refused(whole().with_forged_profiles(|profiles| drop(profiles.remove("linux_kernel"))));
        assert!(matches!(error, ReleaseError::MetadataDigest { .. }), "{error}");
    }
}

#[test]
fn where_the_user_says_all_of_it_nothing_of_it_decides() {
    for format in FORMATS {
        let files = super::files(format).without("sha256sums.sig").with_forged_profiles(|profiles| {
            profiles.insert("version_number".into(), "25.12.9".into());
            profiles.insert("arch_packages".into(), "x86_64".into());
        });
        let manifest = "base-files - 1700\nkernel - 6.12.71~0123456789abcdef0123456789abcdef-r1\n";
        let opened = open(format, files, |spec, _| {
            spec.target = Some("x86/64".parse().unwrap());
            spec.installed = Some(Installed::parse(manifest).unwrap());
        });
        let facts = opened.unwrap().facts;
        assert!(facts.release.is_none() && facts.default_packages.is_empty() && facts.unvouched.is_empty());
        assert_eq!(facts.arch, "x86_64");
    }
}

#[test]
fn no_flag_covers_a_feed_whose_signature_was_taken_off() {
    let files = super::files(FORMATS[1]).without("base/Packages.sig");
    for accepted in [UnsignedFeeds::all(), ["base"].into_iter().collect()] {
        let error = open(FORMATS[1], files.clone(), |_, upstream| upstream.unsigned = accepted).unwrap_err();
        assert!(matches!(error, ReleaseError::Trust(TrustError::Stripped { .. })), "{error}");
    }
}

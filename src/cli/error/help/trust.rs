//! About signatures and keys.

use super::Help;
use crate::trust::TrustError;

impl Help for TrustError {
    fn help(&self) -> Option<String> {
        Some(match self {
            TrustError::Unsigned { .. } => {
                "--accept-unsigned FEED takes it all the same; a router that checks signatures will refuse it"
                    .into()
            }
            TrustError::Stripped { .. } => {
                "somebody on the way took the signature off: take another --mirror".into()
            }
            TrustError::ForeignKey { other_kind, .. } if !other_kind.is_empty() => format!(
                "{} is of another kind: opkg's keys are usign's, apk's are PEM; give the public key of who made this \
                 release with --key FILE",
                other_kind.join(", ")
            ),
            TrustError::ForeignKey { signed_by, .. } => format!(
                "if you trust who made this release, give their public key with --key FILE (on a router of that \
                 release it is in /etc/opkg/keys or /etc/apk/keys; its id is {})",
                signed_by.first().map_or("<id>", String::as_str)
            ),
            TrustError::WrongSignature { .. } => {
                "the file was damaged or changed on the way: fetch it again, or from another mirror".into()
            }
            TrustError::BadKey { what, source } if source.is_secret() => {
                format!("it is a secret key: give its public half, which owpkg key show {what} prints")
            }
            TrustError::BadKey { .. } => {
                "--key takes a usign public key (two lines, a comment and a base64 text that starts with RW) or a PEM \
                 file with a public key on P-256"
                    .into()
            }
})
    }
}

//! The cryptography behind TLS: `ring` alone, which needs no C library built with cmake.

/// Chooses it for every client of this process, reqwest's and object_store's; either panics without a choice.
pub(crate) fn choose() {
    // An error says that there is a choice already: ours, or that of the program which uses this library.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

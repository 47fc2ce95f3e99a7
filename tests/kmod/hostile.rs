//! Bytes that are no module, or one that was made to harm.

use owpkg::kmod::{Module, ModuleError};
use proptest::prelude::*;

use super::compiled::{COMPILERS, module};

#[test]
fn what_is_no_module_is_refused() {
    assert!(matches!(Module::read(b""), Err(ModuleError::Elf(_))));
    assert!(matches!(Module::read(b"#!/bin/sh\n"), Err(ModuleError::Elf(_))));
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert_eq!(Module::read(&program), Err(ModuleError::NotRelocatable));
}

#[test]
fn a_module_that_ends_early_is_refused_or_read_in_part() {
    let whole = module(COMPILERS[0].0, COMPILERS[0].1, false);
    for end in (0..whole.len()).step_by(7) {
        // Only that it comes back.
        let _ = Module::read(&whole[..end]);
    }
}

/// Sections that share their bytes must not have them looked through again and again.
#[test]
fn sections_over_the_same_bytes_are_refused() {
    let mut bytes = module(COMPILERS[0].0, COMPILERS[0].1, false);
    let word = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let (headers, size) = (word(&bytes, 0x28), bytes.len() as u64);
    let count = usize::from(u16::from_le_bytes([bytes[0x3c], bytes[0x3d]]));
    for at in (1..count).map(|section| headers + section * 64) {
        let kind = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap());
        // SHT_PROGBITS
        if kind == 1 {
            bytes[at + 24..at + 32].copy_from_slice(&0_u64.to_le_bytes());
            bytes[at + 32..at + 40].copy_from_slice(&size.to_le_bytes());
        }
    }
    assert_eq!(Module::read(&bytes), Err(ModuleError::TooMuch { what: "bytes in sections" }));
}

/// Millions of entries that a table claims, and that another table begins in the middle of, are not all walked.
#[test]
fn tables_within_tables_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let (source, object) = (folder.path().join("many.c"), folder.path().join("many.ko"));
    let text = "
        struct id { unsigned vendor, device, sv, sd, class, mask; unsigned long data, over; };
        #define E8 E,E,E,E,E,E,E,E
        #define E64 E8,E8,E8,E8,E8,E8,E8,E8
        #define E512 E64,E64,E64,E64,E64,E64,E64,E64
        #define E { 1, 2, -1, -1, 0, 0, 0, 0 }
        static const struct id ids[4097] = { E512, E512, E512, E512, E512, E512, E512, E512 };
        static int probe(void) { return 0; }
        extern int __pci_register_driver(void *, void *, const char *);
        struct driver { const char *name; const struct id *ids; int (*probe)(void); };
        #undef E
        #define E { \"many\", ids + __COUNTER__, probe }
        struct driver drivers[4096] = { E512, E512, E512, E512, E512, E512, E512, E512 };
        int init_module(void) { return __pci_register_driver(drivers, 0, \"\"); }";
    std::fs::write(&source, text).unwrap();
    let compiled = std::process::Command::new(crate::support::judges::tool("cc"))
        .args(["-c", "-m64", "-ffreestanding", "-fno-pic", "-mcmodel=kernel", "-w", "-o"])
        .args([&object, &source])
        .status();
    assert!(compiled.unwrap().success());
    let many = Module::read(&std::fs::read(object).unwrap());
    assert_eq!(many, Err(ModuleError::TooMuch { what: "entries and pointers" }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Whatever is changed in a module: it is read or refused.
    #[test]
    fn damaged_modules_do_no_harm(
        which in 0..COMPILERS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
    ) {
        let mut bytes = whole(which).to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = Module::read(&bytes);
    }

    /// The headers of a module are its smallest part and do the most harm.
    #[test]
    fn damaged_headers_do_no_harm(
        which in 0..COMPILERS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u32>()), 1..6),
    ) {
        let mut bytes = whole(which).to_vec();
        let headers = bytes.len() * 3 / 4;
        for (at, value) in changes {
            let at = headers + at.index(bytes.len() - headers - 4);
            bytes[at..at + 4].copy_from_slice(&value.to_ne_bytes());
        }
        let _ = Module::read(&bytes);
    }
}

/// A compiled module, made once.
fn whole(which: usize) -> &'static [u8] {
    use std::sync::OnceLock;
    static WHOLE: [OnceLock<Vec<u8>>; COMPILERS.len()] = [const { OnceLock::new() }; COMPILERS.len()];
    WHOLE[which].get_or_init(|| module(COMPILERS[which].0, COMPILERS[which].1, false))
}

/// The same with modules of a real release, which hold far more than any that a test makes: cut, and with flipped bits.
#[test]
fn damaged_modules_of_a_real_release_do_no_harm() {
    let Some(all) = crate::proof::real_modules("25.12.2-x86-64") else { return };
    let mut state = 1_u64;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    for (_, bytes) in all.iter().filter(|(_, bytes)| bytes.len() < 200_000).step_by(9) {
        let _ = Module::read(&bytes[..next(bytes.len())]);
        for _ in 0..6 {
            let mut bytes = bytes.clone();
            for _ in 0..next(12) + 1 {
                let at = next(bytes.len());
                bytes[at] ^= 1 << next(8);
            }
            let _ = Module::read(&bytes);
        }
    }
}

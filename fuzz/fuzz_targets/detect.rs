#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| owpkg_fuzz::pasted(data));

//! Which files a name of firmware can mean.

use owpkg::kmod::FirmwareName;

#[test]
fn a_text_is_a_name_a_pattern_a_start_or_nothing() {
    let kind = |text: &str| match FirmwareName::of(text) {
        Some(FirmwareName::File(_)) => "file",
        Some(FirmwareName::Pattern(_)) => "pattern",
        Some(FirmwareName::Start(_)) => "start",
        Some(FirmwareName::Versions { .. }) => "versions",
        None => "-",
    };
    for (text, expected) in [
        ("mediatek/WIFI_RAM_CODE_MT7902_1.bin", "file"),
        ("rtw88/rtw8821c_fw.bin", "file"),
        ("carl9170-1.fw", "file"),
        ("iwlwifi-%s-%c0-%s%s-%c0", "pattern"),
        ("%s-%s%d.ucode", "pattern"),
        ("intel/ibt-%u-%u.%s", "pattern"),
        ("iwlwifi-7265D", "start"),
        ("ath10k/QCA6174/hw3.0", "start"),
        ("brcm/brcmfmac43602-pcie", "start"),
        ("firmware %s.bin missing", "-"),
        ("cannot load example.bin", "-"),
        (".bin", "-"),
        ("%s", "-"),
        ("/etc/passwd", "-"),
        ("../../etc/x-1.bin", "-"),
        ("probe", "-"),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
}

#[test]
fn a_name_fits_the_files_that_the_driver_may_ask_for() {
    for (name, file, expected) in [
        ("mediatek/mt7990_wm.bin", "mediatek/mt7990_wm.bin", true),
        ("mediatek/mt7990_wm.bin", "mediatek/mt7992_wm.bin", false),
        ("mediatek/mt7990_wm.bin", "old/mediatek/mt7990_wm.bin", false),
        ("board-2.bin", "ath10k/QCA6174/hw3.0/board-2.bin", true),
        ("iwlwifi-7265D", "iwlwifi-7265D-29.ucode", true),
        ("iwlwifi-7265", "iwlwifi-7265D-29.ucode", false),
        ("brcm/brcmfmac43602-pcie", "brcm/brcmfmac43602-pcie.bin", true),
        ("iwlwifi-%s-%c0-%s%s-%c0", "iwlwifi-ty-a0-gf-a0-89.ucode", false),
        ("iwlwifi-%s-%c0-%s%s-%c0", "iwlwifi-ty-a0-gf-a0", true),
        ("intel/ibt-%04x-%04x.%s", "intel/ibt-0040-0041.sfi", true),
        ("intel/ibt-%04x-%04x.%s", "intel/fw-0040-0041.sfi", false),
        ("mediatek/BT_RAM_CODE_MT%04x_1_%x_hdr.bin", "mediatek/BT_RAM_CODE_MT7961_1_2_hdr.bin", true),
    ] {
        assert_eq!(FirmwareName::of(name).unwrap().fits(file), expected, "{name} {file}");
    }
}

/// What a module makes up when it runs may be another file than the one that is there.
#[test]
fn only_a_whole_name_or_a_version_that_is_taken_is_met_by_a_file() {
    let versions = FirmwareName::Versions { start: "iwlwifi-7265D".to_owned(), oldest: 22, newest: 29 };
    let of = |text| FirmwareName::of(text).unwrap();
    for (name, file, met, of_kind) in [
        (of("mediatek/mt7990_wm.bin"), "mediatek/mt7990_wm.bin", true, true),
        (of("brcm/brcmfmac43602-pcie"), "brcm/brcmfmac43602-pcie.bin", true, true),
        (of("rtw89/rtw8852b_fw"), "rtw89/rtw8852b_fw-1.bin", false, true),
        (of("iwlwifi-7265D"), "iwlwifi-7265D-29.ucode", false, true),
        (of("iwlwifi-%s-%c0-%s%s-%c0"), "iwlwifi-ty-a0-gf-a0-89.ucode", false, true),
        (of("iwlwifi-%s-%c0-%s%s-%c0"), "iwlwifi-7265D-29.ucode", false, false),
        (versions.clone(), "iwlwifi-7265D-29.ucode", true, true),
        (versions.clone(), "iwlwifi-7265D-22.ucode", true, true),
        (versions.clone(), "iwlwifi-7265D-30.ucode", false, false),
        (versions.clone(), "iwlwifi-7265-29.ucode", false, false),
        (versions, "iwlwifi-7265D-29.bin", false, false),
    ] {
        assert_eq!((name.is_met_by(file), name.is_kind_of(file)), (met, of_kind), "{name:?} {file}");
    }
}

//! The QEMU start with a disk that has a partition table: Linux itself shows the partition, and the line of the disk's own
//! README.txt finds it among the machine's disks.

use super::boot::{answers, host, stock, told_by_readme};
use super::guest::Kernel;
use crate::support::feeds::{FORMATS, wifi};

#[test]
fn a_guest_installs_from_a_disk_with_a_partition_table() {
    let Some(kernel) = Kernel::found() else { return };
    let site = wifi().on(FORMATS[1]);
    site.owpkg("disk pkgs.img --chip iwl7265d --partition").run().exits(0);
    site.owpkg("disk pkgs --format dir --chip iwl7265d").run().exits(0);
    let readme = told_by_readme(&site);
    let [mount, install, ..] = readme.as_slice() else { panic!("{readme:?}") };
    let host = host();
    let look = "grep /tmp/pkgs /proc/mounts";
    let typed = [mount, look, install, "umount /tmp/pkgs"];
    std::fs::write(host.desk.path().join("openwrt.img"), stock(&kernel, &site).disk(&kernel, &typed))
        .unwrap();
    std::fs::copy(site.path().join("pkgs.img"), host.desk.path().join("pkgs.img")).unwrap();

    let output = host.run("install");
    let console = String::from_utf8_lossy(&output.stdout).into_owned();
    let answers = answers(&console);
    assert_eq!(answers.len(), typed.len(), "{console}{}", String::from_utf8_lossy(&output.stderr));
    for ((line, said, status), typed) in answers.iter().zip(typed) {
        assert_eq!((line.as_str(), status.as_str()), (typed, "0"), "{said}\n{console}");
    }
    assert!(answers[1].1.starts_with("/dev/vdb1 /tmp/pkgs vfat "), "{}", answers[1].1);
    assert!(answers[2].1.contains("Done: 7 packages installed"), "{}", answers[2].1);
}

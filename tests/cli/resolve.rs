//! `owpkg resolve`: what it prints and writes.

use crate::support::feeds::{FORMATS, wifi};

#[test]
fn the_plan_of_a_chip_is_its_driver_firmware_and_wpad() {
    for format in FORMATS {
        let site = wifi().on(format);
        let plan = site.plan("--chip iwl7265d");
        println!("{plan:?}");
        println!("{}", site.owpkg("resolve --chip iwl7265d").run().out);
        println!("{}", site.owpkg("resolve --chip iwl7265d --json").run().out);
        println!("{}", site.owpkg("resolve --chip iwl7265d --format table").run().err);
    }
}

//! A build without the feature `s3`: buckets are refused, folders work as ever.

use crate::support::run::Desk;

#[test]
fn a_bucket_is_refused_with_what_to_do() {
    let desk = Desk::new();
    desk.owpkg("mirror s3://mirror --demo --add iw")
        .run()
        .exits(2)
        .says(&["built without them", "its feature s3"]);
}

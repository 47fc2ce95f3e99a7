//! The order of versions and what satisfies a dependency, as `apk version -t`, `apk version -c` and `apk add` show
//! them.

use std::cmp::Ordering;

use owpkg::format::Relation;
use owpkg::format::apk::version::{compare, is_valid, satisfies};

#[test]
fn order() {
    let table = [
        ("1.0", '<', "1.00"),
        ("1.0", '<', "1.0.0"),
        ("1.0-r0", '>', "1.0"),
        ("1.0-r9", '<', "1.0-r10"),
        ("1.0_rc1", '<', "1.0"),
        ("1.0_alpha", '<', "1.0_beta"),
        ("1.0_pre1", '<', "1.0_rc1"),
        ("1.0_p1", '>', "1.0"),
        ("1.0_git20240101", '>', "1.0"),
        ("1.0_git20240101", '<', "1.0_p1"),
        ("1.0a", '<', "1.0b"),
        ("1.0", '<', "1.0a"),
        ("1.0.1", '>', "1.0a"),
        ("1.9", '<', "1.10"),
        ("1.09", '<', "1.1"),
        ("01.1", '=', "1.1"),
        ("1.0~abc", '>', "1.0"),
        ("1.0~abc-r1", '<', "1.0~abd-r0"),
        ("2024.01.02~ffffff-r1", '>', "2024.01.02~000000-r2"),
        ("2024.01.02~1234567-r1", '<', "2024.10.02~0234567-r1"),
        ("1.0_rc1_git2", '>', "1.0_rc1"),
        ("1.0-r1", '<', "1.0~abc-r1"),
        ("1.0_p", '<', "1.0_p0"),
        ("1", '<', "1.0"),
        ("1.0_p1-r1", '>', "1.0-r2"),
        ("20250101", '>', "1.0"),
    ];
    for (a, sign, b) in table {
        let order = match sign {
            '<' => Ordering::Less,
            '=' => Ordering::Equal,
            _ => Ordering::Greater,
        };
        assert_eq!(compare(a, b), order, "{a} {sign} {b}");
        assert_eq!(compare(b, a), order.reverse(), "{b} against {a}");
    }
}

#[test]
fn validity() {
    for version in
        ["1:1.0", "1.0-1", "1.0+1", "2024-01-02", "v1", "1.0A", "", "1.", "1.0-r", "1.0~", "1.0_x", "1.0a1"]
    {
        assert!(!is_valid(version), "{version}");
    }
    for version in ["1", "1.0_p", "6.12.74~0123456789abcdef-r1", "1.0_rc1_git2", "1699~f505120278", "1.4g-r5"]
    {
        assert!(is_valid(version), "{version}");
    }
}

#[test]
fn relations() {
    let table = [
        ("1.2.3", Relation::Fuzzy, "1.2", true),
        ("1.20", Relation::Fuzzy, "1.2", false),
        ("1.2", Relation::Fuzzy, "1.2.3", false),
        ("1.2_rc1", Relation::Fuzzy, "1.2", true),
        ("1.1", Relation::LessFuzzy, "1.2", true),
        ("1.2.9", Relation::LessFuzzy, "1.2", true),
        ("1.3", Relation::LessFuzzy, "1.2", false),
        ("1.2.9", Relation::GreaterFuzzy, "1.2", true),
        ("1.3", Relation::GreaterFuzzy, "1.2", true),
        ("1.1", Relation::GreaterFuzzy, "1.2", false),
        ("1.2", Relation::Equal, "1.2", true),
        ("1.2-r1", Relation::Equal, "1.2", false),
        ("1.2", Relation::Less, "1.2", false),
        ("1.2", Relation::LessEqual, "1.2", true),
        ("1.2", Relation::Greater, "1.2", false),
        ("1.2", Relation::GreaterEqual, "1.2", true),
        ("6.12.74~0a-r1", Relation::Equal, "6.12.74~0b-r1", false),
    ];
    for (version, relation, other, expected) in table {
        assert_eq!(satisfies(version, relation, other), expected, "{version} {relation} {other}");
    }
}

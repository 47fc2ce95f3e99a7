//! The order of versions.

use std::cmp::Ordering;

use owpkg::format::opkg::Opkg;
use owpkg::format::{Constraint, Relation, Versions};
use proptest::prelude::*;

/// What the real client said of each pair.
const TABLE: [(&str, char, &str); 39] = [
    ("1.0", '=', "1.00"),
    ("1.0", '=', "1.0-0"),
    ("1.0", '<', "1.0-1"),
    ("1.0-r1", '<', "1.0-r2"),
    ("1.0-r9", '<', "1.0-r10"),
    ("1.0~rc1", '<', "1.0"),
    ("1.0~rc1-r1", '<', "1.0-r1"),
    ("1.0~~", '<', "1.0~"),
    ("1.0", '<', "1.0a"),
    ("1.0a", '<', "1.0b"),
    ("1.0", '<', "1.0.1"),
    ("1.0.1", '>', "1.0+1"),
    ("1.0+git", '>', "1.0-r1"),
    ("1:0.1", '>', "2.0"),
    ("0:1.0", '=', "1.0"),
    ("1.9", '<', "1.10"),
    ("1.01", '=', "1.1"),
    ("1.0.", '>', "1.0"),
    ("1.0z", '<', "1.0+"),
    ("1.0A", '<', "1.0a"),
    ("2023-08-10-5781664d-1", '<', "2023-11-07-a6e75e02-1"),
    ("2023.08.10~5781664d-r1", '<', "2023.11.07~a6e75e02-r1"),
    ("5.15.137-1", '<', "5.15.137-1-47964456485559d992fe6f536131fc64"),
    ("1.2-3-4", '<', "1.2-3-5"),
    ("1.0_p1", '>', "1.0"),
    ("1.0_rc1", '>', "1.0"),
    ("1.0-rc1", '>', "1.0"),
    ("1-r1", '>', "1-1"),
    ("8.5.0-r1", '>', "8.5.0-r1~x"),
    ("", '=', "0"),
    ("a", '>', "1"),
    ("2023-08-10-1", '<', "2023-08-10-5781664d-1"),
    ("", '=', ""),
    ("1", '<', "2"),
    ("0", '>', "~"),
    ("00010", '=', "10"),
    ("1.0-", '=', "1.0"),
    ("+1:1.0", '=', "1:1.0"),
    ("99999999999999999999999", '<', "100000000000000000000000"),
];

fn compare(a: &str, b: &str) -> Ordering {
    Opkg.compare(a, b)
}

#[test]
fn the_order_is_the_clients() {
    for (a, order, b) in TABLE {
        let expected = match order {
            '<' => Ordering::Less,
            '=' => Ordering::Equal,
            _ => Ordering::Greater,
        };
        assert_eq!(compare(a, b), expected, "{a} {order} {b}");
        assert_eq!(compare(b, a), expected.reverse(), "{b} against {a}");
    }
}

#[test]
fn equal_versions_satisfy_every_constraint() {
    use Relation::{Equal, Greater, GreaterEqual, Less, LessEqual};
    let satisfies =
        |version, relation, other| Opkg.satisfies(version, &Constraint { relation, version: other });
    for relation in [Less, LessEqual, Equal, GreaterEqual, Greater] {
        assert!(satisfies("1.0", relation, "1.00"), "{relation}");
        assert_eq!(satisfies("1.0", relation, "2.0"), matches!(relation, Less | LessEqual), "{relation}");
        assert_eq!(
            satisfies("3.0", relation, "2.0"),
            matches!(relation, Greater | GreaterEqual),
            "{relation}"
        );
    }
}

/// Versions that are near each other, so that the interesting differences occur.
fn version() -> impl Strategy<Value = String> {
    prop_oneof!["([0-2]:)?[0-9a1~.+]{0,6}(-r?[0-9~]{0,3}){0,2}", "[ -~é]{0,8}"]
}

proptest! {
    #[test]
    fn the_order_is_total(a in version(), b in version(), c in version()) {
        prop_assert_eq!(compare(&a, &a), Ordering::Equal);
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
            prop_assert!(compare(&a, &c).is_le(), "{} <= {} <= {}", a, b, c);
        }
        if compare(&a, &b).is_eq() {
            prop_assert_eq!(compare(&a, &c), compare(&b, &c));
        }
    }

    #[test]
    fn a_suffix_tells_the_direction(a in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}", n in 0u32..1000) {
        let (older, newer) = (format!("{a}~{n}"), format!("{a}.{n}"));
        prop_assert_eq!(compare(&older, &a), Ordering::Less);
        prop_assert_eq!(compare(&newer, &a), Ordering::Greater);
        let (release, next) = (format!("{a}-r{n}"), format!("{a}-r{}", n + 1));
        prop_assert_eq!(compare(&release, &next), Ordering::Less);
        let (epoch, greater) = (format!("1:{a}"), format!("{n}{a}"));
        prop_assert_eq!(compare(&epoch, &greater), Ordering::Greater);
    }
}

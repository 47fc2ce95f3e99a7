//! A size as it is typed.

/// Reads a size in bytes, or with K, M or G for powers of 1024; none is no size.
pub(crate) fn bytes(text: &str) -> Result<u64, &'static str> {
    const WRONG: &str = "expected a size, like 5M for 5 MiB, 512K, or bytes";
    let upper = text.to_ascii_uppercase();
    let digits = upper.trim_end_matches("IB").trim_end_matches('B');
    let (digits, shift) = match digits.strip_suffix(['K', 'M', 'G']) {
        Some(number) => (number, 10 * (1 + "KMG".find(&digits[number.len()..]).unwrap_or(0))),
        None => (digits, 0),
    };
    let number: u64 = digits.parse().map_err(|_| WRONG)?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or(WRONG)
}

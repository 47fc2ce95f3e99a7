//! `Range: bytes=…` (RFC 9110, section 14).

/// What a range header asks for, of a file of a known size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Everything: no range, one that is malformed, or several, which a server may answer with the whole.
    Whole,
    /// So many bytes from a position on.
    Part {
        /// The first byte.
        from: u64,
        /// How many; at least one.
        count: u64,
    },
    /// Bytes that the file does not have.
    Outside,
}

/// Reads a range header.
pub(super) fn asked(header: &str, size: u64) -> Asked {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number too large to be one is larger than any file.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first.trim()), number(last.trim())) {
        (None, Some(0)) => Asked::Outside,
        (None, Some(_)) if !first.trim().is_empty() => Asked::Whole,
        (None, Some(_)) if size == 0 => Asked::Outside,
        (None, Some(count)) => Asked::Part { from: size.saturating_sub(count), count: count.min(size) },
        (Some(from), Some(last)) if last < from => Asked::Whole,
        (Some(from), last) if last.is_some() || last_is_open(header) => {
            let last = last.unwrap_or(u64::MAX).min(size.saturating_sub(1));
            match from < size {
                true => Asked::Part { from, count: last - from + 1 },
                false => Asked::Outside,
            }
        }
        _ => Asked::Whole,
    }
}

fn last_is_open(header: &str) -> bool {
    header.trim_end().ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::{Asked, asked};

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let part = |from, count| Asked::Part { from, count };
        for (header, expected) in [
            ("bytes=0-0", part(0, 1)),
            ("bytes=2-", part(2, 8)),
            ("bytes=2-99", part(2, 8)),
            ("bytes=-3", part(7, 3)),
            ("bytes=-99", part(0, 10)),
            ("bytes=9-18446744073709551616", part(9, 1)),
            ("bytes=10-", Asked::Outside),
            ("bytes=-0", Asked::Outside),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("lines=0-1", Asked::Whole),
        ] {
            assert_eq!(asked(header, 10), expected, "{header}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::Outside);
    }
}

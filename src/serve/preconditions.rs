//! Conditional requests (RFC 9110, section 13).

use hyper::header::{
    HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
    IF_UNMODIFIED_SINCE,
};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// What is known of the file that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// Its ETag, a strong one.
    pub(super) etag: &'a HeaderValue,
    /// When it was changed, in seconds since 1970.
    pub(super) modified: u64,
}

/// What the preconditions of a request say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Answer it.
    Go,
    /// The client has this very file.
    NotModified,
    /// The client wants another file than there is.
    Failed,
}

impl Known<'_> {
    /// Judges the preconditions, in the order of the standard.
    pub(super) fn judge(self, headers: &HeaderMap) -> Verdict {
        if let Some(tags) = text(headers, &IF_MATCH) {
            if !self.is_among(tags, false) {
                return Verdict::Failed;
            }
        } else if date(headers, &IF_UNMODIFIED_SINCE).is_some_and(|date| self.modified > date) {
            return Verdict::Failed;
        }
        if let Some(tags) = text(headers, &IF_NONE_MATCH) {
            if self.is_among(tags, true) {
                return Verdict::NotModified;
            }
        } else if date(headers, &IF_MODIFIED_SINCE).is_some_and(|date| self.modified <= date) {
            return Verdict::NotModified;
        }
        Verdict::Go
    }

    /// Whether a part of the file may be sent: the client has the rest of this very file.
    pub(super) fn allows_range(self, headers: &HeaderMap) -> bool {
        match text(headers, &IF_RANGE) {
            None => true,
            Some(tag) if tag.trim().starts_with('"') => self.etag == tag.trim(),
            Some(_) => date(headers, &IF_RANGE) == Some(self.modified),
        }
    }

    /// Whether a list of tags names the file's. A weak tag means this file only where weak comparison does.
    fn is_among(self, tags: &str, weak: bool) -> bool {
        tags.split(',').map(str::trim).any(|tag| {
            let tag = if weak { tag.strip_prefix("W/").unwrap_or(tag) } else { tag };
            tag == "*" || self.etag == tag
        })
    }
}

/// A moment as HTTP writes it; nothing where the clock is of another age.
pub(super) fn http_date(seconds: u64) -> Option<HeaderValue> {
    let moment = Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    HeaderValue::try_from(moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let date = DateTimeParser::new().parse_timestamp(text(headers, name)?.trim()).ok()?;
    u64::try_from(date.as_second()).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

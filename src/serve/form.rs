//! Forms: the fields of a query, and those of a body.

use std::convert::Infallible;
use std::future::ready;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use multer::Multipart;

use super::answers::{Field, Limits, Refused};

/// The most fields that a form may have.
const MOST_FIELDS: usize = 256;
const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// The fields of a query, or of a body that is written like one.
pub(super) fn urlencoded(bytes: &[u8]) -> Result<Vec<Field>, Refused> {
    let pairs = form_urlencoded::parse(bytes).take(MOST_FIELDS + 1);
    let fields =
        pairs.map(|(name, value)| Field { name: name.into_owned(), value: value.into_owned().into_bytes() });
    few(fields.collect())
}

/// The fields of a body.
pub(super) async fn of_body<B>(headers: &HeaderMap, body: B, limits: Limits) -> Result<Vec<Field>, Refused>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(CONTENT_TYPE).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != URLENCODED && essence != MULTIPART {
        return Err(Refused::NoForm);
    }
    let too_large = Refused::TooLarge { limit: limits.body };
    if text(CONTENT_LENGTH)
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > limits.body)
    {
        return Err(too_large);
    }
    let whole = Limited::new(body, limits.body).collect();
    let bytes = match tokio::time::timeout(limits.body_time, whole).await {
        Err(_) => return Err(Refused::TooSlow),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large),
        Ok(Err(error)) => return Err(Refused::BadForm { why: error.to_string() }),
        Ok(Ok(body)) => body.to_bytes(),
    };
    if essence == URLENCODED { urlencoded(&bytes) } else { multipart(kind, bytes).await }
}

async fn multipart(kind: &str, bytes: Bytes) -> Result<Vec<Field>, Refused> {
    let bad = |error: multer::Error| Refused::BadForm { why: error.to_string() };
    let boundary = multer::parse_boundary(kind).map_err(bad)?;
    let mut parts = Multipart::new(stream::once(ready(Ok::<_, Infallible>(bytes))), boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().unwrap_or_default().to_owned();
        fields.push(Field { name, value: part.bytes().await.map_err(bad)?.into() });
        if fields.len() > MOST_FIELDS {
            break;
        }
    }
    few(fields)
}

fn few(fields: Vec<Field>) -> Result<Vec<Field>, Refused> {
    match fields.len() > MOST_FIELDS {
        true => Err(Refused::BadForm { why: format!("more than {MOST_FIELDS} fields") }),
        false => Ok(fields),
    }
}

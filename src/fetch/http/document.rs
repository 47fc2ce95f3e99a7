//! Small files, revalidated.

use reqwest::header::{HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::{RequestBuilder, Response, StatusCode, Url};

use super::headers::validators;
use super::pace::{Pace, size};
use super::retry::{AttemptError, broken_off, is_missing, refused};
use super::{Engine, Http, Reload, blocking};
use crate::fetch::cache::Validators;
use crate::fetch::{FetchError, Fetched, Freshness, Location, Room};

/// What the server said.
enum Answer {
    Unchanged,
    Missing,
    Body(Vec<u8>, Validators),
}

impl Http {
    /// A document of at most `cap` bytes, if there is one.
    pub(super) async fn document(
        &self,
        engine: &Engine,
        url: &Url,
        cap: u64,
        reload: Reload,
        room: &Room,
    ) -> Result<Option<Fetched>, FetchError> {
        let _turn = engine.turn().await;
        let location = Location::Http(url.clone());
        let at = location.to_string();

        let (documents, place) = (self.documents.clone(), url.clone());
        let held = blocking(move || documents.get(&place, cap)).await?;
        let copy = held.as_ref().and_then(|document| document.confirmed);
        let known = match (&held, reload) {
            (Some(document), Reload::Changed) if document.body.is_some() => document.validators.clone(),
            _ => Validators::default(),
        };
        let answer = self
            .retrying(&at, copy, async || {
                let request = conditional(engine.get(url, reload), &known);
                let response = engine.head(request).await?;
                match response.status() {
                    StatusCode::OK => self.body(response, &location, cap, room).await,
                    StatusCode::NOT_MODIFIED if known != Validators::default() => Ok(Answer::Unchanged),
                    status if is_missing(status) => Ok(Answer::Missing),
                    _ => Err(refused(&response)),
                }
            })
            .await?;

        let (documents, place) = (self.documents.clone(), url.clone());
        let found = match answer {
            Answer::Unchanged => {
                blocking(move || documents.confirm(&place)).await;
                let body = held.and_then(|document| document.body);
                room.take(body.as_ref().map_or(0, Vec::len), &location)?;
                body.map(|bytes| (bytes, Freshness::Revalidated))
            }
            Answer::Missing => {
                blocking(move || documents.put(&place, Validators::default(), None)).await?;
                None
            }
            Answer::Body(bytes, validators) => {
                let bytes =
                    blocking(move || documents.put(&place, validators, Some(&bytes)).map(|()| bytes)).await?;
                Some((bytes, Freshness::Fresh))
            }
        };
        self.progress.done(&at);
        Ok(found.map(|(bytes, freshness)| Fetched { bytes, location, freshness }))
    }

    async fn body(
        &self,
        mut response: Response,
        at: &Location,
        cap: u64,
        room: &Room,
    ) -> Result<Answer, AttemptError> {
        let too_large = || AttemptError::Fatal(FetchError::TooLarge { at: at.to_string(), cap });
        let expected = response.content_length();
        if expected.is_some_and(|size| size > cap) {
            return Err(too_large());
        }
        let validators = validators(response.headers());
        let mut bytes = Vec::new();
        let mut pace = Pace::new(&self.options);
        loop {
            let chunk = pace.next(response.chunk(), size).await;
            let chunk = chunk.inspect_err(|_| self.progress.withdrawn(bytes.len() as u64));
            match chunk.map_err(|slow| AttemptError::Passing(slow, None))? {
                Ok(Some(chunk)) if chunk.len() as u64 > cap - bytes.len() as u64 => return Err(too_large()),
                Ok(Some(chunk)) => {
                    room.take(chunk.len(), at).map_err(AttemptError::Fatal)?;
                    bytes.extend_from_slice(&chunk);
                    self.progress.advanced(chunk.len() as u64);
                    self.slow_down(chunk.len()).await;
                }
                Ok(None) => return Ok(Answer::Body(bytes, validators)),
                Err(error) => {
                    let found = bytes.len() as u64;
                    self.progress.withdrawn(found);
                    return Err(broken_off(&error, expected, found));
                }
            }
        }
    }
}

fn conditional(mut request: RequestBuilder, known: &Validators) -> RequestBuilder {
    let conditions: [(HeaderName, &Option<String>); 2] =
        [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)];
    for (name, text) in conditions {
        // A line of the cache that cannot stand in a header was not written by us: ask unconditionally.
        if let Some(value) = text.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            request = request.header(name, value);
        }
    }
    request
}

//! Requests for what is made: who may send them, what they say, and how many at once.

use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Body;
use hyper::header::HeaderMap;
use hyper::{Method, Request, Uri};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use super::answers::{Answer, Asked, Limits, Making, Refused};
use super::base::BaseUrl;
use super::{form, guard};

/// Lets so many requests in as the limits say.
pub(super) struct Door {
    making: Making,
    under_way: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
}

/// An answer; its place is free again when it was sent.
pub(super) struct Made {
    pub(super) answer: Answer,
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl Door {
    pub(super) fn new(making: Making) -> Door {
        let Limits { at_once, at_work, .. } = making.limits;
        Door {
            making,
            under_way: Arc::new(Semaphore::new(at_once)),
            at_work: Arc::new(Semaphore::new(at_work)),
        }
    }

    pub(super) fn making(&self) -> &Making {
        &self.making
    }

    /// Answers a request for a path, which came to `host`; `own` is the name that the server was told to have.
    pub(super) async fn answer<B>(
        &self,
        request: Request<B>,
        path: String,
        base: BaseUrl,
        (host, own): (&str, Option<&str>),
    ) -> Made
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let allowed =
            allowed(&head.method).and_then(|()| guard::check(&head.method, &head.headers, host, own));
        let place =
            allowed.and_then(|()| self.under_way.clone().try_acquire_owned().map_err(|_| Refused::Busy));
        let place = match place {
            Ok(place) => place,
            Err(why) => return self.refuse(&path, &base, &why),
        };
        let made = match self.fields(&head.method, &head.uri, &head.headers, body).await {
            Ok(fields) => self.make(Asked { path: path.clone(), base: base.clone(), fields }).await,
            Err(why) => Err(why),
        };
        match made {
            Ok(answer) => Made { answer, place: Some(place) },
            Err(why) => self.refuse(&path, &base, &why),
        }
    }

    async fn fields<B>(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: B,
    ) -> Result<Vec<super::Field>, Refused>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut fields = form::urlencoded(uri.query().unwrap_or_default().as_bytes())?;
        if method == Method::POST {
            fields.extend(form::of_body(headers, body, self.making.limits).await?);
        }
        Ok(fields)
    }

    /// Makes it when it is its turn. What takes too long is not waited for, but counts until it is done.
    async fn make(&self, asked: Asked) -> Result<Answer, Refused> {
        let end = Instant::now() + self.making.limits.time;
        let turn = match timeout_at(end, self.at_work.clone().acquire_owned()).await {
            Ok(Ok(turn)) => turn,
            _ => return Err(Refused::Busy),
        };
        let answers = self.making.answers.clone();
        let work = spawn_blocking(move || {
            let answer = answers.answer(&asked);
            drop(turn);
            answer
        });
        match timeout_at(end, work).await {
            Ok(answer) => answer.map_err(|_| Refused::Fault),
            Err(_) => Err(Refused::TookTooLong),
        }
    }

    fn refuse(&self, path: &str, base: &BaseUrl, why: &Refused) -> Made {
        Made { answer: self.making.answers.refuse(path, base, why), place: None }
    }
}

fn allowed(method: &Method) -> Result<(), Refused> {
    match *method {
        Method::GET | Method::HEAD | Method::POST => Ok(()),
        _ => Err(Refused::Method),
    }
}

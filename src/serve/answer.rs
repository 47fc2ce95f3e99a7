//! Requests and their answers.

use std::convert::Infallible;
use std::io;

use askama::Template;
use bytes::Bytes;
use camino::Utf8PathBuf;
use futures_util::StreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST, HeaderName, HeaderValue, LAST_MODIFIED, LOCATION,
    RANGE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio::task::spawn_blocking;

use super::answers::{Answer, AnswerContent, Making};
use super::base::BaseUrl;
use super::catalogue::Cached;
use super::file::{self, Located, Opened};
use super::freshness;
use super::hot::Hot;
use super::listing::list;
use super::making::{Door, Made};
use super::page::{Folder, Home};
use super::preconditions::{Known, Verdict};
use super::range::{Asked, asked};

/// Where programs that watch servers ask whether this one works.
const HEALTH: &str = "healthz";

/// What a browser may do with what is made: pictures are in the page, and the script is its own.
const OF_WHAT_IS_MADE: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What is served.
pub(super) struct Site {
    root: Utf8PathBuf,
    /// By which address clients reach it; none: the one that each of them says.
    base: Option<BaseUrl>,
    catalogue: Cached,
    hot: Hot,
    /// What is made when it is asked for.
    door: Option<Door>,
}

impl Site {
    pub(super) fn new(root: Utf8PathBuf, base: Option<BaseUrl>, making: Option<Making>) -> Site {
        let door = making.map(Door::new);
        Site { catalogue: Cached::new(root.clone()), hot: Hot::new(), root, base, door }
    }

    /// By which address a client reaches it.
    fn base<B>(&self, request: &Request<B>) -> BaseUrl {
        self.base.clone().unwrap_or_else(|| BaseUrl::of_host(host(request)))
    }

    /// Answers a request; with the number of bytes of the answer's body.
    pub(super) async fn answer(
        self: &std::sync::Arc<Self>,
        request: Request<Incoming>,
    ) -> (Response<Body>, u64) {
        if let (Some(door), Some(path)) = (&self.door, file::decoded(request.uri().path()))
            && door.making().answers.answers_at(&path)
        {
            let (base, host) = (self.base(&request), host(&request));
            let head = request.method() == Method::HEAD;
            let own = self.base.as_ref().map(BaseUrl::authority);
            return made(door.answer(request, path, base, (&host, own)).await, head);
        }
        self.show(&request).await
    }

    /// Whether something is made when it is asked for; none: nobody is there who could.
    fn makes(&self) -> Option<bool> {
        self.door.as_ref().map(|door| door.making().answers.makes())
    }

    /// Shows a file, or the page of a folder.
    async fn show<B>(self: &std::sync::Arc<Self>, request: &Request<B>) -> (Response<Body>, u64) {
        let head = request.method() == Method::HEAD;
        if !head && request.method() != Method::GET {
            let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            set(&mut refused.0, ALLOW, "GET, HEAD");
            return refused;
        }
        let Some(path) = file::decoded(request.uri().path()) else { return missing(head) };
        let (site, wanted) = (self.clone(), path.clone());
        if path == HEALTH {
            return spawn_blocking(move || site.health(head)).await.unwrap_or_else(|_| unmade());
        }
        if let Some(kept) = self.hot.get(&self.root, &path) {
            return send(request, &path, kept, head);
        }
        let found = spawn_blocking(move || file::find(&site.root, &wanted, &site.hot));
        let Ok(Ok(found)) = found.await else {
            return plain(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read\n");
        };
        match found {
            Located::Nothing => missing(head),
            Located::File(_) if path.ends_with('/') => missing(head),
            Located::File(opened) => send(request, &path, opened, head),
            Located::Folder(_) if !path.is_empty() && !path.ends_with('/') => {
                let mut moved = plain(StatusCode::MOVED_PERMANENTLY, "");
                let base = self.base(request);
                set(&mut moved.0, LOCATION, &format!("{}{}/", base.path(), request.uri().path()));
                moved
            }
            Located::Folder(folder) => {
                let base = self.base(request);
                let query = request.uri().query().unwrap_or_default().to_owned();
                let site = self.clone();
                let made = spawn_blocking(move || match path.as_str() {
                    "" => Home::new(&site.catalogue.get(), &base, &query, site.makes())
                        .render()
                        .map_err(io::Error::other),
                    path => list(&site.root, &folder).and_then(|listed| {
                        Folder::new(path, listed, &base).render().map_err(io::Error::other)
                    }),
                });
                match made.await {
                    Ok(Ok(page)) => html(page, head),
                    _ => unmade(),
                }
            }
        }
    }

    /// Whether there is something to serve.
    fn health(&self, head: bool) -> (Response<Body>, u64) {
        match self.root.read_dir() {
            Ok(_) => plain(StatusCode::OK, if head { "" } else { "ok\n" }),
            Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the folder cannot be read\n"),
        }
    }
}

/// What was made, or why it was not.
fn made(Made { answer, place }: Made, head: bool) -> (Response<Body>, u64) {
    let Answer { status, media_type, content, save_as } = answer;
    let (body, count) = match content {
        AnswerContent::Bytes(bytes) => {
            let count = bytes.len() as u64;
            (if head { empty() } else { whole(bytes.into()) }, count)
        }
        AnswerContent::File(file) => match file.metadata() {
            Ok(metadata) => {
                let count = metadata.len();
                (if head || count == 0 { empty() } else { file::pieces(file, 0, count) }, count)
            }
            Err(_) => return plain(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read\n"),
        },
    };
    // The next one is let in when the last byte of this one was taken.
    let body = StreamBody::new(body.into_data_stream().map(move |piece| {
        let _held = &place;
        piece.map(Frame::data)
    }));
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, CONTENT_TYPE, media_type);
    set(&mut response, CONTENT_LENGTH, &count.to_string());
    // It may hold what a router or its user said of themselves.
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut response, CONTENT_SECURITY_POLICY, OF_WHAT_IS_MADE);
    if let Some(name) = save_as {
        set(&mut response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
    }
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => set(&mut response, ALLOW, "GET, HEAD, POST"),
        StatusCode::SERVICE_UNAVAILABLE => set(&mut response, RETRY_AFTER, "10"),
        _ => {}
    }
    (response, if head { 0 } else { count })
}

/// The host by which the client knows this server, as it says itself.
fn host<B>(request: &Request<B>) -> String {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    host.filter(|host| host.bytes().all(plain)).unwrap_or("localhost").to_owned()
}

fn send<B>(request: &Request<B>, path: &str, opened: Opened, head: bool) -> (Response<Body>, u64) {
    let facts = opened.facts.clone();
    let known = Known { etag: &facts.etag, modified: facts.modified };
    let verdict = known.judge(request.headers());
    let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok());
    let range = range.filter(|_| !head && known.allows_range(request.headers()));
    let size = facts.size;
    let asked = range.map_or(Asked::Whole, |range| asked(range, size));
    let (status, from, count) = match (verdict, asked) {
        (Verdict::NotModified, _) => (StatusCode::NOT_MODIFIED, 0, 0),
        (Verdict::Failed, _) => (StatusCode::PRECONDITION_FAILED, 0, 0),
        (Verdict::Go, Asked::Whole) => (StatusCode::OK, 0, size),
        (Verdict::Go, Asked::Part { from, count }) => (StatusCode::PARTIAL_CONTENT, from, count),
        (Verdict::Go, Asked::Outside) => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let body = if head || count == 0 { empty() } else { opened.body(from, count) };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ETAG, facts.etag);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let kept = if status.is_client_error() { freshness::NEVER } else { freshness::of_file(path) };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Some(date) = facts.date {
        headers.insert(LAST_MODIFIED, date);
    }
    match status {
        StatusCode::NOT_MODIFIED => return (response, 0),
        StatusCode::PARTIAL_CONTENT => {
            set(&mut response, CONTENT_RANGE, &format!("bytes {from}-{}/{size}", from + count - 1));
        }
        StatusCode::RANGE_NOT_SATISFIABLE => set(&mut response, CONTENT_RANGE, &format!("bytes */{size}")),
        _ => {}
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file::media_type(path)));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(count));
    (response, if head { 0 } else { count })
}

fn html(page: String, head: bool) -> (Response<Body>, u64) {
    let count = page.len() as u64;
    let mut response = Response::new(if head { empty() } else { whole(page.into()) });
    set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut response, CONTENT_LENGTH, &count.to_string());
    set(&mut response, CACHE_CONTROL, freshness::ASK);
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        &mut response,
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'",
    );
    (response, if head { 0 } else { count })
}

fn unmade() -> (Response<Body>, u64) {
    plain(StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be made\n")
}

fn missing(head: bool) -> (Response<Body>, u64) {
    plain(StatusCode::NOT_FOUND, if head { "" } else { "not found\n" })
}

fn plain(status: StatusCode, text: &'static str) -> (Response<Body>, u64) {
    let mut response = Response::new(whole(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/plain; charset=utf-8");
    set(&mut response, CACHE_CONTROL, freshness::NEVER);
    (response, text.len() as u64)
}

fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    // Every value is made of what a header may hold.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

fn empty() -> Body {
    whole(Bytes::new())
}

//! One client for the interfaces of all forges: a request, its answer, and what may be tried again.
//!
//! The client is octocrab's, told to retry nothing by itself: its own retries would store a comment twice. No function here is
//! async; the runtime is this room's own.

use std::fmt::Display;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use serde_json::Value;
use thiserror::Error;

/// The longest wait that a forge may ask for. A gate that waits longer for its comment keeps a runner busy for nothing.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// Waits between tries where the forge does not say how long.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(16)];

/// The most bytes of an answer.
const MOST_BYTES: usize = 32 << 20;

/// The most characters of what a forge says about an error.
const MOST_MESSAGE: usize = 300;

/// How long a connection and a whole answer may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);

/// The most redirects of one request.
const MOST_REDIRECTS: usize = 5;

/// What is asked of a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Read.
    Get,
    /// Make something new: done twice, there are two.
    Post,
    /// Change something: done twice, it is the same.
    Patch,
    /// Replace something: done twice, it is the same.
    Put,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
        }
    }

    fn may_be_repeated(self) -> bool {
        self != Self::Post
    }
}

/// How a run shows who it is.
#[derive(Clone)]
pub enum Token {
    /// As GitHub, Gitea and Forgejo take it.
    Bearer(String),
    /// As GitLab takes it.
    Private(String),
}

// A token is never shown, not even to whoever debugs this.
impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token")
    }
}

/// A request that was not answered as it should.
#[derive(Debug, Error)]
pub enum ApiError {
    /// The client could not be made.
    #[error("the client for {host} could not be made: {why}")]
    Client {
        /// The address of the interface.
        host: String,
        /// Why.
        why: String,
    },
    /// No answer, or half of one.
    #[error("{verb} {path} had no answer: {why}")]
    Transport {
        /// The method.
        verb: &'static str,
        /// The path.
        path: String,
        /// Why.
        why: String,
    },
    /// The forge refused.
    #[error("{verb} {path} was answered with {status}: {message}")]
    Refused {
        /// The method.
        verb: &'static str,
        /// The path.
        path: String,
        /// The HTTP status.
        status: u16,
        /// What the forge says.
        message: String,
        /// Whether it asks to come back later.
        later: bool,
    },
    /// An answer that is not what the interface promises.
    #[error("{verb} {path} was answered with something else than {expected}")]
    Unexpected {
        /// The method.
        verb: &'static str,
        /// The path.
        path: String,
        /// What was expected.
        expected: &'static str,
    },
}

impl ApiError {
    /// The HTTP status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Client { .. } | Self::Transport { .. } | Self::Unexpected { .. } => None,
        }
    }

    /// Whether what was asked for may have been done all the same.
    pub(crate) fn may_have_been_done(&self) -> bool {
        match self {
            Self::Transport { .. } | Self::Unexpected { .. } => true,
            Self::Refused { status, later, .. } => *status >= 500 && !later,
            Self::Client { .. } => false,
        }
    }
}

/// What a forge answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The content; null where there is none.
    pub(crate) body: Value,
    /// The path of the next page.
    pub(crate) next: Option<String>,
}

/// A forge's interface at an address.
pub(crate) struct Api {
    runtime: tokio::runtime::Runtime,
    client: Octocrab,
    pause: Box<dyn Fn(Duration)>,
}

struct Raw {
    status: u16,
    body: Value,
    next: Option<String>,
    wait: Option<Duration>,
}

impl Api {
    /// A client for the interface at `base`, such as `https://api.github.com`. `pause` waits.
    pub(crate) fn new(base: &str, token: &Token, pause: Box<dyn Fn(Duration)>) -> Result<Self, ApiError> {
        let wrong = |why: &dyn Display| ApiError::Client { host: base.to_owned(), why: why.to_string() };
        // Another part of the process may have chosen it before; it is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let same_host = reqwest::redirect::Policy::custom(|attempt| {
            let begun_at = attempt.previous().first().map(|url| (url.host_str().map(str::to_owned), url.port_or_known_default()));
            let now = (attempt.url().host_str().map(str::to_owned), attempt.url().port_or_known_default());
            let allowed = begun_at == Some(now) && attempt.previous().len() <= MOST_REDIRECTS;
            if allowed { attempt.follow() } else { attempt.stop() }
        });
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(same_host)
            .user_agent(concat!("modelgate/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wrong(&chain(&error)))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| wrong(&error))?;
        let builder = Octocrab::builder().base_uri(base).map_err(|error| wrong(&chain(&error)))?;
        let builder = builder.upload_uri(base).map_err(|error| wrong(&chain(&error)))?;
        let builder = match token {
            Token::Bearer(token) => builder.personal_token(token.clone()),
            Token::Private(token) => builder.add_header(http::HeaderName::from_static("private-token"), token.clone()),
        };
        // octocrab keeps a background task, which needs the runtime to be entered.
        let client = {
            let _entered = runtime.enter();
            builder.build_with_reqwest(http).map_err(|error| wrong(&chain(&error)))?
        };
        Ok(Self { runtime, client, pause })
    }

    /// Asks, and again where that is harmless or the forge says that nothing was done.
    pub(crate) fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Result<Answer, ApiError> {
        let mut waits = WAITS.iter();
        loop {
            let asked = self.once(verb, path, body);
            let (error, wait) = match asked {
                Ok(Raw { status: 200..=299, body, next, .. }) => return Ok(Answer { body, next }),
                Ok(raw) => {
                    let wait = raw.wait;
                    (refused(verb, path, &raw), wait)
                }
                Err(error) => (error, None),
            };
            let nothing_was_done = matches!(&error, ApiError::Refused { later: true, .. });
            let may_come_back = nothing_was_done || (verb.may_be_repeated() && error.may_have_been_done());
            let Some(default) = waits.next().filter(|_| may_come_back) else { return Err(error) };
            let wait = wait.unwrap_or(*default);
            if wait > LONGEST_WAIT {
                return Err(error);
            }
            (self.pause)(wait);
        }
    }

    /// Every entry of a list, page by page.
    pub(crate) fn all(&self, path: &str, most_pages: usize) -> Result<Vec<Value>, ApiError> {
        let mut entries = Vec::new();
        let mut next = Some(path.to_owned());
        for _ in 0..most_pages {
            let Some(path) = next else { break };
            let answer = self.ask(Verb::Get, &path, None)?;
            let Value::Array(page) = answer.body else {
                return Err(ApiError::Unexpected { verb: "GET", path: shown_path(&path), expected: "a list" });
            };
            entries.extend(page);
            next = answer.next;
        }
        Ok(entries)
    }

    fn once(&self, verb: Verb, path: &str, body: Option<&Value>) -> Result<Raw, ApiError> {
        let lost = |why: String| ApiError::Transport { verb: verb.name(), path: shown_path(path), why };
        self.runtime.block_on(async {
            let sent = match verb {
                Verb::Get => self.client._get(path).await,
                Verb::Post => self.client._post(path, body).await,
                Verb::Patch => self.client._patch(path, body).await,
                Verb::Put => self.client._put(path, body).await,
            };
            let answer = sent.map_err(|error| lost(chain(&error)))?;
            let (head, content) = answer.into_parts();
            let bytes = Limited::new(content, MOST_BYTES).collect().await.map_err(|error| lost(chain(&*error)))?.to_bytes();
            let status = head.status.as_u16();
            let body = match serde_json::from_slice(&bytes) {
                Ok(body) => body,
                Err(_) if bytes.is_empty() || !(200..=299).contains(&status) => Value::Null,
                Err(_) => return Err(ApiError::Unexpected { verb: verb.name(), path: shown_path(path), expected: "JSON" }),
            };
            let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
            Ok(Raw { status, body, next: next_page(header), wait: wait(status, header) })
        })
    }
}

/// How long to wait before asking again, where the forge says that it did nothing and asks to come back.
fn wait<'a>(status: u16, header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    let number = |name: &str| header(name).and_then(|value| value.trim().parse::<u64>().ok());
    let is_out = number("x-ratelimit-remaining").or_else(|| number("ratelimit-remaining")) == Some(0);
    let asked = number("retry-after");
    if status != 429 && !(status == 403 && (is_out || asked.is_some())) {
        return None;
    }
    // Without a word the secondary limits want a minute at least.
    Some(Duration::from_secs(asked.unwrap_or(60)))
}

/// The address of the next page: from GitHub's `Link`, or GitLab's own header, which names a number.
fn next_page<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let link = header("link")?;
    let entry = link.split(',').find(|entry| entry.split(';').skip(1).any(|word| word.trim() == "rel=\"next\""))?;
    let address = entry.split(';').next()?.trim().strip_prefix('<')?.strip_suffix('>')?;
    // Only path and query are kept: a page of another host is none of ours, and must not get the token.
    let uri: http::Uri = address.parse().ok()?;
    uri.path_and_query().map(|path| path.as_str().to_owned())
}

fn refused(verb: Verb, path: &str, raw: &Raw) -> ApiError {
    let said = match &raw.body {
        Value::Object(_) => {
            let of = |name: &str| raw.body.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let errors = of("errors").map(|errors| format!(" {errors}")).unwrap_or_default();
            of("message").or_else(|| of("error")).map(|message| message + &errors)
        }
        _ => None,
    };
    let message = said.unwrap_or_else(|| "no further word".to_owned());
    ApiError::Refused {
        verb: verb.name(),
        path: shown_path(path),
        status: raw.status,
        message: message.chars().filter(|c| !c.is_control()).take(MOST_MESSAGE).collect(),
        later: raw.wait.is_some(),
    }
}

/// A path without its query.
fn shown_path(path: &str) -> String {
    path.split('?').next().unwrap_or_default().to_owned()
}

/// An error with its causes: the outermost of a client's errors seldom says what happened.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header<'a>(pairs: &'a [(&str, &'a str)]) -> impl Fn(&str) -> Option<&'a str> {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    #[test]
    fn the_next_page_is_a_path_and_never_another_host() {
        let link = r#"<https://elsewhere.example/repos/a/b/issues/1/comments?page=2&per_page=100>; rel="next", <https://x/y?page=9>; rel="last""#;
        assert_eq!(next_page(header(&[("link", link)])).as_deref(), Some("/repos/a/b/issues/1/comments?page=2&per_page=100"));
        for no_next in [r#"<https://x/y?page=9>; rel="last""#, "", "nonsense, <", r#"https://x/y; rel="next""#] {
            assert_eq!(next_page(header(&[("link", no_next)])), None, "{no_next}");
        }
        assert_eq!(next_page(header(&[])), None);
    }

    #[test]
    fn only_a_limit_asks_to_come_back() {
        assert_eq!(wait(429, header(&[("retry-after", "7")])), Some(Duration::from_secs(7)));
        assert_eq!(wait(429, header(&[])), Some(Duration::from_mins(1)));
        assert_eq!(wait(403, header(&[("x-ratelimit-remaining", "0")])), Some(Duration::from_mins(1)));
        assert_eq!(wait(403, header(&[("x-ratelimit-remaining", "40")])), None);
        assert_eq!(wait(503, header(&[])), None);
    }

    #[test]
    fn a_token_is_not_shown() {
        let secret = "ghs_0123456789";
        assert!(!format!("{:?} {:?}", Token::Bearer(secret.to_owned()), Token::Private(secret.to_owned())).contains(secret));
    }
}

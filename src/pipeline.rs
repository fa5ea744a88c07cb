//! decode → parse → redact → encode as one pure function: the library's front door.

use crate::decode::endpoint::Endpoint;
use crate::redact::policy::Policy;
use crate::redact::report::Report;

/// One request, as it stands on the wire.
pub struct Request<'a> {
    /// Its row of the table of endpoints.
    pub endpoint: &'static Endpoint,
    /// The raw path.
    pub path: &'a str,
    /// The raw query, without the question mark; empty if there is none.
    pub query: &'a str,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a str>,
    /// The bearer token of `Authorization`, where there is one.
    pub bearer: Option<&'a str>,
    /// The body; empty if there is none.
    pub body: &'a [u8],
}

/// What may leave.
pub struct Redacted {
    /// The body.
    pub body: Vec<u8>,
    /// The query, without the question mark; empty if there is none.
    pub query: String,
    /// `Content-Type` of the body; `None` if there is no body.
    pub content_type: Option<String>,
    /// `Content-Encoding` of the body.
    pub content_encoding: Option<&'static str>,
    /// What was found.
    pub report: Report,
    /// What routing needs to know.
    pub facts: Facts,
}

/// What a request says about itself, for routing. Holds identifiers: never logged as they are.
#[derive(Default, PartialEq, Eq)]
pub struct Facts {
    /// The project token.
    pub project: Option<String>,
    /// The replay session.
    pub session: Option<String>,
    /// Name and version of the SDK, as far as the payload tells.
    pub sdk: Option<String>,
}

/// Why a request was refused. Nothing of its bytes has left.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[error("{}", self.detail())]
#[non_exhaustive]
pub enum Refusal {
    /// To come.
    Undecodable,
}

impl Refusal {
    /// A stable word for metrics, audit and replies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
        }
    }

    /// A sentence that holds nothing of the payload.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Undecodable => "the body could not be decoded",
        }
    }

    /// The HTTP status that fits.
    pub const fn status(self) -> u16 {
        400
    }
}

/// Buffers that are kept between requests. One a worker thread.
#[derive(Default)]
pub struct Scratch {}

/// Decodes, parses, redacts and encodes one request.
///
/// # Errors
/// A [`Refusal`]: nothing of the request may be forwarded.
pub fn run(request: &Request<'_>, _policy: &Policy, _scratch: &mut Scratch) -> Result<Redacted, Refusal> {
    let _ = request;
    Err(Refusal::Undecodable)
}

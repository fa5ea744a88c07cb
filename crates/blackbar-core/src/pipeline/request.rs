//! A request and its result: what comes in, and what may leave.
//!
//! Plain data: the work on it is in the other files of the pipeline.

use crate::decode::codec::Bound;
use crate::decode::codec::Codecs;
use crate::decode::endpoint::Endpoint;
use crate::decode::form;
use crate::decode::wrapping;
use crate::decode::wrapping::Wrapped;
use crate::pipeline::refusal::Refusal;
use crate::pipeline::refusal::RefusalCause;
use crate::redact::policy::Limits;
use crate::redact::report::Report;

/// One request as it came.
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
    /// The application's own headers that may be forwarded: names and values.
    pub headers: &'a [(String, String)],
    /// The body; empty if there is none.
    pub body: &'a [u8],
}

impl Request<'_> {
    /// The JSON text of the body, with its wrappings taken off.
    ///
    /// # Errors
    /// A [`Refusal`]: a wrapping is malformed, or the body inflates past a limit.
    pub fn decoded_body(&self, limits: &Limits) -> Result<String, Refusal> {
        let bound = Bound { bytes: limits.inflated, ratio: limits.ratio };
        let mut codecs = Codecs::default();
        let unwrapped = wrapping::unwrap(self.endpoint.wrapping, &self.wrapped(), bound, &mut codecs)
            .map_err(RefusalCause::from)?;
        Ok(unwrapped.text().to_owned())
    }

    pub(super) fn wrapped(&self) -> Wrapped<'_> {
        Wrapped {
            query: self.query,
            content_type: self.content_type,
            content_encoding: self.content_encoding,
            body: self.body,
        }
    }

    /// Whether the query holds events, as old SDKs send them.
    pub(super) fn has_data_in_query(&self) -> bool {
        form::value(self.query, "data").is_some_and(|data| !data.is_empty())
    }
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
    /// The application's own headers, redacted like the payload.
    pub headers: Vec<(String, String)>,
    /// What was found.
    pub report: Report,
    /// What routing needs to know.
    pub facts: RequestIdentity,
}

/// What a request says about itself, for routing. Holds identifiers: never logged as they are.
#[derive(Default, PartialEq, Eq, Clone)]
pub struct RequestIdentity {
    /// The project token.
    pub project: Option<String>,
    /// The replay session.
    pub session: Option<String>,
    /// Name and version of the SDK, if the payload names them.
    pub sdk: Option<String>,
}

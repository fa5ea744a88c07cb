//! A request and its result: what comes in, what may leave, and why a request is refused.
//!
//! Plain data: the work on it is in the other files of the pipeline.

use crate::decode::codec::CodecError;
use crate::decode::endpoint::Endpoint;
use crate::decode::form;
use crate::decode::multipart::MultipartError;
use crate::decode::wrapping::DecodeError;
use crate::parse::json::JsonError;
use crate::parse::value::DuplicateKey;
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

/// Why a request was refused. Nothing of its bytes has left.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum Refusal {
    /// Its wrappings could not be taken off.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Its JSON could not be read.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A key that decides occurs twice.
    #[error(transparent)]
    DuplicateKey(#[from] DuplicateKey),
    /// A packed field inflates past a limit.
    #[error("a packed field of the body inflates past the limit")]
    FieldTooLarge,
    /// Its events name more than one project.
    #[error("the events of the body name more than one project")]
    SeveralProjects,
    /// A part of a form is neither text nor JSON.
    #[error("a part of the multipart body is neither text nor JSON")]
    BinaryPart,
    /// A part of a form is text in another charset than UTF-8.
    #[error("a part of the multipart body is not in UTF-8")]
    UnknownCharset,
    /// It is protobuf, or could be read as such.
    #[error("protobuf is not read here; send OTLP as JSON")]
    Protobuf,
    /// Its path holds something personal.
    #[error("the path holds something personal, and a path cannot be redacted")]
    PersonalPath,
}

impl Refusal {
    /// A stable word for metrics, audit and replies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(e) => e.code(),
            Self::Json(JsonError::TooDeep(_)) => "too_deep",
            Self::Json(_) => "malformed_json",
            Self::DuplicateKey(_) => "duplicate_key",
            Self::FieldTooLarge => "field_too_large",
            Self::SeveralProjects => "several_projects",
            Self::BinaryPart => "binary_part",
            Self::UnknownCharset => "unknown_charset",
            Self::Protobuf => "protobuf_not_supported",
            Self::PersonalPath => "personal_path",
        }
    }

    /// The HTTP status that fits: final for every SDK.
    pub const fn status(self) -> u16 {
        match self {
            Self::FieldTooLarge | Self::Decode(DecodeError::Codec(CodecError::TooLarge)) => 413,
            Self::Decode(
                DecodeError::UnknownEncoding
                | DecodeError::Multipart(MultipartError::NoBoundary | MultipartError::EncodedPart),
            )
            | Self::BinaryPart
            | Self::UnknownCharset
            | Self::Protobuf => 415,
            _ => 400,
        }
    }
}

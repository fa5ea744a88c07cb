//! Why a request is refused: one type for callers, with a code and a status, and one for the pipeline,
//! with the cause.
//!
//! Does not decide. **Invariant:** neither type holds a byte of the request.

use crate::decode::codec::CodecError;
use crate::decode::multipart::MultipartError;
use crate::decode::wrapping::DecodeError;
use crate::parse::json::JsonError;
use crate::parse::value::DuplicateKey;

/// Why a request was refused. Nothing of its bytes has left.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[error(transparent)]
pub struct Refusal(#[from] RefusalCause);

impl Refusal {
    /// A stable word for metrics, audit and replies.
    pub const fn code(self) -> &'static str {
        self.0.code()
    }

    /// The HTTP status that fits: final for every SDK.
    pub const fn status(self) -> u16 {
        self.0.status()
    }
}

/// Why a request was refused. Nothing of its bytes has left.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub(crate) enum RefusalCause {
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

impl RefusalCause {
    /// A stable word for metrics, audit and replies.
    pub(crate) const fn code(self) -> &'static str {
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
    pub(crate) const fn status(self) -> u16 {
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

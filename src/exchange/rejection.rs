//! Why a request got no upstream response: code, detail and status of each reason.
//!
//! No detail holds payload text. `listen::reply` turns a rejection into HTTP.

use blackbar_core::endpoint::NoEndpoint;
use blackbar_core::pipeline::Refusal;

use crate::audit::Unavailable;
use crate::forward::ForwardError;

/// Why a request got no upstream response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.detail())]
#[non_exhaustive]
pub enum Rejection {
    /// No endpoint has this path.
    UnknownPath,
    /// The request names no host, or more than one.
    InvalidHost,
    /// The endpoint does not allow this method.
    MethodNotAllowed,
    /// The body is larger than its class allows.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The client went away before its body was complete.
    ClientGone,
    /// Too many bytes are in flight, or the time is up.
    Overloaded,
    /// Too many requests are waiting for a worker.
    QueueFull,
    /// The pipeline refused it.
    Refused(Refusal),
    /// A bug in Blackbar.
    Internal,
    /// No region may receive it.
    NoRegion,
    /// The audit cannot be written.
    AuditUnavailable,
    /// The region did not answer, or not usably.
    Upstream(ForwardError),
    /// The region sent a remote config that cannot be hardened.
    ConfigUnreadable,
}

impl Rejection {
    /// A stable identifier for metrics, audit and replies.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownPath => "unknown_path",
            Self::InvalidHost => "invalid_host",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTimeout => "body_timeout",
            Self::ClientGone => "client_gone",
            Self::Overloaded => "overloaded",
            Self::QueueFull => "queue_full",
            Self::Refused(refusal) => refusal.code(),
            Self::Internal => "internal",
            Self::NoRegion => "no_region",
            Self::AuditUnavailable => "audit_unavailable",
            Self::Upstream(error) => error.code(),
            Self::ConfigUnreadable => "config_unreadable",
        }
    }

    /// A sentence for the reply. It never holds payload text.
    pub fn detail(self) -> String {
        let text = match self {
            Self::UnknownPath => "unknown path; a path prefix must be stripped in front of this proxy",
            Self::InvalidHost => "the request must name one host, the same in Host and target",
            Self::MethodNotAllowed => "method not allowed",
            Self::BodyTooLarge => "the body exceeds the limit of this endpoint",
            Self::BodyTimeout => "the body did not arrive in time",
            Self::ClientGone => "the connection closed before the body was complete",
            Self::Overloaded => "overloaded; retry later",
            Self::QueueFull => "too many requests are queued; retry later",
            Self::Refused(refusal) => return refusal.to_string(),
            Self::Internal => "internal error",
            Self::NoRegion => "no region is allowed to receive this request",
            Self::AuditUnavailable => "the audit record cannot be written; retry later",
            Self::Upstream(error) => return error.to_string(),
            Self::ConfigUnreadable => "the upstream's remote config cannot be hardened, so it is withheld",
        };
        text.to_owned()
    }

    /// The HTTP status of the record and the reply.
    pub fn status(self) -> u16 {
        match self {
            Self::UnknownPath => 404,
            Self::MethodNotAllowed => 405,
            Self::BodyTooLarge => 413,
            Self::BodyTimeout => 408,
            Self::ClientGone | Self::InvalidHost => 400,
            Self::Refused(refusal) => refusal.status(),
            Self::Internal => 500,
            Self::NoRegion => 451,
            Self::Upstream(ForwardError::Redirect | ForwardError::TooLarge) | Self::ConfigUnreadable => 502,
            Self::Overloaded | Self::QueueFull | Self::AuditUnavailable | Self::Upstream(_) => 503,
        }
    }

    /// The seconds to wait before a retry; `None` if a retry cannot help.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::Overloaded | Self::QueueFull => Some(2),
            Self::AuditUnavailable => Some(10),
            Self::Upstream(_) if self.status() == 503 => Some(5),
            _ => None,
        }
    }

    /// Whether the client may still be sending its body.
    pub fn leaves_a_body(self) -> bool {
        !matches!(self, Self::BodyTimeout | Self::ClientGone)
    }

    /// Whether any byte of the request may have reached an upstream.
    pub fn may_have_been_sent(self) -> bool {
        match self {
            Self::Upstream(error) => error != ForwardError::Unreachable,
            Self::ConfigUnreadable => true,
            _ => false,
        }
    }
}

impl From<NoEndpoint> for Rejection {
    fn from(reason: NoEndpoint) -> Self {
        match reason {
            NoEndpoint::UnknownPath => Self::UnknownPath,
            NoEndpoint::MethodNotAllowed => Self::MethodNotAllowed,
        }
    }
}

impl From<Unavailable> for Rejection {
    fn from(_: Unavailable) -> Self {
        Self::AuditUnavailable
    }
}

impl From<ForwardError> for Rejection {
    fn from(error: ForwardError) -> Self {
        Self::Upstream(error)
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

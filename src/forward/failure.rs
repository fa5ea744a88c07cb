//! The class of a failure to reach an upstream, for log, metrics and audit.
//!
//! The causes of an error are typed, except for DNS, where the connector only has a message. No text
//! of an error is passed on: it could name what a server sent.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError};

/// Why an upstream gave no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamFailure {
    /// The name could not be resolved.
    Dns,
    /// Nothing listens there.
    Refused,
    /// There is no way to the host.
    Unreachable,
    /// The host did not accept a connection in time.
    ConnectTimeout,
    /// The response did not arrive in time.
    ResponseTimeout,
    /// The certificate is not from a trusted authority.
    TlsUnknownCa,
    /// The certificate is for another name.
    TlsWrongName,
    /// The upstream wants a certificate from the proxy.
    TlsClientCertRequired,
    /// Any other failure of TLS, for instance an expired certificate.
    Tls,
    /// The connection ended before the response was complete.
    Closed,
    /// What the upstream sent is not the HTTP that was asked for.
    Protocol,
}

impl UpstreamFailure {
    /// A stable identifier for metrics, log and audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::ConnectTimeout => "connect_timeout",
            Self::ResponseTimeout => "response_timeout",
            Self::TlsUnknownCa => "tls_unknown_ca",
            Self::TlsWrongName => "tls_wrong_name",
            Self::TlsClientCertRequired => "tls_client_cert_required",
            Self::Tls => "tls",
            Self::Closed => "closed",
            Self::Protocol => "protocol",
        }
    }

    /// Classifies an error by the first of its causes that has a class.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(class) = class(error) {
                return class;
            }
            cause = error.source();
        }
        Self::Protocol
    }
}

fn class(error: &(dyn Error + 'static)) -> Option<UpstreamFailure> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(tls_class(error));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>()
        && (error.is_incomplete_message() || error.is_closed())
    {
        return Some(UpstreamFailure::Closed);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        // A failure of TLS is inside two I/O errors, neither of which names it as its source.
        let inner = error.get_ref().and_then(|inner| class(inner));
        return inner.or_else(|| io_class(error.kind()));
    }
    // The connector's type is private.
    (error.to_string() == "dns error").then_some(UpstreamFailure::Dns)
}

fn io_class(kind: io::ErrorKind) -> Option<UpstreamFailure> {
    use io::ErrorKind as Kind;
    Some(match kind {
        Kind::ConnectionRefused => UpstreamFailure::Refused,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable | Kind::NetworkDown => {
            UpstreamFailure::Unreachable
        }
        Kind::TimedOut => UpstreamFailure::ConnectTimeout,
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof => {
            UpstreamFailure::Closed
        }
        _ => return None,
    })
}

fn tls_class(error: &rustls::Error) -> UpstreamFailure {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => UpstreamFailure::TlsUnknownCa,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => UpstreamFailure::TlsWrongName,
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            UpstreamFailure::TlsClientCertRequired
        }
        _ => UpstreamFailure::Tls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_classified_by_their_cause() {
        let io = |kind| UpstreamFailure::of(&io::Error::from(kind)).as_str();
        assert_eq!(io(io::ErrorKind::ConnectionRefused), "refused");
        assert_eq!(io(io::ErrorKind::NetworkUnreachable), "unreachable");
        assert_eq!(io(io::ErrorKind::TimedOut), "connect_timeout");
        assert_eq!(io(io::ErrorKind::BrokenPipe), "closed");
        let tls =
            |error: rustls::Error| UpstreamFailure::of(&io::Error::other(io::Error::other(error))).as_str();
        assert_eq!(tls(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)), "tls_unknown_ca");
        assert_eq!(
            tls(rustls::Error::InvalidCertificate(CertificateError::NotValidForName)),
            "tls_wrong_name"
        );
        let alert = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
        assert_eq!(tls(alert), "tls_client_cert_required");
        assert_eq!(tls(rustls::Error::InvalidCertificate(CertificateError::Expired)), "tls");
    }
}

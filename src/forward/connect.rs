//! The connection pool to upstreams: TLS, trusted certificates, timeouts.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

pub(crate) type HttpClient = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Idle connections kept to one host.
const MAX_IDLE_CONNECTIONS: usize = 64;

/// How long an idle connection is kept: less than most servers keep theirs, so that a request rarely
/// meets a connection that the server is closing.
const IDLE_TIME: Duration = Duration::from_secs(50);

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file cannot be read, or holds no usable certificates.
    #[error("cannot use the certificates in {file}: {reason}; set ca_file to a PEM file")]
    Certificates {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The TLS library rejects the settings.
    #[error("cannot set up TLS")]
    Settings(#[source] rustls::Error),
}

/// Makes a connection pool. It trusts the certificates in `ca_file` only, or without one the public roots.
pub(crate) fn client(ca_file: Option<&Path>, connect_time: Duration) -> Result<HttpClient, TlsError> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider);
    let tls = tls.with_safe_default_protocol_versions().map_err(TlsError::Settings)?;
    let tls = match ca_file {
        Some(file) => tls.with_root_certificates(roots(file)?),
        None => tls.with_webpki_roots(),
    };
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(connect_time));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .enable_http2()
        .wrap_connector(http);
    Ok(legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
        .build(https))
}

fn roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let refuse = |reason: String| TlsError::Certificates { file: file.display().to_string(), reason };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| refuse(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        roots.add(certificate).map_err(|error| refuse(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(refuse("the file holds no certificates".to_owned()));
    }
    Ok(roots)
}

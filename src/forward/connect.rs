//! Connections to upstreams: pool, TLS, trust.

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

pub(crate) type Client = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Idle connections to one host.
const IDLE_CONNECTIONS: usize = 64;

/// How long an idle connection is kept; shorter than most servers keep it.
const IDLE_TIME: Duration = Duration::from_secs(50);

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file holds no certificates.
    #[error("the certificates in {file} cannot be used: {reason}; name a PEM file in ca_file")]
    Certificates {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The TLS library refuses its own settings.
    #[error("TLS cannot be set up")]
    Settings(#[source] rustls::Error),
}

/// A pool of connections. With a file of certificates these alone are trusted, else the public roots.
pub(crate) fn client(ca_file: Option<&Path>, connect_time: Duration) -> Result<Client, TlsError> {
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
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
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
        return Err(refuse("there are none".to_owned()));
    }
    Ok(roots)
}

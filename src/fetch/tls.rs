//! How both HTTP clients speak TLS: rustls with ring, and the roots of the machine or, without any, Mozilla's.
//!
//! A slim container often lacks `ca-certificates`; a newsroom's own root, where it has one, lies in the machine's store.
//! Certificates are always verified. Nothing here connects.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};

use super::BuildError;

/// The configuration that every client shares; the roots are read once, because parsing them takes milliseconds.
pub(super) fn config() -> Result<ClientConfig, BuildError> {
    static SHARED: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(config) = SHARED.get() {
        return Ok(config.clone());
    }
    let config = build(roots()).map_err(BuildError::Tls)?;
    Ok(SHARED.get_or_init(|| config).clone())
}

fn build(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    tracing::debug!(added, ignored, errors = found.errors.len(), "read the machine's root certificates");
    if roots.is_empty() {
        tracing::warn!("the machine has no root certificates; using the ones of Mozilla that were built in");
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_roots_on_every_machine() {
        assert!(!roots().is_empty());
        let config = config().expect("builds");
        assert_eq!(config.alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    }
}

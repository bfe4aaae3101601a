//! What a relay's certificate is checked against: the machine's roots, Mozilla's where the machine has none, or the operator's own.
//!
//! Used by [`smtp`](super). Certificates are always verified; nothing here connects.

use std::sync::OnceLock;

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};

use super::super::Smtp;

/// The parameters for this relay. The error says what is wrong, in a few words.
pub(super) fn parameters(relay: &Smtp) -> Result<TlsParameters, String> {
    let builder = TlsParameters::builder(relay.host.clone());
    let builder = match &relay.ca {
        // A relay of one's own is trusted by one's own authority, and by no other in the world.
        Some(pem) => {
            let own = Certificate::from_pem(pem).map_err(|error| format!("cannot read the certificates of `ca`: {error}"))?;
            builder.certificate_store(CertificateStore::None).add_root_certificate(own)
        }
        None if has_roots() => builder,
        None => builder.certificate_store(CertificateStore::WebpkiRoots),
    };
    builder.build().map_err(|error| format!("cannot set up TLS: {error}"))
}

/// Whether the machine has root certificates; a slim container often has none. Looked up once.
fn has_roots() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| !rustls_native_certs::load_native_certs().certs.is_empty())
}

//! TLS on both sides: one server relays to another, which has the intake.

use std::sync::Arc;

use edge_proxy::{UpstreamUrl, Upstreams};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::setup::{Edge, get, post};

/// A root, and a server that it vouches for.
struct Trust {
    root: CertificateDer<'static>,
    server: Arc<ServerConfig>,
}

fn trust() -> Trust {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::new([]).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_certificate = root.self_signed(&root_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    Trust { root: root_certificate.der().clone(), server: Arc::new(server) }
}

/// A server with TLS on its listener, and one that relays to it.
fn chain(trusted: bool) -> (Edge, Edge) {
    let trust = trust();
    let far = Edge::with(|config| config.listener_tls = Some(trust.server));
    let url = UpstreamUrl::parse(&format!("https://{}", far.server.local_addr())).unwrap();
    let near = Edge::with(|config| {
        config.upstreams = Upstreams::all(url);
        config.extra_roots = if trusted { vec![trust.root] } else { vec![self::trust().root] };
    });
    (near, far)
}

#[test]
fn requests_go_encrypted_to_an_intake_that_a_root_vouches_for() {
    let (near, far) = chain(true);
    let body = "a line that is kept\n".repeat(20_000);
    let mut client = near.client();
    assert_eq!(client.send(post("/v1/logs", "", &body)).response().text(), "ok");
    assert_eq!(client.send(get("/else?q")).response().text(), "ok");
    let got = far.intake.requests();
    assert_eq!((got[0].text() == body, got[1].target.as_str()), (true, "/else?q"));
}

#[test]
fn an_intake_that_no_root_vouches_for_gets_nothing() {
    let (near, far) = chain(false);
    assert_eq!(near.send(post("/v1/logs", "", "kept\n")).status, 502);
    assert!(far.intake.requests().is_empty());
    drop(near);
    let (_, telemetry) = far.stop();
    assert_eq!(telemetry.collect().sum("edge.connections.handshake_failures", &[]), 1);
}

#[test]
fn plain_text_on_an_encrypted_listener_is_not_answered() {
    let (_, far) = chain(true);
    assert!(far.client().send(get("/_health")).try_response().is_none());
}

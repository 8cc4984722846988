//! From a target to what stores its objects.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::ClientConfigKey;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::local::LocalFileSystem;
use object_store::{BackoffConfig, RetryConfig};

use super::target::{Place, Store, Target};

/// The process's environment variables, where credentials are looked for, as each service's own tools name them:
/// `AWS_…`, `GOOGLE_…`, `AZURE_…`.
#[derive(Clone, Default)]
pub struct Environment(Vec<(String, String)>);

impl Environment {
    /// These variables.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// The settings in variables with this prefix, in lower case.
    fn settings<'e, K: FromStr>(&'e self, prefix: &'e str) -> impl Iterator<Item = (K, &'e str)> {
        let ours = self.0.iter().filter(move |(name, _)| name.starts_with(prefix));
        ours.filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value.as_str())))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Environment {
    /// Without the values, which are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A target that cannot be used as it is described.
#[derive(Debug, thiserror::Error)]
#[error("target `{target}`: {problem}")]
pub struct TargetError {
    /// Kind and name of the target.
    pub target: String,
    /// What is wrong.
    pub problem: String,
}

/// What stores the objects of `target`. Looks for nothing on a network yet.
pub(super) fn open(target: &Target, environment: &Environment) -> Result<Arc<dyn ObjectStore>, TargetError> {
    // Whoever has chosen a provider before has chosen the same one: there is no other in this process.
    drop(rustls::crypto::ring::default_provider().install_default());
    build(&target.store, environment)
        .map_err(|problem| TargetError { target: target.key().to_string(), problem })
}

fn build(store: &Store, environment: &Environment) -> Result<Arc<dyn ObjectStore>, String> {
    let words = |error: object_store::Error| error.to_string();
    Ok(match store {
        Store::S3(place) => Arc::new(s3(place, environment).build().map_err(words)?),
        Store::Gcs(place) => Arc::new(gcs(place, environment).build().map_err(words)?),
        Store::Azure(place) => Arc::new(azure(place, environment).build().map_err(words)?),
        Store::File(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            Arc::new(LocalFileSystem::new_with_prefix(folder).map_err(words)?)
        }
    })
}

/// Whoever stores an object tries again by itself, and counts.
fn retry() -> RetryConfig {
    RetryConfig { max_retries: 0, backoff: BackoffConfig::default(), ..RetryConfig::default() }
}

/// Only an endpoint that says so is spoken to without TLS.
fn is_plain(place: &Place) -> bool {
    place.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"))
}

fn s3(place: &Place, environment: &Environment) -> AmazonS3Builder {
    let settings = environment.settings::<AmazonS3ConfigKey>("AWS_");
    let from_environment = |builder: AmazonS3Builder, (key, value)| builder.with_config(key, value);
    let mut builder = settings.fold(AmazonS3Builder::new(), from_environment);
    builder = builder.with_bucket_name(&place.bucket).with_retry(retry());
    if let Some(region) = &place.region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &place.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(is_plain(place));
    }
    builder
}

fn gcs(place: &Place, environment: &Environment) -> GoogleCloudStorageBuilder {
    let settings = environment.settings::<GoogleConfigKey>("GOOGLE_");
    let from_environment = |builder: GoogleCloudStorageBuilder, (key, value)| builder.with_config(key, value);
    let mut builder = settings.fold(GoogleCloudStorageBuilder::new(), from_environment);
    if let Some(path) = environment.value("SERVICE_ACCOUNT") {
        builder = builder.with_service_account_path(path);
    }
    builder = builder.with_bucket_name(&place.bucket).with_retry(retry());
    if let Some(endpoint) = &place.endpoint {
        let allow_http = GoogleConfigKey::Client(ClientConfigKey::AllowHttp);
        builder = builder.with_base_url(endpoint).with_config(allow_http, is_plain(place).to_string());
    }
    builder
}

fn azure(place: &Place, environment: &Environment) -> MicrosoftAzureBuilder {
    let settings = environment.settings::<AzureConfigKey>("AZURE_");
    let from_environment = |builder: MicrosoftAzureBuilder, (key, value)| builder.with_config(key, value);
    let mut builder = settings.fold(MicrosoftAzureBuilder::new(), from_environment);
    if let Some(endpoint) = environment.value("IDENTITY_ENDPOINT") {
        builder = builder.with_msi_endpoint(endpoint);
    }
    builder = builder.with_container_name(&place.bucket).with_retry(retry());
    if let Some(account) = &place.account {
        builder = builder.with_account(account);
    }
    if let Some(endpoint) = &place.endpoint {
        builder = builder.with_endpoint(endpoint.clone()).with_allow_http(is_plain(place));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3_dump::target::Batching;

    fn opened(store: Store, variables: &[(&str, &str)]) -> Result<String, String> {
        let name = "t".to_owned();
        let target = Target { name, store, prefix: String::new(), batching: Batching::default() };
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let store = open(&target, &Environment::new(variables));
        store.map(|store| store.to_string()).map_err(|error| error.to_string())
    }

    fn place(endpoint: Option<&str>) -> Place {
        let endpoint = endpoint.map(str::to_owned);
        Place { bucket: "b".into(), endpoint, ..Place::default() }
    }

    #[test]
    fn every_kind_of_store_can_be_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("new/one");
        let keys = [("AZURE_STORAGE_ACCOUNT_KEY", "a2V5"), ("GOOGLE_SKIP_SIGNATURE", "true")];
        let account = Some("me".to_owned());
        let azure = Place { account, ..place(None) };
        for (store, expected) in [
            (Store::S3(place(Some("http://127.0.0.1:1"))), "AmazonS3(b)"),
            (Store::Gcs(place(Some("http://127.0.0.1:1"))), "GoogleCloudStorage(b)"),
            (Store::Azure(azure), "MicrosoftAzure { account: me, container: b }"),
        ] {
            assert_eq!(opened(store, &keys).as_deref(), Ok(expected));
        }
        assert!(opened(Store::File(inner.clone()), &[]).is_ok() && inner.is_dir());
    }

    #[test]
    fn a_store_that_cannot_be_opened_says_which_and_why() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = opened(Store::File(file.path().join("x")), &[]).expect_err("is no folder");
        assert!(error.starts_with("target `file/t`: ") && error.contains("Not a directory"), "{error}");
        let error = opened(Store::Azure(place(None)), &[]).expect_err("has no account");
        assert!(error.starts_with("target `azure/t`: "), "{error}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let environment = Environment::new([("AWS_SECRET_ACCESS_KEY".to_owned(), "hush".to_owned())]);
        assert_eq!(format!("{environment:?}"), "[\"AWS_SECRET_ACCESS_KEY\"]");
    }
}

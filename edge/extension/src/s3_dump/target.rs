//! Where objects go, and how many records are in one.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A place for objects that policies may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name, unique among those of its kind.
    pub name: String,
    /// What stores the objects.
    pub store: Store,
    /// What the names of all objects begin with.
    pub prefix: String,
    /// When an object is stored.
    pub batching: Batching,
}

/// What stores objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// Amazon S3, or what speaks its protocol.
    S3(Place),
    /// Google Cloud Storage.
    Gcs(Place),
    /// Azure Blob Storage.
    Azure(Place),
    /// A folder of this machine.
    File(PathBuf),
}

impl Store {
    /// Kinds of stores, as configurations and policies name them.
    pub const KINDS: [&str; 4] = ["s3", "gcs", "azure", "file"];

    /// The kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::S3(_) => "s3",
            Self::Gcs(_) => "gcs",
            Self::Azure(_) => "azure",
            Self::File(_) => "file",
        }
    }
}

/// A bucket of a service. What is not said is up to the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Name of the bucket; Azure calls it a container.
    pub bucket: String,
    /// The region, of S3.
    pub region: Option<String>,
    /// Storage account, of Azure.
    pub account: Option<String>,
    /// URL of the service, where it is not the provider's own.
    pub endpoint: Option<String>,
}

/// When an object is stored, and what may wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batching {
    /// How objects are compressed.
    pub compression: Compression,
    /// Size, before compression, at which an object is stored; its last record may go beyond.
    pub object_bytes_max: usize,
    /// Age at which an object is stored however small it is.
    pub object_age_max: Duration,
    /// Bytes of records that may wait while objects are stored.
    pub backlog_bytes_max: usize,
    /// How long storing an object is tried.
    pub retry_max: Duration,
}

impl Default for Batching {
    fn default() -> Self {
        Self {
            compression: Compression::None,
            object_bytes_max: 8 << 20,
            object_age_max: Duration::from_secs(60),
            backlog_bytes_max: 64 << 20,
            retry_max: Duration::from_secs(300),
        }
    }
}

/// How objects are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip: names end in `.gz`.
    Gzip,
    /// zstd: names end in `.zst`.
    Zstd,
}

impl Compression {
    /// Every one, by the name it has in configurations.
    pub const ALL: [(&str, Self); 3] = [("none", Self::None), ("gzip", Self::Gzip), ("zstd", Self::Zstd)];
}

/// What policies name a target by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) kind: String,
    pub(super) name: String,
}

impl Target {
    pub(super) fn key(&self) -> Key {
        Key { kind: self.store.kind().to_owned(), name: self.name.clone() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

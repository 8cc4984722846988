//! Where extensions of policies send copies of records.

use std::path::PathBuf;

use edge_extension::{Batching, Compression, Environment, Place, Store, Target};

use super::environment::Variables;
use super::providers::given_span;
use super::reader::Reader;

/// What extensions are told.
#[derive(Debug, Clone, Default)]
pub struct Extensions {
    /// Places that policies may name.
    pub targets: Vec<Target>,
    /// Where credentials are looked for.
    pub environment: Environment,
}

/// Variables that services' own tools read; nothing else is handed on.
const PREFIXES: [&str; 5] = ["AWS_", "GOOGLE_", "SERVICE_ACCOUNT", "AZURE_", "IDENTITY_"];

/// Keys that not every kind has a use for, and the kinds that have one.
const KEYS: [(&str, &[&str]); 5] = [
    ("bucket", &["s3", "gcs", "azure"]),
    ("endpoint", &["s3", "gcs", "azure"]),
    ("region", &["s3"]),
    ("account", &["azure"]),
    ("path", &["file"]),
];

/// The variables in which credentials may be.
pub(super) fn environment(variables: &Variables) -> Environment {
    let is_theirs = |name: &str| PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let theirs = variables.iter().filter(|(name, _)| is_theirs(name));
    Environment::new(theirs.map(|(name, value)| (name.clone(), value.clone())))
}

/// Reads every target.
pub(super) fn read(reader: &mut Reader<'_>) -> Extensions {
    let targets = reader.each("extensions.targets", target);
    for (index, target) in targets.iter().enumerate() {
        let is_same = |other: &Target| other.name == target.name && other.store.kind() == target.store.kind();
        if targets[..index].iter().any(is_same) && !target.name.is_empty() {
            let message = format!("`{}` is used by an earlier target of its kind too", target.name);
            reader.problem(&format!("extensions.targets[{index}].name"), message);
        }
    }
    Extensions { targets, environment: Environment::default() }
}

fn target(reader: &mut Reader<'_>) -> Target {
    let kind = reader.required("kind");
    let name = reader.required("name");
    check_keys(reader, &kind);
    let store = match kind.as_str() {
        "file" => Store::File(reader.required("path").into()),
        "s3" => Store::S3(place(reader)),
        "gcs" => Store::Gcs(place(reader)),
        "azure" => Store::Azure(place(reader)),
        _ => {
            if !kind.is_empty() {
                reader.problem("kind", format!("`{kind}` is not one of {}", Store::KINDS.join(", ")));
            }
            Store::File(PathBuf::new())
        }
    };
    Target { name, store, prefix: reader.text("prefix").unwrap_or_default(), batching: batching(reader) }
}

/// A key without effect would look like one with effect.
fn check_keys(reader: &mut Reader<'_>, kind: &str) {
    for (key, kinds) in KEYS {
        if Store::KINDS.contains(&kind) && !kinds.contains(&kind) && reader.text(key).is_some() {
            reader.problem(key, format!("is for targets of kind {}", kinds.join(", ")));
        }
    }
}

fn place(reader: &mut Reader<'_>) -> Place {
    Place {
        bucket: reader.required("bucket"),
        region: reader.text("region"),
        account: reader.text("account"),
        endpoint: reader.url("endpoint").and_then(|_| reader.text("endpoint")),
    }
}

fn batching(reader: &mut Reader<'_>) -> Batching {
    let default = Batching::default();
    Batching {
        compression: reader.choice("compression", &Compression::ALL),
        object_bytes_max: given_size(reader, "max_object_bytes").unwrap_or(default.object_bytes_max),
        object_age_max: given_span(reader, "max_object_age").unwrap_or(default.object_age_max),
        backlog_bytes_max: given_size(reader, "max_backlog_bytes").unwrap_or(default.backlog_bytes_max),
        ..default
    }
}

/// The size, if one is given.
fn given_size(reader: &mut Reader<'_>, key: &str) -> Option<usize> {
    usize::try_from(reader.positive_size(key)).ok().filter(|size| *size > 0)
}

//! What policies and policy servers say, as types.

use std::time::Duration;

use data_encoding::BASE64;
use edge_stream::protobuf::Fields;
use serde::Deserialize;
use serde_json::Value;

use super::target::{Batching, Compression, Key, Place, Store, Target};

/// The configuration of an extension: `{"target": {"kind": "s3", "name": "eu-bucket"}}`.
#[derive(Deserialize)]
#[serde(expecting = "an object with `target`")]
struct ExtensionConfig {
    target: TargetRef,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `kind` and `name`")]
struct TargetRef {
    kind: String,
    name: String,
}

const CONFIG: &str = r#"{"target": {"kind": "s3", "name": "eu-bucket"}}"#;

/// Which target the configuration of an extension names.
pub(super) fn target_of(config: &[u8]) -> Result<Key, String> {
    if config.trim_ascii().is_empty() {
        return Err(format!("is missing or empty; it must be such as {CONFIG}"));
    }
    let wrong = |error| format!("{error}; it must be such as {CONFIG}");
    let config: ExtensionConfig = serde_json::from_slice(config).map_err(wrong)?;
    let TargetRef { kind, name } = config.target;
    Ok(Key { kind, name })
}

/// A target as a policy server describes it: an `ExtensionTarget`, JSON or protobuf.
struct Broadcast {
    kind: String,
    name: String,
    config: Vec<u8>,
}

/// The configuration in it.
#[derive(Deserialize)]
#[serde(default)]
struct TargetConfig {
    bucket: String,
    region: Option<String>,
    account: Option<String>,
    endpoint: Option<String>,
    prefix: String,
    compression: String,
    max_object_bytes: usize,
    /// In seconds.
    max_object_age: u64,
}

impl Default for TargetConfig {
    fn default() -> Self {
        let Batching { object_bytes_max, object_age_max, .. } = Batching::default();
        Self {
            bucket: String::new(),
            region: None,
            account: None,
            endpoint: None,
            prefix: String::new(),
            compression: "none".to_owned(),
            max_object_bytes: object_bytes_max,
            max_object_age: object_age_max.as_secs(),
        }
    }
}

/// Largest object that a policy server may ask for: it is in memory while it grows.
const OBJECT_BYTES_MAX: usize = 256 << 20;

/// Greatest age that a policy server may ask for, in seconds.
const OBJECT_AGE_MAX: u64 = 24 * 3600;

/// The target that a policy server describes.
pub(super) fn broadcast(bytes: &[u8]) -> Result<Target, String> {
    let Broadcast { kind, name, config } = match serde_json::from_slice::<Value>(bytes) {
        Ok(json) => from_json(&json)?,
        Err(_) => from_protobuf(bytes).ok_or("a target is neither JSON nor protobuf")?,
    };
    if name.is_empty() {
        return Err("a target has no name".to_owned());
    }
    let in_target = |problem: String| format!("target `{kind}/{name}`: {problem}");
    let config = if config.is_empty() { b"{}".to_vec() } else { config };
    let config: TargetConfig =
        serde_json::from_slice(&config).map_err(|error| in_target(error.to_string()))?;
    let batching = batching(&config).map_err(in_target)?;
    let prefix = config.prefix.clone();
    let store = store(&kind, config).map_err(in_target)?;
    Ok(Target { name, store, prefix, batching })
}

fn batching(config: &TargetConfig) -> Result<Batching, String> {
    let named = Compression::ALL.iter().find(|(name, _)| *name == config.compression);
    let (_, compression) = named.ok_or_else(|| format!("unknown compression {:?}", config.compression))?;
    if !(1..=OBJECT_BYTES_MAX).contains(&config.max_object_bytes) {
        return Err(format!("max_object_bytes must be from 1 to {OBJECT_BYTES_MAX}"));
    }
    if !(1..=OBJECT_AGE_MAX).contains(&config.max_object_age) {
        return Err(format!("max_object_age must be from 1 to {OBJECT_AGE_MAX} seconds"));
    }
    Ok(Batching {
        compression: *compression,
        object_bytes_max: config.max_object_bytes,
        object_age_max: Duration::from_secs(config.max_object_age),
        ..Batching::default()
    })
}

fn store(kind: &str, config: TargetConfig) -> Result<Store, String> {
    let TargetConfig { bucket, region, account, endpoint, .. } = config;
    if bucket.is_empty() {
        return Err("has no bucket".to_owned());
    }
    let place = Place { bucket, region, account, endpoint };
    match kind {
        "s3" => Ok(Store::S3(place)),
        "gcs" => Ok(Store::Gcs(place)),
        "azure" => Ok(Store::Azure(place)),
        // What is far away has no say in this machine's files.
        "file" => Err("folders can only be configured here".to_owned()),
        _ => Err(format!("unknown kind; it must be one of {}", Store::KINDS.join(", "))),
    }
}

fn from_json(target: &Value) -> Result<Broadcast, String> {
    let text = |key: &str| target[key].as_str().unwrap_or_default().to_owned();
    let config = match &target["config"] {
        Value::Null => Vec::new(),
        object @ Value::Object(_) => object.to_string().into_bytes(),
        Value::String(base64) => {
            BASE64.decode(base64.as_bytes()).map_err(|error| format!("a target's config: {error}"))?
        }
        _ => return Err("a target's config is neither an object nor base64".to_owned()),
    };
    Ok(Broadcast { kind: text("kind"), name: text("name"), config })
}

fn from_protobuf(bytes: &[u8]) -> Option<Broadcast> {
    let mut target = Broadcast { kind: String::new(), name: String::new(), config: Vec::new() };
    for field in Fields::new(bytes) {
        let field = field.ok()?;
        match field.number {
            1 => target.kind = String::from_utf8(field.value.bytes().ok()?.to_vec()).ok()?,
            2 => target.name = String::from_utf8(field.value.bytes().ok()?.to_vec()).ok()?,
            3 => target.config = field.value.bytes().ok()?.to_vec(),
            _ => {}
        }
    }
    Some(target)
}

#[cfg(test)]
mod tests {
    use edge_stream::protobuf::write_bytes;

    use super::*;

    #[test]
    fn an_extension_names_its_target() {
        let key = target_of(br#"{"target":{"kind":"s3","name":"eu-bucket"}}"#).expect("well-formed");
        assert_eq!(key.to_string(), "s3/eu-bucket");
        let check = |config: &str, expected: &str| {
            let error = target_of(config.as_bytes()).expect_err(config);
            assert!(error.contains(expected), "{error}");
        };
        check("", "is missing or empty; it must be such as {\"target\": {");
        check("{}", "missing field `target` at line 1 column 2; it must be such as {\"target\": {");
        check(r#"{"target":{"kind":"s3"}}"#, "missing field `name`");
        check(r#"{"target":"eu-bucket"}"#, "invalid type");
    }

    #[test]
    fn a_target_is_read_in_every_form_it_is_broadcast_in() {
        let config = r#"{"bucket":"b","region":"r","prefix":"p/","compression":"gzip","max_object_age":5}"#;
        let json = format!(r#"{{"kind":"s3","name":"n","config":{config}}}"#);
        let base64 = BASE64.encode(config.as_bytes());
        let encoded = format!(r#"{{"kind":"s3","name":"n","config":"{base64}"}}"#);
        let mut protobuf = Vec::new();
        for (number, text) in [(1, "s3"), (2, "n"), (3, config)] {
            write_bytes(&mut protobuf, number, text.as_bytes());
        }
        let place = Place { bucket: "b".into(), region: Some("r".into()), ..Place::default() };
        let batching = Batching {
            compression: Compression::Gzip,
            object_age_max: Duration::from_secs(5),
            ..Batching::default()
        };
        let expected = Target { name: "n".into(), store: Store::S3(place), prefix: "p/".into(), batching };
        for form in [json.as_bytes(), encoded.as_bytes(), &protobuf] {
            assert_eq!(broadcast(form).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn a_target_that_cannot_be_used_says_why() {
        let check = |target: &str, expected: &str| {
            assert_eq!(broadcast(target.as_bytes()), Err(expected.to_owned()), "{target}");
        };
        check("\u{0}", "a target is neither JSON nor protobuf");
        check("{}", "a target has no name");
        check(r#"{"kind":"s3","name":"n"}"#, "target `s3/n`: has no bucket");
        check(
            r#"{"kind":"file","name":"n","config":{"bucket":"/etc"}}"#,
            "target `file/n`: folders can only be configured here",
        );
        check(
            r#"{"kind":"ftp","name":"n","config":{"bucket":"b"}}"#,
            "target `ftp/n`: unknown kind; it must be one of s3, gcs, azure, file",
        );
        check(
            r#"{"kind":"s3","name":"n","config":{"bucket":"b","compression":"xz"}}"#,
            "target `s3/n`: unknown compression \"xz\"",
        );
        check(
            r#"{"kind":"s3","name":"n","config":{"bucket":"b","max_object_bytes":0}}"#,
            "target `s3/n`: max_object_bytes must be from 1 to 268435456",
        );
    }
}

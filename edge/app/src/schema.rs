//! The semantic registry of what edge emits: as files, as one text, as JSON.

use std::path::Path;
use std::process::ExitCode;

use edge_protocol::SchemaFormat;
use serde_json::{Map, Value};
use telemetry::registry::{Manifest, Registry, Stability, render, write_folder};

use crate::cli::Failure;
use crate::output::say;

/// Identifies the registry; nothing is served there, as the name reserved by RFC 6761 says.
const SCHEMA_URL: &str = "https://edge.invalid/schemas/edge";

/// Everything that is linked into this binary.
pub(crate) fn registry() -> Registry {
    telemetry::registry(Manifest {
        schema_url: format!("{SCHEMA_URL}/{}", crate::VERSION),
        description: "What edge says about itself.".to_owned(),
        stability: Stability::Development,
    })
}

/// `schema`: writes the registry to a folder, or prints it.
pub(crate) fn run(folder: Option<&Path>) -> Result<ExitCode, Failure> {
    match folder {
        Some(folder) => write_folder(folder, &registry())?,
        None => say(&text(SchemaFormat::Yaml))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The whole registry in one text.
pub(crate) fn text(format: SchemaFormat) -> String {
    let files = render(&registry());
    match format {
        SchemaFormat::Yaml => documents(&files),
        SchemaFormat::Json => json(&files).to_string(),
    }
}

/// A YAML stream: a document for each file, which says its name.
fn documents(files: &[(String, String)]) -> String {
    files.iter().fold(String::new(), |stream, (name, text)| stream + "---\n# " + name + "\n" + text)
}

fn json(files: &[(String, String)]) -> Value {
    let content = |(name, text): &(String, String)| {
        let content =
            serde_yaml_ng::from_str(text).expect("what is rendered is YAML with keys that are text");
        (name.clone(), content)
    };
    Value::Object(files.iter().map(content).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use serde_yaml_ng::Deserializer;
    use telemetry::registry::check;

    use super::*;

    #[test]
    fn what_edge_declares_is_sound() {
        assert_eq!(check(&registry()), []);
    }

    #[test]
    fn both_formats_say_the_same() {
        let json: Value = serde_json::from_str(&text(SchemaFormat::Json)).unwrap();
        let files = json.as_object().unwrap();
        let yaml = text(SchemaFormat::Yaml);
        let documents: Vec<Value> = Deserializer::from_str(&yaml)
            .map(|document| serde::Deserialize::deserialize(document).unwrap())
            .collect();
        assert_eq!(documents.iter().collect::<Vec<_>>(), files.values().collect::<Vec<_>>());
        assert_eq!(files["manifest.yaml"]["stability"], "development");
        assert_eq!(files["edge.records.yaml"]["metrics"][0]["name"], "edge.records.kept");
    }
}

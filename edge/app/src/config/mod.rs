//! Configuration: defaults, file, environment, substitution, validation, in this order.
//!
//! One tree is laid over another until the last step reads it into types that cannot be wrong.

mod environment;
mod error;
mod keys;
mod mask;
mod reader;
#[cfg(test)]
mod tests;
mod valid;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub use environment::Variables;
pub use error::{ConfigError, Problem};
pub use valid::{Config, LogProvider, Pair, ReadyAfter, Service, Telemetry};

use reader::Reader;

/// Every key with its default.
const DEFAULTS: &str = include_str!("defaults.yaml");

/// Read when no file is named and it exists.
const FILE_BY_DEFAULT: &str = "config.json";

/// A configuration as read and as understood.
#[derive(Debug)]
pub struct Loaded {
    /// The validated configuration.
    pub config: Config,
    /// The file it came from; `None` for the embedded defaults.
    pub origin: Option<PathBuf>,
    tree: Value,
}

impl Loaded {
    /// The effective configuration as JSON, secrets masked.
    pub fn printed(&self) -> String {
        format!("{:#}", mask::masked(self.tree.clone()))
    }

    /// Keys that differ from their default without any effect in this build: silence would look like effect.
    pub fn ineffective(&self) -> Vec<&'static str> {
        let defaults = Value::Object(default_tree());
        let differs = |key: &&str| {
            let pointer = format!("/{}", key.replace('.', "/"));
            self.tree.pointer(&pointer) != defaults.pointer(&pointer)
        };
        valid::INEFFECTIVE.into_iter().filter(differs).collect()
    }
}

/// Reads the configuration of `file`, else of `config.json` if there is one, else the defaults.
pub fn load(file: Option<&Path>, variables: &Variables) -> Result<Loaded, ConfigError> {
    let by_default = Path::new(FILE_BY_DEFAULT);
    let origin = file.or_else(|| by_default.exists().then_some(by_default));
    let tree = origin.map_or_else(|| Ok(Map::new()), read_file)?;
    assemble(tree, origin.map(Path::to_owned), variables)
}

/// The embedded defaults, which are valid by themselves.
pub fn defaults() -> Result<Config, ConfigError> {
    assemble(Map::new(), None, &Variables::new()).map(|loaded| loaded.config)
}

fn read_file(path: &Path) -> Result<Map<String, Value>, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let syntax = |format, message| ConfigError::Syntax { path: path.to_owned(), format, message };
    // JSON's errors are clearer for JSON, and YAML allows no tabs: the first character tells them apart.
    let (format, parsed) = if text.trim_start().starts_with('{') {
        ("JSON", serde_json::from_str(&text).map_err(|error| error.to_string()))
    } else {
        ("YAML", serde_yaml_ng::from_str(&text).map_err(|error| error.to_string()))
    };
    match parsed.map_err(|message| syntax(format, message))? {
        Value::Object(tree) => Ok(tree),
        Value::Null => Ok(Map::new()),
        _ => Err(syntax(format, "the document must be a table of keys".to_owned())),
    }
}

fn assemble(
    file: Map<String, Value>,
    origin: Option<PathBuf>,
    variables: &Variables,
) -> Result<Loaded, ConfigError> {
    let mut problems = Vec::new();
    let mut tree = default_tree();
    keys::overlay(&mut tree, file, &mut problems);
    let overridden = environment::override_scalars(&mut tree, variables);
    let mut tree = Value::Object(tree);
    environment::substitute("", &mut tree, variables, &mut problems);
    let (config, found) = validate(&tree, &overridden);
    problems.extend(found);
    if problems.is_empty() {
        Ok(Loaded { config, origin, tree })
    } else {
        Err(ConfigError::Invalid { origin, problems })
    }
}

fn default_tree() -> Map<String, Value> {
    match serde_yaml_ng::from_str(DEFAULTS) {
        Ok(Value::Object(tree)) => tree,
        other => unreachable!("the embedded defaults are a table, which a test reads: {other:?}"),
    }
}

fn validate(tree: &Value, overridden: &BTreeMap<String, String>) -> (Config, Vec<Problem>) {
    let empty = Map::new();
    let mut reader = Reader::new(tree.as_object().unwrap_or(&empty), overridden);
    let config = Config::read(&mut reader);
    (config, reader.into_problems())
}

//! Configuration: defaults, file, environment, substitution, validation, in this order.
//!
//! One tree is laid over another until the last step reads it into types that cannot be wrong.

mod document;
mod environment;
mod error;
mod extensions;
mod keys;
mod mask;
mod providers;
mod reader;
#[cfg(test)]
mod tests;
mod valid;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub use environment::{UnknownVariable, Variables};
pub use error::{ConfigError, Problem};
pub use extensions::Extensions;
pub use valid::{Config, LogProvider, LogProviders, Otlp, Pair, ReadyAfter, Records, Service, Telemetry};

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
    /// Variables with the prefix of an override that override nothing.
    pub unknown_variables: Vec<UnknownVariable>,
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
    let syntax = |(format, message)| ConfigError::Syntax { path: path.to_owned(), format, message };
    match document::parse(&text).map_err(syntax)? {
        Value::Object(tree) => Ok(tree),
        Value::Null => Ok(Map::new()),
        _ => Err(syntax(("YAML", "the document must be a table of keys".to_owned()))),
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
    let unknown_variables = environment::unknown(&mut tree, variables);
    let mut tree = Value::Object(tree);
    environment::substitute("", &mut tree, variables, &mut problems);
    let told = problems.iter().map(|problem| problem.place.clone()).collect();
    let (mut config, found) = validate(&tree, &overridden, &told);
    problems.extend(found);
    if problems.is_empty() {
        config.extensions.environment = extensions::environment(variables);
        config.resolve_paths(origin.as_deref());
        Ok(Loaded { config, origin, unknown_variables, tree })
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

fn validate(
    tree: &Value,
    overridden: &BTreeMap<String, String>,
    told: &BTreeSet<String>,
) -> (Config, Vec<Problem>) {
    let empty = Map::new();
    let mut reader = Reader::new(tree.as_object().unwrap_or(&empty), overridden, told);
    let config = Config::read(&mut reader);
    (config, reader.into_problems())
}

//! YAML files as the model: everything that is wrong at once, each with its place.

mod attribute;
mod node;
mod signal;

use serde_yaml_ng::Value;

use super::annotation::ANNOTATION;
use super::deprecated::Deprecated;
use super::literal::Literal;
use super::model::{MANIFEST_FILE, Manifest, Registry, RegistryFile};
use super::problem::RegistryProblem;
use super::word::Stability;
use node::{Fields, Node, Reader};

const FILE_FORMAT: &str = "definition/2";
/// Sections that do not change what a program emits, and are skipped.
const SKIPPED: [&str; 1] = ["entities"];
/// Sections that would need another registry, or rewrite what is defined elsewhere.
const REFUSED: [&str; 5] =
    ["imports", "entity_refinements", "event_refinements", "metric_refinements", "span_refinements"];
const SECTIONS: [&str; 6] = ["file_format", "attributes", "attribute_groups", "metrics", "events", "spans"];

/// Reads the files of a registry, given as name and content; the order does not matter.
///
/// Entities and the requirement levels of signals are skipped: they do not change what a program emits.
pub fn read<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<Registry, Vec<RegistryProblem>> {
    let readout = read_what_can_be(files);
    if readout.problems.is_empty() { Ok(readout.registry) } else { Err(readout.problems) }
}

/// What could be read in spite of problems.
pub(super) struct Readout {
    pub(super) registry: Registry,
    pub(super) problems: Vec<RegistryProblem>,
    /// Whether each file was YAML at all, so that none of its definitions is missing.
    pub(super) is_whole: bool,
}

/// Reads on after problems, for those who want to say all of them.
pub(super) fn read_what_can_be<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Readout {
    let mut problems = Vec::new();
    let mut manifest = None;
    let mut read = Vec::new();
    for (name, text) in files {
        let reader = Reader::new(name.as_ref());
        match name.as_ref() {
            MANIFEST_FILE => manifest = document(&reader, text.as_ref(), read_manifest),
            other => read.extend(document(&reader, text.as_ref(), |node| read_file(stem(other), node))),
        }
        problems.extend(reader.into_problems());
    }
    let is_whole = read.len() + usize::from(manifest.is_some()) == files.len();
    if !files.iter().any(|(name, _)| name.as_ref() == MANIFEST_FILE) {
        problems.push(no_manifest());
    }
    read.sort_by(|one, other| one.name.cmp(&other.name));
    Readout { registry: Registry { manifest: manifest.unwrap_or_default(), files: read }, problems, is_whole }
}

fn no_manifest() -> RegistryProblem {
    let message = "there is no manifest: write a file with the `schema_url` of the registry";
    RegistryProblem { file: MANIFEST_FILE.to_owned(), place: String::new(), message: message.to_owned() }
}

fn stem(file: &str) -> &str {
    file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(file)
}

fn document<T>(reader: &Reader, text: &str, read: impl Fn(Node<'_>) -> T) -> Option<T> {
    match serde_yaml_ng::from_str::<Value>(text) {
        Ok(value) => Some(read(Node::root(reader, &value))),
        Err(error) => {
            reader.problem("", format!("this is no YAML: {error}"));
            None
        }
    }
}

fn read_manifest(node: Node<'_>) -> Manifest {
    let fields = node.fields(&["schema_url", "description", "stability", "dependencies"]);
    if fields.get("dependencies").is_some_and(|node| !node.items().is_empty()) {
        fields.problem("dependencies on other registries are not followed: define here what is used here");
    }
    Manifest {
        schema_url: fields.required("schema_url").map(schema_url).unwrap_or_default(),
        description: fields.optional_text("description").unwrap_or_default(),
        stability: fields.word("stability").unwrap_or(Stability::Development),
    }
}

/// The format's JSON Schema has a map with one key, people write the text alone.
fn schema_url(node: Node<'_>) -> String {
    match node.value() {
        Value::String(url) => url.clone(),
        _ => node.fields(&["url"]).text("url"),
    }
}

fn read_file(name: &str, node: Node<'_>) -> RegistryFile {
    let known: Vec<&str> = SECTIONS.into_iter().chain(SKIPPED).chain(REFUSED).collect();
    let fields = node.fields(&known);
    check_format(&fields);
    for refused in REFUSED {
        if fields.get(refused).is_some() {
            fields.problem(format!("`{refused}` is not supported: define here what is used here"));
        }
    }
    RegistryFile {
        name: name.to_owned(),
        attributes: fields.list("attributes", attribute::attribute),
        attribute_groups: fields.list("attribute_groups", attribute::group),
        metrics: fields.list("metrics", signal::metric),
        events: fields.list("events", signal::event),
        spans: fields.list("spans", signal::span),
    }
}

fn check_format(fields: &Fields<'_>) {
    if let Some(node) = fields.required("file_format")
        && let Some(format) = node.text()
        && format != FILE_FORMAT
    {
        node.problem(format!("unknown format `{format}`, write `{FILE_FORMAT}`"));
    }
}

/// A required word, with what stands for it once its absence has been said.
fn stability(fields: &Fields<'_>) -> Stability {
    fields.required("stability").and_then(|node| node.word()).unwrap_or(Stability::Development)
}

fn deprecated(fields: &Fields<'_>) -> Option<Deprecated> {
    let node = fields.get("deprecated")?;
    let why = node.fields(&["reason", "renamed_to", "note"]);
    let reason = why.required("reason")?;
    Some(match reason.text()?.as_str() {
        "renamed" => Deprecated::Renamed { to: why.text("renamed_to"), note: why.optional_text("note") },
        "obsoleted" => Deprecated::Obsoleted { note: why.text("note") },
        "uncategorized" => Deprecated::Uncategorized { note: why.text("note") },
        "unspecified" => Deprecated::Unspecified { note: why.text("note") },
        other => {
            let known = ["renamed", "obsoleted", "uncategorized", "unspecified"];
            reason.problem(node::unknown_word(other, &known));
            return None;
        }
    })
}

fn literal(node: &Node<'_>) -> Option<Literal> {
    let literal = match node.value() {
        Value::String(text) => Some(Literal::Text(text.clone())),
        Value::Bool(truth) => Some(Literal::Bool(*truth)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Some(Literal::Int(whole)),
            None => number.as_f64().filter(|number| number.is_finite()).map(Literal::Double),
        },
        _ => None,
    };
    if literal.is_none() {
        node.problem("write text, a finite number, or a truth value");
    }
    literal
}

/// One example or several. Examples of lists are skipped, as no declaration has lists.
fn examples(fields: &Fields<'_>) -> Vec<Literal> {
    let Some(node) = fields.get("examples") else { return Vec::new() };
    match node.value() {
        Value::Sequence(_) => {
            let is_single = |item: &Node<'_>| !item.value().is_sequence();
            node.items().iter().filter(|item| is_single(item)).filter_map(literal).collect()
        }
        _ => literal(&node).into_iter().collect(),
    }
}

/// Our annotation, with none but these keys. Those of others are their own business.
fn annotation<'a>(fields: &Fields<'a>, known: &[&str]) -> Option<Fields<'a>> {
    Some(fields.get("annotations")?.any_fields().get(ANNOTATION)?.fields(known))
}

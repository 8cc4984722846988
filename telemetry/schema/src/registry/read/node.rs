//! A YAML node with its place, so that whatever is wrong is said there, and reading goes on.

use std::cell::RefCell;

use serde_yaml_ng::{Mapping, Value};

use crate::registry::problem::RegistryProblem;
use crate::registry::word::Word;
use crate::suggestion::{nearest, unknown_key};

/// The problems of one file.
pub(super) struct Reader {
    file: String,
    problems: RefCell<Vec<RegistryProblem>>,
}

impl Reader {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), problems: RefCell::default() }
    }

    pub(super) fn problem(&self, place: &str, message: impl Into<String>) {
        let problem =
            RegistryProblem { file: self.file.clone(), place: place.to_owned(), message: message.into() };
        self.problems.borrow_mut().push(problem);
    }

    pub(super) fn into_problems(self) -> Vec<RegistryProblem> {
        self.problems.into_inner()
    }
}

/// A YAML node and its place in the file.
pub(super) struct Node<'a> {
    reader: &'a Reader,
    value: &'a Value,
    place: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(reader: &'a Reader, value: &'a Value) -> Self {
        Self { reader, value, place: String::new() }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    pub(super) fn problem(&self, message: impl Into<String>) {
        self.reader.problem(&self.place, message);
    }

    fn expected(&self, what: &str) {
        self.problem(format!("this is {}, write {what}", kind_of(self.value)));
    }

    /// As a map with none but these keys.
    pub(super) fn fields(self, known: &[&str]) -> Fields<'a> {
        let fields = self.any_fields();
        for key in fields.map.into_iter().flat_map(Mapping::keys) {
            match key.as_str() {
                Some(key) if known.contains(&key) => {}
                Some(key) => fields.node.problem(unknown_key(key, known)),
                None => fields.node.problem("a key must be text"),
            }
        }
        fields
    }

    /// As a map with any keys.
    pub(super) fn any_fields(self) -> Fields<'a> {
        let map = self.value.as_mapping();
        if map.is_none() {
            self.expected("a map");
        }
        Fields { node: self, map }
    }

    pub(super) fn text(&self) -> Option<String> {
        let text = self.value.as_str();
        if text.is_none() {
            self.expected("text, in quotes if it looks like something else");
        }
        text.map(str::to_owned)
    }

    pub(super) fn word<W: Word>(&self) -> Option<W> {
        let text = self.text()?;
        let word = W::from_word(&text);
        if word.is_none() {
            let known: Vec<&str> = W::ALL.iter().map(|word| word.as_str()).collect();
            self.problem(unknown_word(&text, &known));
        }
        word
    }

    pub(super) fn flag(&self) -> Option<bool> {
        let truth = self.value.as_bool();
        if truth.is_none() {
            self.expected("`true` or `false`");
        }
        truth
    }

    pub(super) fn double(&self) -> Option<f64> {
        let number = self.value.as_f64();
        if number.is_none() {
            self.expected("a number");
        }
        number
    }

    pub(super) fn count(&self) -> Option<u32> {
        let count = self.value.as_u64().and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            self.expected("a count");
        }
        count
    }

    pub(super) fn items(&self) -> Vec<Self> {
        let Some(items) = self.value.as_sequence() else {
            self.expected("a list");
            return Vec::new();
        };
        let item =
            |(index, value)| Self { reader: self.reader, value, place: format!("{}[{index}]", self.place) };
        items.iter().enumerate().map(item).collect()
    }
}

/// The message for a word that is not of a closed list.
pub(super) fn unknown_word(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(candidate) => format!("unknown word `{word}`, did you mean `{candidate}`?"),
        None => format!("unknown word `{word}`, known are `{}`", known.join("`, `")),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a map",
        Value::Tagged(_) => "a value with a tag",
    }
}

/// A map, of which some keys must be there.
pub(super) struct Fields<'a> {
    node: Node<'a>,
    map: Option<&'a Mapping>,
}

impl<'a> Fields<'a> {
    pub(super) fn problem(&self, message: impl Into<String>) {
        self.node.problem(message);
    }

    /// What is under a key; `null` is nothing.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.map?.get(key).filter(|value| !value.is_null())?;
        let place =
            if self.node.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.node.place) };
        Some(Node { reader: self.node.reader, value, place })
    }

    /// What must be under a key. Nothing is missed in what is no map, which has been said.
    pub(super) fn required(&self, key: &str) -> Option<Node<'a>> {
        let node = self.get(key);
        if node.is_none() && self.map.is_some() {
            self.problem(format!("`{key}` is missing"));
        }
        node
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.required(key).and_then(|node| node.text()).unwrap_or_default()
    }

    pub(super) fn optional_text(&self, key: &str) -> Option<String> {
        self.get(key)?.text()
    }

    pub(super) fn word<W: Word>(&self, key: &str) -> Option<W> {
        self.get(key)?.word()
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(|node| node.flag()).unwrap_or_default()
    }

    pub(super) fn list<T>(&self, key: &str, read: impl Fn(Node<'a>) -> T) -> Vec<T> {
        self.get(key).map(|node| node.items().into_iter().map(read).collect()).unwrap_or_default()
    }
}

//! Reads typed values out of the effective tree and collects what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use edge_proxy::UpstreamUrl;
use serde_json::{Map, Value};

use super::error::Problem;
use super::mask::masked_input;
use crate::quantity;

/// Shortest duration that is no mistake: timers tick in milliseconds.
const SPAN_MIN: Duration = Duration::from_millis(1);

/// Longest duration that is no mistake. Clocks overflow far later, senders give up far earlier.
const SPAN_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads one table. A getter that meets a problem records it and returns a stand-in: the whole configuration
/// is thrown away then, after every problem has been found.
pub(super) struct Reader<'a> {
    tree: &'a Map<String, Value>,
    /// Where the table stands, for the places of problems: empty or `policy_providers[0].`
    prefix: String,
    /// Environment variables by the key they set.
    overridden: &'a BTreeMap<String, String>,
    /// Places that have a problem already: one mistake is told once.
    told: &'a BTreeSet<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        tree: &'a Map<String, Value>,
        overridden: &'a BTreeMap<String, String>,
        told: &'a BTreeSet<String>,
    ) -> Self {
        Self { tree, prefix: String::new(), overridden, told, problems: Vec::new() }
    }

    /// Records a problem with `key`.
    pub(super) fn problem(&mut self, key: &str, message: impl Into<String>) {
        let place = format!("{}{key}", self.prefix);
        if self.told.contains(&place) {
            return;
        }
        let place = match self.overridden.get(&place) {
            Some(variable) => format!("{place} (set by {variable})"),
            None => place,
        };
        self.problems.push(Problem::new(place, message));
    }

    /// Every problem found so far.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn value(&self, key: &str) -> Option<&'a Value> {
        let mut table = self.tree;
        let mut keys = key.split('.').peekable();
        loop {
            let value = table.get(keys.next()?)?;
            if keys.peek().is_none() {
                return Some(value).filter(|value| !value.is_null());
            }
            table = value.as_object()?;
        }
    }

    /// The scalar as text: a number in a file, a substituted string and an environment variable read alike.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => {
                self.problem(key, "must be a single value, not a list or table");
                None
            }
        }
    }

    /// The text, or a problem if there is none.
    pub(super) fn required(&mut self, key: &str) -> String {
        let before = self.problems.len();
        let text = self.text(key);
        if text.is_none() && before == self.problems.len() {
            self.problem(key, "must be set");
        }
        text.unwrap_or_default()
    }

    /// The text as `parse` reads it; `expected` says what would be right.
    pub(super) fn parsed<T>(
        &mut self,
        key: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if self.value(key).is_some_and(|value| value == "") {
            self.problem(key, format!("is empty; it must be {expected}"));
        }
        let text = self.text(key)?;
        let value = parse(text.trim());
        if value.is_none() {
            self.problem(key, format!("`{}` is not {expected}", masked_input(&text)));
        }
        value
    }

    /// A size; what zero means is up to the key.
    pub(super) fn size(&mut self, key: &str) -> u64 {
        self.parsed(key, "a size such as 1048576 or 1MiB", quantity::size).unwrap_or_default()
    }

    /// A limit that would refuse everything if it were zero.
    pub(super) fn positive_size(&mut self, key: &str) -> u64 {
        let positive = |text: &str| quantity::size(text).filter(|size| *size > 0);
        self.parsed(key, "a positive size such as 1048576 or 1MiB", positive).unwrap_or_default()
    }

    pub(super) fn span(&mut self, key: &str) -> Duration {
        let bounded = |text: &str| quantity::span(text).filter(|span| (SPAN_MIN..=SPAN_MAX).contains(span));
        self.parsed(key, "a duration from 1ms to 24h such as 30s", bounded).unwrap_or_default()
    }

    pub(super) fn flag(&mut self, key: &str) -> bool {
        self.parsed(key, "true or false", |text| text.parse().ok()).unwrap_or_default()
    }

    /// One of a closed set of words.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> T {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of {}", names.join(", "));
        let find = |text: &str| words.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        self.parsed(key, &expected, find).unwrap_or(words[0].1)
    }

    /// The URL of an upstream.
    pub(super) fn url(&mut self, key: &str) -> Option<UpstreamUrl> {
        let text = self.text(key)?;
        let parsed = UpstreamUrl::parse(text.trim());
        if let Err(error) = &parsed {
            // The error quotes what it was given, and that may hold a key.
            self.problem(key, error.to_string().replace(text.trim(), &masked_input(text.trim())));
        }
        parsed.ok()
    }

    /// Reads each element of a list of tables.
    pub(super) fn each<T>(&mut self, key: &str, mut read: impl FnMut(&mut Reader<'_>) -> T) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(elements) = value.as_array() else {
            self.problem(key, "must be a list of tables");
            return Vec::new();
        };
        let mut out = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let place = format!("{key}[{index}]");
            let Some(tree) = element.as_object() else {
                self.problem(&place, "must be a table");
                continue;
            };
            let prefix = format!("{}{place}.", self.prefix);
            let (overridden, told) = (self.overridden, self.told);
            let mut inner = Reader { tree, prefix, overridden, told, problems: Vec::new() };
            out.push(read(&mut inner));
            self.problems.append(&mut inner.problems);
        }
        out
    }
}

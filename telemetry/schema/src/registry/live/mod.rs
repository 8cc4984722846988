//! What a program has emitted, compared with what it declares, both ways.

mod emitted;
#[cfg(feature = "live-check")]
mod otlp;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use emitted::{Emitted, EmittedAttribute, EmittedEvent, EmittedMetric, EmittedSpan};
#[cfg(feature = "live-check")]
pub use otlp::{OtlpError, OtlpSignal};

use crate::registry::attribute::{AttributeType, AttributeUse};
use crate::registry::literal::Literal;
use crate::registry::model::{Registry, RegistryFile};
use crate::registry::resolve::{ResolvedAttribute, Resolver};
use crate::registry::signal::{EventDef, MetricDef, SpanDef};
use crate::registry::word::PlainType;

/// Something that is not as declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Discrepancy {
    /// Which of the two has what the other has not.
    pub direction: Direction,
    /// The signal, such as ``metric `edge.x` ``.
    pub subject: String,
    /// What is not as declared.
    pub message: String,
}

/// Which of the two has what the other has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// The program emitted what is not declared, or not in this way.
    Emitted,
    /// Declared, but the program did not emit it.
    Declared,
}

impl Direction {
    /// The direction in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Emitted => "emitted",
            Self::Declared => "declared",
        }
    }
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.direction.as_str(), self.subject, self.message)
    }
}

/// Everything emitted that is not declared, and everything declared that was not emitted; each once, in order.
///
/// What is deprecated need not be emitted.
pub fn live_check(registry: &Registry, emitted: &Emitted) -> Vec<Discrepancy> {
    let mut check = Check { resolver: Resolver::new(registry), found: BTreeSet::new() };
    check.metrics(&all(registry, |file| &file.metrics), &emitted.metrics);
    check.events(&all(registry, |file| &file.events), &emitted.events);
    check.spans(&all(registry, |file| &file.spans), &emitted.spans);
    check.found.into_iter().collect()
}

fn all<T>(registry: &Registry, of_file: fn(&RegistryFile) -> &Vec<T>) -> Vec<&T> {
    registry.files.iter().flat_map(of_file).collect()
}

struct Check<'a> {
    resolver: Resolver<'a>,
    found: BTreeSet<Discrepancy>,
}

/// A declared signal, and the attributes it was ever emitted with.
struct Seen {
    declared: Vec<ResolvedAttribute>,
    keys: BTreeSet<String>,
}

impl Check<'_> {
    fn emitted(&mut self, subject: &str, message: impl Into<String>) {
        self.say(Direction::Emitted, subject, message.into());
    }

    fn declared(&mut self, subject: &str, message: impl Into<String>) {
        self.say(Direction::Declared, subject, message.into());
    }

    fn say(&mut self, direction: Direction, subject: &str, message: String) {
        self.found.insert(Discrepancy { direction, subject: subject.to_owned(), message });
    }

    fn metrics(&mut self, declared: &[&MetricDef], emitted: &[EmittedMetric]) {
        let mut seen = BTreeMap::new();
        for metric in emitted {
            let subject = format!("metric `{}`", metric.name);
            let Some(definition) = declared.iter().find(|definition| definition.name == metric.name) else {
                self.emitted(&subject, "is not declared");
                continue;
            };
            if metric.unit != definition.unit {
                self.emitted(
                    &subject,
                    format!("has unit `{}`, declared is `{}`", metric.unit, definition.unit),
                );
            }
            if metric.instrument != definition.instrument {
                let (is, should) = (metric.instrument, definition.instrument);
                self.emitted(&subject, format!("is a {is}, declared is a {should}"));
            }
            self.attributes(&mut seen, &subject, &definition.attributes, &metric.attributes);
        }
        self.never_seen(&seen);
        for definition in declared.iter().filter(|definition| definition.deprecated.is_none()) {
            self.signal_seen(&seen, &format!("metric `{}`", definition.name));
        }
    }

    fn events(&mut self, declared: &[&EventDef], emitted: &[EmittedEvent]) {
        let mut seen = BTreeMap::new();
        for event in emitted {
            let subject = format!("event `{}`", event.name);
            let Some(definition) = declared.iter().find(|definition| definition.name == event.name) else {
                self.emitted(&subject, "is not declared");
                continue;
            };
            if let (Some(is), Some(should)) = (event.severity, definition.severity)
                && is != should
            {
                self.emitted(&subject, format!("has severity `{is}`, declared is `{should}`"));
            }
            self.attributes(&mut seen, &subject, &definition.attributes, &event.attributes);
        }
        self.never_seen(&seen);
        for definition in declared.iter().filter(|definition| definition.deprecated.is_none()) {
            self.signal_seen(&seen, &format!("event `{}`", definition.name));
        }
    }

    fn spans(&mut self, declared: &[&SpanDef], emitted: &[EmittedSpan]) {
        let mut seen = BTreeMap::new();
        for span in emitted {
            // A span is found by its type; where its name is made otherwise, by the pattern that is a plain name.
            let is_it = |definition: &&&SpanDef| definition.id == span.name || definition.name == span.name;
            let Some(definition) = declared.iter().find(is_it) else {
                self.emitted(&format!("span `{}`", span.name), "is not declared");
                continue;
            };
            let subject = format!("span `{}`", definition.id);
            if span.kind != definition.kind {
                self.emitted(
                    &subject,
                    format!("is of kind `{}`, declared is `{}`", span.kind, definition.kind),
                );
            }
            self.attributes(&mut seen, &subject, &definition.attributes, &span.attributes);
        }
        self.never_seen(&seen);
        for definition in declared.iter().filter(|definition| definition.deprecated.is_none()) {
            self.signal_seen(&seen, &format!("span `{}`", definition.id));
        }
    }

    fn signal_seen(&mut self, seen: &BTreeMap<String, Seen>, subject: &str) {
        if !seen.contains_key(subject) {
            self.declared(subject, "was never emitted");
        }
    }

    fn attributes(
        &mut self,
        seen: &mut BTreeMap<String, Seen>,
        subject: &str,
        uses: &[AttributeUse],
        emitted: &[EmittedAttribute],
    ) {
        let known = seen
            .entry(subject.to_owned())
            .or_insert_with(|| Seen { declared: self.resolver.attributes_of(uses), keys: BTreeSet::new() });
        for attribute in emitted {
            match known.declared.iter().find(|declared| is_key_of(&attribute.key, declared)) {
                Some(declared) => {
                    known.keys.insert(declared.key.clone());
                    if let Some(message) = value_problem(attribute, &declared.kind) {
                        self.emitted(subject, message);
                    }
                }
                None => self.emitted(subject, format!("attribute `{}` is not declared", attribute.key)),
            }
        }
        for declared in known.declared.iter().filter(|declared| declared.is_required()) {
            if !emitted.iter().any(|attribute| is_key_of(&attribute.key, declared)) {
                self.emitted(subject, format!("required attribute `{}` is missing", declared.key));
            }
        }
    }

    /// Optional attributes that no emission had. The required ones were missed each time.
    fn never_seen(&mut self, seen: &BTreeMap<String, Seen>) {
        for (subject, Seen { declared, keys }) in seen {
            let optional = declared
                .iter()
                .filter(|attribute| !attribute.is_required() && attribute.deprecated.is_none());
            for attribute in optional.filter(|attribute| !keys.contains(&attribute.key)) {
                self.declared(subject, format!("attribute `{}` was never emitted", attribute.key));
            }
        }
    }
}

/// Whether a key is that of a declared attribute; those of a family continue its key.
fn is_key_of(key: &str, declared: &ResolvedAttribute) -> bool {
    match declared.kind {
        AttributeType::Template(_) | AttributeType::TemplateList(_) => {
            key.strip_prefix(&declared.key).is_some_and(|rest| rest.starts_with('.') && rest.len() > 1)
        }
        _ => key == declared.key,
    }
}

fn value_problem(attribute: &EmittedAttribute, kind: &AttributeType) -> Option<String> {
    let key = &attribute.key;
    let Some(value) = &attribute.value else {
        let takes_lists = matches!(
            kind,
            AttributeType::List(_) | AttributeType::TemplateList(_) | AttributeType::Plain(PlainType::Any)
        );
        return (!takes_lists).then(|| format!("attribute `{key}` has several values, declared is `{kind}`"));
    };
    if let AttributeType::Enum(members) = kind {
        let is_member = members.iter().any(|member| member.value == *value);
        return (!is_member)
            .then(|| format!("attribute `{key}` has `{value}`, which is no member of its enum"));
    }
    (!holds(kind, value))
        .then(|| format!("attribute `{key}` has a value of type `{}`, declared is `{kind}`", type_of(value)))
}

fn holds(kind: &AttributeType, value: &Literal) -> bool {
    match kind {
        AttributeType::Plain(plain) | AttributeType::Template(plain) => {
            *plain == PlainType::Any || *plain == type_of(value)
        }
        AttributeType::List(_) | AttributeType::TemplateList(_) | AttributeType::Enum(_) => false,
    }
}

fn type_of(value: &Literal) -> PlainType {
    match value {
        Literal::Text(_) => PlainType::String,
        Literal::Int(_) => PlainType::Int,
        Literal::Double(_) => PlainType::Double,
        Literal::Bool(_) => PlainType::Boolean,
    }
}

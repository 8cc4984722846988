//! The declaration of an event or of a span and its validation.

use crate::metrics::missing_brief;
use crate::name::{event_key_problem, event_name_problem};
use crate::problem::{Part, Problem};
use crate::stability::Promise;
use crate::suggestion::nearest;

/// How much an event can matter, rising.
pub const SEVERITIES: [&str; 5] = ["trace", "debug", "info", "warn", "error"];
/// Which side of a call a span can be.
pub const SPAN_KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];

/// An event or a span as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDeclaration {
    /// Which of the two.
    pub kind: RecordKind,
    /// Name of the event; which spans these are.
    pub name: String,
    /// First paragraph of the doc comment.
    pub brief: String,
    /// How far it can be relied on.
    pub promise: Promise,
    /// The attributes in the order of declaration.
    pub attributes: Vec<RecordAttribute>,
}

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// Something that happened.
    Event,
    /// Something that takes its time.
    Span,
}

/// One attribute as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAttribute {
    /// Name of the field.
    pub field: String,
    /// Its key, if the declaration gives one.
    pub key: Option<String>,
    /// First paragraph of the doc comment.
    pub brief: String,
    /// How far it can be relied on.
    pub promise: Promise,
    /// Whether it is no attribute but a set, whose attributes stand in its place.
    pub is_flattened: bool,
}

impl RecordKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Span => "span",
        }
    }

    /// The word with its article.
    pub const fn one(self) -> &'static str {
        match self {
            Self::Event => "an event",
            Self::Span => "a span",
        }
    }

    fn name_problem(self, name: &str) -> Option<&'static str> {
        match (event_name_problem(name), self) {
            (Some(_), Self::Span) if event_key_problem(name).is_none() => {
                Some("span name needs a namespace and a word, as in \"edge.request\"")
            }
            (problem, _) => problem,
        }
    }
}

impl RecordDeclaration {
    /// All mistakes, in the order of declaration.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let name = self.kind.name_problem(&self.name).map(|problem| format!("{problem}: `{}`", self.name));
        problems.extend(name.map(|message| Problem::of_set(Part::Name, message)));
        if self.brief.is_empty() {
            problems.push(Problem::of_set(Part::Brief, missing_brief(self.kind.as_str())));
        }
        let promise = self.promise.problems();
        problems.extend(promise.map(|(part, message)| Problem::of_set(part, message)));
        for (index, attribute) in self.attributes.iter().enumerate() {
            let of_attribute = if attribute.is_flattened {
                attribute.flattened_problems()
            } else {
                self.attribute_problems(index, attribute)
            };
            let of_field = |(part, message)| Problem::of_field(index, part, message);
            problems.extend(of_attribute.into_iter().map(of_field));
        }
        problems
    }

    fn attribute_problems(&self, index: usize, attribute: &RecordAttribute) -> Vec<(Part, String)> {
        let key = self.key_problem(index, attribute).map(|message| (Part::Name, message));
        let brief = attribute.brief.is_empty().then(|| (Part::Brief, missing_brief("attribute")));
        key.into_iter().chain(brief).chain(attribute.promise.problems()).collect()
    }

    fn key_problem(&self, index: usize, attribute: &RecordAttribute) -> Option<String> {
        let Some(key) = &attribute.key else {
            let one = self.kind.one();
            return Some(format!("an attribute of {one} needs its full key: `#[attribute(key = \"...\")]`"));
        };
        if let Some(problem) = event_key_problem(key) {
            return Some(format!("{problem}: `{key}`"));
        }
        let first = self.attributes[..index].iter().find(|other| other.key.as_ref() == Some(key))?;
        Some(format!("attribute `{key}` is already declared by field `{}`", first.field))
    }
}

impl RecordAttribute {
    fn flattened_problems(&self) -> Vec<(Part, String)> {
        let key = self.key.as_ref().map(|_| Part::Name);
        let given = key.into_iter().chain(self.promise.given());
        given.map(|part| (part, "a flattened set has keys of its own: leave it out".to_owned())).collect()
    }
}

/// What is wrong with a word that has to be one of a few, if anything.
pub fn word_problem(what: &str, word: &str, known: &[&str]) -> Option<String> {
    if known.contains(&word) {
        return None;
    }
    Some(match nearest(word, known) {
        Some(candidate) => format!("unknown {what} `{word}`, did you mean `{candidate}`?"),
        None => format!("unknown {what} `{word}`, known are `{}`", known.join("`, `")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(kind: RecordKind, name: &str, keys: &[Option<&str>]) -> RecordDeclaration {
        let attribute = |(at, key): (usize, Option<&str>)| RecordAttribute {
            field: format!("field_{at}"),
            key: key.map(str::to_owned),
            brief: "Brief.".to_owned(),
            promise: Promise::default(),
            is_flattened: false,
        };
        let attributes = keys.iter().copied().enumerate().map(attribute).collect();
        let (name, brief) = (name.to_owned(), "Brief.".to_owned());
        RecordDeclaration { kind, name, brief, promise: Promise::default(), attributes }
    }

    fn messages(declaration: &RecordDeclaration) -> Vec<String> {
        declaration.problems().into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn what_is_right_has_no_problems() {
        let keys = [Some("error.type"), Some("edge.policy.id")];
        for kind in [RecordKind::Event, RecordKind::Span] {
            assert_eq!(messages(&declared(kind, "edge.policy.rejected", &keys)), Vec::<String>::new());
        }
    }

    #[test]
    fn a_name_needs_a_namespace_and_says_of_what_it_is_the_name() {
        let event = messages(&declared(RecordKind::Event, "ready", &[]));
        assert_eq!(event, ["event name needs a namespace and a word, as in \"edge.server.ready\": `ready`"]);
        let span = messages(&declared(RecordKind::Span, "request", &[]));
        assert_eq!(span, ["span name needs a namespace and a word, as in \"edge.request\": `request`"]);
        let upper = messages(&declared(RecordKind::Span, "Request", &[]));
        assert_eq!(upper, ["name must start with a lower-case letter: `Request`"]);
    }

    #[test]
    fn keys_are_given_well_formed_and_once() {
        let keys = [Some("error.type"), None, Some("Id"), Some("otel.id"), Some("error.type"), None];
        assert_eq!(
            messages(&declared(RecordKind::Span, "edge.request", &keys)),
            [
                "an attribute of a span needs its full key: `#[attribute(key = \"...\")]`",
                "name must start with a lower-case letter: `Id`",
                "prefix `otel.` is reserved for OpenTelemetry: `otel.id`",
                "attribute `error.type` is already declared by field `field_0`",
                "an attribute of a span needs its full key: `#[attribute(key = \"...\")]`",
            ]
        );
    }

    #[test]
    fn briefs_are_needed_and_promises_known() {
        let mut event = declared(RecordKind::Event, "edge.server.ready", &[Some("server.port")]);
        event.brief.clear();
        event.promise.stability = Some("sure".to_owned());
        event.attributes[0].brief.clear();
        event.attributes[0].promise.deprecated = Some(String::new());
        let places = event.problems().into_iter().map(|problem| (problem.place.field, problem.place.part));
        let expected = [
            (None, Part::Brief),
            (None, Part::Stability),
            (Some(0), Part::Brief),
            (Some(0), Part::Deprecated),
        ];
        assert_eq!(places.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_flattened_set_needs_no_words_and_takes_none() {
        let mut event = declared(RecordKind::Event, "edge.server.ready", &[None, Some("server.port")]);
        for attribute in &mut event.attributes {
            attribute.is_flattened = true;
            attribute.brief.clear();
        }
        let places: Vec<_> = event.problems().iter().map(|problem| problem.place).collect();
        assert_eq!(places, [crate::Place { field: Some(1), part: Part::Name }]);
    }

    #[test]
    fn a_word_of_a_few_is_suggested() {
        assert_eq!(word_problem("severity", "warn", &SEVERITIES), None);
        assert_eq!(
            word_problem("severity", "warning", &SEVERITIES),
            Some(
                "unknown severity `warning`, known are `trace`, `debug`, `info`, `warn`, `error`".to_owned()
            )
        );
        assert_eq!(
            word_problem("kind", "sever", &SPAN_KINDS),
            Some("unknown kind `sever`, did you mean `server`?".to_owned())
        );
    }
}

//! The declaration of an attribute whose values are a closed list of words, and its validation.

use crate::attributes::key_problems;
use crate::metrics::missing_brief;
use crate::problem::{Part, Problem};
use crate::stability::Promise;

/// A closed list of words as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeEnumDeclaration {
    /// The key, if the list has one of its own: then metrics can vary by it per recording.
    pub key: Option<String>,
    /// First paragraph of the doc comment.
    pub brief: String,
    /// What the attribute promises.
    pub promise: Promise,
    /// The words in the order of declaration.
    pub members: Vec<MemberDeclaration>,
}

/// One word as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberDeclaration {
    /// Name of the variant.
    pub variant: String,
    /// The word, if the declaration overrides the derived one.
    pub value: Option<String>,
    /// First paragraph of the doc comment; may be empty.
    pub brief: String,
}

impl AttributeEnumDeclaration {
    /// All mistakes, those of the words after those of the list. The name of a field is the word of a variant.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.key_problems();
        for (index, member) in self.members.iter().enumerate() {
            let value = member.value();
            if value.is_empty() {
                let message = "a value is empty: for Prometheus that is no label at all";
                problems.push(Problem::of_field(index, Part::Name, message));
            }
            if let Some(first) = self.members[..index].iter().find(|other| other.value() == value) {
                let message = format!("value `{value}` is already taken by `{}`", first.variant);
                problems.push(Problem::of_field(index, Part::Name, message));
            }
        }
        problems
    }

    fn key_problems(&self) -> Vec<Problem> {
        let Some(key) = &self.key else {
            let message = "only an attribute promises anything: give the enum a key with `key = \"...\"`";
            return self.promise.given().map(|part| Problem::of_set(part, message)).collect();
        };
        let mut problems: Vec<_> =
            key_problems(key).into_iter().map(|message| Problem::of_set(Part::Name, message)).collect();
        if self.brief.is_empty() {
            problems.push(Problem::of_set(Part::Brief, missing_brief("attribute")));
        }
        problems.extend(self.promise.problems().map(|(part, message)| Problem::of_set(part, message)));
        problems
    }
}

impl MemberDeclaration {
    /// The variant in snake case: `HttpServer` and `HTTPServer` are `http_server`. A word starts at a capital after a
    /// small letter or a digit, and at the last capital of several.
    pub fn id(&self) -> String {
        let letters: Vec<char> = self.variant.chars().collect();
        let mut word = String::new();
        for (index, letter) in letters.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| letters[before]);
            let after = letters.get(index + 1);
            let starts = before.is_some_and(|before| {
                before != '_' && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
            });
            if letter.is_uppercase() && starts {
                word.push('_');
            }
            word.extend(letter.to_lowercase());
        }
        word
    }

    /// The word that exporters show.
    pub fn value(&self) -> String {
        self.value.clone().unwrap_or_else(|| self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(variant: &str, value: Option<&str>) -> MemberDeclaration {
        let value = value.map(str::to_owned);
        MemberDeclaration { variant: variant.to_owned(), value, brief: String::new() }
    }

    fn outcome(key: Option<&str>) -> AttributeEnumDeclaration {
        AttributeEnumDeclaration {
            key: key.map(str::to_owned),
            brief: "What happened.".to_owned(),
            promise: Promise::default(),
            members: vec![member("Kept", None), member("Dropped", None)],
        }
    }

    fn parts(declaration: &AttributeEnumDeclaration) -> Vec<Part> {
        declaration.problems().iter().map(|problem| problem.place.part).collect()
    }

    #[test]
    fn a_list_needs_neither_key_nor_brief_but_a_key_needs_a_brief() {
        assert_eq!(parts(&AttributeEnumDeclaration { brief: String::new(), ..outcome(None) }), []);
        assert_eq!(parts(&outcome(Some("app.outcome"))), []);
        let silent = AttributeEnumDeclaration { brief: String::new(), ..outcome(Some("app.outcome")) };
        assert_eq!(parts(&silent), [Part::Brief]);
    }

    #[test]
    fn keys_are_those_of_attributes() {
        for key in ["App.outcome", "le", "otel.outcome", ""] {
            assert_eq!(parts(&outcome(Some(key))), [Part::Name], "{key}");
        }
    }

    #[test]
    fn without_a_key_nothing_is_promised() {
        let promise = Promise { stability: Some("stable".to_owned()), deprecated: None };
        let keyless = AttributeEnumDeclaration { promise: promise.clone(), ..outcome(None) };
        assert_eq!(parts(&keyless), [Part::Stability]);
        assert_eq!(parts(&AttributeEnumDeclaration { promise, ..outcome(Some("app.outcome")) }), []);
    }

    #[test]
    fn words_are_different_and_not_empty() {
        let members = vec![member("A", Some("x")), member("X", None), member("Nothing", Some(""))];
        let problems = AttributeEnumDeclaration { members, ..outcome(None) }.problems();
        let places: Vec<_> = problems.iter().map(|problem| problem.place.field).collect();
        assert_eq!(places, [Some(1), Some(2)]);
    }

    #[test]
    fn variants_become_words() {
        let variants = ["HTTP", "HTTPServer", "HttpServer", "V2Grpc", "Http2", "with_word"];
        let words = variants.map(|variant| member(variant, None).id());
        assert_eq!(words, ["http", "http_server", "http_server", "v2_grpc", "http2", "with_word"]);
    }
}

//! How far a declaration can be relied on: its stability, and whether it should not be used any more.

use crate::problem::Part;
use crate::suggestion::nearest;

/// The words for how far a declaration can be relied on, rising; those of OpenTelemetry's document status.
pub const STABILITIES: [&str; 5] = ["development", "alpha", "beta", "release_candidate", "stable"];

/// What a declaration promises about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Promise {
    /// One of [`STABILITIES`]; without one it is in development.
    pub stability: Option<String>,
    /// What to use instead, if it should not be used any more.
    pub deprecated: Option<String>,
}

impl Promise {
    /// All mistakes.
    pub(crate) fn problems(&self) -> impl Iterator<Item = (Part, String)> {
        let stability = self.stability.as_deref().and_then(stability_problem);
        let deprecated = self.deprecated.as_deref().and_then(deprecated_problem);
        let stability = stability.map(|message| (Part::Stability, message));
        stability.into_iter().chain(deprecated.map(|message| (Part::Deprecated, message)))
    }

    /// The parts that are given where nothing is promised.
    pub(crate) fn given(&self) -> impl Iterator<Item = Part> {
        let stability = self.stability.as_ref().map(|_| Part::Stability);
        stability.into_iter().chain(self.deprecated.as_ref().map(|_| Part::Deprecated))
    }
}

fn stability_problem(word: &str) -> Option<String> {
    if STABILITIES.contains(&word) {
        return None;
    }
    let meant = nearest(word, &STABILITIES).map(|near| format!(", did you mean `{near}`?"));
    Some(format!(
        "stability `{word}` is none of `{}`{}",
        STABILITIES.join("`, `"),
        meant.as_deref().unwrap_or_default()
    ))
}

fn deprecated_problem(note: &str) -> Option<String> {
    note.trim().is_empty().then(|| "say what to use instead, as in \"use `app.requests`\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(stability: &str, deprecated: &str) -> Vec<(Part, String)> {
        let (stability, deprecated) = (Some(stability.to_owned()), Some(deprecated.to_owned()));
        Promise { stability, deprecated }.problems().collect()
    }

    #[test]
    fn every_word_of_the_list_is_right() {
        for word in STABILITIES {
            assert_eq!(problems(word, "use x"), []);
        }
    }

    #[test]
    fn other_words_are_said_with_the_list_and_the_nearest() {
        let said = problems("stabel", " ");
        assert_eq!(
            said.iter().map(|(part, _)| *part).collect::<Vec<_>>(),
            [Part::Stability, Part::Deprecated]
        );
        for word in STABILITIES {
            assert!(said[0].1.contains(word), "{}", said[0].1);
        }
        assert!(said[0].1.ends_with("did you mean `stable`?"), "{}", said[0].1);
        assert!(problems("finished", "use x")[0].1.ends_with("`stable`"));
    }
}

//! What changed between two versions of a registry, and which of it breaks those who use what is emitted.

mod attributes;
mod renames;
mod signals;

use std::fmt;

use super::model::{Registry, RegistryFile};
use super::resolve::Resolver;
use super::word::Stability;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether somebody must do something about it.
    pub effect: Effect,
    /// What changed, such as ``metric `edge.x` ``.
    pub subject: String,
    /// How it changed.
    pub message: String,
}

/// Whether somebody must do something about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Queries, dashboards or alerts no longer say what they said.
    Breaking,
    /// Everything goes on.
    Compatible,
}

impl Effect {
    /// The effect in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Compatible => "compatible",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.effect.as_str(), self.subject, self.message)
    }
}

/// Every change from one version to the next: attributes, metrics, events, spans, each by name.
///
/// In which file something is defined is no change.
pub fn diff(old: &Registry, new: &Registry) -> Vec<Change> {
    let mut changes = Changes { old: Resolver::new(old), new: Resolver::new(new), found: Vec::new() };
    attributes::diff(&all(old, |file| &file.attributes), &all(new, |file| &file.attributes), &mut changes);
    signals::diff_metrics(&all(old, |file| &file.metrics), &all(new, |file| &file.metrics), &mut changes);
    signals::diff_events(&all(old, |file| &file.events), &all(new, |file| &file.events), &mut changes);
    signals::diff_spans(&all(old, |file| &file.spans), &all(new, |file| &file.spans), &mut changes);
    changes.found
}

fn all<T>(registry: &Registry, of_file: fn(&RegistryFile) -> &Vec<T>) -> Vec<&T> {
    registry.files.iter().flat_map(of_file).collect()
}

/// What a comparison needs, and what it found.
struct Changes<'a> {
    old: Resolver<'a>,
    new: Resolver<'a>,
    found: Vec<Change>,
}

impl Changes<'_> {
    fn breaking(&mut self, subject: &str, message: impl Into<String>) {
        self.push(Effect::Breaking, subject, message.into());
    }

    fn compatible(&mut self, subject: &str, message: impl Into<String>) {
        self.push(Effect::Compatible, subject, message.into());
    }

    fn push(&mut self, effect: Effect, subject: &str, message: String) {
        self.found.push(Change { effect, subject: subject.to_owned(), message });
    }

    /// What every definition has.
    fn common(&mut self, subject: &str, old: &Common<'_>, new: &Common<'_>) {
        if old.brief != new.brief {
            self.compatible(subject, "brief changed");
        }
        if old.stability != new.stability {
            let message = format!("stability changed from `{}` to `{}`", old.stability, new.stability);
            let is_promise_broken = new.stability < old.stability;
            self.push(
                if is_promise_broken { Effect::Breaking } else { Effect::Compatible },
                subject,
                message,
            );
        }
        match (old.is_deprecated, new.is_deprecated) {
            (false, true) => self.compatible(subject, "deprecated"),
            (true, false) => self.compatible(subject, "no longer deprecated"),
            _ => {}
        }
    }

    /// Something that is not said of both in the same way.
    fn changed<T: PartialEq + fmt::Display + ?Sized>(&mut self, subject: &str, what: &str, old: &T, new: &T) {
        if old != new {
            self.breaking(subject, format!("{what} changed from `{old}` to `{new}`"));
        }
    }
}

/// What every definition has.
struct Common<'a> {
    brief: &'a str,
    stability: Stability,
    is_deprecated: bool,
}

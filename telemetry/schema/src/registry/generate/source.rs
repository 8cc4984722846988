//! Rust source, as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::registry::deprecated::Deprecated;
use crate::registry::word::Stability;

/// The items of a file, and what they import from the SDK.
#[derive(Default)]
pub(super) struct Source {
    pub(super) imports: BTreeSet<&'static str>,
    pub(super) items: String,
}

impl Source {
    pub(super) fn import(&mut self, name: &'static str) -> &'static str {
        self.imports.insert(name);
        name
    }

    /// Starts an item: an empty line and its doc comment.
    pub(super) fn item(&mut self, brief: &str, note: Option<&str>) {
        self.items.push('\n');
        self.doc("", brief, note);
    }

    pub(super) fn line(&mut self, line: &str) {
        self.items.push_str(line);
        self.items.push('\n');
    }

    /// A doc comment: the brief is its first paragraph, on one line.
    pub(super) fn doc(&mut self, indent: &str, brief: &str, note: Option<&str>) {
        let brief = brief.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(self.items, "{indent}/// {brief}").expect("writing to a String cannot fail");
        let Some(note) = note else { return };
        self.line(&format!("{indent}///"));
        for line in note.trim().lines() {
            self.line(format!("{indent}/// {}", line.trim()).trim_end());
        }
    }

    /// The whole file.
    pub(super) fn finish(self) -> String {
        let imports: Vec<&str> = self.imports.into_iter().collect();
        let head = "// Generated from a semantic registry by `telemetry-schema generate`. Do not edit: the next\n\
                    // generation overwrites it.\n";
        let import = match &imports[..] {
            [] => String::new(),
            [only] => format!("\nuse telemetry::{only};\n"),
            several => format!("\nuse telemetry::{{{}}};\n", several.join(", ")),
        };
        format!("{head}{import}{}", self.items)
    }
}

/// The arguments of a helper attribute, in the order given; without any there is no attribute.
#[derive(Default)]
pub(super) struct Arguments(Vec<String>);

impl Arguments {
    pub(super) fn text(mut self, key: &str, text: &str) -> Self {
        self.0.push(format!("{key} = {text:?}"));
        self
    }

    pub(super) fn raw(mut self, argument: String) -> Self {
        self.0.push(argument);
        self
    }

    pub(super) fn some_text(self, key: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(key, text),
            None => self,
        }
    }

    /// What is not said for what is in development and in use.
    pub(super) fn promises(self, stability: Stability, deprecated: Option<&Deprecated>) -> Self {
        let stable = (stability != Stability::Development).then(|| stability.to_string());
        let why = deprecated.map(ToString::to_string);
        self.some_text("stability", stable.as_deref()).some_text("deprecated", why.as_deref())
    }

    /// `#[name(arguments)]`, or nothing.
    pub(super) fn helper(self, indent: &str, name: &str) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("{indent}#[{name}({})]", self.0.join(", ")))
    }
}

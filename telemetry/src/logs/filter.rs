//! Which events go anywhere: the directives of `RUST_LOG`.

use std::fmt;
use std::str::FromStr;

use super::Level;

/// `info,edge_proxy=debug,edge::worker=trace,h2=off`: a level for everything, and others for what starts with a
/// target or a module. The longest match counts; of two alike, the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Longest prefix first; that of everything is empty.
    directives: Vec<Directive>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Directive {
    prefix: String,
    /// `None` is off.
    level: Option<Level>,
}

impl From<Level> for Filter {
    fn from(level: Level) -> Self {
        Self { directives: vec![Directive { prefix: String::new(), level: Some(level) }] }
    }
}

/// Where the directives of a process usually stand.
const VARIABLE: &str = "RUST_LOG";

impl Filter {
    /// What the variable `RUST_LOG` says; `otherwise` if it is not set or empty.
    pub fn from_env(otherwise: impl Into<Self>) -> Result<Self, FilterProblems> {
        // What is no UTF-8 is no directive either, and is said like any other mistake.
        let directives = std::env::var_os(VARIABLE).unwrap_or_default();
        match directives.to_string_lossy() {
            directives if directives.trim().is_empty() => Ok(otherwise.into()),
            directives => directives.parse(),
        }
    }

    /// Whether an event of a module goes anywhere.
    pub fn enables(&self, level: Level, module: &str) -> bool {
        let directive = self.directives.iter().find(|directive| module.starts_with(&directive.prefix));
        directive.and_then(|directive| directive.level).is_some_and(|least| level >= least)
    }

    /// The least level that goes anywhere at all.
    pub(super) fn least(&self) -> Option<Level> {
        self.directives.iter().filter_map(|directive| directive.level).min()
    }
}

impl FromStr for Filter {
    type Err = FilterProblems;

    /// All parts that are no directives are said at once. Without a level for everything it is `off`, as in
    /// `tracing`'s filter; a target without a level is on as a whole.
    fn from_str(text: &str) -> Result<Self, FilterProblems> {
        let mut directives: Vec<Directive> = Vec::new();
        let mut problems = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match directive(part) {
                Ok(directive) => {
                    directives.retain(|other| other.prefix != directive.prefix);
                    directives.push(directive);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if directives.is_empty() && problems.is_empty() {
            problems.push("no directive at all: write a level, such as `info`".to_owned());
        }
        directives.sort_by_key(|directive| std::cmp::Reverse(directive.prefix.len()));
        if problems.is_empty() { Ok(Self { directives }) } else { Err(FilterProblems(problems)) }
    }
}

fn directive(part: &str) -> Result<Directive, String> {
    if part.contains(['[', ']', '{', '}']) {
        return Err(format!("`{part}`: spans and fields cannot be selected, write `target=level`"));
    }
    if part.contains('/') {
        return Err(format!("`{part}`: messages cannot be searched, write `target=level`"));
    }
    let (prefix, word) = match part.split_once('=') {
        Some((prefix, word)) => (prefix.trim(), word.trim()),
        None => match level(part) {
            Ok(level) => return Ok(Directive { prefix: String::new(), level }),
            Err(_) => (part, Level::Trace.as_str()),
        },
    };
    let is_path = !prefix.is_empty()
        && prefix.chars().all(|letter| letter.is_alphanumeric() || "_:-.".contains(letter));
    if !is_path {
        return Err(format!(
            "`{part}`: `{prefix}` is no target, write one such as `edge_proxy` or `edge::worker`"
        ));
    }
    let level = level(word).map_err(|problem| format!("`{part}`: {problem}"))?;
    Ok(Directive { prefix: prefix.to_owned(), level })
}

fn level(word: &str) -> Result<Option<Level>, String> {
    if word.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    word.parse().map(Some).map_err(|problem: super::UnknownLevel| format!("{problem}, off"))
}

/// Every part of a filter that is no directive, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterProblems(pub Vec<String>);

impl fmt::Display for FilterProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for FilterProblems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_counts() {
        let filter: Filter =
            "info, edge=debug,edge::worker=TRACE,h2=off,edge_proxy=warn,tokio".parse().unwrap();
        for (level, module, expected) in [
            (Level::Info, "other", true),
            (Level::Debug, "other", false),
            (Level::Debug, "edge::config", true),
            (Level::Trace, "edge::config", false),
            (Level::Trace, "edge::worker::inner", true),
            (Level::Error, "h2::codec", false),
            (Level::Info, "edge_proxy::server", false),
            (Level::Trace, "tokio::runtime", true),
        ] {
            assert_eq!(filter.enables(level, module), expected, "{level} {module}");
        }
        assert_eq!(filter.least(), Some(Level::Trace));
    }

    #[test]
    fn of_two_alike_the_last_counts_and_what_nothing_names_is_off() {
        let filter: Filter = "edge=trace,edge=error".parse().unwrap();
        assert!(!filter.enables(Level::Warn, "edge"));
        assert!(!filter.enables(Level::Error, "other"));
        assert_eq!("off".parse::<Filter>().unwrap().least(), None);
    }

    #[test]
    fn every_wrong_part_is_said() {
        let problems = "info,edge=loud,a[span]=info,x/y,=info,b c=info".parse::<Filter>().unwrap_err().0;
        let words =
            ["`edge=loud`: unknown log level `loud`", "spans", "messages", "no target", "`b c` is no target"];
        assert_eq!(problems.len(), words.len(), "{problems:?}");
        for (problem, word) in problems.iter().zip(words) {
            assert!(problem.contains(word), "{problem}");
        }
        assert!("".parse::<Filter>().is_err());
    }
}

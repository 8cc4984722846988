//! Lints beyond the format's JSON Schema: all problems at once, each with its place.

mod attributes;
mod manifest;
mod signals;

use std::collections::{HashMap, HashSet};

use super::model::{MANIFEST_FILE, Registry, RegistryFile};
use super::problem::RegistryProblem;
use super::read::{Readout, read_what_can_be};
use super::resolve::Resolver;

/// Everything that is wrong with a registry.
pub fn check(registry: &Registry) -> Vec<RegistryProblem> {
    let mut lints = Lints { resolver: Resolver::new(registry), problems: Vec::new() };
    manifest::check(&registry.manifest, &mut lints);
    manifest::check_files(&registry.files, &mut lints);
    attributes::check(&registry.files, &mut lints);
    signals::check(&registry.files, &mut lints);
    lints.problems
}

/// Everything that is wrong with the files of a registry: reading goes on after a problem, so that it does not hide
/// those of other definitions.
pub fn check_files<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Vec<RegistryProblem> {
    let Readout { registry, mut problems, is_whole } = read_what_can_be(files);
    // What stood in a file that is no YAML would be missed wherever something refers to it.
    if !is_whole {
        return problems;
    }
    // The manifest is one definition.
    let place = |problem: &RegistryProblem| match problem.file.as_str() {
        MANIFEST_FILE => String::new(),
        _ => definition(&problem.place).to_owned(),
    };
    let definition_of = |problem: &RegistryProblem| (problem.file.clone(), place(problem));
    let said: HashSet<(String, String)> = problems.iter().map(definition_of).collect();
    problems.extend(check(&registry).into_iter().filter(|problem| !said.contains(&definition_of(problem))));
    problems
}

/// The definition that a place is in: `metrics[3]` of `metrics[3].unit`.
fn definition(place: &str) -> &str {
    place.split('.').next().unwrap_or(place)
}

/// What lints need, and what they found.
struct Lints<'a> {
    resolver: Resolver<'a>,
    problems: Vec<RegistryProblem>,
}

impl Lints<'_> {
    fn problem(&mut self, file: &RegistryFile, place: impl Into<String>, message: impl Into<String>) {
        let problem =
            RegistryProblem { file: file.file_name(), place: place.into(), message: message.into() };
        self.problems.push(problem);
    }

    fn brief(&mut self, file: &RegistryFile, place: &str, what: &str, brief: &str) {
        if brief.trim().is_empty() {
            self.problem(file, format!("{place}.brief"), format!("{what} needs a brief: say what it means"));
        }
    }
}

/// Names of one kind, and where each was first defined.
#[derive(Default)]
struct Taken(HashMap<String, String>);

impl Taken {
    /// The place that has the name already.
    fn take(&mut self, name: &str, file: &RegistryFile, place: &str) -> Option<String> {
        if let Some(first) = self.0.get(name) {
            return Some(first.clone());
        }
        self.0.insert(name.to_owned(), format!("{}, {place}", file.file_name()));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::definition;

    #[test]
    fn a_place_is_in_a_definition() {
        assert_eq!(definition("metrics[3].unit"), "metrics[3]");
        assert_eq!(definition("metrics[3]"), "metrics[3]");
        assert_eq!(definition(""), "");
    }
}

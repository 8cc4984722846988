//! From files to problems: each by itself, then all together.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use edge_policy::{About, PolicySet, Rejected, Snapshot, Warning, lint, place_of, remedy};

use super::line::line_of;
use super::{Level, Problem, Report};
use crate::cli::extensions;

/// A file that holds policies.
struct Read {
    name: String,
    text: Vec<u8>,
    set: PolicySet,
}

/// Checks files as one set; of several policies with one id the last counts, as in the proxy.
pub(super) fn check(paths: &[PathBuf]) -> Report {
    let mut report = Report::default();
    let mut read: Vec<Read> = paths.iter().filter_map(|path| open(path, &mut report)).collect();
    for file in &read {
        report.rejected += file.set.rejected.len();
        report.problems.extend(file.set.rejected.iter().flat_map(|rejected| file.invalid(rejected)));
        report.problems.extend(file.set.warnings.iter().map(|warning| file.warning(warning)));
    }
    report.problems.extend(same_ids(&read));
    check_together(&mut read, &mut report);
    report.problems.sort_by_key(|problem| paths.iter().position(|path| name(path) == problem.file));
    report
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn open(path: &Path, report: &mut Report) -> Option<Read> {
    let mut unusable = |message, position, remedy| {
        report.problems.push(unusable(path, message, position, remedy));
        None
    };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) => return unusable(format!("cannot be read: {error}"), None, None),
    };
    match PolicySet::parse(&text) {
        Ok(set) => Some(Read { name: name(path), text, set }),
        Err(error) => {
            // What is no JSON and no YAML needs another remedy, where the error says.
            let remedy = Some(UNUSABLE).filter(|_| error.position().is_none());
            unusable(error.to_string(), error.position(), remedy)
        }
    }
}

const UNUSABLE: &str = "write `policies: […]`, or a list of policies";

fn unusable(
    path: &Path,
    message: String,
    position: Option<(usize, usize)>,
    remedy: Option<&'static str>,
) -> Problem {
    Problem {
        level: Level::Unusable,
        rule: "unusable",
        file: name(path),
        line: position.map(|(line, _)| line),
        column: position.map(|(_, column)| column),
        policy: None,
        place: String::new(),
        message,
        remedy,
    }
}

impl Read {
    fn invalid(&self, rejected: &Rejected) -> Vec<Problem> {
        let problem = |error: &String| {
            let (place, problem) = place_of(error);
            self.problem(Level::Error, "invalid", Some(&rejected.id), place, problem, remedy(error))
        };
        rejected.errors.iter().map(problem).collect()
    }

    fn warning(&self, warning: &Warning) -> Problem {
        let (place, remark) = place_of(&warning.remark);
        match &warning.about {
            About::Document => self.problem(Level::Warning, "odd", None, place, remark, None),
            About::Policy(id) => self.problem(Level::Warning, "odd", Some(id), place, remark, None),
            About::Nameless(index) => {
                let place = format!("policies[{index}]");
                self.problem(Level::Error, "nameless", None, &place, &warning.remark, remedy(remark))
            }
        }
    }

    fn problem(
        &self,
        level: Level,
        rule: &'static str,
        policy: Option<&str>,
        place: &str,
        problem: &str,
        remedy: Option<&'static str>,
    ) -> Problem {
        Problem {
            level,
            rule,
            file: self.name.clone(),
            line: policy.and_then(|id| line_of(&self.text, id)),
            column: None,
            policy: policy.map(str::to_owned),
            place: place.to_owned(),
            message: problem.to_owned(),
            remedy,
        }
    }

    fn ids(&self) -> impl Iterator<Item = &String> {
        let valid = self.set.policies.iter().map(|policy| &policy.id);
        valid.chain(self.set.rejected.iter().map(|rejected| &rejected.id))
    }
}

/// Policies whose id another file has too.
fn same_ids(read: &[Read]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut firsts: HashMap<&String, &str> = HashMap::new();
    for file in read {
        for id in file.ids() {
            if let Some(first) = firsts.get(id).filter(|first| **first != file.name) {
                let problem = format!("{first} has a policy with the same id, and only one will be in force");
                let remedy = Some("give one of them another id");
                found.push(file.problem(Level::Warning, "same-id", Some(id), "", &problem, remedy));
            }
            firsts.entry(id).or_insert(&file.name);
        }
    }
    found
}

/// What only shows when all policies are compiled, and what is odd about them beside each other.
fn check_together(read: &mut [Read], report: &mut Report) {
    let mut owners = HashMap::new();
    let mut all = PolicySet::default();
    for (index, file) in read.iter_mut().enumerate() {
        for policy in file.set.policies.drain(..) {
            if owners.insert(policy.id.clone(), index).is_some() {
                all.policies.retain(|earlier| earlier.id != policy.id);
            }
            all.policies.push(policy);
        }
    }
    let snapshot = Snapshot::compile(&all, None);
    report.in_force = snapshot.ids().len();
    report.rejected += snapshot.rejected().len();
    let owner = |id: &String| &read[owners[id]];
    report
        .problems
        .extend(snapshot.rejected().iter().flat_map(|rejected| owner(&rejected.id).invalid(rejected)));
    for (id, problem) in extensions::problems(&snapshot) {
        let (place, problem) = place_of(&problem);
        let remedy = Some("take it out, or mend it: no copies are made for it");
        let file = &read[owners[id]];
        report.problems.push(file.problem(Level::Warning, "extension", Some(id), place, problem, remedy));
    }
    all.policies.retain(|policy| snapshot.ids().binary_search(&policy.id).is_ok());
    for finding in lint(&all.policies, &snapshot) {
        let file = owner(&finding.policy);
        report.problems.push(file.problem(
            Level::Warning,
            finding.lint,
            Some(&finding.policy),
            &finding.place,
            &finding.problem,
            Some(finding.remedy),
        ));
    }
}

//! The patterns of one field: a database over all of them, and what a database cannot take.

use std::collections::HashMap;
use std::ffi::CString;

use edge_hyperscan::Database;
use memchr::memmem;
use regex_automata::MatchKind;
use regex_automata::util::prefilter::Prefilter;

use super::library::PatternLibrary;
use crate::pattern::{Kind, Pattern, required_literals, to_pcre};

/// Up to so many plain literals are compared one by one: cheaper than entering a database.
const LITERALS_DIRECT_MAX: usize = 4;

/// Literals that one vectorised search can look for at once.
const FIRST_LOOK_LITERALS_MAX: usize = 64;

/// A distinct pattern of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PatternId(pub(crate) u32);

/// The patterns of one field, each with the policies it is the gate of.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) list: Vec<Pattern>,
    ids: HashMap<(Kind, bool), PatternId>,
    pub(crate) gates: Vec<Vec<u32>>,
    /// How each pattern is looked for.
    pub(crate) plan: Plan,
}

/// How the patterns of a field are looked for.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Patterns that the library looks for, all at once.
    pub(crate) groups: Vec<Group>,
    /// Literals compared one by one.
    pub(crate) literals: Vec<(PatternId, Finder)>,
    /// Patterns matched one by one by the fallback engine.
    pub(crate) alone: Vec<PatternId>,
}

/// Patterns in one database.
#[derive(Debug)]
pub(crate) struct Group {
    /// The database by its index in the engine's list.
    pub(crate) database: usize,
    /// The pattern behind each of the database's ids.
    pub(crate) ids: Vec<PatternId>,
    /// Finds a literal that a text must hold for any of them to match.
    pub(crate) first_look: Option<Prefilter>,
}

/// A plain comparison of bytes.
#[derive(Debug)]
pub(crate) enum Finder {
    Exact(Box<[u8]>),
    Prefix(Box<[u8]>),
    Suffix(Box<[u8]>),
    Contains(Box<memmem::Finder<'static>>),
}

impl Finder {
    fn new(kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Regex(_) => return None,
            Kind::Exact(text) => Self::Exact(text.as_bytes().into()),
            Kind::Prefix(text) => Self::Prefix(text.as_bytes().into()),
            Kind::Suffix(text) => Self::Suffix(text.as_bytes().into()),
            Kind::Contains(text) => Self::Contains(Box::new(memmem::Finder::new(text).into_owned())),
        })
    }

    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Self::Exact(literal) => **literal == *text,
            Self::Prefix(literal) => text.starts_with(literal),
            Self::Suffix(literal) => text.ends_with(literal),
            Self::Contains(finder) => finder.find(text).is_some(),
        }
    }
}

impl Patterns {
    pub(crate) fn insert(&mut self, pattern: &Pattern) -> PatternId {
        let (kind, case_insensitive) = pattern.identity();
        let next = PatternId(self.list.len() as u32);
        let id = *self.ids.entry((kind.clone(), case_insensitive)).or_insert(next);
        if id == next {
            self.list.push(pattern.clone());
            self.gates.push(Vec::new());
        }
        id
    }

    pub(crate) fn gate(&mut self, id: PatternId, policy: u32) {
        self.gates[id.0 as usize].push(policy);
    }

    /// Decides how each pattern is looked for, adding databases to the engine's list.
    pub(crate) fn plan(&mut self, databases: &mut Vec<Database>) {
        let finders: Option<Vec<Finder>> =
            self.list.iter().map(|pattern| pattern.literal().and_then(Finder::new)).collect();
        if let Some(finders) = finders.filter(|finders| finders.len() <= LITERALS_DIRECT_MAX) {
            self.plan.literals = ids(finders.len()).zip(finders).collect();
            return;
        }
        let (mut with_literals, mut others) = (Vec::new(), Vec::new());
        for (id, pattern) in ids(self.list.len()).zip(&self.list) {
            match to_pcre(pattern.hir()).filter(|_| PatternLibrary::in_use().is_sound) {
                None => self.plan.alone.push(id),
                Some(pcre) => match required_literals(pattern.hir()) {
                    Some(literals) => with_literals.push((id, pcre, literals)),
                    None => others.push((id, pcre)),
                },
            }
        }
        let literals: Vec<&Vec<u8>> = with_literals.iter().flat_map(|(_, _, literals)| literals).collect();
        let first_look = first_look(&literals);
        let with_literals = with_literals.into_iter().map(|(id, pcre, _)| (id, pcre));
        if first_look.is_some() {
            self.plan.build(with_literals.collect(), first_look.as_ref(), databases);
        } else {
            others.extend(with_literals);
        }
        self.plan.build(others, None, databases);
    }

    /// Patterns that the library does not look for.
    pub(crate) fn alone(&self) -> impl Iterator<Item = &Pattern> {
        self.plan.alone.iter().map(|id| &self.list[id.0 as usize])
    }

    /// Patterns that nothing can match: too large for either engine.
    pub(crate) fn unmatchable(&self) -> impl Iterator<Item = PatternId> {
        self.plan.alone.iter().copied().filter(|id| self.list[id.0 as usize].matcher().is_none())
    }
}

impl Plan {
    /// One database for all; a pattern the library refuses goes to the fallback, and what it cannot take
    /// together is halved.
    fn build(
        &mut self,
        mut patterns: Vec<(PatternId, CString)>,
        first_look: Option<&Prefilter>,
        databases: &mut Vec<Database>,
    ) {
        while !patterns.is_empty() {
            let texts: Vec<CString> = patterns.iter().map(|(_, text)| text.clone()).collect();
            match Database::compile(&texts) {
                Ok(database) => {
                    let ids = patterns.into_iter().map(|(id, _)| id).collect();
                    self.groups.push(Group {
                        database: databases.len(),
                        ids,
                        first_look: first_look.cloned(),
                    });
                    databases.push(database);
                    return;
                }
                Err(error) => match error.pattern {
                    Some(index) if index < patterns.len() => {
                        self.alone.push(patterns.remove(index).0);
                        // Where one is refused there may be many, and each would cost all the others a compilation.
                        let (good, refused) =
                            patterns.into_iter().partition(|(_, text)| compiles_alone(text));
                        let refused: Vec<(PatternId, CString)> = refused;
                        self.alone.extend(refused.into_iter().map(|(id, _)| id));
                        patterns = good;
                    }
                    _ if patterns.len() == 1 => self.alone.push(patterns.remove(0).0),
                    _ => self.build(patterns.split_off(patterns.len() / 2), first_look, databases),
                },
            }
        }
    }
}

fn compiles_alone(text: &CString) -> bool {
    Database::compile(std::slice::from_ref(text)).is_ok()
}

/// A vectorised search for a few literals, which costs a fraction of entering a database.
fn first_look(literals: &[&Vec<u8>]) -> Option<Prefilter> {
    if literals.len() > FIRST_LOOK_LITERALS_MAX {
        return None;
    }
    Prefilter::new(MatchKind::All, literals).filter(Prefilter::is_fast)
}

fn ids(count: usize) -> impl Iterator<Item = PatternId> {
    (0..count as u32).map(PatternId)
}

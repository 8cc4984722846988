//! The patterns of one field: databases over all of them, and what a database cannot take.

use std::collections::HashMap;
use std::ffi::CString;
use std::hash::BuildHasher;
use std::sync::Arc;

use edge_hyperscan::Database;
use foldhash::fast::FixedState;
use memchr::memmem;

use super::databases::Databases;
use super::library::PatternLibrary;
use super::needles::Needles;
use crate::pattern::{Kind, Needle, Pattern, required_literals, to_pcre};

/// Up to so many plain literals are compared one by one: cheaper than any table.
const LITERALS_DIRECT_MAX: usize = 4;

/// Patterns in a database that is entered only for texts with a literal of one of them, about: the fewer there
/// are, the cheaper it is to enter, and the more such databases a text may ask for.
const GROUP_PATTERNS: usize = 128;

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
    /// Literals compared one by one.
    pub(crate) literals: Vec<(PatternId, Finder)>,
    /// Literals looked for all at once, and what each is good for.
    pub(crate) needles: Needles,
    pub(crate) uses: Vec<Vec<Use>>,
    /// Patterns searched together.
    pub(crate) groups: Vec<Group>,
    /// Groups that every text is searched by, as no literal stands for them: so many from the first on.
    pub(crate) unconditional: usize,
}

/// What follows from a literal that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// The pattern is found.
    Contains(PatternId),
    /// It is found if this is where the text begins.
    Prefix(PatternId),
    /// It is found if this is where the text ends.
    Suffix(PatternId),
    /// The group at this position may find something.
    Search(u32),
}

/// Patterns searched together.
#[derive(Debug)]
pub(crate) struct Group {
    /// The database by its index in the engine's list; without one the fallback engine tries each pattern.
    pub(crate) database: Option<usize>,
    /// The pattern behind each of the database's ids.
    pub(crate) ids: Vec<PatternId>,
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

    /// Decides how each pattern is looked for, adding databases to those that the engine uses. The last pattern has
    /// been inserted.
    pub(crate) fn plan(&mut self, databases: &mut Databases<'_>, used: &mut Vec<Arc<Database>>) {
        self.ids = HashMap::new();
        let finders: Option<Vec<Finder>> =
            self.list.iter().map(|pattern| pattern.literal().and_then(Finder::new)).collect();
        if let Some(finders) = finders.filter(|finders| finders.len() <= LITERALS_DIRECT_MAX) {
            self.plan.literals = ids(finders.len()).zip(finders).collect();
            return;
        }
        let mut planner = Planner { patterns: &self.list, plan: Plan::default(), databases, used };
        planner.run();
        self.plan = planner.plan;
    }

    /// Patterns that the library does not look for.
    pub(crate) fn alone(&self) -> impl Iterator<Item = &Pattern> {
        self.alone_ids().map(|id| &self.list[id.0 as usize])
    }

    /// Patterns that nothing can match: too large for either engine.
    pub(crate) fn unmatchable(&self) -> impl Iterator<Item = PatternId> {
        self.alone_ids().filter(|id| self.list[id.0 as usize].matcher().is_none())
    }

    fn alone_ids(&self) -> impl Iterator<Item = PatternId> {
        let alone = self.plan.groups.iter().filter(|group| group.database.is_none());
        alone.flat_map(|group| group.ids.iter().copied())
    }
}

/// Sorts the patterns of one field by how they are looked for.
struct Planner<'a, 'c> {
    patterns: &'a [Pattern],
    plan: Plan,
    databases: &'a mut Databases<'c>,
    used: &'a mut Vec<Arc<Database>>,
}

/// Literals, each with what is known to follow from it so far.
#[derive(Default)]
struct Literals {
    positions: HashMap<Needle, usize>,
    uses: Vec<Vec<Use>>,
}

impl Literals {
    fn add(&mut self, needle: Needle, follows: Use) {
        let next = self.uses.len();
        let position = *self.positions.entry(needle).or_insert(next);
        if position == next {
            self.uses.push(Vec::new());
        }
        if !self.uses[position].contains(&follows) {
            self.uses[position].push(follows);
        }
    }

    fn list(self) -> (Vec<Needle>, Vec<Vec<Use>>) {
        let mut list: Vec<(Needle, usize)> = self.positions.into_iter().collect();
        list.sort_by_key(|(_, position)| *position);
        (list.into_iter().map(|(needle, _)| needle).collect(), self.uses)
    }
}

impl Planner<'_, '_> {
    fn run(&mut self) {
        let mut literals = Literals::default();
        let (mut searched, mut others) = (Vec::new(), Vec::new());
        for (id, pattern) in ids(self.patterns.len()).zip(self.patterns) {
            match (whole(pattern), required_literals(pattern.hir())) {
                (Some((needle, follows)), _) => literals.add(needle, follows(id)),
                (None, Some(needles)) => searched.push((id, needles)),
                (None, None) => others.push(id),
            }
        }
        self.group(&others);
        self.plan.unconditional = self.plan.groups.len();
        for (ids, needles) in buckets(searched) {
            let first = self.plan.groups.len();
            self.group(&ids);
            for (index, group) in self.plan.groups.iter().enumerate().skip(first) {
                let of_group = group.ids.iter().flat_map(|id| &needles[id]);
                of_group.for_each(|needle| literals.add(needle.clone(), Use::Search(index as u32)));
            }
        }
        let (needles, uses) = literals.list();
        self.plan.needles = Needles::new(needles);
        self.plan.uses = uses;
    }

    /// One group for all that the library takes, and one for each that it does not.
    fn group(&mut self, ids: &[PatternId]) {
        let sound = PatternLibrary::in_use().is_sound;
        let mut taken = Vec::new();
        for id in ids {
            match to_pcre(self.patterns[id.0 as usize].hir()).filter(|_| sound) {
                Some(text) => taken.push((*id, text)),
                None => self.leave_alone(*id),
            }
        }
        // The same patterns make the same database, whichever order their policies are in.
        taken.sort_by(|(_, left), (_, right)| left.cmp(right));
        self.build(taken);
    }

    fn leave_alone(&mut self, id: PatternId) {
        self.plan.groups.push(Group { database: None, ids: vec![id] });
    }

    /// A pattern the library refuses goes to the fallback, and what it cannot take together is halved.
    fn build(&mut self, mut patterns: Vec<(PatternId, CString)>) {
        while !patterns.is_empty() {
            let texts: Vec<CString> = patterns.iter().map(|(_, text)| text.clone()).collect();
            match self.databases.get(texts) {
                Ok(database) => {
                    let ids = patterns.into_iter().map(|(id, _)| id).collect();
                    self.plan.groups.push(Group { database: Some(self.used.len()), ids });
                    self.used.push(database);
                    return;
                }
                Err(error) => match error.pattern {
                    Some(index) if index < patterns.len() => {
                        self.leave_alone(patterns.remove(index).0);
                        // Where one is refused there may be many, and each would cost all the others a compilation.
                        let (good, refused) =
                            patterns.into_iter().partition(|(_, text)| compiles_alone(text));
                        let refused: Vec<(PatternId, CString)> = refused;
                        for (id, _) in refused {
                            self.leave_alone(id);
                        }
                        patterns = good;
                    }
                    _ if patterns.len() == 1 => self.leave_alone(patterns.remove(0).0),
                    _ => self.build(patterns.split_off(patterns.len() / 2)),
                },
            }
        }
    }
}

/// What follows for a pattern from its literal.
type Follows = fn(PatternId) -> Use;

/// A pattern that is all about a literal: then no engine needs to be asked.
fn whole(pattern: &Pattern) -> Option<(Needle, Follows)> {
    let (text, follows): (_, Follows) = match pattern.literal()? {
        Kind::Contains(text) => (text, Use::Contains),
        Kind::Prefix(text) => (text, Use::Prefix),
        Kind::Suffix(text) => (text, Use::Suffix),
        Kind::Regex(_) | Kind::Exact(_) => return None,
    };
    Some((Needle::exact(text.as_bytes())?, follows))
}

/// Patterns and the literals that each needs.
type Bucket = (Vec<PatternId>, HashMap<PatternId, Vec<Needle>>);

/// Spreads patterns over buckets by their first literal, so that those that a text asks for together are searched
/// together, and a change to one leaves the other buckets as they are.
fn buckets(patterns: Vec<(PatternId, Vec<Needle>)>) -> impl Iterator<Item = Bucket> {
    let count = (patterns.len() / GROUP_PATTERNS).next_power_of_two();
    let mut buckets = vec![Bucket::default(); count];
    for (id, needles) in patterns {
        let hash = needles.first().map_or(0, |needle| FixedState::default().hash_one(&needle.bytes));
        let (ids, literals) = &mut buckets[hash as usize & (count - 1)];
        ids.push(id);
        literals.insert(id, needles);
    }
    buckets.into_iter()
}

fn compiles_alone(text: &CString) -> bool {
    Database::compile(vec![text.clone()]).is_ok()
}

fn ids(count: usize) -> impl Iterator<Item = PatternId> {
    (0..count as u32).map(PatternId)
}

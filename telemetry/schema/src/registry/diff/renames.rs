//! What stayed, what came, what left, and what only has another name.

use std::collections::{BTreeMap, BTreeSet};

use crate::registry::deprecated::Deprecated;

/// What the comparison of two lists needs to know of their items.
pub(super) trait Named: PartialEq {
    /// What its kind is called.
    const KIND: &'static str;

    fn name(&self) -> &str;

    fn deprecated(&self) -> Option<&Deprecated>;

    /// Whether the two could be one under different names.
    fn resembles(&self, other: &Self) -> bool;
}

/// The items of two versions, paired, each list by name.
pub(super) struct Pairs<'a, T> {
    pub(super) kept: Vec<(&'a T, &'a T)>,
    /// Old, new, and whether the old version said that it would be renamed.
    pub(super) renamed: Vec<(&'a T, &'a T, bool)>,
    pub(super) removed: Vec<&'a T>,
    pub(super) added: Vec<&'a T>,
}

/// Pairs the items of two versions. A rename is one that was announced, or the only new item that resembles the only
/// lost one.
pub(super) fn pair<'a, T: Named>(old: &[&'a T], new: &[&'a T]) -> Pairs<'a, T> {
    let (old, new) = (by_name(old), by_name(new));
    let kept = old.iter().filter_map(|(name, item)| Some((*item, *new.get(name)?))).collect();
    let lost: Vec<&T> =
        old.iter().filter(|(name, _)| !new.contains_key(*name)).map(|(_, item)| *item).collect();
    let mut found: Vec<&T> =
        new.iter().filter(|(name, _)| !old.contains_key(*name)).map(|(_, item)| *item).collect();
    let mut renamed = Vec::new();
    let mut removed = Vec::new();
    for item in &lost {
        let announced =
            item.deprecated().and_then(Deprecated::renamed_to).and_then(|name| new.get(name).copied());
        match announced.or_else(|| only_alike(*item, &lost, &found)) {
            Some(successor) => renamed.push((*item, successor, announced.is_some())),
            None => removed.push(*item),
        }
    }
    let taken: BTreeSet<&str> = renamed.iter().map(|(_, successor, _)| successor.name()).collect();
    found.retain(|item| !taken.contains(item.name()));
    Pairs { kept, renamed, removed, added: found }
}

fn by_name<'a, T: Named>(items: &[&'a T]) -> BTreeMap<&'a str, &'a T> {
    items.iter().map(|item| (item.name(), *item)).collect()
}

fn only_alike<'a, T: Named>(item: &T, lost: &[&'a T], found: &[&'a T]) -> Option<&'a T> {
    let rivals = lost.iter().filter(|other| other.resembles(item)).count();
    let mut alike = found.iter().filter(|other| item.resembles(other));
    let first = alike.next()?;
    (rivals == 1 && alike.next().is_none()).then_some(*first)
}

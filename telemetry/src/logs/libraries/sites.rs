//! Call sites of libraries as ours. They live as long as the program, as the libraries' own do.

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

use tracing_core::Metadata;
use tracing_core::callsite::Identifier;

use super::super::{EventDescriptor, EventSite, Level};

/// Most targets of `log` that are told apart; records of further ones have the target `log`.
const TARGETS_MAX: usize = 4096;
const OTHER: &str = "log";
/// How `tracing` starts the name of an event to which nobody gave one.
const NAMELESS: &str = "event ";

type Sites<K> = OnceLock<RwLock<HashMap<K, &'static EventSite>>>;

static CALLSITES: Sites<Identifier> = OnceLock::new();
static TARGETS: [Sites<&'static str>; Level::ALL.len()] = [const { OnceLock::new() }; Level::ALL.len()];

/// The site of a call site of `tracing`.
pub(super) fn of_callsite(metadata: &'static Metadata<'static>, level: Level) -> &'static EventSite {
    let sites = CALLSITES.get_or_init(RwLock::default);
    let callsite = metadata.callsite();
    if let Some(site) = sites.read().unwrap_or_else(PoisonError::into_inner).get(&callsite) {
        return site;
    }
    let name = if metadata.name().starts_with(NAMELESS) { "" } else { metadata.name() };
    let mut sites = sites.write().unwrap_or_else(PoisonError::into_inner);
    sites.entry(callsite).or_insert_with(|| leak(name, level, metadata.target()))
}

/// The site of all that `log` has of one target and level.
pub(super) fn of_target(level: Level, target: &str) -> &'static EventSite {
    let sites = TARGETS[level as usize].get_or_init(RwLock::default);
    if let Some(site) = sites.read().unwrap_or_else(PoisonError::into_inner).get(target) {
        return site;
    }
    let mut sites = sites.write().unwrap_or_else(PoisonError::into_inner);
    let target = if sites.len() < TARGETS_MAX { String::leak(target.to_owned()) } else { OTHER };
    sites.entry(target).or_insert_with(|| leak("", level, target))
}

/// Directives select libraries by their target, so it stands for the module too.
fn leak(name: &'static str, level: Level, target: &'static str) -> &'static EventSite {
    let descriptor = EventDescriptor { target, module: target, ..EventDescriptor::new(name, level, target) };
    Box::leak(Box::new(EventSite::new(descriptor)))
}

//! From valid policies to one immutable snapshot.
//!
//! Per signal and field: literals in hash tables, patterns in multi-pattern databases behind a look for what they
//! need, the rest checked on candidates only. Each policy is entered by one matcher, its gate, chosen to open rarely.

mod databases;
mod engine;
mod exact;
mod gate;
mod library;
mod needles;
mod patterns;
mod slots;
mod snapshot;
mod wanted;

pub use databases::DatabaseCache;
pub(crate) use engine::{Check, Compiled, Engine, Test};
pub use library::PatternLibrary;
pub(crate) use patterns::{Group, PatternId, Patterns, Use};
pub(crate) use slots::{SlotPlan, TextId};
pub use snapshot::{Attached, Registry, Snapshot};
pub use wanted::{Slot, Wanted, WantedKey};

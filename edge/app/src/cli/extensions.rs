//! What no edge would do of what extensions ask for, whatever its configuration.

use edge_extension::built_in;
use edge_policy::Snapshot;

/// Policies and the problems of their extensions, each with its place. The policies are in force all the same.
pub(super) fn problems(snapshot: &Snapshot) -> impl Iterator<Item = (&str, String)> {
    snapshot.extensions().iter().filter_map(|attached| {
        let problem = built_in::problem(&attached.extension)?;
        Some((snapshot.ids()[attached.policy].as_str(), format!("extensions[{}]: {problem}", attached.index)))
    })
}

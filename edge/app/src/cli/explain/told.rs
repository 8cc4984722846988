//! What the engine tells of a decision, kept in words.

use std::sync::{Arc, Mutex, PoisonError};

use edge_policy::{Evidence, Failed, Literal, Value, Watch};

/// What was told of one record.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Positions of the policies that match.
    pub(super) matched: Vec<usize>,
    /// Position of the one that dropped the record.
    pub(super) dropped_by: Option<usize>,
    /// By position: the first matcher that does not hold, and the values of its field.
    pub(super) failed: Vec<Option<(usize, Vec<String>)>>,
}

/// Looks on at the decision about one record.
#[derive(Debug, Clone)]
pub(super) struct Witness {
    policies: usize,
    told: Arc<Mutex<Told>>,
}

impl Witness {
    pub(super) fn new(policies: usize) -> Self {
        Self { policies, told: Arc::default() }
    }

    /// What was told last.
    pub(super) fn told(&self) -> Told {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Watch for Witness {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        let failed = |policy| {
            evidence
                .first_failed(policy)
                .map(|Failed { matcher, values }| (matcher, values.iter().map(words).collect()))
        };
        let told = Told {
            matched: evidence.matched(),
            dropped_by: evidence.dropped_by(),
            failed: (0..self.policies).map(failed).collect(),
        };
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }
}

fn words(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Double(double) => format!("{double:?}"),
        Value::Bytes(bytes) => Literal::Bytes(bytes.to_vec()).to_string(),
        Value::Other => "a map, a list or nothing".to_owned(),
    }
}

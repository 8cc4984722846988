//! What an engine finds in each record, without what it draws or counts: only this can be compared.

/// What was found in one record: the policy that decides and every policy that matched, by ascending id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// The most restrictive policy, of equal ones the first by id; empty if none matched.
    pub winner: String,
    /// Ids of all policies that matched.
    pub matched: Vec<String>,
}

impl Finding {
    /// Reads `WINNER MATCHED,MATCHED,…`, or `-` where no policy matched.
    pub fn parse(line: &str) -> Self {
        match line.split_once(' ') {
            None => Self::default(),
            Some((winner, matched)) => {
                Self { winner: winner.to_owned(), matched: matched.split(',').map(str::to_owned).collect() }
            }
        }
    }
}

/// Says where two engines disagree first, if they do.
pub fn agree(ours: &[Finding], theirs: &[Finding]) -> Result<(), String> {
    if ours.len() != theirs.len() {
        return Err(format!("{} records evaluated here, {} by the peer", ours.len(), theirs.len()));
    }
    match ours.iter().zip(theirs).enumerate().find(|(_, (ours, theirs))| ours != theirs) {
        None => Ok(()),
        Some((record, (ours, theirs))) => {
            Err(format!("record {record}: {ours:?} here, {theirs:?} by the peer"))
        }
    }
}

/// Mean number of policies that match a record.
pub fn matched_per_record(findings: &[Finding]) -> f64 {
    findings.iter().map(|finding| finding.matched.len()).sum::<usize>() as f64 / findings.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disagreement_names_the_record() {
        let ours = ["-", "b a,b"].map(Finding::parse);
        let theirs = ["-", "a a,b"].map(Finding::parse);
        assert_eq!(agree(&ours, &ours), Ok(()));
        assert!(agree(&ours, &theirs).is_err_and(|reason| reason.starts_with("record 1: ")));
    }
}

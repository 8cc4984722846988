//! `tracestate`: what vendors say about a trace (W3C Trace Context, section 3.3).

use std::fmt;
use std::sync::Arc;

/// Most members that a list may have (section 3.3.1.1).
const MEMBERS_MAX: usize = 32;
/// Longest key and value (section 3.3.2.2).
const WORD_BYTES_MAX: usize = 256;

/// The members of `tracestate` in their order, known to be well formed. Cheap to clone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TraceState(Option<Arc<str>>);

impl TraceState {
    /// Reads the header, whose lines are joined by commas. `None` if anything is wrong: then the whole of it is to be
    /// dropped (section 3.3.1), and the trace goes on without.
    pub fn parse(header: &str) -> Option<Self> {
        let members: Vec<&str> = header
            .split(',')
            .map(|member| member.trim_matches([' ', '\t']))
            .filter(|member| !member.is_empty())
            .collect();
        let is_sound = members.len() <= MEMBERS_MAX && members.iter().all(|member| is_member(member));
        let is_unique =
            (1..members.len()).all(|at| !members[..at].iter().any(|one| key(one) == key(members[at])));
        (is_sound && is_unique).then(|| Self::of(&members))
    }

    fn of(members: &[&str]) -> Self {
        Self((!members.is_empty()).then(|| members.join(",").into()))
    }

    /// The header; empty if there is none.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// The value of a member.
    pub fn get(&self, wanted: &str) -> Option<&str> {
        self.members()
            .find_map(|member| member.split_once('=').filter(|(key, _)| *key == wanted))
            .map(|(_, value)| value)
    }

    /// The same with a member set, which goes to the front (section 3.3.1.2), or removed. The last members leave if
    /// there are too many. A member that would break the grammar changes nothing.
    #[must_use]
    pub fn with(&self, wanted: &str, value: Option<&str>) -> Self {
        let member = value.map(|value| format!("{wanted}={value}"));
        if member.as_ref().is_some_and(|member| !is_member(member)) {
            return self.clone();
        }
        let others = self.members().filter(|member| key(member) != wanted);
        let members: Vec<&str> = member.as_deref().into_iter().chain(others).take(MEMBERS_MAX).collect();
        Self::of(&members)
    }

    fn members(&self) -> impl Iterator<Item = &str> {
        self.as_str().split(',').filter(|member| !member.is_empty())
    }
}

impl fmt::Debug for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

fn key(member: &str) -> &str {
    member.split_once('=').map_or(member, |(key, _)| key)
}

fn is_member(member: &str) -> bool {
    member.split_once('=').is_some_and(|(key, value)| is_key(key) && is_value(value))
}

/// Level 2: starts with a letter or a digit, and goes on with those, `_`, `-`, `*`, `/` and `@`.
fn is_key(key: &str) -> bool {
    let is_start = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    key.len() <= WORD_BYTES_MAX
        && key.as_bytes().first().is_some_and(is_start)
        && key.bytes().all(|byte| is_start(&byte) || b"_-*/@".contains(&byte))
}

/// Printable ASCII without `,` and `=`, not ending in a space.
fn is_value(value: &str) -> bool {
    (1..=WORD_BYTES_MAX).contains(&value.len())
        && !value.ends_with(' ')
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b',' && byte != b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(header: &str) -> Option<String> {
        TraceState::parse(header).map(|state| state.as_str().to_owned())
    }

    #[test]
    fn members_keep_their_order_and_lose_the_space_around_them() {
        assert_eq!(parsed("rojo=00f0,\tcongo=t61 ,, a@b=1"), Some("rojo=00f0,congo=t61,a@b=1".to_owned()));
        assert_eq!(parsed(""), Some(String::new()));
        assert_eq!(parsed("a= b"), Some("a= b".to_owned()));
    }

    #[test]
    fn one_mistake_loses_the_list() {
        let long = format!("a={}", "x".repeat(257));
        let many = (0..33).map(|at| format!("k{at}=1")).collect::<Vec<_>>().join(",");
        for header in ["a", "a=", "=a", "A=1", "a=1,a=2", "a=é", "a=1=2", "_a=1", &long, &many] {
            assert_eq!(parsed(header), None, "{header}");
        }
        assert!(parsed(&many.replace(",k32=1", "")).is_some());
    }

    #[test]
    fn what_is_set_goes_to_the_front_and_the_last_leave() {
        let state = TraceState::parse("a=1,b=2,c=3").unwrap();
        assert_eq!(state.with("b", Some("9")).as_str(), "b=9,a=1,c=3");
        assert_eq!(state.with("a", None).as_str(), "b=2,c=3");
        assert_eq!(state.with("d", Some("no,no")).as_str(), "a=1,b=2,c=3");
        assert_eq!((state.get("c"), state.get("d")), (Some("3"), None));
        let full = (0..32).map(|at| format!("k{at}=1")).collect::<Vec<_>>().join(",");
        let state = TraceState::parse(&full).unwrap().with("new", Some("1"));
        assert!(state.as_str().starts_with("new=1,k0=1") && state.as_str().ends_with("k30=1"));
    }
}

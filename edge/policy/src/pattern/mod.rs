//! Conditions on text, brought to one form: a syntax tree that every matcher of ours is built from.

mod pcre;
mod re2;
mod required;

use std::sync::{Arc, OnceLock};

use regex_automata::meta;
use regex_syntax::hir::{Hir, Look};

pub(crate) use pcre::to_pcre;
pub(crate) use required::{BYTES_MIN as NEEDLE_BYTES_MIN, Needle, required_literals};

/// Most memory a compiled fallback pattern may take, in bytes.
const FALLBACK_BYTES_MAX: usize = 10 << 20;

/// A condition on text. Cloning is cheap; equal conditions compare equal.
#[derive(Debug, Clone)]
pub struct Pattern {
    kind: Kind,
    inner: Arc<Compiled>,
}

/// The literal conditions keep their text: it is cheaper to compare than to match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Regex(String),
    Exact(String),
    Prefix(String),
    Suffix(String),
    Contains(String),
}

#[derive(Debug)]
struct Compiled {
    case_insensitive: bool,
    hir: Hir,
    matcher: OnceLock<Option<meta::Regex>>,
}

impl Pattern {
    /// A regular expression in RE2 syntax. The error says what is wrong with it.
    pub fn regex(text: &str, case_insensitive: bool) -> Result<Self, String> {
        let hir = re2::parse(text, case_insensitive)?;
        Ok(Self::new(Kind::Regex(text.into()), case_insensitive, hir))
    }

    /// The whole text, ignoring case by Unicode simple folding.
    pub fn exact_ignoring_case(text: &str) -> Self {
        let hir = Hir::concat(vec![Hir::look(Look::Start), re2::literal(text, true), Hir::look(Look::End)]);
        Self::new(Kind::Exact(text.into()), true, hir)
    }

    /// The text begins with a literal.
    pub fn starts_with(text: &str, case_insensitive: bool) -> Self {
        let hir = Hir::concat(vec![Hir::look(Look::Start), re2::literal(text, case_insensitive)]);
        Self::new(Kind::Prefix(text.into()), case_insensitive, hir)
    }

    /// The text ends with a literal.
    pub fn ends_with(text: &str, case_insensitive: bool) -> Self {
        let hir = Hir::concat(vec![re2::literal(text, case_insensitive), Hir::look(Look::End)]);
        Self::new(Kind::Suffix(text.into()), case_insensitive, hir)
    }

    /// The text contains a literal.
    pub fn contains(text: &str, case_insensitive: bool) -> Self {
        Self::new(Kind::Contains(text.into()), case_insensitive, re2::literal(text, case_insensitive))
    }

    /// Whether it is found in `text`, by the fallback engine; `None` if it is too large for that. The first call
    /// compiles it.
    pub fn is_match(&self, text: &[u8]) -> Option<bool> {
        self.matcher().map(|matcher| matcher.is_match(text))
    }

    fn new(kind: Kind, case_insensitive: bool, hir: Hir) -> Self {
        Self { kind, inner: Arc::new(Compiled { case_insensitive, hir, matcher: OnceLock::new() }) }
    }

    pub(crate) fn hir(&self) -> &Hir {
        &self.inner.hir
    }

    /// What tells this pattern from others.
    pub(crate) fn identity(&self) -> (&Kind, bool) {
        (&self.kind, self.inner.case_insensitive)
    }

    /// The text to look for, if the condition is a plain comparison of bytes.
    pub(crate) fn literal(&self) -> Option<&Kind> {
        (!self.inner.case_insensitive && !matches!(self.kind, Kind::Regex(_))).then_some(&self.kind)
    }

    /// The pattern compiled alone, on first use; `None` if it is too large.
    pub(crate) fn matcher(&self) -> Option<&meta::Regex> {
        self.inner.matcher.get_or_init(|| compile(&self.inner.hir)).as_ref()
    }
}

fn compile(hir: &Hir) -> Option<meta::Regex> {
    let config =
        meta::Config::new().nfa_size_limit(Some(FALLBACK_BYTES_MAX)).hybrid_cache_capacity(256 << 10);
    meta::Builder::new().configure(config).build_from_hir(hir).ok()
}

//! Policies as parsed and validated: values of these types cannot be wrong.

use crate::field::Field;
use crate::keep::Keep;
use crate::pattern::Pattern;
use crate::sampling::TraceSampling;
use crate::signal::Signal;

/// One valid policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Unique id; decides the order of evaluation, bytewise.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What it does. A disabled policy is parsed and left out of force.
    pub enabled: bool,
    /// The signal it applies to, and its rule there.
    pub target: Target,
    /// Who gets a copy of its records.
    pub extensions: Vec<Extension>,
}

/// A policy's rule for its signal.
#[derive(Debug, Clone)]
pub enum Target {
    /// Log records.
    Log(LogTarget),
    /// Metrics, or their data points.
    Metric(MetricTarget),
    /// Spans.
    Trace(TraceTarget),
}

impl Target {
    /// The signal it is for.
    pub fn signal(&self) -> Signal {
        match self {
            Self::Log(_) => Signal::Log,
            Self::Metric(_) => Signal::Metric,
            Self::Trace(_) => Signal::Trace,
        }
    }

    /// What must hold of a record. Never empty.
    pub fn matchers(&self) -> &[Matcher] {
        match self {
            Self::Log(target) => &target.matchers,
            Self::Metric(target) => &target.matchers,
            Self::Trace(target) => &target.matchers,
        }
    }
}

/// Which log records match, and what becomes of them.
#[derive(Debug, Clone, Default)]
pub struct LogTarget {
    /// All of these must hold. Never empty.
    pub matchers: Vec<Matcher>,
    /// Whether matching records go on.
    pub keep: Keep,
    /// How the kept ones change.
    pub transform: Transform,
    /// Whose value decides a percentage, in place of chance.
    pub sample_key: Option<Field>,
}

/// Which metrics match, and whether they go on. With a matcher on a data point attribute it is about data points.
#[derive(Debug, Clone, Default)]
pub struct MetricTarget {
    /// All of these must hold. Never empty.
    pub matchers: Vec<Matcher>,
    /// Whether what matches goes on.
    pub keep: bool,
}

/// Which spans match, and which share of them goes on.
#[derive(Debug, Clone)]
pub struct TraceTarget {
    /// All of these must hold. Never empty.
    pub matchers: Vec<Matcher>,
    /// Which of the matching spans go on.
    pub keep: TraceSampling,
}

/// A consumer of copies of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// What kind of consumer, as a reversed domain name: `com.usetero/s3-dump`.
    pub kind: String,
    /// The version of its configuration.
    pub version: String,
    /// Its configuration, which only it understands.
    pub config: Vec<u8>,
    /// Which records it gets.
    pub mode: ExtensionMode,
}

/// Which records an extension of a policy gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExtensionMode {
    /// Those that the policy matches and that go on.
    Kept,
    /// Those that the policy matches and that do not.
    Dropped,
    /// Those that the policy does not match.
    Unmatched,
    /// Those that the policy matches.
    Matched,
    /// All of the policy's signal.
    All,
}

/// One condition on one field.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The field it looks at.
    pub field: Field,
    /// What must hold of its value.
    pub condition: Condition,
    /// Whether the outcome is inverted.
    pub negate: bool,
}

/// What a matcher asks of a value; a missing field satisfies only `Exists(false)`.
#[derive(Debug, Clone)]
pub enum Condition {
    /// Whether the field is there.
    Exists(bool),
    /// Same type and value.
    Equals(Literal),
    /// An ordering on numbers.
    Compare(Comparison, Number),
    /// A condition on text.
    Matches(Pattern),
}

/// A typed literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A string; on bytes it is compared with their lower-case hexadecimal form.
    Text(String),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A number in the one domain of integers and doubles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
}

/// An ordering that a number must stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Gte,
    /// Less than.
    Lt,
    /// Less than or equal.
    Lte,
}

/// Changes to a kept record, by stage in the order they run.
#[derive(Debug, Clone, Default)]
pub struct Transform {
    /// Fields to take out.
    pub remove: Vec<Field>,
    /// Fields to mask.
    pub redact: Vec<Redact>,
    /// Attributes to move.
    pub rename: Vec<Rename>,
    /// Fields to write.
    pub add: Vec<Add>,
}

impl Transform {
    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.redact.is_empty() && self.rename.is_empty() && self.add.is_empty()
    }

    /// Its operations in words, in the order they run.
    pub fn operations(&self) -> Vec<String> {
        let removes = self.remove.iter().map(|field| format!("remove {field}"));
        let redacts = self.redact.iter().map(ToString::to_string);
        let renames = self.rename.iter().map(ToString::to_string);
        let adds = self.add.iter().map(ToString::to_string);
        removes.chain(redacts).chain(renames).chain(adds).collect()
    }
}

/// Masks a value, or the parts of it that match.
#[derive(Debug, Clone)]
pub struct Redact {
    /// The field to mask.
    pub field: Field,
    /// Literal text without a pattern, a template with one.
    pub replacement: String,
    /// What to mask in a string; without it the whole value, of any type.
    pub pattern: Option<Pattern>,
}

/// Moves an attribute to another key of the same list.
#[derive(Debug, Clone)]
pub struct Rename {
    /// The attribute to move.
    pub from: Field,
    /// Its new top-level key. Never empty.
    pub to: String,
    /// Whether an attribute already there gives way.
    pub upsert: bool,
}

/// Writes a string.
#[derive(Debug, Clone)]
pub struct Add {
    /// The field to write.
    pub field: Field,
    /// The text.
    pub value: String,
    /// Whether a value already there gives way.
    pub upsert: bool,
}

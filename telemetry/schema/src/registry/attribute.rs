//! Attributes: their definition, and their use by signals and groups.

use std::fmt;

use super::deprecated::Deprecated;
use super::literal::Literal;
use super::word::{PlainType, Stability};

/// The definition of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeDef {
    /// Full key, such as `http.route`.
    pub key: String,
    /// What it holds.
    pub kind: AttributeType,
    /// What it means.
    pub brief: String,
    /// What else there is to know.
    pub note: Option<String>,
    /// How much it may still change.
    pub stability: Stability,
    /// Why it should not be used.
    pub deprecated: Option<Deprecated>,
    /// Values it could have.
    pub examples: Vec<Literal>,
    /// How many different texts are told apart at most.
    pub values_max: Option<u32>,
}

impl AttributeDef {
    /// A definition in development, with nothing that is optional.
    pub fn new(key: impl Into<String>, kind: AttributeType, brief: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            kind,
            brief: brief.into(),
            note: None,
            stability: Stability::Development,
            deprecated: None,
            examples: Vec::new(),
            values_max: None,
        }
    }
}

/// What an attribute holds.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeType {
    /// One value.
    Plain(PlainType),
    /// A list of values.
    List(PlainType),
    /// A family of attributes, whose keys continue this one's.
    Template(PlainType),
    /// A family of attributes that hold lists.
    TemplateList(PlainType),
    /// One of these.
    Enum(Vec<EnumMember>),
}

/// As the format spells it; an enum has no one word there.
impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(plain) => write!(f, "{plain}"),
            Self::List(plain) => write!(f, "{plain}[]"),
            Self::Template(plain) => write!(f, "template[{plain}]"),
            Self::TemplateList(plain) => write!(f, "template[{plain}[]]"),
            Self::Enum(_) => f.write_str("enum"),
        }
    }
}

/// A value that an enum attribute can have.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumMember {
    /// Name among the members.
    pub id: String,
    /// What is emitted.
    pub value: Literal,
    /// What it means.
    pub brief: Option<String>,
    /// What else there is to know.
    pub note: Option<String>,
    /// How much it may still change.
    pub stability: Option<Stability>,
    /// Why it should not be used.
    pub deprecated: Option<Deprecated>,
}

impl EnumMember {
    /// The member of a word that a declaration lists.
    pub fn word(word: &str, brief: Option<&str>) -> Self {
        Self {
            id: word.to_owned(),
            value: Literal::text(word),
            brief: brief.map(str::to_owned),
            note: None,
            stability: Some(Stability::Development),
            deprecated: None,
        }
    }
}

/// Attributes that go together.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeGroup {
    /// Name among the groups: that of the attribute set.
    pub id: String,
    /// Who may refer to it.
    pub visibility: Visibility,
    /// Its attributes in the order of declaration.
    pub attributes: Vec<AttributeUse>,
}

/// Who may refer to a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Visibility {
    /// Only this registry.
    Internal,
    /// Others too, so it is described.
    Public {
        /// What it is about.
        brief: String,
        /// What else there is to know.
        note: Option<String>,
        /// How much it may still change.
        stability: Stability,
        /// Why it should not be used.
        deprecated: Option<Deprecated>,
        /// The metric set whose metrics have these attributes; `None` for an attribute set.
        metric_set: Option<String>,
    },
}

impl AttributeGroup {
    /// The metric set whose metrics have these attributes.
    pub fn metric_set(&self) -> Option<&str> {
        match &self.visibility {
            Visibility::Public { metric_set, .. } => metric_set.as_deref(),
            Visibility::Internal => None,
        }
    }

    /// What it is about; nothing for an internal one.
    pub fn brief(&self) -> &str {
        match &self.visibility {
            Visibility::Public { brief, .. } => brief,
            Visibility::Internal => "",
        }
    }
}

/// What a signal or a group says to have attributes.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeUse {
    /// One attribute.
    Ref(AttributeRef),
    /// All of a group.
    Group(String),
}

/// The use of an attribute, with what is different here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AttributeRef {
    /// Key of the definition.
    pub key: String,
    /// Whether it is always there; recommended if nothing is said.
    pub requirement: Option<Requirement>,
    /// What it means here.
    pub brief: Option<String>,
    /// What else there is to know here.
    pub note: Option<String>,
    /// How much its use may still change.
    pub stability: Option<Stability>,
    /// Why it should not be used here.
    pub deprecated: Option<Deprecated>,
    /// Values it could have here.
    pub examples: Vec<Literal>,
    /// Given with each recording, not at registration.
    pub varying: bool,
    /// How many different texts are told apart at most here.
    pub values_max: Option<u32>,
    /// Ids of the members that it can have here; all of them if nothing is said.
    pub members: Option<Vec<String>>,
}

/// Whether an attribute is always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// Always.
    Required,
    /// If the condition holds.
    ConditionallyRequired(String),
    /// By default, with a reason if there is one.
    Recommended(Option<String>),
    /// If somebody asks for it, with a reason if there is one.
    OptIn(Option<String>),
}

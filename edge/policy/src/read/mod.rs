//! Policy documents, in every spelling that JSON and YAML give them.
//!
//! Text becomes a tree; the tree becomes valid policies or a list of what is wrong with them. One bad policy
//! never hurts another.

mod document;
mod extension;
mod flow;
mod matcher;
mod object;
mod sampling;
mod schema;
mod selector;
mod target;
mod transform;
mod tree;

use std::fmt;

use crate::model::Policy;

pub use document::ParseError;
pub use schema::schema;
pub(crate) use selector::code_name;
pub use tree::{Repeated, Tree};

/// What one document says.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    /// Valid policies, in document order, disabled ones too.
    pub policies: Vec<Policy>,
    /// Policies that are not in force because something is wrong with them.
    pub rejected: Vec<Rejected>,
    /// Unknown fields and other things worth telling, each with its place.
    pub warnings: Vec<Warning>,
}

/// Something odd in a document that takes no policy with an id out of force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Whom it is about.
    pub about: About,
    /// What is odd, with its place.
    pub remark: String,
}

/// Whom a warning is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The document.
    Document,
    /// The policy of this id.
    Policy(String),
    /// An entry of the list, by its index, that has no id to be called by. It is ignored.
    Nameless(usize),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            About::Document => f.write_str(&self.remark),
            About::Policy(id) => write!(f, "policy `{id}`: {}", self.remark),
            About::Nameless(index) => write!(f, "policies[{index}]: {}", self.remark),
        }
    }
}

/// A policy that is not in force, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The policy's id.
    pub id: String,
    /// Every problem, each with its place, such as `log: match[0]: attribute has empty path`.
    pub errors: Vec<String>,
}

impl PolicySet {
    /// Parses a policy document, JSON or YAML: `{"policies": […]}` or a bare list.
    ///
    /// # Errors
    /// If the text is neither, or holds something else: then there is no policy to speak of.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        document::parse(text).map(|(set, _)| set)
    }

    /// The same, and each policy as the tree that was read.
    ///
    /// # Errors
    /// As [`PolicySet::parse`].
    pub fn parse_with_trees(text: &[u8]) -> Result<(Self, Vec<serde_json::Value>), ParseError> {
        document::parse(text)
    }

    /// Reads policies that came by another way than a document, each as the tree that it would be in one.
    ///
    /// # Errors
    /// If there are entries and none of them is a policy with an id.
    pub fn from_trees(policies: &[serde_json::Value]) -> Result<Self, ParseError> {
        document::from_trees(policies, &[])
    }
}

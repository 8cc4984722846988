//! Attributes: what tells two series of one metric apart.

use std::sync::Arc;

use crate::descriptor::{AttributeKind, AttributesDescriptor};

/// A set of attributes given at registration. Implemented by `#[attribute_set]`, and by `()` for none.
pub trait AttributeSet: Sized {
    /// Keys, types and briefs.
    const DESCRIPTOR: &'static AttributesDescriptor;

    /// The values, in the order of the descriptor.
    fn values(self) -> Vec<Scalar>;
}

impl AttributeSet for () {
    const DESCRIPTOR: &'static AttributesDescriptor =
        &AttributesDescriptor { name: "", brief: "", attributes: &[] };

    fn values(self) -> Vec<Scalar> {
        Vec::new()
    }
}

/// A type that an attribute can have. Derive it for an enum whose variants are the allowed words.
pub trait AttributeValue {
    /// What descriptors call the type.
    const KIND: AttributeKind;

    /// The value as exporters see it.
    fn scalar(&self) -> Scalar;
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// A word known when the program was compiled.
    Word(&'static str),
    /// Any text.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
}

impl Scalar {
    /// The value as the text that label values show.
    pub fn to_text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Word(word) => (*word).into(),
            Self::Text(text) => (&**text).into(),
            Self::Int(number) => number.to_string().into(),
            Self::Bool(truth) => if *truth { "true" } else { "false" }.into(),
        }
    }
}

impl AttributeValue for &'static str {
    const KIND: AttributeKind = AttributeKind::Text;
    fn scalar(&self) -> Scalar {
        Scalar::Word(self)
    }
}

impl AttributeValue for String {
    const KIND: AttributeKind = AttributeKind::Text;
    fn scalar(&self) -> Scalar {
        Scalar::Text(self.as_str().into())
    }
}

impl AttributeValue for Arc<str> {
    const KIND: AttributeKind = AttributeKind::Text;
    fn scalar(&self) -> Scalar {
        Scalar::Text(Self::clone(self))
    }
}

impl AttributeValue for bool {
    const KIND: AttributeKind = AttributeKind::Bool;
    fn scalar(&self) -> Scalar {
        Scalar::Bool(*self)
    }
}

impl AttributeValue for i64 {
    const KIND: AttributeKind = AttributeKind::Int;
    fn scalar(&self) -> Scalar {
        Scalar::Int(*self)
    }
}

macro_rules! unsigned {
    ($($number:ty)*) => {$(
        impl AttributeValue for $number {
            const KIND: AttributeKind = AttributeKind::Int;
            /// Numbers beyond `i64`, the only integer OpenTelemetry has, become the largest one.
            fn scalar(&self) -> Scalar {
                Scalar::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
    )*};
}

unsigned!(u16 u32 u64 usize);

//! Attributes: what tells two series of one metric apart.

use std::sync::Arc;

use crate::descriptor::{AttributeKind, AttributesDescriptor};
use crate::logs::{EventScalar, EventValue};

/// A set of attributes given at registration. Implemented by `#[attribute_set]`, and by `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of attributes",
    label = "attributes are a struct with `#[attribute_set(name = \"...\")]`"
)]
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of an attribute",
    label = "an attribute is text, a number, a bool or an enum with `#[derive(AttributeValue)]`; a set of them takes `#[attribute(flatten)]`"
)]
pub trait AttributeValue {
    /// What descriptors call the type.
    const KIND: AttributeKind;

    /// The value as exporters see it.
    fn scalar(&self) -> Scalar;

    /// The value as events and spans have it: borrowed.
    fn field_value(&self) -> EventValue<'_>;
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A word known when the program was compiled.
    Word(&'static str),
    /// Any text.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// A fraction.
    Double(f64),
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
            Self::Double(number) => format!("{number:?}").into(),
            Self::Bool(truth) => if *truth { "true" } else { "false" }.into(),
        }
    }
}

impl AttributeValue for &'static str {
    const KIND: AttributeKind = AttributeKind::Text;
    fn scalar(&self) -> Scalar {
        Scalar::Word(self)
    }

    fn field_value(&self) -> EventValue<'_> {
        self.event_value()
    }
}

impl AttributeValue for String {
    const KIND: AttributeKind = AttributeKind::Text;
    fn scalar(&self) -> Scalar {
        Scalar::Text(self.as_str().into())
    }

    fn field_value(&self) -> EventValue<'_> {
        self.event_value()
    }
}

impl AttributeValue for Arc<str> {
    const KIND: AttributeKind = AttributeKind::Text;
    fn scalar(&self) -> Scalar {
        Scalar::Text(Self::clone(self))
    }

    fn field_value(&self) -> EventValue<'_> {
        self.event_value()
    }
}

/// Text from outside, of which each metric set has no more than `MAX` different ones as series of their own.
///
/// What comes after those is exported as `_OTHER`, and counted in `telemetry.attributes.overflows`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Open<const MAX: usize = 100>(Arc<str>);

impl<const MAX: usize> Open<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize, T: Into<Arc<str>>> From<T> for Open<MAX> {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl<const MAX: usize> AttributeValue for Open<MAX> {
    const KIND: AttributeKind = AttributeKind::Open { max: MAX };
    fn scalar(&self) -> Scalar {
        Scalar::Text(Arc::clone(&self.0))
    }

    fn field_value(&self) -> EventValue<'_> {
        EventValue::Text(self.as_str())
    }
}

impl AttributeValue for bool {
    const KIND: AttributeKind = AttributeKind::Bool;
    fn scalar(&self) -> Scalar {
        Scalar::Bool(*self)
    }

    fn field_value(&self) -> EventValue<'_> {
        self.event_value()
    }
}

impl AttributeValue for i64 {
    const KIND: AttributeKind = AttributeKind::Int;
    fn scalar(&self) -> Scalar {
        Scalar::Int(*self)
    }

    fn field_value(&self) -> EventValue<'_> {
        self.event_value()
    }
}

impl AttributeValue for f64 {
    const KIND: AttributeKind = AttributeKind::Double;
    fn scalar(&self) -> Scalar {
        Scalar::Double(*self)
    }

    fn field_value(&self) -> EventValue<'_> {
        self.event_value()
    }
}

macro_rules! unsigned {
    ($($number:ty)*) => {$(
        impl AttributeValue for $number {
            const KIND: AttributeKind = AttributeKind::Int;
            /// Numbers beyond `i64`, the only integer OpenTelemetry has, are text, as they are in events.
            fn scalar(&self) -> Scalar {
                i64::try_from(*self).map_or_else(|_| Scalar::Text(self.to_string().into()), Scalar::Int)
            }

            fn field_value(&self) -> EventValue<'_> {
                self.event_value()
            }
        }
    )*};
}

unsigned!(u16 u32 u64 usize);

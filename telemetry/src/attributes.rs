//! Attributes: what tells two series of one metric apart.

use std::sync::Arc;

use crate::descriptor::{AttributeField, AttributeKind, AttributesDescriptor};

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

/// A closed enum with a key of its own, which a metric set can vary by per recording. Derived together with
/// [`AttributeValue`] from `#[attribute(key = "...")]` on the enum.
pub trait VaryingAttribute: Copy {
    /// Key, words and brief.
    const FIELD: AttributeField;
    /// How many words there are.
    const COUNT: usize;

    /// The place of the value among the words.
    fn index(self) -> usize;

    /// The value at a place.
    fn scalar_at(index: usize) -> Scalar;
}

/// What a metric set varies by per recording: nothing, a closed enum, or a tuple of up to four of them.
///
/// Each combination has counters of its own in a dense array, so that choosing one is arithmetic: no hashing.
pub trait Varying: Copy {
    /// Keys, words and briefs.
    const FIELDS: &'static [AttributeField];
    /// How many combinations there are.
    const COUNT: usize;

    /// The place of a combination; below `COUNT`.
    fn index(self) -> usize;

    /// The values of the combination at a place, in the order of the fields.
    fn scalars(index: usize) -> Vec<Scalar>;
}

impl Varying for () {
    const FIELDS: &'static [AttributeField] = &[];
    const COUNT: usize = 1;

    #[inline]
    fn index(self) -> usize {
        0
    }

    fn scalars(_index: usize) -> Vec<Scalar> {
        Vec::new()
    }
}

impl<A: VaryingAttribute> Varying for A {
    const FIELDS: &'static [AttributeField] = &[A::FIELD];
    const COUNT: usize = A::COUNT;

    #[inline]
    fn index(self) -> usize {
        VaryingAttribute::index(self)
    }

    fn scalars(index: usize) -> Vec<Scalar> {
        vec![A::scalar_at(index)]
    }
}

macro_rules! varying_tuple {
    ($($part:ident $value:ident),+) => {
        impl<$($part: VaryingAttribute),+> Varying for ($($part,)+) {
            const FIELDS: &'static [AttributeField] = &[$($part::FIELD),+];
            const COUNT: usize = 1 $(* $part::COUNT)+;

            #[inline]
            fn index(self) -> usize {
                let ($($value,)+) = self;
                let index = 0;
                $(let index = index * $part::COUNT + VaryingAttribute::index($value);)+
                index
            }

            fn scalars(index: usize) -> Vec<Scalar> {
                let rest = Self::COUNT;
                $(let (rest, $value) = (rest / $part::COUNT, $part::scalar_at(index % rest / (rest / $part::COUNT)));)+
                debug_assert_eq!(rest, 1, "each part divides the count");
                vec![$($value),+]
            }
        }
    };
}

varying_tuple!(A a);
varying_tuple!(A a, B b);
varying_tuple!(A a, B b, C c);
varying_tuple!(A a, B b, C c, D d);

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

impl AttributeValue for f64 {
    const KIND: AttributeKind = AttributeKind::Double;
    fn scalar(&self) -> Scalar {
        Scalar::Double(*self)
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

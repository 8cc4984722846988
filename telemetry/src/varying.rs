//! What a metric set varies by per recording.

use crate::attributes::Scalar;
use crate::descriptor::AttributeField;

/// A closed enum with a key of its own, which a metric set can vary by per recording. Derived together with
/// [`AttributeValue`](crate::AttributeValue) from `#[attribute(key = "...")]` on the enum.
#[diagnostic::on_unimplemented(
    message = "a metric set cannot vary by `{Self}`",
    label = "what varies is an enum with `#[derive(AttributeValue, Clone, Copy)]` and `#[attribute(key = \"...\")]`, or a tuple of up to four"
)]
pub trait VaryingAttribute: Copy {
    /// Key, words and brief.
    const FIELD: AttributeField;
    /// How many words there are.
    const COUNT: usize;
    /// One of something for each word: `[P; COUNT]`. That there are so many is part of the type, so that the compiler
    /// sees that no index is beyond.
    #[doc(hidden)]
    type Points<P: 'static>: Points<P> + 'static;

    /// The place of the value among the words; below `COUNT`.
    fn index(self) -> usize;

    /// The value at a place.
    fn scalar_at(index: usize) -> Scalar;
}

/// What a metric set varies by per recording: nothing, a closed enum, or a tuple of up to four of them.
///
/// Each combination has counters of its own in an array of arrays, so that choosing one is arithmetic: no hashing, no
/// branch.
#[diagnostic::on_unimplemented(
    message = "a metric set cannot vary by `{Self}`",
    label = "what varies is an enum with `#[derive(AttributeValue, Clone, Copy)]` and `#[attribute(key = \"...\")]`, or a tuple of up to four"
)]
pub trait Varying: Copy {
    /// Keys, words and briefs.
    const FIELDS: &'static [AttributeField];
    /// How many combinations there are.
    const COUNT: usize;
    /// One of something for each combination.
    #[doc(hidden)]
    type Points<P: 'static>: 'static;

    /// Makes one for each combination, in their order: the last part changes fastest.
    #[doc(hidden)]
    fn points<P: 'static>(make: impl FnMut() -> P) -> Self::Points<P>;

    /// The one of this combination.
    #[doc(hidden)]
    fn point<P: 'static>(self, points: &Self::Points<P>) -> &P;

    /// The values of the combination at a place, in the order of the fields.
    fn scalars(index: usize) -> Vec<Scalar>;
}

/// One of something for each word of an enum; implemented by arrays.
#[doc(hidden)]
pub trait Points<P: 'static>: sealed::Array {
    /// Makes them in order.
    fn each(make: &mut impl FnMut() -> P) -> Self;

    /// Makes them in order, where they need no room on the stack.
    fn boxed(make: &mut impl FnMut() -> P) -> Box<Self>;

    /// The one at a place.
    fn at(&self, index: usize) -> &P;
}

impl<P: 'static, const N: usize> Points<P> for [P; N] {
    fn each(make: &mut impl FnMut() -> P) -> Self {
        std::array::from_fn(|_| make())
    }

    fn boxed(make: &mut impl FnMut() -> P) -> Box<Self> {
        let points: Box<[P]> = (0..N).map(|_| make()).collect();
        points.try_into().ok().expect("there are as many as were made")
    }

    #[inline]
    fn at(&self, index: usize) -> &P {
        &self[index]
    }
}

mod sealed {
    pub trait Array {}

    impl<P, const N: usize> Array for [P; N] {}
}

/// What does not vary has nothing to choose from.
impl Varying for () {
    const FIELDS: &'static [AttributeField] = &[];
    const COUNT: usize = 1;
    type Points<P: 'static> = P;

    fn points<P: 'static>(mut make: impl FnMut() -> P) -> P {
        make()
    }

    #[inline]
    fn point<P: 'static>(self, points: &P) -> &P {
        points
    }

    fn scalars(_index: usize) -> Vec<Scalar> {
        Vec::new()
    }
}

impl<A: VaryingAttribute> Varying for A {
    const FIELDS: &'static [AttributeField] = &[A::FIELD];
    const COUNT: usize = A::COUNT;
    type Points<P: 'static> = Box<A::Points<P>>;

    fn points<P: 'static>(mut make: impl FnMut() -> P) -> Self::Points<P> {
        A::Points::boxed(&mut make)
    }

    #[inline]
    fn point<P: 'static>(self, points: &Self::Points<P>) -> &P {
        points.at(self.index())
    }

    fn scalars(index: usize) -> Vec<Scalar> {
        vec![A::scalar_at(index)]
    }
}

/// The points of several parts: those of the first, of those of the second, and so on.
macro_rules! nested {
    ($point:ident;) => { $point };
    ($point:ident; $part:ident $($rest:ident)*) => {
        <$part as VaryingAttribute>::Points<nested!($point; $($rest)*)>
    };
}

/// Makes the points of several parts, the first of them in a box.
macro_rules! make {
    (each $make:ident $point:ident;) => { $make() };
    ($how:ident $make:ident $point:ident; $part:ident $($rest:ident)*) => {
        <nested!($point; $part $($rest)*)>::$how(&mut || make!(each $make $point; $($rest)*))
    };
}

macro_rules! varying_tuple {
    ($($part:ident $value:ident),+) => {
        impl<$($part: VaryingAttribute),+> Varying for ($($part,)+) {
            const FIELDS: &'static [AttributeField] = &[$($part::FIELD),+];
            const COUNT: usize = 1 $(* $part::COUNT)+;
            type Points<P: 'static> = Box<nested!(P; $($part)+)>;

            fn points<P: 'static>(mut make: impl FnMut() -> P) -> Self::Points<P> {
                make!(boxed make P; $($part)+)
            }

            #[inline]
            fn point<P: 'static>(self, points: &Self::Points<P>) -> &P {
                let ($($value,)+) = self;
                let points = &**points;
                $(let points = points.at($value.index());)+
                points
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

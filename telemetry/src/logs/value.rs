//! From what the user wrote after `key =` to a value: the type decides, and the compiler looks it up.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::sync::Arc;

use super::EventValue;
use crate::descriptor::AttributeKind;

/// A value of an event as written. Of a reference to it, the inherent method goes first and asks for a type with a value of
/// its own; for all others, and for type parameters, the compiler falls back to [`Shown`], and from there to [`NoValue`].
#[derive(Debug)]
pub struct Given<'a, T: ?Sized>(pub &'a T);

impl<'a, T: EventScalar + ?Sized> Given<'a, T> {
    /// The value as its type is.
    #[inline]
    pub fn telemetry_value(&self) -> EventValue<'a> {
        self.0.event_value()
    }
}

/// The fallback: whatever can be displayed is text.
pub trait Shown<'a> {
    /// The value, displayed when a provider wants it.
    fn telemetry_value(&self) -> EventValue<'a>;
}

impl<'a, T: Display> Shown<'a> for Given<'a, T> {
    #[inline]
    fn telemetry_value(&self) -> EventValue<'a> {
        EventValue::Display(self.0)
    }
}

/// The last resort: the compiler says what a value can be.
pub trait NoValue<'a, T: ?Sized> {
    /// Never called.
    fn telemetry_value(&self) -> EventValue<'a>
    where
        T: EventScalar;
}

impl<'a, T: ?Sized> NoValue<'a, T> for &Given<'a, T> {
    fn telemetry_value(&self) -> EventValue<'a>
    where
        T: EventScalar,
    {
        self.0.event_value()
    }
}

/// A type that a field of an event or of a span can have: its values keep their type. Derive
/// [`AttributeValue`](crate::AttributeValue) for a closed enum.
#[diagnostic::on_unimplemented(
    message = "no field of an event or a span can be `{Self}`",
    note = "it can be text, a number, a `bool`, an enum that derives `AttributeValue`, an `Option` of these, or \
            `&dyn Display`; an event's can also be whatever is `Display`, or be written `?value` if it is `Debug`"
)]
pub trait EventScalar {
    /// What descriptors call the type.
    const KIND: AttributeKind;
    /// Whether there is always a value.
    const IS_REQUIRED: bool = true;

    /// The value.
    fn event_value(&self) -> EventValue<'_>;
}

macro_rules! scalar {
    ($($ty:ty: $kind:ident => |$value:ident| $event:expr;)*) => {$(
        impl EventScalar for $ty {
            const KIND: AttributeKind = AttributeKind::$kind;

            #[inline]
            fn event_value(&self) -> EventValue<'_> {
                let $value = self;
                $event
            }
        }
    )*};
}

scalar! {
    str: Text => |text| EventValue::Text(text);
    String: Text => |text| EventValue::Text(text);
    Box<str>: Text => |text| EventValue::Text(text);
    Arc<str>: Text => |text| EventValue::Text(text);
    Cow<'_, str>: Text => |text| EventValue::Text(text);
    bool: Bool => |truth| EventValue::Bool(*truth);
    f32: Double => |number| EventValue::Double((*number).into());
    f64: Double => |number| EventValue::Double(*number);
    i8: Int => |number| EventValue::Int((*number).into());
    i16: Int => |number| EventValue::Int((*number).into());
    i32: Int => |number| EventValue::Int((*number).into());
    i64: Int => |number| EventValue::Int(*number);
    isize: Int => |number| EventValue::Int(*number as i64);
    u8: Int => |number| EventValue::Int((*number).into());
    u16: Int => |number| EventValue::Int((*number).into());
    u32: Int => |number| EventValue::Int((*number).into());
    // OpenTelemetry has no larger integer than `i64`: what does not fit is shown in full as text.
    u64: Int => |number| i64::try_from(*number).map_or(EventValue::Display(number), EventValue::Int);
    usize: Int => |number| i64::try_from(*number).map_or(EventValue::Display(number), EventValue::Int);
    // Shown when a provider wants it.
    dyn Display + '_: Text => |value| EventValue::Display(value);
    // What is known only when it happens.
    EventValue<'_>: Any => |value| *value;
    fmt::Arguments<'_>: Text => |value| value.as_str().map_or(EventValue::Display(value), EventValue::Text);
}

impl<T: EventScalar + ?Sized> EventScalar for &T {
    const KIND: AttributeKind = T::KIND;
    const IS_REQUIRED: bool = T::IS_REQUIRED;

    #[inline]
    fn event_value(&self) -> EventValue<'_> {
        (**self).event_value()
    }
}

/// What is not there is left out.
impl<T: EventScalar> EventScalar for Option<T> {
    const KIND: AttributeKind = T::KIND;
    const IS_REQUIRED: bool = false;

    #[inline]
    fn event_value(&self) -> EventValue<'_> {
        self.as_ref().map_or(EventValue::Absent, EventScalar::event_value)
    }
}

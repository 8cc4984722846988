//! From what the user wrote after `key =` to a value: the type decides, and the compiler looks it up.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use super::EventValue;

/// A value of an event as written. Its inherent method goes first and asks for a type with a value of its own; for
/// all others, and for type parameters, the compiler falls back to [`Shown`].
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

/// A type whose values keep their type in an event.
pub trait EventScalar {
    /// The value.
    fn event_value(&self) -> EventValue<'_>;
}

macro_rules! scalar {
    ($($ty:ty => |$value:ident| $event:expr;)*) => {$(
        impl EventScalar for $ty {
            #[inline]
            fn event_value(&self) -> EventValue<'_> {
                let $value = self;
                $event
            }
        }
    )*};
}

scalar! {
    str => |text| EventValue::Text(text);
    String => |text| EventValue::Text(text);
    Box<str> => |text| EventValue::Text(text);
    Arc<str> => |text| EventValue::Text(text);
    Cow<'_, str> => |text| EventValue::Text(text);
    bool => |truth| EventValue::Bool(*truth);
    f32 => |number| EventValue::Double((*number).into());
    f64 => |number| EventValue::Double(*number);
    i8 => |number| EventValue::Int((*number).into());
    i16 => |number| EventValue::Int((*number).into());
    i32 => |number| EventValue::Int((*number).into());
    i64 => |number| EventValue::Int(*number);
    isize => |number| EventValue::Int(*number as i64);
    u8 => |number| EventValue::Int((*number).into());
    u16 => |number| EventValue::Int((*number).into());
    u32 => |number| EventValue::Int((*number).into());
    // OpenTelemetry has no larger integer than `i64`: what does not fit is shown in full as text.
    u64 => |number| i64::try_from(*number).map_or(EventValue::Display(number), EventValue::Int);
    usize => |number| i64::try_from(*number).map_or(EventValue::Display(number), EventValue::Int);
}

impl<T: EventScalar + ?Sized> EventScalar for &T {
    #[inline]
    fn event_value(&self) -> EventValue<'_> {
        (**self).event_value()
    }
}

/// What is not there is left out.
impl<T: EventScalar> EventScalar for Option<T> {
    #[inline]
    fn event_value(&self) -> EventValue<'_> {
        self.as_ref().map_or(EventValue::Absent, EventScalar::event_value)
    }
}

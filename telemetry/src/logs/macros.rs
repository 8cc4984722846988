//! The event macros. The name and the keys are checked when they compile; what is disabled evaluates nothing.
//!
//! Items and patterns of a macro are not hygienic: their names are ones that nobody else has.

/// Emits an event for whoever debugs: `otel_debug!("app.cache.missed", cache.key = key)`.
///
/// Numbers, text and truth stay what they are; other values are displayed, or with `?value` debugged.
#[macro_export]
macro_rules! otel_debug {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Debug, $($event)*) };
}

/// Emits an event of normal life: `otel_info!("app.server.ready", server.port = port)`.
///
/// Numbers, text and truth stay what they are; other values are displayed, or with `?value` debugged.
#[macro_export]
macro_rules! otel_info {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Info, $($event)*) };
}

/// Emits an event that somebody should look at: `otel_warn!("app.policy.rejected", error.message = %error)`.
///
/// Numbers, text and truth stay what they are; other values are displayed, or with `?value` debugged.
#[macro_export]
macro_rules! otel_warn {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Warn, $($event)*) };
}

/// Emits an event of something that failed: `otel_error!("app.listener.failed", error.message = %error)`.
///
/// Numbers, text and truth stay what they are; other values are displayed, or with `?value` debugged.
#[macro_export]
macro_rules! otel_error {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Error, $($event)*) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __otel_event {
    ($level:expr, $(#[doc = $brief:literal])* $name:literal $(, $($fields:tt)*)?) => {
        $crate::__otel_fields!([$level, $name, [$($brief)*]] [] [] $($($fields)*)?)
    };
    ($level:expr, $($other:tt)*) => {
        ::core::compile_error!(
            "an event starts with its name as a literal: otel_info!(\"app.server.ready\", server.port = port)"
        )
    };
}

/// Takes field by field from the rest; what is left in the end is the message.
#[doc(hidden)]
#[macro_export]
macro_rules! __otel_fields {
    ($event:tt $done:tt $keys:tt) => {
        $crate::__otel_emit!($event $done $keys ::core::option::Option::None)
    };
    ($event:tt $done:tt $keys:tt $message:literal $(, $($argument:expr),* $(,)?)?) => {
        $crate::__otel_emit!($event $done $keys
            ::core::option::Option::Some(::core::format_args!($message $(, $($argument),*)?)))
    };
    ($event:tt $done:tt $keys:tt $($word:ident).+ = ? $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Debug $value, $($word).+] $($($rest)*)?)
    };
    ($event:tt $done:tt $keys:tt $($word:ident).+ = % $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Display $value, $($word).+] $($($rest)*)?)
    };
    ($event:tt $done:tt $keys:tt $($word:ident).+ = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Given $value, $($word).+] $($($rest)*)?)
    };
    ($event:tt $done:tt $keys:tt ? $($word:ident).+ $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Debug $($word).+, $($word).+] $($($rest)*)?)
    };
    ($event:tt $done:tt $keys:tt % $($word:ident).+ $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Display $($word).+, $($word).+] $($($rest)*)?)
    };
    ($event:tt $done:tt $keys:tt $($word:ident).+ $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Given $($word).+, $($word).+] $($($rest)*)?)
    };
    ($event:tt $done:tt $keys:tt $($other:tt)+) => {
        ::core::compile_error!("a field is `dotted.key = value`, `dotted.key = %display` or `dotted.key = ?debug`")
    };
}

/// One more field, and its key for the comparison with the others.
#[doc(hidden)]
#[macro_export]
macro_rules! __otel_fields_and {
    ($event:tt [$($done:tt)*] [$($key:tt)*]
        [$form:ident $value:expr, $first:ident $(. $word:ident)*] $($rest:tt)*) => {
        $crate::__otel_fields!($event
            [$($done)* $crate::__otel_field!($form $value, $first $(. $word)*),]
            [$($key)* ::core::concat!(::core::stringify!($first) $(, ".", ::core::stringify!($word))*),]
            $($rest)*)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __otel_emit {
    ([$level:expr, $name:literal, [$($brief:literal)*]] [$($field:tt)*] [$($key:expr,)*] $message:expr) => {{
        $crate::__otel_check!(event_name_problem, $name);
        $crate::__otel_check!(event_keys_problem, &[$($key),*]);
        const __TELEMETRY_FIELDS: &[$crate::logs::FieldDescriptor] =
            &[$($crate::logs::FieldDescriptor::untyped($key)),*];
        static __TELEMETRY_EVENT: $crate::__private::EventSite = $crate::__private::EventSite::new(
            $crate::logs::EventDescriptor::new($name, $level, ::core::module_path!())
                .with_brief(::core::concat!($($brief),*).trim_ascii())
                .with_fields(__TELEMETRY_FIELDS),
        );
        $crate::__private::inventory::submit! { $crate::__private::LinkedEvent(&__TELEMETRY_EVENT) }
        if __TELEMETRY_EVENT.is_enabled() {
            #[allow(unused_imports)]
            use $crate::__private::{NoValue as _, Shown as _};
            $crate::__private::emit(&__TELEMETRY_EVENT, $message, &[$($field)*])
        }
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __otel_field {
    ($form:ident $value:expr, $first:ident $(. $word:ident)*) => {
        $crate::logs::EventField {
            key: {
                const __TELEMETRY_KEY: &str = ::core::concat!(::core::stringify!($first) $(, ".", ::core::stringify!($word))*);
                $crate::__otel_check!(event_key_problem, __TELEMETRY_KEY);
                __TELEMETRY_KEY
            },
            value: $crate::__otel_value!($form $value),
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __otel_value {
    (Given $value:expr) => {
        (&$crate::__private::Given(&$value)).telemetry_value()
    };
    ($form:ident $value:expr) => {
        $crate::logs::EventValue::$form(&$value)
    };
}

/// Panics here and not in a function, so that the compiler points at the user's line.
#[doc(hidden)]
#[macro_export]
macro_rules! __otel_check {
    ($check:ident, $name:expr) => {
        const _: () =
            if let ::core::option::Option::Some(__telemetry_problem) = $crate::__private::$check($name) {
                ::core::panic!("{}", __telemetry_problem.as_str())
            };
    };
}

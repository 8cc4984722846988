//! The event macros. The name and the keys are checked when they compile; what is disabled evaluates nothing.

/// Emits an event for whoever debugs: `otel_debug!("app.cache.missed", cache.key = key)`.
///
/// Values are displayed, or debugged with `?value`.
#[macro_export]
macro_rules! otel_debug {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Debug, $($event)*) };
}

/// Emits an event of normal life: `otel_info!("app.server.ready", server.port = port)`.
///
/// Values are displayed, or debugged with `?value`.
#[macro_export]
macro_rules! otel_info {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Info, $($event)*) };
}

/// Emits an event that somebody should look at: `otel_warn!("app.policy.rejected", error.message = %error)`.
///
/// Values are displayed, or debugged with `?value`.
#[macro_export]
macro_rules! otel_warn {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Warn, $($event)*) };
}

/// Emits an event of something that failed: `otel_error!("app.listener.failed", error.message = %error)`.
///
/// Values are displayed, or debugged with `?value`.
#[macro_export]
macro_rules! otel_error {
    ($($event:tt)*) => { $crate::__otel_event!($crate::logs::Level::Error, $($event)*) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __otel_event {
    ($level:expr, $name:literal $(, $($fields:tt)*)?) => {{
        $crate::__otel_check!(event_name_problem, $name);
        static EVENT: $crate::logs::EventDescriptor =
            $crate::logs::EventDescriptor::new($name, $level, ::core::module_path!());
        if $crate::logs::enabled($level) {
            $crate::__otel_fields!(EVENT [] $($($fields)*)?);
        }
    }};
    ($level:expr, $($other:tt)*) => {
        ::core::compile_error!(
            "an event starts with its name as a literal: otel_info!(\"app.server.ready\", server.port = port)"
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __otel_fields {
    ($event:ident [$($done:tt)*]) => {
        $crate::__private::emit(&$event, &[$($done)*])
    };
    ($event:ident [$($done:tt)*] $($word:ident).+ = ? $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields!($event [$($done)* $crate::__otel_field!(Debug $value, $($word).+),] $($($rest)*)?)
    };
    ($event:ident [$($done:tt)*] $($word:ident).+ = % $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields!($event [$($done)* $crate::__otel_field!(Display $value, $($word).+),] $($($rest)*)?)
    };
    ($event:ident [$($done:tt)*] $($word:ident).+ = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields!($event [$($done)* $crate::__otel_field!(Display $value, $($word).+),] $($($rest)*)?)
    };
    ($event:ident [$($done:tt)*] $($other:tt)+) => {
        ::core::compile_error!("a field is `dotted.key = value`, `dotted.key = %display` or `dotted.key = ?debug`")
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __otel_field {
    ($form:ident $value:expr, $first:ident $(. $word:ident)*) => {
        $crate::logs::EventField {
            key: {
                const KEY: &str = ::core::concat!(::core::stringify!($first) $(, ".", ::core::stringify!($word))*);
                $crate::__otel_check!(name_problem, KEY);
                KEY
            },
            value: $crate::logs::EventValue::$form(&$value),
        }
    };
}

/// Panics here and not in a function, so that the compiler points at the user's line.
#[doc(hidden)]
#[macro_export]
macro_rules! __otel_check {
    ($check:ident, $name:expr) => {
        const _: () = if let ::core::option::Option::Some(problem) = $crate::__private::$check($name) {
            ::core::panic!("{}", problem)
        };
    };
}

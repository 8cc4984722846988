//! The event macros. The name and the keys are checked when they compile; what is disabled evaluates nothing.
//!
//! Items and patterns of a macro are not hygienic: their names are ones that nobody else has.

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
        static __TELEMETRY_EVENT: $crate::logs::EventDescriptor =
            $crate::logs::EventDescriptor::new($name, $level, ::core::module_path!());
        if $crate::logs::enabled($level) {
            $crate::__otel_fields!(__TELEMETRY_EVENT [] [] $($($fields)*)?);
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
    ($event:ident [$($done:tt)*] [$($key:expr,)*]) => {{
        $crate::__otel_check!(event_keys_problem, &[$($key),*]);
        $crate::__private::emit(&$event, &[$($done)*])
    }};
    ($event:ident $done:tt $keys:tt $($word:ident).+ = ? $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Debug $value, $($word).+] $($($rest)*)?)
    };
    ($event:ident $done:tt $keys:tt $($word:ident).+ = % $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Display $value, $($word).+] $($($rest)*)?)
    };
    ($event:ident $done:tt $keys:tt $($word:ident).+ = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__otel_fields_and!($event $done $keys [Display $value, $($word).+] $($($rest)*)?)
    };
    ($event:ident $done:tt $keys:tt $($other:tt)+) => {
        ::core::compile_error!("a field is `dotted.key = value`, `dotted.key = %display` or `dotted.key = ?debug`")
    };
}

/// One more field, and its key for the comparison with the others.
#[doc(hidden)]
#[macro_export]
macro_rules! __otel_fields_and {
    ($event:ident [$($done:tt)*] [$($key:tt)*]
        [$form:ident $value:expr, $first:ident $(. $word:ident)*] $($rest:tt)*) => {
        $crate::__otel_fields!($event
            [$($done)* $crate::__otel_field!($form $value, $first $(. $word)*),]
            [$($key)* ::core::concat!(::core::stringify!($first) $(, ".", ::core::stringify!($word))*),]
            $($rest)*)
    };
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
            value: $crate::logs::EventValue::$form(&$value),
        }
    };
}

/// Panics here and not in a function, so that the compiler points at the user's line.
#[doc(hidden)]
#[macro_export]
macro_rules! __otel_check {
    ($check:ident, $name:expr) => {
        const _: () =
            if let ::core::option::Option::Some(__telemetry_problem) = $crate::__private::$check($name) {
                ::core::panic!("{}", __telemetry_problem)
            };
    };
}

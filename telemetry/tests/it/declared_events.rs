//! Events that are structs: what is declared is what arrives.

use std::cell::Cell;
use std::fmt::Display;
use std::net::IpAddr;

use telemetry::logs::{
    DeclaredEvent, EventDescriptor, EventField, EventValue, FieldDescriptor, FieldValue, Level, LogConfig,
    Provider,
};
use telemetry::{
    AttributeField, AttributeKind, AttributeValue, EnumMember, Open, Stability, attribute_set, event, linked,
    otel_info,
};

use crate::process::{Process, only};

/// Why a policy is refused.
#[derive(AttributeValue, Clone, Copy)]
enum Reason {
    Syntax,
    #[attribute(value = "limit")]
    TooMany,
}

/// A policy was refused,
/// and the old ones stay.
///
/// Nobody reads this.
#[event(name = "declared.policy.rejected", severity = "warn", stability = "beta", deprecated = "use another")]
struct PolicyRejected<'a> {
    /// Id of the policy.
    #[attribute(key = "declared.policy.id")]
    id: &'a str,
    /// Why.
    #[attribute(key = "declared.reason", stability = "stable")]
    reason: Reason,
    /// How many there are.
    #[attribute(key = "declared.policy.count", deprecated = "count yourself")]
    count: u64,
    /// How full.
    #[attribute(key = "declared.ratio")]
    ratio: Option<f64>,
    /// Whether it was there before.
    #[attribute(key = "declared.is_known")]
    is_known: Option<bool>,
    /// Who sent it.
    #[attribute(key = "client.address")]
    client: &'a dyn Display,
    /// What a person reads.
    #[message]
    message: Option<&'a str>,
}

/// All is up.
#[event(name = "declared.server.ready", severity = "info")]
struct Ready;

/// Seldom looked at.
#[event(name = "declared.cache.missed", severity = "debug")]
struct CacheMissed {
    /// Of what.
    #[attribute(key = "declared.cache.key")]
    key: String,
}

fn rejected<'a>(id: &'a str, client: &'a IpAddr) -> PolicyRejected<'a> {
    let (count, reason) = (3, Reason::TooMany);
    PolicyRejected { id, reason, count, ratio: Some(0.5), is_known: None, client, message: Some("too many") }
}

#[test]
fn a_declared_event_arrives_with_its_types_and_without_what_is_not_there() {
    let mut process = Process::with_its();
    let client = IpAddr::from([127, 0, 0, 1]);
    rejected("p-1", &client).emit();
    let taken = process.take();
    let log = only(taken, "declared.policy.rejected");
    assert_eq!((log.level(), log.target(), log.message()), (Level::Warn, "it", Some("too many")));
    let fields: Vec<_> = log.fields().collect();
    assert_eq!(
        fields,
        [
            ("declared.policy.id", FieldValue::Text("p-1")),
            ("declared.reason", FieldValue::Text("limit")),
            ("declared.policy.count", FieldValue::Int(3)),
            ("declared.ratio", FieldValue::Double(0.5)),
            ("client.address", FieldValue::Text("127.0.0.1")),
        ]
    );
}

#[test]
fn an_event_without_fields_or_message_has_none() {
    let mut process = Process::with_its();
    let client = IpAddr::from([127, 0, 0, 1]);
    Ready.emit();
    PolicyRejected { message: None, ..rejected("p-2", &client) }.emit();
    let taken = process.take();
    let ready = only(taken, "declared.server.ready");
    assert_eq!((ready.level(), ready.message(), ready.fields().count()), (Level::Info, None, 0));
    assert_eq!(only(taken, "declared.policy.rejected").message(), None);
}

#[test]
fn what_is_disabled_is_not_made() {
    let made = Cell::new(0);
    let missed = |key: &str| {
        made.set(made.get() + 1);
        CacheMissed { key: key.to_owned() }
    };
    {
        let _process = Process::with(LogConfig { level: Level::Info, provider: Provider::Its });
        assert!(!CacheMissed::is_enabled() && Ready::is_enabled());
        CacheMissed::emit_with(|| missed("not"));
        missed("neither").emit();
    }
    let mut process = Process::with_its();
    assert!(process.take().is_empty());
    CacheMissed::emit_with(|| missed("this"));
    let taken = process.take();
    let fields: Vec<_> = only(taken, "declared.cache.missed").fields().collect();
    assert_eq!(fields, [("declared.cache.key", FieldValue::Text("this"))]);
    assert_eq!(made.get(), 2);
}

#[test]
fn the_words_of_an_enum_are_words_in_the_macros_too() {
    let mut process = Process::with_its();
    otel_info!("declared.by.macro", declared.reason = Reason::Syntax);
    let taken = process.take();
    let fields: Vec<_> = only(taken, "declared.by.macro").fields().collect();
    assert_eq!(fields, [("declared.reason", FieldValue::Text("syntax"))]);
}

#[test]
fn numbers_beyond_the_integers_of_opentelemetry_are_text() {
    let client = IpAddr::from([127, 0, 0, 1]);
    let event = PolicyRejected { count: u64::MAX, ..rejected("p-3", &client) };
    let count = event.with_fields(|fields: &[EventField<'_>]| {
        assert!(matches!(fields[2].value, EventValue::Display(_)));
        fields[2].value.to_string()
    });
    assert_eq!(count, u64::MAX.to_string());
}

#[test]
fn the_descriptor_says_what_was_declared() {
    const DESCRIPTOR: &EventDescriptor = PolicyRejected::DESCRIPTOR;
    assert_eq!(DESCRIPTOR.name, "declared.policy.rejected");
    assert_eq!(DESCRIPTOR.brief, "A policy was refused, and the old ones stay.");
    assert_eq!((DESCRIPTOR.level, DESCRIPTOR.stability), (Level::Warn, Stability::Beta));
    assert_eq!(DESCRIPTOR.deprecated, Some("use another"));
    assert_eq!((DESCRIPTOR.target, DESCRIPTOR.module), ("it", "it::declared_events"));

    let keys: Vec<_> =
        DESCRIPTOR.fields.iter().map(|field| (field.attribute.kind, field.is_required)).collect();
    let words = AttributeKind::Enum(&[
        EnumMember { id: "syntax", value: "syntax", brief: "" },
        EnumMember { id: "too_many", value: "limit", brief: "" },
    ]);
    assert_eq!(
        keys,
        [
            (AttributeKind::Text, true),
            (words, true),
            (AttributeKind::Int, true),
            (AttributeKind::Double, false),
            (AttributeKind::Bool, false),
            (AttributeKind::Text, true),
        ]
    );
    assert_eq!(DESCRIPTOR.fields[1].attribute.stability, Stability::Stable);
    let count = AttributeField {
        key: "declared.policy.count",
        kind: AttributeKind::Int,
        brief: "How many there are.",
        stability: Stability::Development,
        deprecated: Some("count yourself"),
    };
    assert_eq!(DESCRIPTOR.fields[2].attribute, count);
}

/// Where to.
#[attribute_set(name = "declared.upstream")]
#[derive(Clone)]
struct UpstreamAttributes {
    /// Host.
    #[attribute(key = "server.address")]
    address: String,
    /// Port.
    #[attribute(key = "server.port", stability = "stable")]
    port: u16,
}

/// Which way.
#[attribute_set(name = "declared.route")]
#[derive(Clone)]
struct RouteAttributes {
    /// Template.
    template: &'static str,
    /// Where to.
    #[attribute(flatten)]
    upstream: UpstreamAttributes,
    /// Who asked.
    tenant: Open<10>,
}

/// A request failed.
#[event(name = "declared.request.failed", severity = "error")]
struct RequestFailed<'a> {
    /// Why.
    #[attribute(key = "error.type")]
    error: Option<&'a str>,
    #[attribute(flatten)]
    route: RouteAttributes,
    /// How often.
    #[attribute(key = "declared.attempts")]
    attempts: u32,
}

#[test]
fn the_attributes_of_a_set_stand_in_the_place_of_a_field() {
    let keys = RequestFailed::DESCRIPTOR.fields.iter().map(|field| field.attribute.key);
    let expected = [
        "error.type",
        "declared.route.template",
        "server.address",
        "server.port",
        "declared.route.tenant",
        "declared.attempts",
    ];
    assert_eq!(keys.collect::<Vec<_>>(), expected);
    assert_eq!(RequestFailed::DESCRIPTOR.fields[3].attribute.stability, Stability::Stable);

    let mut process = Process::with_its();
    let upstream = UpstreamAttributes { address: "::1".to_owned(), port: 80 };
    let route = RouteAttributes { template: "/v1", upstream, tenant: "one".into() };
    RequestFailed { error: None, route: route.clone(), attempts: 3 }.emit();
    let taken = process.take();
    let fields: Vec<_> = only(taken, "declared.request.failed").fields().collect();
    let values = [
        FieldValue::Text("/v1"),
        FieldValue::Text("::1"),
        FieldValue::Int(80),
        FieldValue::Text("one"),
        FieldValue::Int(3),
    ];
    assert_eq!(fields, expected[1..].iter().copied().zip(values).collect::<Vec<_>>());
}

/// Nobody ever emits it.
#[event(name = "declared.never", severity = "error")]
struct Never {}

fn never_called() {
    Never {}.emit();
    otel_info!(
        /// Nobody calls it.
        "declared.never.called",
        declared.key = 1
    );
}

#[test]
fn every_event_that_is_linked_is_listed_live_or_not() {
    let _ = never_called;
    let events = linked::events();
    let named = |name: &str| events.iter().find(|event| event.name == name).copied();
    assert_eq!(named("declared.never"), Some(Never::DESCRIPTOR));
    let called = named("declared.never.called").expect("the macro submits it");
    assert_eq!(
        (called.brief, called.fields),
        ("Nobody calls it.", &[FieldDescriptor::untyped("declared.key")][..])
    );
    assert!(events.is_sorted_by_key(|event| event.name));
}

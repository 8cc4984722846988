//! For random batches of spans and policies: what is left is what the simplest reading of the policies leaves, in both
//! spellings.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::damage::damage;
use crate::generate::{attributes, resource, schema_url, scope, text};
use crate::oracle::{Around, Attribute, Shared, attribute, negated, shared};
use crate::request::Request;

fn id(bytes: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(vec![vec![], vec![1; bytes], vec![0xab; bytes]])
}

prop_compose! {
    fn event()(name in "[ab]{0,2}", attributes in attributes(), time_unix_nano in any::<u64>()) -> Event {
        Event { name, attributes, time_unix_nano, ..Event::default() }
    }
}

prop_compose! {
    fn link()(trace_id in id(16), attributes in attributes()) -> Link {
        Link { trace_id, attributes, ..Link::default() }
    }
}

prop_compose! {
    fn status()(code in 0..3, message in "[ab]{0,2}") -> Status {
        Status { code, message }
    }
}

prop_compose! {
    fn span()(
        name in text(),
        kind in 0..6,
        ids in (id(16), id(8), id(8)),
        trace_state in prop::sample::select(&["", "v=1", "v=1,w=2"][..]),
        attributes in attributes(),
        events in prop::collection::vec(event(), 0..3),
        links in prop::collection::vec(link(), 0..3),
        status in prop::option::of(status()),
        flags in prop::sample::select(&[0, 0x101][..]),
    ) -> Span {
        let (trace_id, span_id, parent_span_id) = ids;
        let trace_state = trace_state.to_owned();
        Span { name, kind, trace_id, span_id, parent_span_id, trace_state, attributes, events, links, status, flags, ..Span::default() }
    }
}

prop_compose! {
    fn scope_spans()(scope in scope(), spans in prop::collection::vec(span(), 0..4), schema_url in schema_url())
        -> ScopeSpans {
        ScopeSpans { scope, spans, schema_url }
    }
}

prop_compose! {
    fn resource_spans()(resource in resource(), scope_spans in prop::collection::vec(scope_spans(), 0..3), schema_url in schema_url())
        -> ResourceSpans {
        ResourceSpans { resource, scope_spans, schema_url }
    }
}

fn request() -> impl Strategy<Value = ExportTraceServiceRequest> {
    prop::collection::vec(resource_spans(), 0..3)
        .prop_map(|resource_spans| ExportTraceServiceRequest { resource_spans })
}

/// What a matcher looks at.
#[derive(Debug, Clone)]
enum Matcher {
    Shared(Shared),
    Name(String),
    Kind(i32),
    Status(i32),
    HasParent,
    TraceId(&'static str),
    TraceState(&'static str),
    Attribute(Attribute),
    EventName(String),
    EventAttribute(Attribute),
    LinkTraceId(&'static str),
}

/// Two trace ids, in hexadecimal.
const TRACE_IDS: [&str; 2] = ["01010101010101010101010101010101", "ABABABABABABABABabababababababab"];

fn matcher() -> impl Strategy<Value = Matcher> {
    prop_oneof![
        shared().prop_map(Matcher::Shared),
        "[ab]".prop_map(Matcher::Name),
        (1..6).prop_map(Matcher::Kind),
        (0..3).prop_map(Matcher::Status),
        Just(Matcher::HasParent),
        prop::sample::select(&TRACE_IDS[..]).prop_map(Matcher::TraceId),
        prop::sample::select(&["v=1", "w=2"][..]).prop_map(Matcher::TraceState),
        attribute().prop_map(Matcher::Attribute),
        "[ab]".prop_map(Matcher::EventName),
        attribute().prop_map(Matcher::EventAttribute),
        prop::sample::select(&TRACE_IDS[..]).prop_map(Matcher::LinkTraceId),
    ]
}

#[derive(Debug, Clone)]
struct Policy {
    /// With whether each is negated.
    matchers: Vec<(Matcher, bool)>,
    /// Whether it keeps all or none.
    keep: bool,
}

fn policies() -> impl Strategy<Value = Vec<Policy>> {
    let matchers = prop::collection::vec((matcher(), prop::bool::weighted(0.2)), 1..3);
    let policy = (matchers, prop::bool::weighted(0.5)).prop_map(|(matchers, keep)| Policy { matchers, keep });
    prop::collection::vec(policy, 1..5)
}

fn document(policies: &[Policy]) -> Value {
    let policy = |(index, policy): (usize, &Policy)| {
        let matchers = policy.matchers.iter().map(|(matcher, negate)| negated(matcher.json(), *negate));
        let percentage = if policy.keep { 100 } else { 0 };
        json!({"id": format!("p{index}"), "trace": {
            "match": matchers.collect::<Vec<_>>(), "keep": {"percentage": percentage},
        }})
    };
    policies.iter().enumerate().map(policy).collect()
}

impl Matcher {
    fn json(&self) -> Value {
        match self {
            Self::Shared(shared) => shared.matcher("trace_field"),
            Self::Name(text) => json!({"trace_field": "name", "contains": text}),
            Self::Kind(number) => json!({"span_kind": number}),
            Self::Status(number) => json!({"span_status": number}),
            Self::HasParent => json!({"trace_field": "parent_span_id", "exists": true}),
            Self::TraceId(id) => json!({"trace_field": "trace_id", "exact": id}),
            Self::TraceState(text) => json!({"trace_field": "trace_state", "contains": text}),
            Self::Attribute(attribute) => attribute.matcher("span_attribute"),
            Self::EventName(text) => json!({"event_name": text}),
            Self::EventAttribute(attribute) => attribute.matcher("event_attribute"),
            Self::LinkTraceId(id) => json!({"link_trace_id": id}),
        }
    }

    fn holds(&self, around: Around<'_>, span: &Span) -> bool {
        match self {
            Self::Shared(shared) => shared.holds(around),
            Self::Name(text) => span.name.contains(text),
            Self::Kind(number) => span.kind == *number,
            Self::Status(number) => span.status.as_ref().map_or(0, |status| status.code) == *number,
            Self::HasParent => !span.parent_span_id.is_empty(),
            Self::TraceId(id) => is_id(&span.trace_id, id),
            Self::TraceState(text) => span.trace_state.contains(text),
            Self::Attribute(attribute) => attribute.is_in(&span.attributes),
            Self::EventName(text) => span.events.iter().any(|event| event.name == *text),
            Self::EventAttribute(attribute) => {
                span.events.iter().any(|event| attribute.is_any_of(&event.attributes))
            }
            Self::LinkTraceId(id) => span.links.iter().any(|link| is_id(&link.trace_id, id)),
        }
    }
}

fn is_id(bytes: &[u8], hexadecimal: &str) -> bool {
    data_encoding::HEXLOWER_PERMISSIVE.decode(hexadecimal.as_bytes()).as_deref() == Ok(bytes)
}

impl Policy {
    fn matches(&self, around: Around<'_>, span: &Span) -> bool {
        self.matchers.iter().all(|(matcher, negate)| matcher.holds(around, span) != *negate)
    }
}

/// Spans kept as they came, dropped and rewritten.
#[derive(Debug, Default, PartialEq)]
struct Counts([u64; 3]);

/// What the policies leave of a request.
fn filter(request: &mut ExportTraceServiceRequest, policies: &[Policy]) -> Counts {
    let mut counts = Counts::default();
    request.resource_spans.retain_mut(|resource| {
        let ResourceSpans { resource, scope_spans, schema_url: resource_url } = resource;
        let came = scope_spans.len();
        scope_spans.retain_mut(|scope| {
            let ScopeSpans { scope, spans, schema_url } = scope;
            let (resource, scope) = (resource.as_ref(), scope.as_ref());
            let around = Around { resource, resource_url, scope, scope_url: schema_url };
            let came = spans.len();
            spans.retain_mut(|span| filter_span(span, around, policies, &mut counts));
            came == 0 || !spans.is_empty()
        });
        came == 0 || !scope_spans.is_empty()
    });
    counts
}

fn filter_span(
    span: &mut Span,
    around: Around<'_>,
    policies: &[Policy],
    Counts(counts): &mut Counts,
) -> bool {
    let matching: Vec<&Policy> = policies.iter().filter(|policy| policy.matches(around, span)).collect();
    if matching.is_empty() {
        counts[0] += 1;
    } else if matching.iter().any(|policy| !policy.keep) {
        counts[1] += 1;
        return false;
    } else {
        counts[2] += 1;
        let rest = std::mem::take(&mut span.trace_state);
        span.trace_state = if rest.is_empty() { "ot=th:0".into() } else { format!("ot=th:0,{rest}") };
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_of_traces_is_what_their_policies_leave(request in request(), policies in policies()) {
        let mut expected = request.clone();
        let counts = filter(&mut expected, &policies);
        for (name, filter, body) in request.spellings() {
            let mut worker = crate::worker(document(&policies).to_string().as_bytes());
            let filtered = crate::filter(filter, &body, &mut worker);
            let records = filtered.records;
            let counted = Counts([records.kept, records.dropped, records.rewritten]);
            prop_assert_eq!(&counted, &counts, "{}", name);
            prop_assert_eq!(&request.after(name, filtered.outcome), &expected, "{}", name);
        }
    }

    #[test]
    fn another_spelling_of_traces_changes_nothing(request in request(), policies in policies()) {
        crate::spelling::check(&request, &document(&policies))?;
    }

    #[test]
    fn damaged_traces_are_never_taken_for_something_else(request in request(), policies in policies(), damage in damage()) {
        crate::damage::check(&request, &document(&policies), &damage)?;
    }
}

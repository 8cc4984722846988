//! What random batches of every signal are made of.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use proptest::prelude::*;

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[ab]{0,3}", 1 => "\\PC{0,6}", 1 => Just("a\"b\\\n\u{1F600}".to_owned())]
}

pub(crate) fn any_value() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        4 => text().prop_map(Any::StringValue),
        1 => any::<bool>().prop_map(Any::BoolValue),
        1 => prop_oneof![Just(i64::MAX), Just(-1), Just(1)].prop_map(Any::IntValue),
        1 => prop_oneof![Just(0.1), Just(-1e300), Just(1.0)].prop_map(Any::DoubleValue),
        1 => prop::collection::vec(any::<u8>(), 0..4).prop_map(Any::BytesValue),
    ];
    let value = leaf.prop_recursive(3, 8, 3, |inner| {
        let inner = inner.prop_map(|value| AnyValue { value: Some(value) });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|values| Any::ArrayValue(ArrayValue { values })),
            prop::collection::vec(("[kab]", inner), 0..3)
                .prop_map(|entries| Any::KvlistValue(KeyValueList { values: key_values(entries) })),
        ]
    });
    value.prop_map(|value| AnyValue { value: Some(value) })
}

fn key_values(entries: Vec<(String, AnyValue)>) -> Vec<KeyValue> {
    entries
        .into_iter()
        .map(|(key, value)| KeyValue { key, value: Some(value), ..KeyValue::default() })
        .collect()
}

pub(crate) fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    prop::collection::vec(("[kab]", any_value()), 0..4).prop_map(key_values)
}

pub(crate) fn resource() -> impl Strategy<Value = Option<Resource>> {
    prop::option::of(attributes().prop_map(|attributes| Resource { attributes, ..Resource::default() }))
}

pub(crate) fn scope() -> impl Strategy<Value = Option<InstrumentationScope>> {
    let scope = ("[ab]{0,2}", "[ab]{0,2}", attributes()).prop_map(|(name, version, attributes)| {
        InstrumentationScope { name, version, attributes, ..InstrumentationScope::default() }
    });
    prop::option::of(scope)
}

pub(crate) fn schema_url() -> impl Strategy<Value = String> {
    "[ab]{0,2}"
}

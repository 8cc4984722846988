//! What editors say about each object and member.

/// Objects.
const OBJECTS: [(&str, &str); 17] = [
    (
        "document",
        "Policies: independent rules that say which records go on, and how they change on their way.",
    ),
    (
        "policy",
        "One rule for one signal. Policies have no order and do not know each other: what becomes of a record is the merge of all that match it.",
    ),
    ("log_target", "Which log records match, and what becomes of them."),
    ("metric_target", "Which metrics or data points match, and whether they go on."),
    ("trace_target", "Which spans match, and which share of them goes on."),
    ("log_matcher", "One condition on one field of a log record. All matchers of a policy must hold."),
    ("metric_matcher", "One condition on one field of a metric. All matchers of a policy must hold."),
    ("trace_matcher", "One condition on one field of a span. All matchers of a policy must hold."),
    ("log_transform", "Changes to a matching record that goes on, in the order remove, redact, rename, add."),
    ("remove", "A field to take out."),
    ("redact", "A field to mask."),
    ("rename", "An attribute to move to another key."),
    ("add", "A field to write."),
    (
        "sample_key",
        "The field whose value decides a percentage: the same value, the same decision. Without it chance decides.",
    ),
    (
        "trace_keep",
        "The share of matching spans that goes on, by consistent probability sampling: all spans of a trace alike.",
    ),
    ("attribute_path", "An attribute by its key, or by its keys from outside in. A dot is part of a key."),
    ("extension", "A consumer that gets copies of the policy's records."),
];

/// Members, which mean the same wherever they stand; `object.member` goes before `member`.
const MEMBERS: [(&str, &str); 77] = [
    ("policies", "The policies."),
    ("$schema", "Where this schema is, for editors."),
    (
        "id",
        "A text that no other policy has. Decides the order in which transforms run, and who counts as having decided.",
    ),
    ("description", "What it is for."),
    ("enabled", "Whether it is in force (default true)."),
    ("created_at_unix_nano", "When it was made, in nanoseconds since 1970."),
    ("modified_at_unix_nano", "When it was last changed, in nanoseconds since 1970."),
    ("labels", "What else is to be known of it."),
    ("log", "The rule, if it is for log records."),
    ("metric", "The rule, if it is for metrics."),
    ("trace", "The rule, if it is for spans."),
    ("extensions", "Who gets copies of its records."),
    ("match", "What must hold of a record, all of it."),
    (
        "log_target.keep",
        "`all` (default), `none`, a percentage such as `12.5%`, or a limit such as `100/s`, `100/m`, `100/5s`, `100/10m`.",
    ),
    ("metric_target.keep", "Whether what matches goes on (default false)."),
    ("trace_target.keep", "Which share of matching spans goes on."),
    ("transform", "How records that go on change."),
    ("sample_key", "Whose value decides a percentage, in place of chance."),
    ("remove", "Fields to take out."),
    ("redact", "Fields to mask."),
    ("rename", "Attributes to move to another key."),
    ("add", "Fields to write."),
    ("log_field", "A well-known field of a log record; an empty one is missing."),
    ("log_attribute", "An attribute of the log record."),
    ("from_log_attribute", "An attribute of the log record."),
    ("from_resource_attribute", "An attribute of the resource."),
    ("from_scope_attribute", "An attribute of the instrumentation scope."),
    ("resource_attribute", "An attribute of the resource, which says what sent the record."),
    ("scope_attribute", "An attribute of the instrumentation scope."),
    ("metric_field", "A well-known field of a metric; an empty one is missing."),
    (
        "datapoint_attribute",
        "An attribute of a data point. A policy that names one decides for each data point.",
    ),
    ("metric_type", "The type that the metric must have."),
    ("aggregation_temporality", "The temporality that the metric must have."),
    ("trace_field", "A well-known field of a span; an empty one is missing."),
    ("span_attribute", "An attribute of the span."),
    ("span_kind", "The kind that the span must have."),
    ("span_status", "The status that the span must have."),
    ("event_name", "The name that some event of the span must have."),
    ("event_attribute", "An attribute that some event of the span must have."),
    ("link_trace_id", "The trace id, in hexadecimal, that some link of the span must have."),
    ("exact", "The whole text. The same as `equals` with a string."),
    ("regex", "A regular expression in RE2 syntax that must be found in the text."),
    ("redact.regex", "What to mask in the text, in RE2 syntax; without it the whole value is."),
    ("exists", "Whether the field is there."),
    ("starts_with", "What the text begins with."),
    ("ends_with", "What the text ends with."),
    ("contains", "What the text holds."),
    ("equals", "A value of the same type. Integers and doubles are one kind of number."),
    ("gt", "A number that the field's is greater than."),
    ("gte", "A number that the field's is not less than."),
    ("lt", "A number that the field's is less than."),
    ("lte", "A number that the field's is not greater than."),
    ("negate", "Turns the outcome round; a missing field then satisfies any condition (default false)."),
    ("case_insensitive", "Ignores case in texts (default false)."),
    ("bool_value", "A boolean."),
    ("int_value", "An integer of 64 bits; as a string where JSON readers would round it."),
    ("double_value", "A floating-point number."),
    ("bytes_value", "Bytes, in base64."),
    ("hex_value", "Bytes, in hexadecimal."),
    ("string_value", "A string."),
    (
        "replacement",
        "What stands there instead (default `[REDACTED]`). With a regex `$1`, `${name}` and `$0` are its groups, `$$` is a dollar.",
    ),
    ("to", "The new key, at the top of the same attributes."),
    ("add.value", "The text to write."),
    ("upsert", "Whether what is already there gives way (default false)."),
    ("percentage", "Percent of the spans, 0 to 100."),
    (
        "trace_keep.mode",
        "`hash_seed` (default) decides by the trace id alone, `proportional` takes a share of what came through samplers before, `equalizing` the stricter one of them and this.",
    ),
    (
        "sampling_precision",
        "Hexadecimal digits of the threshold that is written into the trace state (default 4).",
    ),
    ("hash_seed", "Samplers with different seeds decide independently of each other (default 0)."),
    ("fail_closed", "Whether a span without a usable trace id or trace state is dropped (default true)."),
    ("type", "What kind of consumer, such as `com.usetero/s3-dump`."),
    ("version", "The version of the configuration, such as `1.0.0`."),
    ("config", "The configuration: an object, or bytes in base64."),
    (
        "extension.mode",
        "Which records it gets: those that the policy matches (`matched`, default), of these only the `kept` or the `dropped`, the `unmatched` ones, or `all`.",
    ),
    ("value", "A typed value."),
    ("number", "A typed number."),
    ("path", "The keys, from outside in."),
    ("name", "A name for people."),
];

/// What an object is.
pub(super) fn of(object: &str) -> &'static str {
    find(&OBJECTS, object).or_else(|| find(&MEMBERS, object)).unwrap_or_default()
}

/// What a member of an object is.
pub(super) fn of_member(object: &str, member: &str) -> &'static str {
    find(&MEMBERS, &format!("{object}.{member}")).or_else(|| find(&MEMBERS, member)).unwrap_or_default()
}

fn find(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

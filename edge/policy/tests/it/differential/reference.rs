//! The specification, word by word: every matcher of every policy on every record, in strings and big numbers.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use edge_policy::{Level, Simple};
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::record::{Owned, Part, Record};

/// Hits and misses by policy.
pub(super) type Counts = BTreeMap<String, (u64, u64)>;

/// 2^56: what thresholds and randomness are parts of.
const WHOLE: u128 = 1 << 56;

/// A slow engine and what it has counted.
pub(super) struct Reference {
    policies: Vec<Value>,
    pub(super) counts: Counts,
    /// By policy: when its limit was first asked, the window in hand, and how many it let through.
    rates: HashMap<String, (u64, u64, u64)>,
}

/// What a matcher can look at.
#[derive(Clone, Copy)]
struct Scene<'r> {
    record: &'r Record,
    point: Option<&'r Part>,
}

impl Reference {
    /// Policies must be in id order.
    pub(super) fn new(policies: &[Value]) -> Self {
        Self { policies: policies.to_vec(), counts: Counts::new(), rates: HashMap::new() }
    }

    pub(super) fn log(&mut self, record: &Record, now: u64) -> String {
        let matched = self.matching("log", Scene { record, point: None }, |_| true);
        let dropped = self.log_dropped_by(&matched, record, now);
        self.settle(&matched, dropped.as_ref());
        if dropped.is_some() { "drop".into() } else { "keep".into() }
    }

    fn log_dropped_by(&mut self, matched: &[Value], record: &Record, now: u64) -> Option<Value> {
        let keep = |policy: &Value| policy["log"]["keep"].as_str().unwrap_or_default().to_owned();
        let percent = |policy: &Value| {
            keep(policy).strip_suffix('%').map(|text| text.parse::<f64>().expect("a number"))
        };
        if let Some(none) =
            matched.iter().find(|policy| keep(policy) == "none" || percent(policy) == Some(0.0))
        {
            return Some(none.clone());
        }
        let mut lowest: Option<(f64, &Value)> = None;
        for policy in matched {
            if let Some(percentage) = percent(policy).filter(|percentage| *percentage < 100.0)
                && lowest.is_none_or(|(low, _)| percentage < low)
            {
                lowest = Some((percentage, policy));
            }
        }
        if let Some((percentage, policy)) = lowest {
            let key = values(&policy["log"]["sample_key"], Scene { record, point: None });
            let randomness = key.first().and_then(|value| key_randomness(value));
            // Exact: every percentage here is a whole number of ten-thousandths.
            let units = (percentage * 10_000.0).round() as u128;
            if randomness.is_some_and(|r| u128::from(r) * 1_000_000 < (1_000_000 - units) * WHOLE) {
                return Some(policy.clone());
            }
        }
        let refused = matched.iter().find(|policy| self.refuses(policy, &keep(policy), now));
        refused.cloned()
    }

    fn refuses(&mut self, policy: &Value, keep: &str, now: u64) -> bool {
        let Some((count, window)) = keep.split_once('/') else { return false };
        let (length, unit) = window.split_at(window.len() - 1);
        let seconds = length.parse().unwrap_or(1) * if unit == "m" { 60 } else { 1 };
        let id = policy["id"].as_str().expect("an id").to_owned();
        let (origin, window, passed) = self.rates.entry(id).or_insert((now, 0, 0));
        let current = (now - *origin) / (seconds * 1_000_000_000);
        if current != *window {
            (*window, *passed) = (current, 0);
        }
        *passed += 1;
        *passed > count.parse().expect("a count")
    }

    pub(super) fn metric(&mut self, record: &Record, points: &[Part]) -> String {
        let by_point = |policy: &Value| {
            let matchers = policy["metric"]["match"].as_array().expect("matchers");
            matchers.iter().any(|matcher| matcher.get("datapoint_attribute").is_some())
        };
        let keeps = |policy: &&Value| policy["metric"]["keep"] == Value::Bool(true);
        let whole = self.matching("metric", Scene { record, point: None }, |policy| !by_point(policy));
        if let Some(dropper) = whole.iter().find(|policy| !keeps(policy)) {
            self.settle(&whole, Some(dropper));
            return "drop".into();
        }
        let mut left = Vec::new();
        for point in points {
            let matched = self.matching("metric", Scene { record, point: Some(point) }, by_point);
            let dropper = matched.iter().find(|policy| !keeps(policy));
            self.settle(&matched, dropper);
            left.push(dropper.is_none());
        }
        let emptied = !left.is_empty() && !left.contains(&true);
        for policy in &whole {
            let count = self.count(policy);
            *(if emptied { &mut count.1 } else { &mut count.0 }) += 1;
        }
        format!("{left:?}")
    }

    pub(super) fn span(&mut self, record: &Record) -> String {
        let matched = self.matching("trace", Scene { record, point: None }, |_| true);
        let percentage =
            |policy: &Value| policy["trace"]["keep"]["percentage"].as_f64().expect("a percentage");
        let mut decider: Option<&Value> = None;
        for policy in &matched {
            if decider.is_none_or(|decider| percentage(policy) < percentage(decider)) {
                decider = Some(policy);
            }
        }
        let own = &record.parts[Level::Record as usize];
        let state = match present(own, Simple::TraceState).pop() {
            Some(Owned::Text(text)) => String::from_utf8(text.clone()).expect("words are UTF-8"),
            _ => String::new(),
        };
        let id = match present(own, Simple::TraceId).pop() {
            Some(Owned::Bytes(id)) if id.iter().any(|byte| *byte != 0) => Some(id.clone()),
            _ => None,
        };
        let fate = decider
            .map_or(Some(state.clone()), |policy| sampled(&policy["trace"]["keep"], id.as_deref(), &state));
        self.settle(&matched, if fate.is_none() { decider } else { None });
        match fate {
            None => "drop".into(),
            Some(new) if new == state => "keep".into(),
            Some(new) => new,
        }
    }

    fn matching(&self, signal: &str, scene: Scene<'_>, concerns: impl Fn(&Value) -> bool) -> Vec<Value> {
        let matches = |policy: &&Value| {
            let matchers = policy[signal]["match"].as_array().expect("matchers");
            concerns(policy) && matchers.iter().all(|matcher| matches(matcher, scene))
        };
        self.policies.iter().filter(matches).cloned().collect()
    }

    /// A kept record is a hit for all, a dropped one for who dropped it, and a miss for the others.
    fn settle(&mut self, matched: &[Value], dropper: Option<&Value>) {
        for policy in matched {
            let hit = dropper.is_none_or(|dropper| dropper["id"] == policy["id"]);
            let count = self.count(policy);
            *(if hit { &mut count.0 } else { &mut count.1 }) += 1;
        }
    }

    fn count(&mut self, policy: &Value) -> &mut (u64, u64) {
        self.counts.entry(policy["id"].as_str().expect("an id").to_owned()).or_default()
    }
}

fn matches(matcher: &Value, scene: Scene<'_>) -> bool {
    let values = values(matcher, scene);
    let implied = implied(matcher);
    let holds = match matcher.get("exists") {
        Some(exists) if implied.is_none() => exists.as_bool() == Some(!values.is_empty()),
        _ => match &implied {
            Some(expected) => values.contains(&expected),
            None if !has_condition(matcher) => !values.is_empty(),
            None => values.iter().any(|value| holds(matcher, value)),
        },
    };
    holds != matcher["negate"].as_bool().expect("set")
}

fn has_condition(matcher: &Value) -> bool {
    ["regex", "exact", "starts_with", "ends_with", "contains", "equals", "gt", "gte", "lt", "lte"]
        .iter()
        .any(|name| matcher.get(name).is_some())
}

/// What a selector that compares by itself compares with.
fn implied(matcher: &Value) -> Option<Owned> {
    let code = |name: &str, names: &[&str], first: i64| {
        let value = matcher.get(name)?.as_str()?;
        let place = names.iter().position(|known| *known == value).expect("a known name");
        Some(Owned::Int(place as i64 + first))
    };
    code("metric_type", &["gauge", "sum", "histogram", "exponential_histogram", "summary"], 1)
        .or_else(|| code("aggregation_temporality", &["delta", "cumulative"], 1))
        .or_else(|| code("span_kind", &["internal", "server", "client", "producer", "consumer"], 1))
        .or_else(|| code("span_status", &["unset", "ok", "error"], 0))
        .or_else(|| Some(Owned::from(matcher.get("event_name")?.as_str()?)))
        .or_else(|| Some(Owned::Bytes(unhex(matcher.get("link_trace_id")?.as_str()?))))
}

/// The values that a selector selects; several only of events and links.
fn values<'r>(selector: &Value, Scene { record, point }: Scene<'r>) -> Vec<&'r Owned> {
    let [resource, scope, own] = &record.parts;
    let field = |part: &'r Part, simple| present(part, simple).pop().into_iter().collect::<Vec<_>>();
    let Some((name, value)) = selector.as_object().and_then(|selector| selector.iter().next()) else {
        return Vec::new();
    };
    let known = match (name.as_str(), value.as_str().unwrap_or_default()) {
        ("log_field" | "metric_field" | "trace_field", "resource_schema_url") => {
            return field(resource, Simple::ResourceSchemaUrl);
        }
        ("log_field" | "metric_field" | "trace_field", "scope_schema_url") => {
            return field(scope, Simple::ScopeSchemaUrl);
        }
        ("log_field" | "metric_field" | "trace_field", "scope_name") => {
            return field(scope, Simple::ScopeName);
        }
        ("log_field" | "metric_field" | "trace_field", "scope_version") => {
            return field(scope, Simple::ScopeVersion);
        }
        ("log_field", "body") => Simple::Body,
        ("log_field", "severity_text") => Simple::SeverityText,
        ("log_field", "severity_number") => Simple::SeverityNumber,
        ("log_field", "event_name") => Simple::EventName,
        ("log_field" | "trace_field", "trace_id") => Simple::TraceId,
        ("metric_field", "name") => Simple::MetricName,
        ("metric_field", "description") => Simple::MetricDescription,
        ("metric_field", "unit") => Simple::MetricUnit,
        ("metric_type", _) => Simple::MetricType,
        ("aggregation_temporality", _) => Simple::Temporality,
        ("trace_field", "name") => Simple::SpanName,
        ("trace_field", "trace_state") => Simple::TraceState,
        ("span_kind", _) => Simple::SpanKind,
        ("span_status", _) => Simple::SpanStatus,
        ("link_trace_id", _) => return present(own, Simple::LinkTraceId),
        ("event_name", _) => {
            return own.events.iter().flat_map(|event| present(event, Simple::SpanEventName)).collect();
        }
        ("event_attribute", _) => {
            return own.events.iter().filter_map(|event| attribute(event, value)).collect();
        }
        ("resource_attribute", _) => return attribute(resource, value).into_iter().collect(),
        ("scope_attribute", _) => return attribute(scope, value).into_iter().collect(),
        ("datapoint_attribute", _) => {
            return point.and_then(|point| attribute(point, value)).into_iter().collect();
        }
        _ => return attribute(own, value).into_iter().collect(),
    };
    field(own, known)
}

/// The values of a well-known field, empty ones left out.
fn present(part: &Part, field: Simple) -> Vec<&Owned> {
    let all = part.simple.iter().filter(|(known, _)| *known == field).map(|(_, value)| value);
    all.filter(|value| !matches!(value, Owned::Text(text) | Owned::Bytes(text) if text.is_empty())).collect()
}

fn attribute<'r>(part: &'r Part, path: &Value) -> Option<&'r Owned> {
    let path: Vec<&str> = match path {
        Value::Array(path) => path.iter().map(|key| key.as_str().expect("a key")).collect(),
        key => vec![key.as_str().expect("a key")],
    };
    let (first, rest) = path.split_first().expect("a path");
    let find = |list: &'r [(String, Owned)], key: &str| {
        list.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    };
    rest.iter().try_fold(find(&part.attributes, first)?, |value, key| match value {
        Owned::Map(members) => find(members, key),
        _ => None,
    })
}

fn holds(matcher: &Value, value: &Owned) -> bool {
    for (name, test) in
        [("gt", (|o| o > 0) as fn(i8) -> bool), ("gte", |o| o >= 0), ("lt", |o| o < 0), ("lte", |o| o <= 0)]
    {
        if let Some(literal) = matcher.get(name) {
            return compare(value, literal).is_some_and(test);
        }
    }
    match matcher.get("equals") {
        Some(Value::Bool(flag)) => return *value == Owned::Bool(*flag),
        Some(literal @ Value::Number(_)) => return compare(value, literal) == Some(0),
        Some(Value::Object(_)) => return *value == Owned::Bytes(vec![0xab]),
        _ => {}
    }
    let is_id = ["log_field", "trace_field"]
        .iter()
        .any(|name| matcher.get(name).is_some_and(|field| field == "trace_id"));
    if is_id && let Some(literal) = matcher.get("exact").or_else(|| matcher.get("equals")) {
        return *value == Owned::Bytes(unhex(literal.as_str().expect("text")));
    }
    let text = match value {
        Owned::Text(text) => String::from_utf8(text.clone()).expect("words are UTF-8"),
        Owned::Bytes(bytes) if matcher.get("equals").is_none() && matcher.get("exact").is_none() => {
            data_encoding::HEXLOWER.encode(bytes)
        }
        Owned::Bytes(bytes) => data_encoding::HEXLOWER.encode(bytes),
        _ => return false,
    };
    let pattern = |name: &str, before: &str, after: &str| {
        let literal = matcher.get(name)?;
        Some(format!("{before}{}{after}", regex::escape(literal.as_str().expect("text"))))
    };
    let pattern = pattern("exact", r"\A", r"\z")
        .or_else(|| pattern("equals", r"\A", r"\z"))
        .or_else(|| pattern("starts_with", r"\A", ""))
        .or_else(|| pattern("ends_with", "", r"\z"))
        .or_else(|| pattern("contains", "", ""))
        .unwrap_or_else(|| matcher["regex"].as_str().expect("a pattern").into());
    found(&pattern, matcher["case_insensitive"].as_bool().expect("set"), &text)
}

fn found(pattern: &str, fold: bool, text: &str) -> bool {
    thread_local!(static KNOWN: RefCell<HashMap<(String, bool), Regex>> = RefCell::default());
    KNOWN.with_borrow_mut(|known| {
        let compile = || RegexBuilder::new(pattern).case_insensitive(fold).build().expect("valid");
        known.entry((pattern.to_owned(), fold)).or_insert_with(compile).is_match(text)
    })
}

/// How a number stands to a literal: -1, 0 or 1. In half units, where whole and half numbers are integers; every double
/// here is one of those.
fn compare(value: &Owned, literal: &Value) -> Option<i8> {
    let halves = |double: f64| ((double * 2.0).fract() == 0.0).then_some((double * 2.0) as i128);
    let value = match value {
        Owned::Int(int) => i128::from(*int) * 2,
        Owned::Double(double) => halves(*double)?,
        _ => return None,
    };
    let literal = match literal.as_i64() {
        Some(int) => i128::from(int) * 2,
        None => halves(literal.as_f64().expect("a number"))?,
    };
    Some(value.cmp(&literal) as i8)
}

fn unhex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).expect("hexadecimal")
}

/// The randomness of a sample key's value.
fn key_randomness(value: &Owned) -> Option<u64> {
    let text = match value {
        Owned::Text(text) => String::from_utf8(text.clone()).expect("words are UTF-8"),
        Owned::Bytes(bytes) => data_encoding::HEXLOWER.encode(bytes),
        Owned::Bool(flag) => flag.to_string(),
        Owned::Int(int) => int.to_string(),
        Owned::Double(double) => serde_json::to_string(double).expect("a number"),
        Owned::List | Owned::Map(_) => return None,
    };
    if text.is_empty() {
        return None;
    }
    let start = text.len().checked_sub(14).filter(|start| text.is_char_boundary(*start));
    let tail =
        start.map(|start| &text[start..]).filter(|tail| tail.bytes().all(|byte| byte.is_ascii_hexdigit()));
    Some(match tail {
        Some(tail) => u64::from_str_radix(tail, 16).expect("hexadecimal"),
        None => hash(text.as_bytes()),
    })
}

/// The low 56 bits of FNV-1a, finished as `MurmurHash3` does.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (hash ^ (hash >> 33)) % (1 << 56)
}

/// The trace state that a span goes on with; `None` if it does not.
fn sampled(keep: &Value, id: Option<&[u8]>, state: &str) -> Option<String> {
    let percentage = keep["percentage"].as_f64().expect("a percentage");
    let mode = keep["mode"].as_str().expect("a mode");
    let precision = keep["sampling_precision"].as_u64().expect("digits") as usize;
    let seed = keep["hash_seed"].as_u64().expect("a seed") as u32;
    let undecidable = || (!keep["fail_closed"].as_bool().expect("set")).then(|| state.to_owned());
    let entries: Vec<&str> = state.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
    let ours = entries.iter().find_map(|entry| entry.strip_prefix("ot=")).unwrap_or("");
    let member = |key: &str| ours.split(';').find_map(|member| member.strip_prefix(key)?.strip_prefix(':'));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let write = |shown: String| {
        let mut kept: Vec<String> = Vec::new();
        kept.extend(
            ours.split(';')
                .filter(|member| !member.is_empty() && !member.starts_with("th:"))
                .map(str::to_owned),
        );
        kept.push(format!("th:{shown}"));
        let others =
            entries.iter().filter(|entry| !entry.starts_with("ot=")).map(|entry| (*entry).to_owned());
        std::iter::once(format!("ot={}", kept.join(";"))).chain(others).collect::<Vec<_>>().join(",")
    };
    // Every percentage here is a whole number of eighths.
    let eighths = (percentage * 8.0) as u128;
    if eighths == 0 {
        return None;
    }
    if eighths == 800 {
        let untouched = member("th").is_some() && mode != "hash_seed";
        return Some(if untouched { state.to_owned() } else { write("0".into()) });
    }
    let incoming = match member("th") {
        None => None,
        Some(text) if (1..=14).contains(&text.len()) && digits(text) => {
            Some(u128::from_str_radix(&format!("{text:0<14}"), 16).expect("hexadecimal"))
        }
        Some(_) => return undecidable(),
    };
    let stated = member("rv").filter(|text| text.len() == 14 && digits(text));
    let stated = stated.map(|text| u128::from_str_radix(text, 16).expect("hexadecimal"));
    let low = id.map(|id| u128::from_be_bytes(id.try_into().expect("16 bytes")) % WHOLE);
    let rejected = |from: u128| WHOLE - (eighths * (WHOLE - from)).div_ceil(800);
    let by = |randomness: Option<u128>, threshold: u128| match randomness {
        None => undecidable(),
        Some(randomness) => (randomness >= threshold).then(|| {
            let shown = shown(threshold, precision);
            // Fewer digits of a higher threshold may be a lower one.
            let least = format!("{:014x}", incoming.filter(|_| mode != "hash_seed").unwrap_or(0));
            write(if shown < least { least.trim_end_matches('0').to_owned() } else { shown })
        }),
    };
    if mode == "hash_seed" && seed != 0 {
        let seeded = id.map(|id| u128::from(hash(&[id, &seed.to_le_bytes()].concat())));
        return by(seeded, rejected(0));
    }
    if matches!((stated, incoming), (Some(stated), Some(incoming)) if stated < incoming) {
        return Some(state.to_owned());
    }
    match (mode, incoming) {
        ("equalizing", Some(incoming)) if incoming >= rejected(0) => Some(state.to_owned()),
        ("proportional", Some(incoming)) => by(stated.or(low), rejected(incoming)),
        _ => by(stated.or(low), rejected(0)),
    }
}

fn shown(threshold: u128, precision: usize) -> String {
    let all = format!("{threshold:014x}");
    let first = all.find(|digit| digit != '0').unwrap_or(0);
    let cut = all[..precision.max(first + 1)].trim_end_matches('0').to_owned();
    if cut.is_empty() { "0".into() } else { cut }
}

//! Reads the corpus: one OTLP/JSON logs request per line.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::sync::Arc;

use serde_json::Value;

use crate::record::{Attributes, Origin, Record};

/// Every log record of the file at `path`, in order.
pub fn read(path: &str) -> Result<Vec<Record>, Box<dyn Error>> {
    let mut records = Vec::new();
    for line in BufReader::new(File::open(path)?).lines() {
        let request: Value = serde_json::from_str(&line?)?;
        for resource in list(&request["resourceLogs"]) {
            for scope in list(&resource["scopeLogs"]) {
                let origin = Arc::new(origin(resource, scope));
                records.extend(list(&scope["logRecords"]).iter().map(|log| record(&origin, log)));
            }
        }
    }
    Ok(records)
}

fn origin(resource: &Value, scope: &Value) -> Origin {
    Origin {
        resource: attributes(&resource["resource"]),
        resource_schema_url: text(&resource["schemaUrl"]),
        scope: attributes(&scope["scope"]),
        scope_schema_url: text(&scope["schemaUrl"]),
    }
}

fn record(origin: &Arc<Origin>, log: &Value) -> Record {
    Record {
        origin: Arc::clone(origin),
        body: text(&log["body"]["stringValue"]),
        severity_text: text(&log["severityText"]),
        trace_id: text(&log["traceId"]),
        span_id: text(&log["spanId"]),
        event_name: text(&log["eventName"]),
        attributes: attributes(log),
    }
}

fn attributes(owner: &Value) -> Attributes {
    let entry = |pair: &Value| {
        let key = pair["key"].as_str().unwrap_or_default().to_owned();
        (key, pair["value"]["stringValue"].as_str().map(str::to_owned))
    };
    list(&owner["attributes"]).iter().map(entry).collect()
}

/// A well-known field; empty counts as missing.
fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

//! Reports for people. What is printed is the JSON report, so that one of another edge prints alike.

use std::fmt::Write as _;

use serde_json::Value;

use super::Outcome;

/// Longest record that is shown whole, in characters.
const RECORD_SHOWN_MAX: usize = 400;

/// A report as text.
pub(crate) fn text(report: &Value) -> String {
    let mut out = format!("{:24}", "");
    let columns = ["seen"].into_iter().chain(Outcome::ALL.map(Outcome::name));
    for column in columns.clone() {
        let _ = write!(out, " {column:>10} {:>12}", "bytes");
    }
    out.push('\n');
    let mut row = |name: &str, counts: &Value| {
        let _ = write!(out, "{name:24}");
        for column in columns.clone() {
            let _ = write!(
                out,
                " {:>10} {:>12}",
                figure(counts, column, "records"),
                figure(counts, column, "bytes")
            );
        }
        out.push('\n');
    };
    row("all", &report["total"]);
    for policy in list(report, "policies") {
        row(policy["id"].as_str().unwrap_or_default(), policy);
    }
    if let Some(skipped) = report["total"]["skipped"]["records"].as_u64().filter(|skipped| *skipped > 0) {
        let _ = writeln!(out, "{skipped} more records came while there was no time for them");
    }
    differences(report, &mut out);
    samples(report, &mut out);
    for rejected in list(report, "rejected") {
        let _ = writeln!(out, "not in force: {rejected}");
    }
    out
}

fn differences(report: &Value, out: &mut String) {
    for difference in list(report, "differences") {
        let text = |name: &str| difference[name].as_str().unwrap_or_default();
        let (records, bytes) = (&difference["records"], &difference["bytes"]);
        let _ = writeln!(
            out,
            "{records} records of {bytes} bytes are {} now and would be {}",
            text("now"),
            text("then")
        );
    }
}

fn samples(report: &Value, out: &mut String) {
    for sample in list(report, "samples") {
        let then = sample["then"].as_str().unwrap_or_default();
        let now = sample["now"].as_str().map(|now| format!("{now} now, ")).unwrap_or_default();
        let by = sample["policy"].as_str().map(|id| format!(" (`{id}`)")).unwrap_or_default();
        let record = sample["record"].to_string();
        let end = record.char_indices().nth(RECORD_SHOWN_MAX).map_or(record.len(), |(end, _)| end);
        let rest = if end < record.len() { "…" } else { "" };
        let _ = writeln!(out, "for example, {now}then {then}{by}: {}{rest}", &record[..end]);
    }
}

fn figure(counts: &Value, column: &str, unit: &str) -> String {
    counts[column][unit].as_u64().map(|figure| figure.to_string()).unwrap_or_default()
}

fn list<'v>(report: &'v Value, name: &str) -> &'v [Value] {
    report[name].as_array().map_or(&[], Vec::as_slice)
}

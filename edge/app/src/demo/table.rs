//! How figures look: a table that is redrawn in place on a terminal, a line a second elsewhere, a summary.

use std::fmt::{Display, Write};
use std::time::Duration;

use super::figures::{Figures, Quantiles};

/// The whole table, as on a terminal.
pub(super) fn table(figures: &Figures, before: &Figures) -> String {
    let mut out = String::new();
    let mut line = |name: &str, total: u64, rate: f64| row(&mut out, name, &count(total), &rate_of(rate));
    let rates = Rates::between(before, figures);
    line("records in", figures.received(), rates.of(Figures::received));
    line("  kept", figures.edge.kept, rates.of(|it| it.edge.kept));
    line("  dropped", figures.edge.dropped, rates.of(|it| it.edge.dropped));
    line("  redacted", figures.edge.rewritten, rates.of(|it| it.edge.rewritten));
    row(&mut out, "bytes saved", &bytes(figures.bytes_saved()), &share_saved(figures));
    out.push('\n');
    durations(&mut out, figures);
    out.push('\n');
    policies(&mut out, figures);
    out
}

/// The heading above [`line`]s.
pub(super) const HEADING: &str = "   time  records in        kept     dropped    redacted  bytes saved  filter p50 / p99  request p50 / p99";

/// One line for a log or a pipe.
pub(super) fn line(figures: &Figures) -> String {
    format!(
        "{:>6}s {:>11} {:>11} {:>11} {:>11} {:>12} {:>17} {:>18}",
        figures.elapsed.as_secs(),
        count(figures.received()),
        count(figures.edge.kept),
        count(figures.edge.dropped),
        count(figures.edge.rewritten),
        bytes(figures.bytes_saved()),
        pair(figures.edge.filter),
        pair(figures.edge.request),
    )
}

/// What the demo says at its end.
pub(super) fn summary(figures: &Figures) -> String {
    let mut out = format!("\nAfter {:.1} s\n\n", figures.elapsed.as_secs_f64());
    let Figures { sent, arrived, edge, .. } = figures;
    row(&mut out, "sent by the generator", &count(*sent), "");
    if figures.outside() > 0 {
        row(&mut out, "sent by others", &count(figures.outside()), "");
    }
    row(&mut out, "kept as they were", &count(edge.kept), "");
    row(&mut out, "kept, redacted", &count(edge.rewritten), "");
    row(&mut out, "dropped", &count(edge.dropped), &share(edge.dropped, figures.received()));
    if edge.fail_open > 0 {
        row(&mut out, "bodies not understood", &count(edge.fail_open), "");
    }
    row(&mut out, "arrived at the intake", &count(*arrived), &bytes(figures.arrived_bytes));
    row(&mut out, "bytes saved", &bytes(figures.bytes_saved()), &share_saved(figures));
    out.push('\n');
    durations(&mut out, figures);
    out.push('\n');
    policies(&mut out, figures);
    out.push('\n');
    verdict(&mut out, figures);
    out
}

fn verdict(out: &mut String, figures: &Figures) {
    let disagreements = figures.disagreements();
    if figures.policies_changed() {
        push(out, "policies were changed while it ran: the figures are not compared\n");
    } else if disagreements.is_empty() {
        let (kept, dropped) = (figures.arrived, figures.edge.dropped);
        let sum = count(figures.received());
        push(out, format_args!("{sum} in = {} arrived + {} dropped: ok\n", count(kept), count(dropped)));
    }
    for disagreement in disagreements {
        push(out, format_args!("does not add up: {disagreement}\n"));
    }
}

fn durations(out: &mut String, figures: &Figures) {
    push(out, format_args!("{:<26}{:>12}{:>12}\n", "", "p50", "p99"));
    for (name, Quantiles { p50, p99 }) in
        [("filtering a batch", figures.edge.filter), ("whole request", figures.edge.request)]
    {
        push(out, format_args!("{name:<26}{:>12}{:>12}\n", seconds(p50), seconds(p99)));
    }
}

fn policies(out: &mut String, figures: &Figures) {
    push(out, format_args!("{:<26}{:>12}{:>12}{:>14}\n", "policy", "hits", "misses", "bytes saved"));
    for policy in &figures.edge.policies {
        let (hits, misses) = (count(policy.hits), count(policy.misses));
        push(out, format_args!("{:<26}{hits:>12}{misses:>12}{:>14}\n", policy.id, bytes(policy.bytes_saved)));
    }
}

fn row(out: &mut String, name: &str, value: &str, remark: &str) {
    let line = format!("{name:<26}{value:>12}  {remark:>12}");
    push(out, format_args!("{}\n", line.trim_end()));
}

fn push(out: &mut String, text: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{text}");
}

/// What happened between two moments.
struct Rates<'a> {
    before: &'a Figures,
    after: &'a Figures,
}

impl<'a> Rates<'a> {
    fn between(before: &'a Figures, after: &'a Figures) -> Self {
        Self { before, after }
    }

    fn of(&self, value: impl Fn(&Figures) -> u64) -> f64 {
        let seconds = (self.after.elapsed.saturating_sub(self.before.elapsed)).as_secs_f64();
        let grown = value(self.after).saturating_sub(value(self.before));
        if seconds > 0.0 { grown as f64 / seconds } else { 0.0 }
    }
}

fn rate_of(rate: f64) -> String {
    format!("{}/s", count(rate.round() as u64))
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 { String::new() } else { format!("{:.1} %", part as f64 * 100.0 / whole as f64) }
}

fn share_saved(figures: &Figures) -> String {
    share(figures.bytes_saved(), figures.bytes_saved() + figures.arrived_bytes)
}

fn pair(quantiles: Quantiles) -> String {
    format!("{} / {}", seconds(quantiles.p50), seconds(quantiles.p99))
}

/// With thousands apart: `1,234,567`.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", number as f64 / 1e6),
        _ => format!("{:.2} GB", number as f64 / 1e9),
    }
}

fn seconds(seconds: f64) -> String {
    let micros = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs_f64() * 1e6;
    match micros {
        0.0 => "-".to_owned(),
        ..1e3 => format!("{micros:.0} us"),
        ..1e6 => format!("{:.1} ms", micros / 1e3),
        _ => format!("{:.1} s", micros / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use edge_protocol::PolicyRow;

    use super::super::figures::EdgeFigures;
    use super::*;

    fn figures() -> Figures {
        Figures {
            elapsed: Duration::from_secs(10),
            edge: EdgeFigures {
                kept: 60_000,
                dropped: 30_000,
                rewritten: 10_000,
                fail_open: 0,
                snapshots: 1,
                policies: vec![PolicyRow {
                    id: "drop-health-checks".into(),
                    hits: 30_000,
                    misses: 12,
                    bytes_saved: 7_200_000,
                    ..PolicyRow::default()
                }],
                filter: Quantiles { p50: 45e-6, p99: 1.2e-3 },
                request: Quantiles { p50: 0.0, p99: 2.0 },
            },
            sent: 100_000,
            arrived: 70_000,
            arrived_bytes: 14_400_000,
            ..Figures::default()
        }
    }

    #[test]
    fn the_table_shows_totals_and_rates() {
        let before = Figures { elapsed: Duration::from_secs(8), ..Figures::default() };
        let expected = "\
records in                     100,000      50,000/s
  kept                          60,000      30,000/s
  dropped                       30,000      15,000/s
  redacted                      10,000       5,000/s
bytes saved                     7.2 MB        33.3 %

                                   p50         p99
filtering a batch                45 us      1.2 ms
whole request                        -       2.0 s

policy                            hits      misses   bytes saved
drop-health-checks              30,000          12        7.2 MB
";
        assert_eq!(table(&figures(), &before), expected);
    }

    #[test]
    fn lines_stand_under_their_heading() {
        let text = line(&figures());
        assert_eq!(text.len(), HEADING.len());
        assert!(text.contains("100,000") && text.contains("45 us / 1.2 ms"), "{text}");
    }

    #[test]
    fn the_summary_says_whether_it_adds_up() {
        assert!(summary(&figures()).ends_with("\n100,000 in = 70,000 arrived + 30,000 dropped: ok\n"));
        let wrong = Figures { arrived: 69_999, ..figures() };
        let expected = "\ndoes not add up: 70000 records forwarded, 69999 arrived\n";
        assert!(summary(&wrong).ends_with(expected));
    }

    #[test]
    fn numbers_are_for_people() {
        let counts = [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")];
        for (number, text) in counts {
            assert_eq!(count(number), text);
        }
        assert_eq!((bytes(999).as_str(), bytes(1_500).as_str()), ("999 B", "1.5 kB"));
        assert_eq!((seconds(5e-7).as_str(), seconds(0.25).as_str()), ("0 us", "250.0 ms"));
    }
}

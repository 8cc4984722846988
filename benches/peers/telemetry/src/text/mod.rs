//! What a scrape of twenty thousand series costs, as Prometheus text.

mod metrics;
mod ours;
mod prometheus;
mod prometheus_client;

use std::collections::BTreeSet;
use std::hint::black_box;

use benches_measure::cpu;
use benches_measure::goal::TEXT;
use benches_measure::ratio::alternate;

use crate::side;

const ROUNDS: usize = 15;
/// Counters.
const FAMILIES: usize = 20;
/// Series of each.
const SERIES: usize = 1_000;
/// Label names, in the order in which every side writes them.
const KEYS: [&str; 3] = ["bench_method", "bench_route", "bench_status"];

pub fn run() {
    let mut ours = ours::scrape();
    let measured = compare(&mut ours, "prometheus-client", &mut prometheus_client::scrape());
    for (name, mut theirs) in [("prometheus", prometheus::scrape()), ("metrics", metrics::scrape())] {
        if let Err(reason) = compare(&mut ours, name, &mut theirs) {
            benches_measure::report::info(TEXT.name, reason);
        }
    }
    TEXT.judge(measured);
}

/// Makes a whole text.
type Scrape = Box<dyn FnMut() -> String>;

fn compare(ours: &mut Scrape, name: &str, theirs: &mut Scrape) -> Result<f64, String> {
    let texts = [ours(), theirs()];
    let [expected, found] = texts.each_ref().map(|text| samples(text));
    if let Some(sample) = expected.symmetric_difference(&found).next() {
        return Err(format!("one side alone has the sample {sample}"));
    }
    if expected.len() != FAMILIES * SERIES {
        return Err(format!("{} samples instead of {}", expected.len(), FAMILIES * SERIES));
    }
    let measured = alternate(ROUNDS, || time(ours), || time(theirs));
    side::tell(TEXT.name, "ours per series", &format!("{name} per series"), measured);
    Ok(measured.ratio)
}

fn time(scrape: &mut Scrape) -> f64 {
    cpu::per_call(1, || drop(black_box(scrape()))) / (FAMILIES * SERIES) as f64
}

/// The samples of the corpus: sides have families of their own too, and other comments.
fn samples(text: &str) -> BTreeSet<&str> {
    text.lines().filter(|line| line.starts_with("bench_text_")).collect()
}

/// The values of a series' labels.
fn labels(series: usize) -> (&'static str, String, i64) {
    let method = ["GET", "POST", "PUT", "DELETE"][series % 4];
    (method, format!("/orders/{series}"), [200, 404, 500][series % 3])
}

/// What a series has counted.
fn count(family: usize, series: usize) -> u64 {
    (series * FAMILIES + family) as u64 * 7919
}

/// The name of a counter, without `_total`.
fn name(family: usize) -> String {
    format!("bench_text_f{family:02}")
}

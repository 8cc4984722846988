//! Bodies as applications write them: a sentence, a few numbers, now and then a stack trace.

use super::words::{FAILURES, NOUNS, VERBS};
use benches_measure::rng::Rng;

/// One body; about 98 bytes on average.
pub(super) fn body(rng: &mut Rng, failed: bool) -> String {
    match (failed, rng.below(20)) {
        (true, 0) => stack_trace(rng),
        (true, 1..=10) => failure(rng),
        (_, 11) => "health check ok".to_owned(),
        (_, 12..=14) => access(rng),
        (_, 15) => query(rng),
        (_, 16) => consumer(rng),
        (_, 17) => payment(rng),
        (_, 18) => cache(rng),
        (_, 19) => structured(rng),
        _ => progress(rng),
    }
}

fn progress(rng: &mut Rng) -> String {
    let (verb, noun, other) = (verb(rng), noun(rng), noun(rng));
    let (user, millis, attempt) = (rng.below(20_000), rng.below_skewed(4_000), rng.below(5));
    format!(
        "{verb} {noun} {other} for user usr-{user:06} done in {millis}ms, attempt {attempt}, {verb} queue depth {}, region eu-west-1b, release 2.14",
        rng.below_skewed(900)
    )
}

fn failure(rng: &mut Rng) -> String {
    let (verb, noun, why, host) = (verb(rng), noun(rng), rng.pick_skewed(&FAILURES), noun(rng));
    let (shard, millis, attempt) = (rng.below(64), rng.below_skewed(30_000), rng.below(5));
    format!(
        "failed to {verb} {noun}: {why} from {host}-{shard}.internal:8443 after {millis}ms, retry {attempt} of 5"
    )
}

fn access(rng: &mut Rng) -> String {
    let (noun, id, bytes) = (noun(rng), rng.below(100_000), rng.below_skewed(60_000));
    let status = rng.pick_skewed(&["200", "201", "204", "304", "404", "400", "500", "503"]);
    let (net, host) = (rng.below(256), rng.below(256));
    format!(
        "10.4.{net}.{host} - \"GET /api/v2/{noun}s/{id} HTTP/1.1\" {status} {bytes} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\""
    )
}

fn query(rng: &mut Rng) -> String {
    let (table, key, id) = (noun(rng), noun(rng), rng.below(1_000_000));
    format!(
        "slow query ({} ms): SELECT * FROM {table}s WHERE {key}_id = {id} ORDER BY created_at LIMIT 50",
        rng.below_skewed(9_000)
    )
}

fn consumer(rng: &mut Rng) -> String {
    let (topic, group, partition) = (noun(rng), verb(rng), rng.below(48));
    format!(
        "consumer group={group}-{topic} topic={topic}.events partition={partition} lag={} committed",
        rng.below_skewed(90_000)
    )
}

fn payment(rng: &mut Rng) -> String {
    let outcome = rng.pick_skewed(&["accepted", "pending", "declined", "reversed"]);
    let currency = rng.pick_skewed(&["EUR", "USD", "GBP", "CHF", "SEK"]);
    let (id, amount, cents) = (rng.below(1_000_000), rng.below_skewed(3_000), rng.below(100));
    format!(
        "payment PAY-{id:06} {outcome} amount={amount}.{cents:02} {currency} card=4111********{:04} risk={}",
        rng.below(10_000),
        rng.below_skewed(100)
    )
}

fn cache(rng: &mut Rng) -> String {
    let outcome = rng.pick_skewed(&["hit", "miss", "stale", "evicted"]);
    format!("cache {outcome} key={}:{:08x} shard={}", noun(rng), rng.bits() as u32, rng.below(16))
}

fn structured(rng: &mut Rng) -> String {
    let (verb, noun, id) = (verb(rng), noun(rng), rng.below(1_000_000));
    format!(
        r#"{{"event":"{noun}.{verb}","id":{id},"took_ms":{},"ok":true,"tags":["{verb}","v2"]}}"#,
        rng.below_skewed(900)
    )
}

fn stack_trace(rng: &mut Rng) -> String {
    let (noun, verb, why) = (noun(rng), verb(rng), rng.pick_skewed(&FAILURES));
    let frames = ["Service", "Repository", "Pool", "Socket"]
        .map(|frame| format!("\n\tat com.example.{noun}.{frame}.{verb}({frame}.java:{})", rng.below(900)));
    format!("unhandled exception in {verb}: {why}{}", frames.concat())
}

fn noun(rng: &mut Rng) -> &'static str {
    rng.pick_skewed(&NOUNS)
}

fn verb(rng: &mut Rng) -> &'static str {
    rng.pick_skewed(&VERBS)
}

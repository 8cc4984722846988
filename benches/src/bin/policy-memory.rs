//! Prints the bytes that a compiled policy takes, of 4,000 of the mix: those allocated and still held once the text is
//! gone, and the pattern databases.

use benches::mix;
use edge_policy::{PolicySet, Snapshot};

const POLICIES: usize = 4_000;

fn main() {
    let text = mix::policies(POLICIES).to_string();
    let mut snapshot = Snapshot::default();
    let held = allocation_counter::measure(|| {
        let set = PolicySet::parse(text.as_bytes()).expect("the mix is a policy file");
        snapshot = Snapshot::compile(&set, None);
    });
    let bytes = held.bytes_current + snapshot.database_bytes() as i64;
    println!("{}", bytes / POLICIES as i64);
}

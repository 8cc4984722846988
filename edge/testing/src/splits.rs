//! Ways to cut a stream.

/// Every way to cut `bytes` into two pieces, the empty ones included.
pub fn in_two(bytes: &[u8]) -> impl Iterator<Item = [&[u8]; 2]> {
    (0..=bytes.len()).map(|at| {
        let (left, right) = bytes.split_at(at);
        [left, right]
    })
}

/// Each byte a piece of its own.
pub fn one_by_one(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.chunks(1).collect()
}

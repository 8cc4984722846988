//! How deep the brackets of a YAML document nest, before its parser is asked, whose time is the square of that.

/// Deepest nesting that is handed on; the parser itself refuses more than 128, in the end.
const DEPTH_MAX: usize = 1000;

/// Whether collections in brackets nest deeper than anything that could be read.
///
/// A bracket opens a collection only where a value can begin, which leaves out those of regexes, plain or quoted; what is
/// miscounted all the same would have to be so a thousand times, without a bracket that closes.
pub(super) fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut value_may_begin) = (0_usize, true);
    for byte in text {
        match byte {
            b'[' | b'{' if value_may_begin => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        value_may_begin = match byte {
            b'[' | b'{' | b' ' | b'\t' | b'\r' => value_may_begin,
            b'\n' | b',' | b':' | b'-' | b'?' => true,
            _ => false,
        };
        if depth > DEPTH_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_collections_are_counted() {
        let check = |piece: &str, expected| {
            let text = format!("policies: {}", piece.repeat(2000));
            assert_eq!(is_too_deep(text.as_bytes()), expected, "{piece}");
        };
        for deep in ["[", "{a: ", "{a:\n", "- [", "[[], ", "{\"a\": "] {
            check(deep, true);
        }
        for flat in
            ["a[[", "\\[", "\"[[[\" ", "[] ", "'{' ", "\n- {regex: \"([{a-z]+\"}", "\n  regex: ^\\[[a-z"]
        {
            check(flat, false);
        }
    }
}

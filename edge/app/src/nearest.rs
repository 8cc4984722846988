//! What somebody may have meant by a word that is not known.

/// The closest of `known` to `word`, and how many letters away it is.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<(usize, &'a str)> {
    known.map(|candidate| (distance(word, candidate), candidate)).min_by_key(|(distance, _)| *distance)
}

/// Levenshtein's edit distance, in characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_edits_win() {
        let check = |word, expected| {
            assert_eq!(nearest(word, ["config", "demo", "policy"].into_iter()), Some(expected), "{word}");
        };
        check("demo", (0, "demo"));
        check("confg", (1, "config"));
        check("polciy", (2, "policy"));
        check("", (4, "demo"));
    }

    #[test]
    fn nothing_is_near_where_nothing_is_known() {
        assert_eq!(nearest("word", std::iter::empty()), None);
    }
}

//! "Did you mean": the nearest of a few known words.

/// The known word nearest to `word`, if it is near enough to be a misspelling.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let letters = word.chars().count();
    // Two swapped letters are a distance of two, which in a short word is already most of it.
    let farthest = if letters < 3 { 1 } else { (letters / 3).max(2) };
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= farthest)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The message for a key nobody knows, with the nearest known one.
pub fn unknown_key(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(candidate) => format!("unknown key `{word}`, did you mean `{candidate}`?"),
        None => format!("unknown key `{word}`, known are `{}`", known.join("`, `")),
    }
}

/// Levenshtein distance; one row is enough because only the last one is looked at.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_word_only() {
        let known = ["name", "unit", "range", "buckets"];
        assert_eq!(nearest("unti", &known), Some("unit"));
        assert_eq!(nearest("bucket", &known), Some("buckets"));
        assert_eq!(nearest("description", &known), None);
    }

    #[test]
    fn lists_the_known_words_when_none_is_near() {
        assert_eq!(unknown_key("zzzz", &["name", "unit"]), "unknown key `zzzz`, known are `name`, `unit`");
    }
}

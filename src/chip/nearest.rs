//! The known name that a mistyped one was likely meant to be.

/// The nearest of `known` to `name`, if it is near enough to be meant: at most a third of it differs.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count().div_ceil(3);
    let distances = known.map(|other| (edits(&name.to_lowercase(), &other.to_lowercase()), other));
    distances
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|found| found.1)
}

/// Insertions, deletions and replacements that turn one text into the other (Levenshtein).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
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
    fn a_slip_of_the_finger_is_recognised_and_a_different_word_is_not() {
        let known = ["tensor_unit", "unified_buffer"];
        assert_eq!(nearest("tensor_unt", known.into_iter()), Some("tensor_unit"));
        assert_eq!(nearest("Unified-Buffer", known.into_iter()), Some("unified_buffer"));
        assert_eq!(nearest("warp_core", known.into_iter()), None);
    }
}

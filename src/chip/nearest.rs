//! The known name that a mistyped one was likely meant to be.

use strsim::levenshtein;

/// The nearest of `known` to `name`, if it is near enough to be meant: at most a third of it differs.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count().div_ceil(3);
    let distances = known.map(|other| (levenshtein(&name.to_lowercase(), &other.to_lowercase()), other));
    distances
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|found| found.1)
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

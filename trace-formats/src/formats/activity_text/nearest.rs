//! What a misspelt name may have meant.

/// The smallest number of letters to insert, drop or change between two words, whatever their case.
pub(crate) fn edit_distance(left: &str, right: &str) -> usize {
    strsim::levenshtein(&left.to_lowercase(), &right.to_lowercase())
}

/// The known name that is nearest to `name`, and its distance.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<(&'k str, usize)> {
    known.into_iter().map(|candidate| (candidate, edit_distance(name, candidate))).min_by_key(|found| found.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_inserted_dropped_and_changed_letters() {
        assert_eq!(edit_distance("count", "count"), 0);
        assert_eq!(edit_distance("Count", "count"), 0);
        assert_eq!(edit_distance("cuont", "count"), 2);
        assert_eq!(edit_distance("clok_hz", "clock_hz"), 1);
        assert_eq!(edit_distance("", "end"), 3);
    }

    #[test]
    fn the_nearest_name_wins() {
        assert_eq!(nearest("strat", ["start", "end", "count"]), Some(("start", 2)));
    }
}

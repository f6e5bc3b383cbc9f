//! What the data of an action were like, as far as its energy depends on it.
//!
//! Counts are exact and energy is linear in them, so a dependence on data is counts of variants of an action:
//! `mac` on random data, `mac_zero`, `mac_gated`, `mac_still`, `mac_trained`. The name of the action says which.

/// Data other than random: the suffix of an action's name.
///
/// An action without a suffix is one on random data, of whose bits half change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataVariant {
    /// `_zero`: an operand is zero, and the unit is clocked.
    Zero,
    /// `_gated`: the action is skipped, and the clock of its unit stands still for it.
    Gated,
    /// `_still`: no bit of the data changes from the action before.
    Still,
    /// `_trained`: the operands are those of a trained network, and not zero.
    Trained,
}

impl DataVariant {
    /// All of them.
    pub const ALL: [DataVariant; 4] =
        [DataVariant::Zero, DataVariant::Gated, DataVariant::Still, DataVariant::Trained];

    /// What follows the name of the action on random data: `_zero`.
    pub const fn suffix(self) -> &'static str {
        match self {
            DataVariant::Zero => "_zero",
            DataVariant::Gated => "_gated",
            DataVariant::Still => "_still",
            DataVariant::Trained => "_trained",
        }
    }

    /// The name of an action's variant: `mac_zero`.
    pub fn name(self, action: &str) -> String {
        format!("{action}{}", self.suffix())
    }

    /// The action on random data and its variant: `mac` and [`DataVariant::Zero`] of `mac_zero`; `None` for an
    /// action whose name has none of the suffixes.
    pub fn of(name: &str) -> Option<(&str, DataVariant)> {
        let found = DataVariant::ALL
            .iter()
            .find_map(|&variant| Some((name.strip_suffix(variant.suffix())?, variant)));
        found.filter(|(action, _)| !action.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_known_by_its_suffix_and_random_data_by_none() {
        for variant in DataVariant::ALL {
            assert_eq!(DataVariant::of(&variant.name("mac")), Some(("mac", variant)));
        }
        assert_eq!(DataVariant::of("mac"), None);
        assert_eq!(DataVariant::of("_zero"), None);
        assert_eq!(DataVariant::of("zero"), None);
    }
}

//! Counting the fields of a row that are of a kind.

/// How many fields are of a kind, and how many of these the row ends in.
#[derive(Clone, Copy, PartialEq)]
pub struct OfKind {
    /// All.
    pub all: u32,
    /// Those behind the last that is of another kind.
    pub trailing: u32,
}

impl OfKind {
    /// None.
    pub const NONE: OfKind = OfKind { all: 0, trailing: 0 };

    /// Takes more fields of a row: a bit for each that is of the kind, and for each other.
    #[inline(always)]
    pub fn take(&mut self, these: u64, others: u64) {
        if these != 0 {
            self.all += these.count_ones();
            let continued = if others == 0 { self.trailing } else { 0 };
            self.trailing = continued + (these & after_last(others)).count_ones();
        } else if others != 0 {
            self.trailing = 0;
        }
    }
}

/// The bits above the highest of a mask; all of an empty one.
#[inline(always)]
fn after_last(mask: u64) -> u64 {
    if mask == 0 { !0 } else { !1 << (63 - mask.leading_zeros()) }
}

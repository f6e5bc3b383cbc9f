//! Activity × Pat → power: pure functions over closed windows.

mod result;

pub use result::*;

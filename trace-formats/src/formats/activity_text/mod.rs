//! What Activity CSV and Activity JSON Lines share: both are lines of text that say the same things.
//!
//! * [`text`] is a piece of a chunk that knows where it stands, so that errors can name the byte.
//! * [`decimal`], [`count`] and [`time`] read numbers exactly; [`nearest`] guesses what a misspelt name meant.
//! * [`fast_number`] reads the plain whole numbers that nearly all are, [`name_table`] finds names
//!   by their bytes, and [`words`] is how both look at a text.
//! * [`data`] splits a count by what the data were like.
//! * [`names`] spares the sink a hash lookup a row, and [`batch`] a call an event; [`opening`] finds where the body starts.
//! * [`limits`] checks metadata wherever it came from; [`output`] is what both writers write through.

pub(crate) mod batch;
pub(crate) mod count;
pub(crate) mod data;
pub(crate) mod decimal;
pub(crate) mod fast_number;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod fixture_tests;
pub(crate) mod limits;
pub(crate) mod name_table;
pub(crate) mod names;
pub(crate) mod nearest;
pub(crate) mod opening;
pub(crate) mod output;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
pub(crate) mod test_support;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod words;

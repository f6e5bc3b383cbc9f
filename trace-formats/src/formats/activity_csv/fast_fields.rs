//! The fields of a plain row, and the names that such rows had so far.

use super::rows::RowReader;
use crate::event::{ChannelId, RegionSetId};
use crate::formats::activity_text::fast_number::{signed_at, whole_at};
use crate::formats::activity_text::name_table::NameTable;
use crate::formats::activity_text::text::Text;
use crate::formats::activity_text::words::Words;

/// A row whose fields are known.
#[derive(Clone, Copy)]
pub(super) struct Row<'s, T> {
    /// The bytes from its start on, and others behind it.
    pub(super) text: T,
    /// Where each field starts, and where another would behind the last.
    pub(super) starts: &'s [usize],
    /// Where it starts in the chunk, which only new names ask for.
    pub(super) at: usize,
}

impl<'a, T: Words<'a>> Row<'_, T> {
    /// Where a field starts.
    #[inline(always)]
    pub(super) fn start(&self, column: usize) -> usize {
        self.starts[column]
    }

    /// Where a field ends: the last of a line that ends with CRLF does before the CR.
    #[inline(always)]
    fn end(&self, column: usize) -> usize {
        self.starts[column + 1] - 1
    }

    /// How many bytes a field has.
    #[inline(always)]
    pub(super) fn length(&self, column: usize) -> usize {
        self.end(column).wrapping_sub(self.start(column))
    }

    /// Whether a field has none.
    #[inline(always)]
    pub(super) fn is_empty(&self, column: usize) -> bool {
        self.start(column) == self.end(column)
    }

    fn bytes(&self, column: usize) -> Option<&'a [u8]> {
        self.text.slice(self.start(column), self.end(column))
    }

    /// A name that means what its bytes are: without quotes, spaces around it, or the sign of a comment.
    pub(super) fn plain_name(&self, column: usize) -> Option<Text<'a>> {
        let bytes = self.bytes(column)?;
        let is_odd = |byte: Option<&u8>| matches!(byte, None | Some(b' ' | b'\t' | b'\r' | b'#'));
        let is_plain = !is_odd(bytes.first()) && !is_odd(bytes.last()) && !bytes.contains(&b'"');
        is_plain.then_some(Text { bytes, at: self.at + self.start(column) })
    }
}

impl Row<'_, &[u8]> {
    /// A field of up to 18 digits.
    #[inline(always)]
    pub(super) fn whole(&self, column: usize) -> Option<u64> {
        whole_at(self.text, self.start(column), self.end(column))
    }

    /// A field of up to 18 digits, perhaps with a minus.
    #[inline(always)]
    pub(super) fn signed(&self, column: usize) -> Option<i64> {
        signed_at(self.text, self.start(column), self.end(column))
    }
}

/// The names that plain rows had so far.
pub(super) struct Names {
    /// Component and action as they stand in a row, with the comma between them.
    channels: NameTable<ChannelId>,
    regions: NameTable<RegionSetId>,
    /// Component and action of a row where other columns stand between them.
    joined: Vec<u8>,
}

impl Names {
    /// None yet.
    pub(super) fn new() -> Names {
        Names { channels: NameTable::new(), regions: NameTable::new(), joined: Vec::new() }
    }

    /// The channel of a row, if it is known.
    #[inline(always)]
    pub(super) fn channel<'a>(
        &mut self,
        row: Row<'_, impl Words<'a>>,
        component: usize,
        action: usize,
    ) -> Option<ChannelId> {
        let (first, last) = (component.min(action), component.max(action));
        if first + 1 == last {
            return self.channels.get(row.text, row.start(first), row.end(last));
        }
        self.join(row, first, last)?;
        self.channels.get(&self.joined[..], 0, self.joined.len())
    }

    fn join<'a>(&mut self, row: Row<'_, impl Words<'a>>, first: usize, last: usize) -> Option<()> {
        self.joined.clear();
        self.joined.extend_from_slice(row.bytes(first)?);
        self.joined.push(b',');
        self.joined.extend_from_slice(row.bytes(last)?);
        Some(())
    }

    /// Asks for the channel of a row.
    pub(super) fn new_channel(
        &mut self,
        row: Row<'_, &[u8]>,
        component: usize,
        action: usize,
        reader: &mut RowReader<'_, '_>,
    ) -> Option<ChannelId> {
        let channel = reader.channel(row.plain_name(component)?, row.plain_name(action)?, None).ok()?;
        self.join(row, component.min(action), component.max(action))?;
        self.channels.put(&self.joined, channel);
        Some(channel)
    }

    /// The regions of a row, if it has none or they are known.
    #[inline(always)]
    pub(super) fn regions<'a>(
        &mut self,
        row: Row<'_, impl Words<'a>>,
        column: Option<usize>,
    ) -> Option<RegionSetId> {
        let Some(column) = column else { return Some(RegionSetId::NONE) };
        if row.is_empty(column) {
            return Some(RegionSetId::NONE);
        }
        self.regions.get_again(row.text, row.start(column), row.end(column))
    }

    /// Asks for regions.
    pub(super) fn new_regions(
        &mut self,
        tags: Text<'_>,
        reader: &mut RowReader<'_, '_>,
    ) -> Option<RegionSetId> {
        let regions = reader.region_set(tags).ok()?;
        self.regions.put(tags.bytes, regions);
        Some(regions)
    }
}

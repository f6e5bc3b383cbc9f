//! Lines that are read by a template.

use super::line_window::LineWindow;
use super::shape::PlainLine;
use super::template::{NameIds, Template, Templates};
use crate::event::Event;
use crate::formats::activity_text::batch::EventBatch;
use crate::formats::activity_text::count::CountReader;
use crate::masks::{MaskWork, Masks};

/// The reading of lines from `at` on as long as they are plain and the batch has room. Gives where the next one starts,
/// and how many there were.
pub(super) struct PlainLines<'r> {
    pub(super) templates: &'r mut Templates,
    pub(super) batch: &'r mut EventBatch,
    pub(super) counts: &'r CountReader,
    pub(super) bytes: &'r [u8],
    pub(super) at: usize,
}

/// Why lines are not read any further.
#[derive(PartialEq)]
enum End {
    /// The next one is not like the template.
    Unlike,
    /// All others.
    Other,
}

impl MaskWork for PlainLines<'_> {
    type Output = (usize, u64);

    #[inline(always)]
    fn run<M: Masks>(self) -> (usize, u64) {
        let PlainLines { templates, batch, counts, bytes, mut at } = self;
        let (counts, mut lines) = (counts.clone(), 0);
        let mut template = templates.recent();
        while let Some(known) = template {
            let mut run = Run { template: known, counts: &counts, batch, bytes, at, lines: 0 };
            let end = if known.shape.is_usual() { run.read::<M, true>() } else { run.read::<M, false>() };
            let run_lines = run.lines;
            at = run.at;
            lines += run_lines;
            templates.fitted(run_lines);
            template = if end == End::Unlike { templates.turn(bytes, at) } else { None };
        }
        (at, lines)
    }
}

/// Lines of one template.
struct Run<'r> {
    template: &'r Template,
    counts: &'r CountReader,
    batch: &'r mut EventBatch,
    bytes: &'r [u8],
    at: usize,
    lines: u64,
}

impl Run<'_> {
    #[inline(always)]
    fn read<M: Masks, const USUAL: bool>(&mut self) -> End {
        let (shape, mut line) = (&self.template.shape, PlainLine::new());
        while !self.batch.is_full() {
            let Some(window) = LineWindow::at(self.bytes, self.at) else { return End::Other };
            let read = if USUAL {
                shape.read_usual::<M>(window, &mut line)
            } else {
                shape.read::<M>(window, &mut line)
            };
            if read.is_none() {
                return End::Unlike;
            }
            let Some(event) = self.event::<M>(&line) else { return End::Other };
            self.batch.push(event, self.at + shape.object_at);
            self.at += line.length();
            self.lines += 1;
        }
        End::Other
    }

    /// The event of a line, if its names are known and its numbers are those of an event.
    #[inline(always)]
    fn event<M: Masks>(&self, line: &PlainLine<'_>) -> Option<Event> {
        let (start, end, count) = line.numbers();
        if start >= end {
            return None;
        }
        let count = self.counts.whole(u64::try_from(count).ok()?)?;
        let (channel, regions): NameIds = self.template.find::<M>(line)?;
        Some(Event { channel, regions, start, end, count })
    }
}

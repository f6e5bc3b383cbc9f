//! Lines that are read by a template.

use super::line_window::LineWindow;
use super::name_table::Name;
use super::shape::PlainLine;
use super::template::{NameIds, Template, Templates};
use super::usual_line::{Order, UsualShape};
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
            let end = run.read::<M>();
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
    fn read<M: Masks>(&mut self) -> End {
        let (shape, mut line) = (&self.template.shape, PlainLine::new());
        loop {
            if let Some(usual) = &self.template.usual {
                self.read_usual::<M>(usual);
            }
            if self.batch.is_full() {
                return End::Other;
            }
            let Some(window) = LineWindow::at(self.bytes, self.at) else { return End::Other };
            if shape.read::<M>(window, &mut line).is_none() {
                return End::Unlike;
            }
            let Some(event) = event::<M>(self.template, self.counts, line.numbers(), line.names()) else {
                return End::Other;
            };
            self.batch.push(event, self.at + shape.object_at);
            self.at += line.length();
            self.lines += 1;
        }
    }

    /// Reads lines as long as they are the usual ones.
    #[inline(always)]
    fn read_usual<M: Masks>(&mut self, usual: &UsualShape) {
        match usual.order {
            Order { has_cycle: false, has_last_name: false } => self.read_ordered::<M, false, false>(usual),
            Order { has_cycle: false, has_last_name: true } => self.read_ordered::<M, false, true>(usual),
            Order { has_cycle: true, has_last_name: false } => self.read_ordered::<M, true, false>(usual),
            Order { has_cycle: true, has_last_name: true } => self.read_ordered::<M, true, true>(usual),
        }
    }

    #[inline(always)]
    fn read_ordered<M: Masks, const CYCLE: bool, const LAST_NAME: bool>(&mut self, usual: &UsualShape) {
        let Run { template, counts, bytes, .. } = *self;
        let (mut at, mut lines) = (self.at, 0);
        let Some(mut located) = usual.locate::<M, CYCLE, LAST_NAME>(bytes, at) else { return };
        for (event_place, record) in self.batch.places() {
            // The next line is looked for before this one is read: a processor does both together.
            let next = at + located.length;
            let Some(next_located) = usual.locate::<M, CYCLE, LAST_NAME>(bytes, next) else { break };
            let Some(line) = usual.read::<M, CYCLE, LAST_NAME>(located) else { break };
            let names = &line.names[..1 + usize::from(LAST_NAME)];
            let Some(read) = event::<M>(template, counts, line.numbers, names) else { break };
            (*event_place, *record) = (read, at + template.shape.object_at);
            (at, located) = (next, next_located);
            lines += 1;
        }
        self.batch.add(lines);
        self.at = at;
        self.lines += lines as u64;
    }
}

/// The event of a line of a template, if its names are known and its numbers are those of an event.
#[inline(always)]
fn event<M: Masks>(
    template: &Template,
    counts: &CountReader,
    [start, end, count]: [i64; 3],
    names: &[Name<'_>],
) -> Option<Event> {
    if start >= end {
        return None;
    }
    let count = counts.whole(u64::try_from(count).ok()?)?;
    let (channel, regions): NameIds = template.find::<M>(names)?;
    Some(Event { channel, regions, start, end, count })
}

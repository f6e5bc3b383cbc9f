//! An inspection as text: a table a region, or a line a region if there are many.

use super::{Count, InspectedChannel, InspectedRegion, Inspection};
use crate::report::page::{Page, WIDTH, fit, inputs};
use crate::report::quantity::{LONG, SHORT, UNKNOWN, count, count_below, grouped, si};
use crate::report::table::{Column, Table};

/// With more regions than this, each gets a line rather than a table.
const TABLES: usize = 6;
/// Lines of regions.
const LINES: usize = 40;

/// The inspection as text. It ends in a newline.
pub fn render(inspection: &Inspection) -> String {
    let mut page = Page::titled(&fit(&inputs(&inspection.provenance), WIDTH));
    facts(&mut page, inspection);
    if inspection.channels.is_empty() {
        page.fact("Channels", "none");
    } else {
        page.heading("Channels, over the whole trace");
        page.table(&roomy(|limit| channels(inspection, limit)));
    }
    if inspection.regions.len() > TABLES {
        summary(&mut page, &inspection.regions);
    } else {
        for region in &inspection.regions {
            detail(&mut page, region, inspection.window_cycles);
        }
    }
    page.list("Skipped", &skipped(inspection));
    page.list("Problems", &inspection.problems);
    page.list("Warnings", &inspection.warnings);
    page.list("Assumptions", &inspection.assumptions);
    page.finish()
}

fn facts(page: &mut Page, inspection: &Inspection) {
    let or_unsaid = |text: Option<String>, unsaid: &str| text.unwrap_or_else(|| unsaid.to_string());
    page.fact("Format", &inspection.format);
    page.fact("Producer", &or_unsaid(inspection.producer.clone(), "unknown: the trace does not say"));
    // Only what was converted has one.
    if let Some(origin) = &inspection.origin {
        page.fact("Origin", origin);
    }
    page.fact("Binding", &or_unsaid(inspection.binding.clone(), "none built in: names are the chip's"));
    let clock = inspection.clock_hz.map(|clock_hz| si(clock_hz, "Hz"));
    page.fact("Clock", &or_unsaid(clock, "the chip's: the trace names none"));
    let inferences = inspection.inferences.map(grouped);
    page.fact("Inferences", &or_unsaid(inferences, "unknown: the trace does not say"));
    let span = inspection.span.map(|span| {
        // Wider than a cycle, since the difference of two may not fit one.
        let cycles = i128::from(span.end) - i128::from(span.start);
        format!("cycles {} up to {} ({} cycles)", grouped(span.start), grouped(span.end), grouped(cycles))
    });
    page.fact("Span", &or_unsaid(span, "none: the trace has no event"));
    page.fact("Events", &grouped(inspection.events));
    page.fact("Regions", &grouped(inspection.regions.len()));
}

/// The table with every digit if that fits, else with long numbers shortened.
fn roomy(table: impl Fn(f64) -> Table) -> Table {
    let exact = table(LONG);
    if exact.fits(WIDTH - 2) { exact } else { table(SHORT) }
}

fn channels(inspection: &Inspection, limit: f64) -> Table {
    let mut table = Table::new(vec![
        Column::words("channel"),
        Column::number("rows"),
        Column::number("count"),
        Column::number("first cycle"),
        Column::number("last cycle"),
    ]);
    for channel in &inspection.channels {
        table.row(vec![
            channel.channel.clone(),
            count_below(channel.rows as f64, limit),
            number(Some(channel.count), limit),
            cycle(channel.first_cycle, limit),
            cycle(channel.last_cycle, limit),
        ]);
    }
    table
}

/// A region's channels, and below them whatever is odd about any.
fn detail(page: &mut Page, region: &InspectedRegion, window_cycles: u64) {
    page.heading(&title(region));
    page.table(&roomy(|limit| region_channels(region, window_cycles, limit)));
    for oddity in region.channels.iter().filter_map(oddities) {
        page.paragraph(&oddity);
    }
    let unknown =
        |channel: &InspectedChannel| channel.max_in_one_cycle.is_none() || channel.max_in_window.is_none();
    if region.channels.iter().any(unknown) {
        page.paragraph(&format!("{UNKNOWN}: no action, or the trace holds sums over longer windows."));
    }
}

fn region_channels(region: &InspectedRegion, window_cycles: u64, limit: f64) -> Table {
    let mut table = Table::new(vec![
        Column::words("channel"),
        Column::number("rows"),
        Column::number("count"),
        Column::number("first"),
        Column::number("last"),
        Column::number("in 1"),
        Column::number(&format!("in {}", count(window_cycles as f64))),
    ]);
    for channel in &region.channels {
        table.row(vec![
            channel.channel.clone(),
            count_below(channel.rows as f64, limit),
            number(Some(channel.count), limit),
            cycle(channel.first_cycle, limit),
            cycle(channel.last_cycle, limit),
            number(channel.max_in_one_cycle, limit),
            number(channel.max_in_window, limit),
        ]);
    }
    table
}

fn title(region: &InspectedRegion) -> String {
    let span = format!("cycles {} up to {}", grouped(region.start_cycle), grouped(region.end_cycle));
    let room = WIDTH.saturating_sub(span.chars().count() + 2);
    format!("{}: {span}", fit(&format!("{} {}, {}", region.kind, region.id, region.name), room))
}

fn oddities(channel: &InspectedChannel) -> Option<String> {
    let oddities: Vec<String> = [
        (channel.dropped_padding, "entries of padding dropped"),
        (channel.backward_cycles, "cycles go backward"),
        (channel.repeated_cycles, "cycles repeat"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", grouped(count)))
    .collect();
    (!oddities.is_empty()).then(|| format!("{}: {}", channel.channel, oddities.join(", ")))
}

/// A line a region.
fn summary(page: &mut Page, regions: &[InspectedRegion]) {
    page.heading(&format!("{} regions (each channel of each is in the JSON)", grouped(regions.len())));
    let shown = regions.get(..LINES).unwrap_or(regions);
    page.table(&roomy(|limit| region_lines(shown, limit)));
    if regions.len() > LINES {
        page.paragraph(&format!("and {} more", grouped(regions.len() - LINES)));
    }
    page.paragraph("odd: entries of padding / cycles that go backward / cycles that repeat.");
}

fn region_lines(regions: &[InspectedRegion], limit: f64) -> Table {
    let mut table = Table::new(vec![
        Column::words("kind"),
        Column::number("id"),
        Column::words("name"),
        Column::number("start"),
        Column::number("end"),
        Column::number("channels"),
        Column::number("rows"),
        Column::number("odd"),
    ]);
    for region in regions {
        let sum = |of: fn(&InspectedChannel) -> u64| -> String {
            count_below(region.channels.iter().map(|channel| of(channel) as f64).sum(), limit)
        };
        let oddities = [
            sum(|channel| channel.dropped_padding),
            sum(|channel| channel.backward_cycles),
            sum(|channel| channel.repeated_cycles),
        ];
        table.row(vec![
            region.kind.clone(),
            region.id.to_string(),
            region.name.clone(),
            cycle(Some(region.start_cycle), limit),
            cycle(Some(region.end_cycle), limit),
            region.channels.len().to_string(),
            sum(|channel| channel.rows),
            oddities.join("/"),
        ]);
    }
    table
}

fn skipped(inspection: &Inspection) -> Vec<String> {
    let line = |entry: &super::SkippedEntries| {
        let place = [entry.channel.as_deref(), entry.region.as_deref()];
        let place: Vec<&str> = place.into_iter().flatten().collect();
        let joint = if place.is_empty() { "" } else { " in " };
        format!("{} {}{joint}{}", grouped(entry.count), entry.reason, place.join(", "))
    };
    let mut lines: Vec<String> = inspection.skipped.iter().take(LINES).map(line).collect();
    if inspection.skipped.len() > LINES {
        lines.push(format!("and {} more", grouped(inspection.skipped.len() - LINES)));
    }
    lines
}

fn cycle(cycle: Option<i64>, limit: f64) -> String {
    cycle.map_or_else(|| UNKNOWN.to_string(), |cycle| count_below(cycle as f64, limit))
}

fn number(number: Option<Count>, limit: f64) -> String {
    number.map_or_else(|| UNKNOWN.to_string(), |number| count_below(number.as_f64(), limit))
}

//! The summary for people: plain text, at most 80 characters a line.

mod components;
mod coverage;
mod headline;
mod peaks;
mod regions;

use crate::power::PowerReport;

use super::page::Page;

/// The summary of a report. It ends in a newline.
pub fn render(report: &PowerReport) -> String {
    let mut page = Page::titled(&headline::title(report));
    headline::facts(&mut page, report);
    peaks::over_time(&mut page, report);
    peaks::table(&mut page, report);
    components::table(&mut page, report);
    components::off_chip(&mut page, report);
    regions::tables(&mut page, report);
    coverage::facts(&mut page, &report.coverage);
    page.list("Warnings", &report.warnings);
    page.list("Assumptions", &report.assumptions);
    page.finish()
}

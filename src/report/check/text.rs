//! Text for people: what failed, by how much, and what explains it.

use super::CheckFormat;
use super::words;
use crate::regression::{CheckReport, CheckedRun, JudgedMetric, Outcome, RunOutcome, Verdict};
use crate::report::page::Page;
use crate::report::quantity::counted;
use crate::report::table::{Column, Table};

/// Metrics that are shown, and regions and components that explain them, at most; JSON has all.
const MOST_METRICS: usize = 20;
const MOST_REASONS: usize = 8;

/// For people.
pub const FORMAT: CheckFormat = CheckFormat {
    name: "text",
    endings: &[".txt"],
    summary: "what moved and what explains it, for people",
    write: |report, writer| writer.write_all(render(report).as_bytes()),
};

/// The sign at the start of a line that says how something came out; a terminal may colour the line by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `✓`
    Good,
    /// `✗`
    Bad,
    /// `·`
    Neutral,
}

impl Mark {
    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Good => "✓",
            Mark::Bad => "✗",
            Mark::Neutral => "·",
        }
    }

    /// The mark of a line, if it has one.
    pub fn of_line(line: &str) -> Option<Mark> {
        let start = line.trim_start();
        [Mark::Good, Mark::Bad, Mark::Neutral].into_iter().find(|mark| start.starts_with(mark.sign()))
    }

    pub(super) fn of_run(outcome: RunOutcome) -> Mark {
        match outcome {
            RunOutcome::Passed | RunOutcome::Updated => Mark::Good,
            RunOutcome::Failed | RunOutcome::Unreadable => Mark::Bad,
        }
    }

    fn of_metric(outcome: Outcome) -> Mark {
        match outcome {
            Outcome::Exceeded | Outcome::New | Outcome::Gone => Mark::Bad,
            Outcome::Improved => Mark::Good,
            Outcome::Unchanged | Outcome::Within | Outcome::Ignored => Mark::Neutral,
        }
    }
}

/// The whole text: of several runs, a table of them and then those that are not as they were.
pub fn render(report: &CheckReport) -> String {
    if let [alone] = &report.runs[..] {
        let mut page = Page::titled(&format!("Energy check of {}", alone.name));
        of_run(&mut page, alone);
        return page.finish();
    }
    let mut page = Page::titled(&format!("Energy check of {}", counted(report.runs.len() as u64, "run")));
    page.table(&table_of_runs(report));
    page.line("");
    page.line(&format!("{} {}", if report.passed { "✓" } else { "✗" }, summary(report)));
    for run in report.runs.iter().filter(|run| has_more_to_say(run)) {
        page.heading(&run.name);
        of_run(&mut page, run);
    }
    page.finish()
}

fn has_more_to_say(run: &CheckedRun) -> bool {
    matches!(run.outcome(), RunOutcome::Failed | RunOutcome::Unreadable)
        || run
            .verdict
            .as_ref()
            .is_some_and(|verdict| !verdict.moved().is_empty() || !verdict.remarks.is_empty())
}

/// `200 runs: 198 passed, 1 failed, 1 cannot be judged`.
pub(super) fn summary(report: &CheckReport) -> String {
    let outcomes = [
        (RunOutcome::Passed, "passed"),
        (RunOutcome::Updated, "updated"),
        (RunOutcome::Failed, "failed"),
        (RunOutcome::Unreadable, "cannot be judged"),
    ];
    let counts = outcomes.iter().map(|(outcome, word)| (report.count(*outcome), word));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    format!("{}: {}", counted(report.runs.len() as u64, "run"), counts.join(", "))
}

fn table_of_runs(report: &CheckReport) -> Table {
    let mut table = Table::new(vec![
        Column::whole_words(""),
        Column::words("run"),
        Column::whole_words("result"),
        Column::number("energy"),
        Column::number("change"),
        Column::number("beyond"),
    ]);
    for run in &report.runs {
        let verdict = run.verdict.as_ref();
        let energy = verdict.and_then(|verdict| verdict.metrics.first());
        let shown = |show: &dyn Fn(&JudgedMetric) -> String| energy.map_or_else(String::new, show);
        table.row(vec![
            Mark::of_run(run.outcome()).sign().to_owned(),
            run.name.clone(),
            outcome_word(run.outcome()).to_owned(),
            shown(&|metric| words::value(metric.run, metric.unit)),
            shown(&words::relative_change),
            verdict.map_or_else(String::new, |verdict| match verdict.failures() {
                0 => String::new(),
                failures => format!("{failures} of {}", verdict.metrics.len()),
            }),
        ]);
    }
    table
}

/// What came of a run, in a word or two.
pub(super) fn outcome_word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Passed => "passed",
        RunOutcome::Updated => "updated",
        RunOutcome::Failed => "failed",
        RunOutcome::Unreadable => "no verdict",
    }
}

fn of_run(page: &mut Page, run: &CheckedRun) {
    let mark = Mark::of_run(run.outcome()).sign();
    page.paragraph(&format!("{mark} {}", words::result(run)));
    if !run.baseline.is_empty() {
        page.fact("baseline", &run.baseline);
    }
    if let Some(verdict) = &run.verdict {
        of_verdict(page, verdict);
        if !run.updated && verdict.passed && verdict.has_improved() {
            page.list("What next", &["better than the baseline: --update keeps it".to_owned()]);
        }
    }
}

fn of_verdict(page: &mut Page, verdict: &Verdict) {
    let moved = verdict.moved();
    for setting in words::settings(verdict) {
        page.fact("differs in", &setting);
    }
    let explanation = &verdict.explanation;
    if !moved.is_empty() || explanation.chip_changed || explanation.activity_changed {
        page.fact("cause", &words::cause(verdict));
    }
    if !moved.is_empty() {
        page.heading("What moved");
        page.table(&table_of_metrics(&moved));
        if moved.len() > MOST_METRICS {
            page.line(&format!("  and {} more", moved.len() - MOST_METRICS));
        }
    }
    page.list("What explains it, largest first", &words::explanation(verdict, MOST_REASONS));
    page.list("Renamed?", &words::renamed(verdict));
    page.list("Remarks", &verdict.remarks);
}

fn table_of_metrics(moved: &[&JudgedMetric]) -> Table {
    let mut table = Table::new(vec![
        Column::whole_words(""),
        Column::words("metric"),
        Column::number("baseline"),
        Column::number("run"),
        Column::number("change"),
        Column::number(""),
        Column::whole_words("tolerance"),
    ]);
    for metric in moved.iter().take(MOST_METRICS) {
        table.row(vec![
            Mark::of_metric(metric.outcome).sign().to_owned(),
            // Of a component and a region, only energies are compared: room for its name.
            metric.name.strip_suffix(".energy").unwrap_or(&metric.name).to_owned(),
            words::value(metric.baseline, metric.unit),
            words::value(metric.run, metric.unit),
            words::change(metric),
            words::relative_change(metric),
            metric.tolerance.clone(),
        ]);
    }
    table
}

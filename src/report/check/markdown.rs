//! Markdown: a comment on a pull request, or a job's summary.

use super::CheckFormat;
use super::text::{Mark, outcome_word, summary};
use super::words;
use crate::regression::{CheckReport, CheckedRun, JudgedMetric, Outcome, RunOutcome, Verdict};

/// Metrics and reasons that are shown at most: a comment has room for 65,536 characters.
const MOST_METRICS: usize = 50;
const MOST_REASONS: usize = 20;
/// Runs that are shown in full, at most.
const MOST_RUNS: usize = 10;

/// For pull requests.
pub const FORMAT: CheckFormat = CheckFormat {
    name: "markdown",
    endings: &[".md"],
    summary: "a comment on a pull request, or a job's summary",
    write: |report, writer| writer.write_all(render(report).as_bytes()),
};

fn render(report: &CheckReport) -> String {
    if let [alone] = &report.runs[..] {
        return of_run(alone);
    }
    let mut text = format!("### {} Energy check: {}\n\n", sign(report.passed), summary(report));
    text.push_str("| | run | result | energy | change |\n|---|---|---|---:|---:|\n");
    for run in &report.runs {
        let energy = run.verdict.as_ref().and_then(|verdict| verdict.metrics.first());
        let (value, change) = energy.map_or_else(Default::default, |metric| {
            (words::value(metric.run, metric.unit), words::relative_change(metric))
        });
        let is_good = Mark::of_run(run.outcome()) == Mark::Good;
        let outcome = outcome_word(run.outcome());
        text.push_str(&format!(
            "| {} | {} | {outcome} | {value} | {change} |\n",
            sign(is_good),
            code(&run.name)
        ));
    }
    let bad = |run: &&CheckedRun| matches!(run.outcome(), RunOutcome::Failed | RunOutcome::Unreadable);
    for run in report.runs.iter().filter(bad).take(MOST_RUNS) {
        text.push('\n');
        text.push_str(&of_run(run));
    }
    text
}

fn of_run(run: &CheckedRun) -> String {
    let is_good = Mark::of_run(run.outcome()) == Mark::Good;
    let mut text = format!("### {} Energy check of {}\n\n", sign(is_good), code(&run.name));
    let baseline = match run.baseline.as_str() {
        "" => String::new(),
        file => format!(" (baseline {})", code(file)),
    };
    text.push_str(&format!("{}{baseline}.\n", plain(&words::result(run))));
    if let Some(verdict) = &run.verdict {
        of_verdict(&mut text, verdict);
    }
    text
}

fn of_verdict(text: &mut String, verdict: &Verdict) {
    let moved = verdict.moved();
    let explanation = &verdict.explanation;
    if !moved.is_empty() || explanation.chip_changed || explanation.activity_changed {
        text.push_str(&format!("\nCause: {}.\n", plain(&words::cause(verdict))));
    }
    if !moved.is_empty() {
        text.push_str(
            "\n| | metric | baseline | run | change | | tolerance |\n|---|---|---:|---:|---:|---:|---|\n",
        );
        moved.iter().take(MOST_METRICS).for_each(|metric| text.push_str(&row(metric)));
        if moved.len() > MOST_METRICS {
            text.push_str(&format!("\nand {} more\n", moved.len() - MOST_METRICS));
        }
    }
    list(text, "Differs in", &words::settings(verdict));
    list(text, "What explains it, largest first", &words::explanation(verdict, MOST_REASONS));
    list(text, "Renamed?", &words::renamed(verdict));
    list(text, "Remarks", &verdict.remarks);
}

fn row(metric: &JudgedMetric) -> String {
    let sign = match metric.outcome {
        outcome if outcome.fails() => "❌",
        Outcome::Improved => "✅",
        _ => "",
    };
    format!(
        "| {sign} | {} | {} | {} | {} | {} | {} |\n",
        code(&metric.name),
        words::value(metric.baseline, metric.unit),
        words::value(metric.run, metric.unit),
        words::change(metric),
        plain(&words::relative_change(metric)),
        plain(&metric.tolerance)
    )
}

fn list(text: &mut String, heading: &str, points: &[String]) {
    if points.is_empty() {
        return;
    }
    text.push_str(&format!("\n**{heading}**\n\n"));
    points.iter().for_each(|point| text.push_str(&format!("- {}\n", plain(point))));
}

fn sign(is_good: bool) -> &'static str {
    if is_good { "✅" } else { "❌" }
}

/// A name as it is, which cannot become markup or leave its cell.
fn code(text: &str) -> String {
    let clean = text.chars().map(|char| match char {
        '`' => '\'',
        char if char.is_control() => ' ',
        char => char,
    });
    format!("`{}`", clean.collect::<String>().replace('|', "\\|"))
}

/// Words in which nothing is markup.
fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        match char {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => escaped.extend(['\\', char]),
            char if char.is_control() => escaped.push(' '),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(code("a`|\nb"), "`a'\\| b`");
        assert_eq!(plain("conv_1 <b>|\u{1b}"), "conv\\_1 \\<b\\>\\| ");
    }
}

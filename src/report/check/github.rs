//! GitHub annotations: workflow commands, an annotation a run that is not as it was.

use super::CheckFormat;
use super::words;
use crate::regression::{CheckReport, CheckedRun, RunOutcome};

/// Metrics and reasons of an annotation, at most.
const MOST_LINES: usize = 5;

/// For GitHub Actions.
pub const FORMAT: CheckFormat = CheckFormat {
    name: "github",
    endings: &[],
    summary: "annotations of GitHub Actions: print them, github=-",
    write: |report, writer| writer.write_all(render(report).as_bytes()),
};

fn render(report: &CheckReport) -> String {
    report.runs.iter().map(of_run).collect()
}

fn of_run(run: &CheckedRun) -> String {
    let level = match run.outcome() {
        RunOutcome::Failed | RunOutcome::Unreadable => "error",
        RunOutcome::Passed | RunOutcome::Updated => "notice",
    };
    let mut lines = vec![words::result(run)];
    let mut text = String::new();
    if let Some(verdict) = &run.verdict {
        let moved = verdict.moved();
        if !moved.is_empty() {
            lines.push(words::cause(verdict));
        }
        lines.extend(moved.iter().take(MOST_LINES).map(|metric| words::metric(metric)));
        if moved.len() > MOST_LINES {
            lines.push(format!("and {} more", moved.len() - MOST_LINES));
        }
        lines.extend(words::explanation(verdict, MOST_LINES));
        lines.extend(words::renamed(verdict));
        let remarks = verdict.remarks.iter();
        text.extend(remarks.map(|remark| annotation("warning", run, remark)));
    }
    text + &annotation(level, run, &lines.join("\n"))
}

fn annotation(level: &str, run: &CheckedRun, message: &str) -> String {
    let title = property(&format!("Energy check of {}", run.name));
    format!("::{level} file={},title={title}::{}\n", property(&run.baseline), data(message))
}

/// A message, as workflow commands escape it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, in which `:` and `,` have a meaning too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stays_one_command() {
        assert_eq!(data("2 %\r\n::error::x"), "2 %25%0D%0A::error::x");
        assert_eq!(property("a:b,c\n"), "a%3Ab%2Cc%0A");
    }
}

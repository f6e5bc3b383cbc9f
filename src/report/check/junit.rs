//! JUnit XML: a test suite a run, a test case a metric.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::CheckFormat;
use super::words;
use crate::regression::{CheckReport, CheckedRun, JudgedMetric, Outcome, RunOutcome, Verdict};

/// Reasons that a failure lists, at most.
const MOST_REASONS: usize = 3;

/// For CI servers.
pub const FORMAT: CheckFormat =
    CheckFormat { name: "junit", endings: &[".xml"], summary: "JUnit XML: a test case a metric", write };

fn write(report: &CheckReport, mut out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(&mut out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let total = report.runs.iter().map(Counts::of).fold(Counts::default(), Counts::plus);
    let suites = writer.create_element("testsuites").with_attribute(("name", "nm-trace check"));
    suites
        .with_attributes(total.attributes().iter().map(|(key, value)| (*key, value.as_str())))
        .write_inner_content(|writer| {
            for run in &report.runs {
                suite(writer, run)?;
            }
            Ok(())
        })?;
    out.write_all(b"\n")
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(run: &CheckedRun) -> Counts {
        match &run.verdict {
            Some(verdict) => Counts {
                tests: verdict.metrics.len(),
                // What a renewed baseline said before does not count any more.
                failures: if run.updated { 0 } else { verdict.failures() },
                errors: 0,
                skipped: verdict.metrics.iter().filter(|metric| metric.outcome == Outcome::Ignored).count(),
            },
            None => Counts { tests: 1, errors: usize::from(run.problem.is_some()), ..Counts::default() },
        }
    }

    fn plus(self, other: Counts) -> Counts {
        Counts {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }

    fn attributes(self) -> [(&'static str, String); 4] {
        [
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
            ("skipped", self.skipped.to_string()),
        ]
    }
}

fn suite<W: Write>(writer: &mut Writer<W>, run: &CheckedRun) -> io::Result<()> {
    let name = clean(&run.name);
    let counts = Counts::of(run).attributes();
    let element = writer.create_element("testsuite").with_attribute(("name", name.as_str()));
    let element = element.with_attributes(counts.iter().map(|(key, value)| (*key, value.as_str())));
    element.write_inner_content(|writer| match &run.verdict {
        Some(verdict) => {
            for metric in &verdict.metrics {
                metric_case(writer, &name, run, verdict, metric)?;
            }
            Ok(())
        }
        None => whole_case(writer, &name, run),
    })?;
    Ok(())
}

/// The one case of a run without metrics to compare.
fn whole_case<W: Write>(writer: &mut Writer<W>, name: &str, run: &CheckedRun) -> io::Result<()> {
    let case = writer.create_element("testcase").with_attributes([("classname", name), ("name", "check")]);
    match &run.problem {
        None => case.write_empty()?,
        Some(problem) => case.write_inner_content(|writer| {
            let error = writer.create_element("error").with_attribute(("message", clean(problem).as_str()));
            error.with_attribute(("type", "unreadable")).write_empty()?;
            Ok(())
        })?,
    };
    Ok(())
}

fn metric_case<W: Write>(
    writer: &mut Writer<W>,
    name: &str,
    run: &CheckedRun,
    verdict: &Verdict,
    metric: &JudgedMetric,
) -> io::Result<()> {
    let metric_name = clean(&metric.name);
    let case = writer.create_element("testcase");
    let case = case.with_attributes([("classname", name), ("name", metric_name.as_str())]);
    let fails = metric.outcome.fails() && run.outcome() == RunOutcome::Failed;
    if fails {
        case.write_inner_content(|writer| failure(writer, verdict, metric))?;
    } else if metric.outcome == Outcome::Ignored {
        case.write_inner_content(|writer| writer.create_element("skipped").write_empty().map(drop))?;
    } else {
        case.write_empty()?;
    }
    Ok(())
}

fn failure<W: Write>(writer: &mut Writer<W>, verdict: &Verdict, metric: &JudgedMetric) -> io::Result<()> {
    let kind = match metric.outcome {
        Outcome::New => "new",
        Outcome::Gone => "gone",
        _ => "exceeded",
    };
    let message = clean(&words::metric(metric));
    let mut lines = vec![words::cause(verdict)];
    lines.extend(words::explanation(verdict, MOST_REASONS));
    let lines: Vec<String> = lines.iter().map(|line| clean(line)).collect();
    let failure = writer.create_element("failure");
    let failure = failure.with_attributes([("message", message.as_str()), ("type", kind)]);
    failure.write_text_content(BytesText::new(&lines.join("\n")))?;
    Ok(())
}

/// Without the characters that XML does not have.
fn clean(text: &str) -> String {
    let is_not = |char: char| char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|char| if is_not(char) { ' ' } else { char }).collect()
}

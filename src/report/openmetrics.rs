//! The summary as text for Prometheus: gauges in base units, which both its own format and OpenMetrics read.

use std::io::Write;

use anyhow::{Result, bail};

use super::comparison::ComparedPoint;
use super::formats::{FinishedRun, ReportFormat, Takes, at_end};
use super::metrics::{FAMILIES, Family, Labels};

/// The summary and the regions as gauges.
pub const FORMAT: ReportFormat = ReportFormat {
    name: "openmetrics",
    endings: &[".prom", ".om"],
    summary: "the summary and regions as gauges, for Prometheus and whatever reads OpenMetrics",
    takes: Takes::Reports,
    is_for_several: true,
    start: |output, _| Ok(at_end(output, |run, output| write(run, output))),
};

fn write(run: &FinishedRun<'_>, output: &mut dyn Write) -> Result<()> {
    about(run, output)?;
    for family in FAMILIES {
        write_family(family, run.points, output)?;
    }
    Ok(writeln!(output, "# EOF")?)
}

/// What no number tells.
fn about(run: &FinishedRun<'_>, output: &mut dyn Write) -> Result<()> {
    writeln!(output, "# TYPE nm_trace_run gauge")?;
    writeln!(output, "# HELP nm_trace_run What was run: always 1.")?;
    for point in run.points {
        let report = &point.report;
        let trace = traces(&report.provenance).join(" ");
        let schema_version = report.schema_version.to_string();
        let labels = [
            ("chip_fingerprint", report.chip.fingerprint.as_str()),
            ("schema_version", &schema_version),
            ("tool", concat!("nm-trace ", env!("CARGO_PKG_VERSION"))),
            ("trace", &trace),
        ];
        sample("nm_trace_run", point, &labels, 1.0, output)?;
    }
    Ok(())
}

fn traces(provenance: &serde_json::Value) -> Vec<&str> {
    let inputs = provenance.get("inputs").and_then(|inputs| inputs.as_array());
    let names = inputs.into_iter().flatten().filter_map(|input| input.get("name")?.as_str());
    names.collect()
}

fn write_family(family: &Family, points: &[ComparedPoint], output: &mut dyn Write) -> Result<()> {
    let unit = family.unit.word();
    let name = match unit {
        Some(unit) => format!("nm_trace_{}_{unit}", family.name),
        None => format!("nm_trace_{}", family.name),
    };
    // A family without numbers has no lines.
    let mut is_started = false;
    for point in points {
        family.each(&point.report, &mut |labels, value| {
            if !std::mem::replace(&mut is_started, true) {
                writeln!(output, "# TYPE {name} gauge")?;
                if let Some(unit) = unit {
                    writeln!(output, "# UNIT {name} {unit}")?;
                }
                writeln!(output, "# HELP {name} {}", family.help)?;
            }
            sample(&name, point, labels, value, output)
        })?;
    }
    Ok(())
}

/// A line with a number, which every operating point has of its own.
fn sample(
    name: &str,
    point: &ComparedPoint,
    labels: Labels<'_>,
    value: f64,
    output: &mut dyn Write,
) -> Result<()> {
    if !value.is_finite() {
        bail!("{name} is {value}, expected a finite number");
    }
    let (chip, label) = (escaped(&point.report.chip.name), escaped(&point.label));
    write!(output, "{name}{{chip=\"{chip}\",point=\"{label}\"")?;
    for (label, value) in labels {
        write!(output, ",{label}=\"{}\"", escaped(value))?;
    }
    Ok(writeln!(output, "}} {}", serde_json::to_string(&value)?)?)
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

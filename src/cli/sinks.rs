//! Who takes the closed windows of a replay: pricing, a saved profile, and power over time as CSV.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::Result;
use trace_formats::{Note, Skipped};

use super::is_closed_pipe;
use super::progress::LatestPower;
use crate::activity::{ActivitySummary, ChannelName, ProfileWriter, WindowSink};
use crate::chip::pat::{Pat, Placement};
use crate::power::{PowerObserver, PowerRow, Pricing};
use crate::report::output::Output;
use crate::report::power_csv::{ComparisonCsv, PowerCsv};

/// Pricing, and a profile if one is saved.
pub struct Sinks<'a, 'b> {
    /// Prices each window.
    pub pricing: &'a mut Pricing<'b>,
    /// Writes each window's counts.
    pub profile: Option<ProfileSink>,
}

impl WindowSink for Sinks<'_, '_> {
    fn begin(&mut self, first_cycle: i64) -> Result<()> {
        self.pricing.begin(first_cycle)?;
        self.profile.as_mut().map_or(Ok(()), |profile| profile.begin(first_cycle))
    }

    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> Result<()> {
        self.pricing.window(index, channels, counts)?;
        self.profile.as_mut().map_or(Ok(()), |profile| profile.window(index, channels, counts))
    }

    fn finish(&mut self, summary: &ActivitySummary) -> Result<()> {
        self.pricing.finish(summary)?;
        self.profile.as_mut().map_or(Ok(()), |profile| profile.finish(summary))
    }
}

/// Writes a profile that says of records which could not be read that they were left out.
pub struct ProfileSink(pub ProfileWriter);

impl WindowSink for ProfileSink {
    fn begin(&mut self, first_cycle: i64) -> Result<()> {
        self.0.begin(first_cycle)
    }

    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> Result<()> {
        self.0.window(index, channels, counts)
    }

    fn finish(&mut self, summary: &ActivitySummary) -> Result<()> {
        let bad_records = &summary.coverage.bad_records;
        let mut summary = Cow::Borrowed(summary);
        let left_out = left_out(bad_records.iter().map(|(reason, &records)| (reason.as_str(), records)));
        if let Some((skipped, note)) = left_out {
            let summary = summary.to_mut();
            summary.coverage.skipped.extend(skipped);
            summary.notes.push(note);
        }
        self.0.finish(&summary)
    }
}

/// What a converted trace says of records that could not be read: how many, by reason, and a warning.
pub fn left_out<'a>(
    bad_records: impl Iterator<Item = (&'a str, u64)> + Clone,
) -> Option<(Vec<Skipped>, Note)> {
    let entry = |(reason, count): (&str, u64)| Skipped {
        reason: reason.to_owned(),
        region: None,
        channel: None,
        count,
    };
    let skipped: Vec<Skipped> = bad_records.clone().map(entry).collect();
    let reasons: Vec<String> = bad_records.map(|(reason, records)| format!("{reason} {records}")).collect();
    let text = format!(
        "records that could not be read were left out when the trace was converted: {}",
        reasons.join(", ")
    );
    (!skipped.is_empty()).then(|| (skipped, Note::warning(text)))
}

/// Writes power over time while the run lasts: a row a window, and a column a component that counts, or a column an
/// operating point of several.
///
/// Once its reader has gone it writes nothing more; the other outputs go on.
pub struct CsvObserver(Option<Table>);

enum Table {
    Components {
        csv: PowerCsv<Output>,
        is_counted: Vec<bool>,
    },
    /// With the powers of those points that have told of the window.
    Points {
        csv: ComparisonCsv<Output>,
        powers_w: Vec<f64>,
        points: usize,
        is_timed: bool,
    },
}

impl CsvObserver {
    /// Writes the column names: the components of the chip, and those beside it if they are included.
    ///
    /// # Errors
    /// What writing reports.
    pub fn of_components(output: Output, pat: &Pat, include_system: bool) -> Result<CsvObserver> {
        let is_counted = pat.components.iter();
        let is_counted: Vec<bool> =
            is_counted.map(|component| include_system || component.placement == Placement::Chip).collect();
        let components = pat.components.iter().zip(&is_counted).filter(|(_, is_counted)| **is_counted);
        let names: Vec<String> = components.map(|(component, _)| component.name.clone()).collect();
        let csv = PowerCsv::new(output, &names)?;
        Ok(CsvObserver(Some(Table::Components { csv, is_counted })))
    }

    /// Writes the column names: the operating points by their labels. Their windows have times if their clocks are one.
    ///
    /// # Errors
    /// What writing reports.
    pub fn of_points(output: Output, labels: &[String], is_timed: bool) -> Result<CsvObserver> {
        let csv = ComparisonCsv::new(output, labels)?;
        let points = labels.len();
        Ok(CsvObserver(Some(Table::Points { csv, powers_w: Vec::with_capacity(points), points, is_timed })))
    }

    /// Ends the content. Its output is then to be committed, unless its reader has gone.
    ///
    /// # Errors
    /// What writing reports.
    pub fn finish(self) -> Result<Option<Output>> {
        let finished = self.0.map(|table| match table {
            Table::Components { csv, .. } => csv.finish(),
            Table::Points { csv, .. } => csv.finish(),
        });
        match finished.transpose() {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(None),
            result => Ok(result?),
        }
    }
}

impl Table {
    fn write(&mut self, row: &PowerRow<'_>) -> std::io::Result<()> {
        let time = (row.start.0, row.end.0);
        match self {
            Table::Components { csv, is_counted } => {
                let powers = row.components.iter().zip(is_counted).filter(|(_, is_counted)| **is_counted);
                let powers_w: Vec<f64> = powers.map(|(power, _)| power.0).collect();
                let (total, system) = (row.total.0, row.system.0);
                csv.row(row.start_cycle, row.end_cycle, time.0, time.1, total, &powers_w, system)
            }
            Table::Points { csv, powers_w, points, is_timed } => {
                powers_w.push(row.total.0);
                if powers_w.len() < *points {
                    return Ok(());
                }
                let written = csv.row(row.start_cycle, row.end_cycle, is_timed.then_some(time), powers_w);
                powers_w.clear();
                written
            }
        }
    }
}

/// Tells power over time to a CSV file, and to whoever follows the run.
#[derive(Default)]
pub struct Observers {
    /// The file.
    pub csv: Option<CsvObserver>,
    /// What is painted: the first operating point's.
    pub latest: Option<Arc<LatestPower>>,
}

impl Observers {
    /// Itself, if anybody is told.
    pub fn any(&mut self) -> Option<&mut dyn PowerObserver> {
        (self.csv.is_some() || self.latest.is_some()).then_some(self)
    }
}

impl PowerObserver for Observers {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        if let Some(latest) = self.latest.as_ref().filter(|_| row.point == 0) {
            latest.set(row.total, row.end);
        }
        self.csv.as_mut().map_or(Ok(()), |csv| csv.row(row))
    }
}

impl PowerObserver for CsvObserver {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        let Some(table) = &mut self.0 else { return Ok(()) };
        match table.write(row).map_err(anyhow::Error::from) {
            Err(error) if is_closed_pipe(&error) => self.0 = None,
            result => result?,
        }
        Ok(())
    }
}

//! SCALE-Sim's reports, to check what the traces say.
//!
//! Fields are separated by a comma and a space, header and rows end in a comma. v2 and v3 differ in their
//! columns, and counts are floats in sparse runs, so columns are found by name and read as floats.

use std::collections::BTreeMap;
use std::path::Path;

use super::streams::Stream;
use crate::error::{DataError, excerpt};

/// What the reports say of one layer. Everything may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerReport {
    /// `Total Cycles` without prefetch: the largest cycle of `OFMAP_SRAM`.
    pub total_cycles: Option<f64>,
    /// `Overall Util %`: multiply-accumulates as a share of what the array could have done.
    pub overall_utilisation_percent: Option<f64>,
    /// Words counted for each stream, in the order of [`Stream::ALL`].
    pub words: [Option<f64>; 6],
}

/// What the reports of a run say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reports {
    /// Whether `COMPUTE_REPORT.csv` lists a layer; SCALE-Sim writes it when the last layer is done.
    pub are_written: bool,
    /// Whether `SPARSE_REPORT.csv` exists, which v3 writes of runs with sparse weights.
    pub is_sparse: bool,
    /// By SCALE-Sim's LayerID.
    pub layers: BTreeMap<u64, LayerReport>,
}

const COMPUTE_REPORT: &str = "COMPUTE_REPORT.csv";
const SPARSE_REPORT: &str = "SPARSE_REPORT.csv";
const DETAILED_REPORT: &str = "DETAILED_ACCESS_REPORT.csv";

/// The columns of `DETAILED_ACCESS_REPORT.csv` in the order of [`Stream::ALL`].
const WORD_COLUMNS: [&str; 6] = [
    "SRAM IFMAP Reads",
    "SRAM Filter Reads",
    "SRAM OFMAP Writes",
    "DRAM IFMAP Reads",
    "DRAM Filter Reads",
    "DRAM OFMAP Writes",
];

/// Whether a directory holds a report, with or without traces.
pub fn has_report(directory: &Path) -> bool {
    [COMPUTE_REPORT, DETAILED_REPORT, "BANDWIDTH_REPORT.csv"]
        .iter()
        .any(|name| directory.join(name).is_file())
}

impl Reports {
    /// Reads the reports that a run's directory has.
    ///
    /// # Errors
    /// A report that cannot be read, or a row that is none, with its line.
    pub fn read(directory: &Path) -> Result<Reports, DataError> {
        let is_sparse = directory.join(SPARSE_REPORT).is_file();
        let mut reports = Reports { is_sparse, ..Reports::default() };
        reports.take(&directory.join(COMPUTE_REPORT), |layer, column, value| match column {
            "Total Cycles" => layer.total_cycles = Some(value),
            "Overall Util %" => layer.overall_utilisation_percent = Some(value),
            _ => {}
        })?;
        reports.are_written = !reports.layers.is_empty();
        reports.take(&directory.join(DETAILED_REPORT), |layer, column, value| {
            if let Some(index) = WORD_COLUMNS.iter().position(|&name| name == column) {
                layer.words[index] = Some(value);
            }
        })?;
        Ok(reports)
    }

    fn take(&mut self, path: &Path, set: impl Fn(&mut LayerReport, &str, f64)) -> Result<(), DataError> {
        if !path.is_file() {
            return Ok(());
        }
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| DataError::io(&error).in_file(&name))?;
        self.take_table(&bytes, set).map_err(|error| error.in_file(&name))
    }

    fn take_table(
        &mut self,
        bytes: &[u8],
        set: impl Fn(&mut LayerReport, &str, f64),
    ) -> Result<(), DataError> {
        let mut header: Vec<String> = Vec::new();
        let mut byte = 0;
        for (number, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let here = |error: DataError| error.at(number as u64 + 1, byte);
            // A row without a line end is one that SCALE-Sim was still writing.
            let Some(line) = line.strip_suffix(b"\n") else { break };
            let fields = fields(line).ok_or_else(|| here(no_report(line)))?;
            if number == 0 {
                header = fields.into_iter().map(str::to_owned).collect();
            } else if !fields.is_empty() {
                let values: Option<Vec<f64>> = fields.iter().map(|field| field.parse().ok()).collect();
                // SPARSE_REPORT has a text column, the reports read here have none.
                let values = values.filter(|values| values.len() == header.len());
                let values = values.ok_or_else(|| here(no_report(line)))?;
                let layer = self.layers.entry(values[0] as u64).or_default();
                header.iter().zip(values).for_each(|(column, value)| set(layer, column, value));
            }
            byte += line.len() as u64 + 1;
        }
        Ok(())
    }

    /// What the reports count for a layer's stream.
    pub fn words(&self, layer: u64, stream: Stream) -> Option<f64> {
        self.layers.get(&layer).and_then(|layer| layer.words[stream.index()])
    }
}

fn fields(line: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(line).ok()?.trim();
    let text = text.strip_suffix(',').unwrap_or(text);
    Some(if text.is_empty() { Vec::new() } else { text.split(',').map(str::trim).collect() })
}

fn no_report(line: &[u8]) -> DataError {
    DataError::new(
        "not_a_report",
        excerpt(line),
        "a row of numbers under SCALE-Sim's header",
        "write the run again, or remove the report: the traces are read without it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v2_and_v3_columns_are_found_by_name() {
        let v2: &[u8] = b"LayerID, Total Cycles, Stall Cycles, Overall Util %,\n0, 1219, 0, 55.5,\n";
        let v3: &[u8] =
            b"LayerID, Total Cycles (incl. prefetch), Total Cycles, Stall Cycles, Overall Util %,\n\
            0, 1409, 1219.0, 0, 55.5,\n1, 1";
        for text in [v2, v3] {
            let directory = tempfile::tempdir().ok();
            let path = directory.as_ref().map(|directory| directory.path().join(COMPUTE_REPORT));
            path.as_ref().map(|path| std::fs::write(path, text));
            let reports = directory.map(|directory| Reports::read(directory.path()));
            let layer = LayerReport {
                total_cycles: Some(1219.0),
                overall_utilisation_percent: Some(55.5),
                ..LayerReport::default()
            };
            let expected =
                Reports { are_written: true, is_sparse: false, layers: BTreeMap::from([(0, layer)]) };
            assert_eq!(reports, Some(Ok(expected)));
        }
    }

    #[test]
    fn a_row_that_is_no_numbers_is_refused_with_its_line() {
        let error = Reports::default().take_table(b"LayerID, A,\n0, x,\n", |_, _, _| {}).err();
        assert_eq!(error.and_then(|error| error.line()), Some(2));
        let error = Reports::default().take_table(b"LayerID, A,\n0,\n", |_, _, _| {}).err();
        assert_eq!(error.map(|error| error.reason()), Some("not_a_report"));
    }
}

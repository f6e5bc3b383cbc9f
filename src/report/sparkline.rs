//! A small picture of power over time, in block characters.

use crate::power::PowerBin;

use super::quantity::{si, si3};

const COLUMNS: usize = 67;
const ROWS: usize = 5;
const LABEL: usize = 9;
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The axis reaches up to the TDP if that leaves the power at least this part of the picture.
const LEAST_FILL: f64 = 0.6;

/// Power in one column of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Power {
    average: f64,
    peak: f64,
}

/// The picture, with axes from zero: filled to the average, shaded to the highest window.
/// Empty if no time passed.
pub(super) fn draw(bins: &[PowerBin], tdp_w: f64) -> Vec<String> {
    let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return Vec::new() };
    let (start, end) = (first.start_s, last.start_s + last.duration_s);
    let columns = resample(bins, start, end);
    let highest = columns.iter().map(|column| column.peak).fold(0.0, f64::max);
    if !(end > start && highest > 0.0 && highest.is_finite()) {
        return Vec::new();
    }
    let top = if tdp_w >= highest && highest >= LEAST_FILL * tdp_w { tdp_w } else { highest };
    let mut lines: Vec<String> = (0..ROWS).rev().map(|row| picture_row(row, top, tdp_w, &columns)).collect();
    lines.push(format!("{:>LABEL$} ┼{}", "0 W", "─".repeat(COLUMNS)));
    lines.push(time_axis(start, end));
    lines
}

/// One row of characters; row 0 is the lowest.
fn picture_row(row: usize, top: f64, tdp_w: f64, columns: &[Power]) -> String {
    let label = if row + 1 == ROWS { si3(top, "W") } else { String::new() };
    // The TDP is marked in the row that it crosses, or at the edge that it is.
    let tdp_row = (tdp_w / top * ROWS as f64).ceil() - 1.0;
    let is_tdp = tdp_w > 0.0 && tdp_w <= top && tdp_row == row as f64;
    let label = match (is_tdp, label.is_empty()) {
        (true, true) => "TDP".to_string(),
        (true, false) if tdp_w == top => format!("TDP {label}"),
        _ => label,
    };
    let tick = if label.is_empty() { '│' } else { '┤' };
    let cells = columns.iter().map(|column| {
        let filled = column.average / top * ROWS as f64 - row as f64;
        let shaded = column.peak / top * ROWS as f64 - row as f64;
        let eighths = (filled.clamp(0.0, 1.0) * 8.0).round() as usize;
        match BLOCKS.get(eighths) {
            Some(&block) if eighths > 0 => block,
            _ if shaded >= 0.5 => '░',
            _ => ' ',
        }
    });
    format!("{label:>LABEL$} {tick}{}", cells.collect::<String>())
}

/// Start, middle and end of the run under the picture.
fn time_axis(start: f64, end: f64) -> String {
    let (left, middle, right) = (si(start, "s"), si((start + end) / 2.0, "s"), si(end, "s"));
    let half = COLUMNS.div_ceil(2);
    let middle_at = half.saturating_sub(middle.chars().count() / 2);
    let text = format!("{left:<middle_at$}{middle}");
    let rest = COLUMNS.saturating_sub(text.chars().count());
    format!("{:width$}{text}{right:>rest$}", "", width = LABEL + 2)
}

/// Power in columns of equal time: the average is weighted by time, the peak is the highest of all bins touched.
fn resample(bins: &[PowerBin], start: f64, end: f64) -> Vec<Power> {
    let step = (end - start) / COLUMNS as f64;
    let mut columns = vec![Power::default(); COLUMNS];
    for (index, column) in columns.iter_mut().enumerate() {
        let from = start + index as f64 * step;
        let touched = bins.iter().filter_map(|bin| {
            let overlap = (bin.start_s + bin.duration_s).min(from + step) - bin.start_s.max(from);
            // A bin that only touches the column's edge, by rounding, is not in it.
            (overlap > 1e-6 * step).then_some((bin, overlap))
        });
        let (mut energy, mut time) = (0.0, 0.0);
        for (bin, overlap) in touched {
            energy += bin.average_power_w * overlap;
            time += overlap;
            column.peak = column.peak.max(bin.peak_power_w);
        }
        column.average = if time > 0.0 { energy / time } else { 0.0 };
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(start_s: f64, duration_s: f64, power: f64) -> PowerBin {
        PowerBin { start_s, duration_s, average_power_w: power, peak_power_w: power }
    }

    #[test]
    fn a_column_is_the_average_over_its_time_whatever_the_bins_are() {
        let bins = [bin(-1.0, 0.5, 4.0), bin(-0.5, 0.5, 0.0), bin(0.0, 66.0, 1.0)];
        let columns = resample(&bins, -1.0, 66.0);
        assert_eq!(columns[0], Power { average: 2.0, peak: 4.0 });
        assert!((columns[1].average - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_run_without_time_or_power_has_no_picture() {
        assert!(draw(&[], 1.0).is_empty());
        assert!(draw(&[bin(0.0, 0.0, 1.0)], 1.0).is_empty());
        assert!(draw(&[bin(0.0, 1.0, 0.0)], 1.0).is_empty());
        assert!(draw(&[bin(0.0, 1.0, f64::NAN)], 1.0).is_empty());
    }

    #[test]
    fn a_tdp_that_is_exceeded_is_marked_where_it_is_crossed() {
        let lines = draw(&[bin(0.0, 1.0, 10.0)], 5.0);
        assert!(lines[0].starts_with("     10 W ┤█"));
        assert!(lines[2].starts_with("      TDP ┤█"));
    }
}

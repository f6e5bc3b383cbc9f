//! Tables in plain text.

use super::page::fit;

const GAP: &str = "  ";
/// A flexible column keeps at least this much.
const NARROWEST: usize = 6;

/// A column: its heading, how its cells stand, and whether it gives way when the table is too wide.
pub(super) struct Column {
    heading: String,
    right: bool,
    flexible: bool,
}

impl Column {
    /// Words, cut with `…` when the table is too wide.
    pub fn words(heading: &str) -> Column {
        Column { heading: heading.to_string(), right: false, flexible: true }
    }

    /// Numbers, to the right, never cut.
    pub fn number(heading: &str) -> Column {
        Column { heading: heading.to_string(), right: true, flexible: false }
    }

    /// Words that are never cut.
    pub fn whole_words(heading: &str) -> Column {
        Column { heading: heading.to_string(), right: false, flexible: false }
    }

    /// Bars, to the left, never cut.
    pub fn bar() -> Column {
        Column { heading: String::new(), right: false, flexible: false }
    }
}

/// Rows under headings.
pub(super) struct Table {
    columns: Vec<Column>,
    /// An empty row is a rule.
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: Vec<Column>) -> Table {
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row, a cell a column.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Adds a line across, before a total.
    pub fn rule(&mut self) {
        self.rows.push(Vec::new());
    }

    /// The headings, each with whether numbers stand below it.
    #[cfg(feature = "html")]
    pub fn headings(&self) -> impl Iterator<Item = (&str, bool)> {
        self.columns.iter().map(|column| (column.heading.as_str(), column.right))
    }

    /// The rows; an empty one is a rule.
    #[cfg(feature = "html")]
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The table's lines, of at most `width` characters as long as the numbers leave room for that.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let widths = self.widths(width);
        let headings: Vec<String> = self.columns.iter().map(|column| column.heading.clone()).collect();
        let across = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
        std::iter::once(&headings)
            .chain(&self.rows)
            .map(|row| if row.is_empty() { "─".repeat(across) } else { self.line(row, &widths) })
            .collect()
    }

    /// Whether nothing needs to be cut.
    pub fn fits(&self, width: usize) -> bool {
        self.widths(usize::MAX).iter().sum::<usize>() + GAP.len() * self.columns.len().saturating_sub(1)
            <= width
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(&self.columns).zip(widths).map(|((cell, column), &width)| {
            let cell = fit(cell, width);
            if column.right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_string()
    }

    /// What every column needs; if that is too much, the widest flexible one gives way, a character at a time.
    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> =
            self.columns.iter().map(|column| column.heading.chars().count()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > width {
            let flexible = widths.iter_mut().zip(&self.columns).filter(|(_, column)| column.flexible);
            match flexible.map(|(width, _)| width).max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut table = Table::new(vec![Column::words("name"), Column::number("energy")]);
        table.row(vec!["a".to_string(), "1 J".to_string()]);
        table.rule();
        table.row(vec!["total".to_string(), "1 J".to_string()]);
        assert_eq!(table.lines(80), ["name   energy", "a         1 J", "─────────────", "total     1 J"]);
    }

    #[test]
    fn words_give_way_to_numbers() {
        let mut table = Table::new(vec![Column::words("name"), Column::number("energy")]);
        table.row(vec!["a_rather_long_name".to_string(), "12345.67 J".to_string()]);
        assert_eq!(table.lines(20)[1], "a_rathe…  12345.67 J");
    }
}

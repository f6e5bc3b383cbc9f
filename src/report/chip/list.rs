//! The built-in chips in a table.

use crate::chip::design_report::ChipListing;
use crate::report::page::Page;
use crate::report::quantity::{UNKNOWN, area, si3};
use crate::report::table::{Column, Table};

/// The chips as text. It ends in a newline.
pub fn render_list(chips: &[ChipListing]) -> String {
    let mut page = Page::titled("Built-in chips");
    let mut table = Table::new(vec![
        Column::words("name"),
        Column::number("area"),
        Column::number("TDP"),
        Column::number("clock"),
        Column::words("numbers"),
    ]);
    for chip in chips {
        table.row(vec![
            chip.name.clone(),
            chip.area_mm2.map_or_else(|| UNKNOWN.to_owned(), area),
            si3(chip.tdp_w, "W"),
            si3(chip.clock_hz, "Hz"),
            if chip.is_design { "from the model".to_owned() } else { "given".to_owned() },
        ]);
    }
    page.table(&table);
    let lines: Vec<String> =
        chips.iter().map(|chip| format!("{}: {}", chip.name, chip.description)).collect();
    page.list("What they are", &lines);
    page.finish()
}

//! Where the files of a v1 run are.

use std::path::{Path, PathBuf};

use crate::error::DataError;
use crate::metadata::Note;

/// The folder of the traces within a run.
pub const TRACE_FOLDER: &str = "layer_wise";

/// What one of a layer's five traces holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Ifmap and filter words that the array reads, in one row.
    SramRead,
    /// Outputs and partial sums that the array writes.
    SramWrite,
    /// Ifmap words fetched from DRAM.
    DramIfmap,
    /// Weights fetched from DRAM.
    DramFilter,
    /// Outputs drained to DRAM.
    DramOfmap,
}

impl Kind {
    /// All five, in the order in which a layer's parts are read.
    pub const ALL: [Kind; 5] =
        [Kind::SramRead, Kind::SramWrite, Kind::DramIfmap, Kind::DramFilter, Kind::DramOfmap];

    /// How the file's name ends.
    pub fn suffix(self) -> &'static str {
        match self {
            Kind::SramRead => "_sram_read.csv",
            Kind::SramWrite => "_sram_write.csv",
            Kind::DramIfmap => "_dram_ifmap_read.csv",
            Kind::DramFilter => "_dram_filter_read.csv",
            Kind::DramOfmap => "_dram_ofmap_write.csv",
        }
    }
}

/// One layer's traces.
#[derive(Debug)]
pub struct LayerFiles {
    /// The layer's name.
    pub name: String,
    /// The traces that exist, in the order of [`Kind::ALL`].
    pub files: Vec<(Kind, PathBuf)>,
}

/// Finds the layers of a run: in the order of `<net>_cycles.csv`, else by name.
///
/// # Errors
/// A folder that cannot be listed, a `<net>_cycles.csv` that is no text.
pub fn find_layers(directory: &Path, notes: &mut Vec<Note>) -> Result<Vec<LayerFiles>, DataError> {
    let folder = directory.join(TRACE_FOLDER);
    let traces = file_names(&folder)?;
    let mut prefixes: Vec<&str> = traces.iter().filter_map(|name| prefix(name)).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let layers = order(directory, &prefixes, notes)?;
    let find = |prefix: &str, kind: Kind| {
        let plain = format!("{prefix}{}", kind.suffix());
        let names = ["", ".gz", ".zst"].map(|suffix| format!("{plain}{suffix}"));
        let name = names.into_iter().find(|name| traces.contains(name))?;
        Some((kind, folder.join(name)))
    };
    let files = |prefix: &str| Kind::ALL.into_iter().filter_map(|kind| find(prefix, kind)).collect();
    Ok(layers.into_iter().map(|(name, prefix)| LayerFiles { name, files: files(&prefix) }).collect())
}

/// The name and the prefix of each layer, in order.
fn order(
    directory: &Path,
    prefixes: &[&str],
    notes: &mut Vec<Note>,
) -> Result<Vec<(String, String)>, DataError> {
    let Some(cycles) = file_names(directory)?.into_iter().find(|name| name.ends_with("_cycles.csv")) else {
        notes.push(Note::warning(
            "the run has no *_cycles.csv, which SCALE-Sim writes when it ends; its layers are taken in the order \
             of their names, which need not be that of the network",
        ));
        return Ok(prefixes.iter().map(|prefix| ((*prefix).to_owned(), (*prefix).to_owned())).collect());
    };
    let net = cycles.strip_suffix("_cycles.csv").unwrap_or_default();
    let mut layers: Vec<(String, String)> = Vec::new();
    for name in listed_layers(&directory.join(&cycles))? {
        let prefix = format!("{net}_{name}");
        if prefixes.contains(&prefix.as_str()) && !layers.iter().any(|layer| layer.1 == prefix) {
            layers.push((name, prefix));
        }
    }
    let is_stale = |prefix: &&str| !layers.iter().any(|layer| layer.1 == *prefix);
    let stale: Vec<&str> = prefixes.iter().copied().filter(is_stale).collect();
    if !stale.is_empty() {
        notes.push(Note::warning(format!(
            "left out, since {cycles} does not list them: {}",
            stale.join(", ")
        )));
    }
    Ok(layers)
}

fn file_names(directory: &Path) -> Result<Vec<String>, DataError> {
    let name = directory.display().to_string();
    let entries = std::fs::read_dir(directory).map_err(|error| DataError::io(&error).in_file(&name))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// `<net>_<layer>` of a trace's file name.
fn prefix(name: &str) -> Option<&str> {
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    Kind::ALL.into_iter().find_map(|kind| plain.strip_suffix(kind.suffix()))
}

/// The first column under the header `Layer,<tab>Cycles,<tab>% Utilization,`.
fn listed_layers(path: &Path) -> Result<Vec<String>, DataError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| DataError::io(&error).in_file(&name))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        let cure = "write the run again, or remove the file: the traces are read without it";
        DataError::new("not_a_report", "bytes that are not UTF-8", "SCALE-Sim's list of layers", cure)
            .in_file(&name)
    })?;
    let first = |line: &str| line.split(',').next().map(|field| field.trim().to_owned());
    Ok(text.lines().skip(1).filter_map(first).filter(|layer| !layer.is_empty()).collect())
}

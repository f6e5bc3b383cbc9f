//! Where a run's files are: layer directories, traces, the `.cfg` beside the run.

use std::path::{Path, PathBuf};

use super::config::Config;
use super::streams::Stream;
use super::survey::while_lines;
use crate::error::DataError;
use crate::input::{Content, is_named_pipe};
use crate::metadata::Note;

/// One layer's directory and the traces in it.
#[derive(Clone, Debug)]
pub struct LayerFiles {
    /// SCALE-Sim's number of the layer.
    pub id: u64,
    /// The traces that exist, in the order of [`Stream::ALL`].
    pub files: Vec<(Stream, PathBuf)>,
}

/// Whether a directory has layer directories.
pub fn has_layers(directory: &Path) -> bool {
    std::fs::read_dir(directory)
        .is_ok_and(|entries| entries.flatten().any(|entry| layer_id(&entry.path()).is_some()))
}

/// Finds the layers of a run, in numeric order.
///
/// # Errors
/// A directory that cannot be listed.
pub fn find_layers(directory: &Path) -> Result<Vec<LayerFiles>, DataError> {
    let mut layers = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|error| DataError::io(&error))? {
        let path = entry.map_err(|error| DataError::io(&error))?.path();
        if let Some(id) = layer_id(&path) {
            let files =
                Stream::ALL.into_iter().filter_map(|stream| Some((stream, find_trace(&path, stream)?)));
            layers.push(LayerFiles { id, files: files.collect() });
        }
    }
    layers.sort_by_key(|layer| layer.id);
    Ok(layers)
}

impl LayerFiles {
    /// Where a stream's trace is, if it exists.
    pub fn path(&self, stream: Stream) -> Option<&Path> {
        self.files.iter().find(|(other, _)| *other == stream).map(|(_, path)| path.as_path())
    }

    /// Whether the simulator writes the traces into pipes, one after another: then they can be read only once, and in its
    /// order.
    pub fn are_pipes(&self) -> bool {
        self.files.iter().any(|(_, path)| is_named_pipe(path))
    }

    /// The streams whose traces have no whole row, and whether they have a part of one.
    ///
    /// # Errors
    /// A trace whose beginning cannot be read.
    pub fn rowless(&self) -> Result<Vec<(Stream, bool)>, DataError> {
        let mut rowless = Vec::new();
        for (stream, path) in &self.files {
            let beginning = beginning(path).map_err(|error| error.in_file(&path.display().to_string()))?;
            rowless.extend(beginning.map(|is_cut| (*stream, is_cut)));
        }
        Ok(rowless)
    }
}

/// Nothing if a file has a line end, else whether it has anything.
fn beginning(path: &Path) -> Result<Option<bool>, DataError> {
    const FIRST_LOOK_BYTES: usize = 8 * 1024;
    if is_named_pipe(path) {
        return Ok(None);
    }
    let mut content = Content::open(path)?;
    if memchr::memchr(b'\n', content.peek(FIRST_LOOK_BYTES)?).is_some() {
        return Ok(None);
    }
    let mut has_row = false;
    let is_cut = while_lines(&mut content, |_| {
        has_row = true;
        false
    })?;
    Ok((!has_row).then_some(is_cut))
}

fn find_trace(directory: &Path, stream: Stream) -> Option<PathBuf> {
    ["", ".gz", ".zst"]
        .iter()
        .map(|suffix| directory.join(format!("{}{suffix}", stream.file_name())))
        .find(|path| path.is_file() || is_named_pipe(path))
}

/// N of a directory `layerN`; SCALE-Sim does not pad with zeros, so `layer01` is none of its own.
fn layer_id(path: &Path) -> Option<u64> {
    let digits = path.file_name()?.to_str()?.strip_prefix("layer")?;
    let id: u64 = digits.parse().ok()?;
    (id.to_string() == digits && path.is_dir()).then_some(id)
}

/// Finds the `.cfg` that a run was made with: the one given, else the only one in the run's directory,
/// else beside it `<run_name>.cfg`, the only one that names this run, or the only one.
///
/// # Errors
/// A `.cfg` that was given or bears the run's name, and cannot be understood.
pub fn find_config(directory: &Path, given: Option<&Path>) -> Result<Option<Config>, DataError> {
    if let Some(path) = given {
        return Config::read(path).map(Some);
    }
    if let [inside] = configs_in(directory).as_slice() {
        return Config::read(inside).map(Some);
    }
    // A path such as `.` or `layers/..` has no parent or name of its own.
    let absolute = std::path::absolute(directory).ok().filter(|path| path.file_name().is_some());
    let Some(directory) = absolute.or_else(|| directory.canonicalize().ok()) else { return Ok(None) };
    let (Some(parent), Some(name)) = (directory.parent(), directory.file_name()) else { return Ok(None) };
    let name = name.to_string_lossy();
    let named = parent.join(format!("{name}.cfg"));
    if named.is_file() {
        return Config::read(&named).map(Some);
    }
    let beside: Vec<Config> = configs_in(parent).iter().filter_map(|path| Config::read(path).ok()).collect();
    let mut matching = beside.iter().filter(|config| config.run_name.as_deref() == Some(&*name));
    match (matching.next(), matching.next(), beside.as_slice()) {
        (Some(config), None, _) => Ok(Some(config.clone())),
        (None, None, [only]) => Ok(Some(only.clone())),
        _ => Ok(None),
    }
}

/// Warns of a `.cfg` that was found and names another run.
pub fn note_on_config(directory: &Path, given: Option<&Path>, config: Option<&Config>) -> Option<Note> {
    let config = config.filter(|_| given.is_none())?;
    let run_name = config.run_name.as_deref()?;
    let directory = directory.canonicalize().ok()?;
    if directory.file_name()?.to_string_lossy() == run_name {
        return None;
    }
    let file = Path::new(&config.name).file_name()?.to_string_lossy();
    Some(Note::warning(format!(
        "{file} is taken for this run's configuration, being the only one, but it names the run {run_name:?}; name \
         the right one with --scalesim-config"
    )))
}

fn configs_in(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut configs: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "cfg")).collect();
    configs.sort();
    configs
}

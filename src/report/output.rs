//! Where outputs go, and that nothing half-written is left behind.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

/// Temporary files of outputs that are neither committed nor dropped, for [`abandon_all`].
static PENDING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what outputs have written so far under temporary names: the last act of a program that is interrupted
/// and will drop nothing.
pub fn abandon_all() {
    for path in PENDING.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // A file that cannot be removed is no reason to keep an interrupted program alive.
        let _ = fs::remove_file(path);
    }
}

fn no_longer_pending(path: &Path) {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner).retain(|pending| pending != path);
}

/// A place that was found writable before the run, and is written when there is something to say.
///
/// A regular file is written beside its name and renamed by [`Output::commit`]: until then, whoever reads
/// the name sees what was there before, and an output that is dropped leaves nothing. Standard output, pipes and
/// devices are written directly.
pub struct Output {
    target: Target,
    name: String,
}

enum Target {
    Standard(BufWriter<io::Stdout>),
    Direct(BufWriter<File>),
    Renamed { file: BufWriter<Temporary>, path: PathBuf },
}

/// A temporary file that is known to [`abandon_all`] from before it exists until after it is gone: an interrupt may
/// come at any time.
struct Temporary(Option<NamedTempFile>);

impl Temporary {
    fn create(directory: &Path) -> io::Result<Temporary> {
        let mut pending = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
        let file = temporary(directory)?;
        pending.push(file.path().to_owned());
        Ok(Temporary(Some(file)))
    }

    fn persist(mut self, path: PathBuf) -> io::Result<()> {
        let Some(file) = self.0.take() else { return Ok(()) };
        let temporary = file.path().to_owned();
        let result = file.persist(path).map(drop).map_err(|problem| problem.error);
        no_longer_pending(&temporary);
        result
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(file) = self.0.take() {
            let path = file.path().to_owned();
            drop(file);
            no_longer_pending(&path);
        }
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Output {
    /// Opens the output: `-` is standard output. A pipe waits here for its reader.
    ///
    /// # Errors
    /// A path that cannot be written, with the reason.
    pub fn prepare(path: impl AsRef<Path>) -> Result<Output> {
        let path = path.as_ref();
        let name = if is_standard(path) { "standard output".to_string() } else { path.display().to_string() };
        let target = target(path).with_context(|| format!("cannot write {name}"))?;
        Ok(Output { target, name })
    }

    /// Where to write. What is written may be buffered until [`Output::commit`].
    pub fn writer(&mut self) -> &mut dyn Write {
        match &mut self.target {
            Target::Standard(writer) => writer,
            Target::Direct(writer) => writer,
            Target::Renamed { file, .. } => file,
        }
    }

    /// Says that the output is whole: writes what is buffered and gives a file its name.
    ///
    /// # Errors
    /// What writing or renaming reports; a file is then as it was before.
    pub fn commit(mut self) -> Result<()> {
        let name = std::mem::take(&mut self.name);
        self.settle().with_context(|| format!("cannot write {name}"))
    }

    fn settle(self) -> io::Result<()> {
        match self.target {
            Target::Standard(mut writer) => writer.flush(),
            Target::Direct(mut writer) => writer.flush(),
            Target::Renamed { file, path } => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.persist(path)
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }
}

/// Refuses outputs that would overwrite each other: two on standard output, two in one file.
///
/// # Errors
/// The path that was given twice.
pub fn check_distinct<P: AsRef<Path>>(paths: &[P]) -> Result<()> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        let identity = if is_standard(path) { PathBuf::from("-") } else { resolved(path) };
        if seen.contains(&identity) {
            if is_standard(path) {
                bail!("only one output can go to standard output (`-`); give the others a file");
            }
            bail!("two outputs would go to {}; give each its own file", path.display());
        }
        // What is written to a device such as /dev/null is not overwritten.
        if is_standard(path) || !fs::metadata(path).is_ok_and(|existing| !existing.is_file()) {
            seen.push(identity);
        }
    }
    Ok(())
}

/// Refuses outputs that would replace what is read.
///
/// # Errors
/// The output that is an input too.
pub fn check_not_inputs<P: AsRef<Path>, Q: AsRef<Path>>(outputs: &[P], inputs: &[Q]) -> Result<()> {
    let inputs: Vec<PathBuf> = inputs.iter().filter_map(|input| fs::canonicalize(input).ok()).collect();
    for output in outputs.iter().map(AsRef::as_ref) {
        let is_input = fs::canonicalize(output).is_ok_and(|file| file.is_file() && inputs.contains(&file));
        if is_input {
            bail!(
                "found {} both as an input and as an output; give the output another name",
                output.display()
            );
        }
    }
    Ok(())
}

/// Whether a path is standard output: `-`, and the device that means the same: opened a second time it would overwrite what `-` wrote.
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

fn target(path: &Path) -> Result<Target> {
    if is_standard(path) {
        return Ok(Target::Standard(BufWriter::new(io::stdout())));
    }
    if path.as_os_str().is_empty() {
        bail!("the name is empty");
    }
    let existing = match fs::metadata(path) {
        Ok(existing) => Some(existing),
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => None,
        Err(problem) => return Err(problem.into()),
    };
    let ends_in_slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    if ends_in_slash || existing.as_ref().is_some_and(fs::Metadata::is_dir) {
        bail!("it is a directory; name a file in it");
    }
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        return Ok(Target::Direct(BufWriter::new(OpenOptions::new().write(true).open(path)?)));
    }
    renamed(path, existing)
}

/// A temporary file in the directory of `path`, since a rename cannot leave its file system.
fn renamed(path: &Path, existing: Option<fs::Metadata>) -> Result<Target> {
    // A rename would replace a file that is write-protected, and a link rather than its file.
    if existing.is_some() {
        OpenOptions::new().write(true).open(path)?;
    }
    let path = resolved(path);
    let directory = path.parent().unwrap_or(Path::new("."));
    if !directory.is_dir() {
        bail!("the directory {} does not exist", directory.display());
    }
    let file = Temporary::create(directory).context("its directory takes no new file")?;
    if let (Some(existing), Some(file)) = (existing, &file.0) {
        file.as_file().set_permissions(existing.permissions())?;
    }
    Ok(Target::Renamed { file: BufWriter::new(file), path })
}

/// With the permissions of any new file (the umask applies); by default, only its owner could read the report.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nm-trace-").suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

/// The file itself: through links, and with its directory spelled in full; as given where there is none yet.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(file) = fs::canonicalize(path) {
        return file;
    }
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    match (fs::canonicalize(directory), path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path.to_path_buf(),
    }
}

//! Where a converted trace or a saved profile goes: format and compression by the file's name.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use flate2::write::GzEncoder;
use trace_formats::Metadata;
use trace_formats::writer::{TraceWriter, WRITABLE_FORMATS, WritableFormat};

use crate::report::output::{Output, is_standard};

/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// A file that a trace writer writes into, and that gets its name only when all of it is there.
pub struct TraceOutput {
    name: String,
    sink: SharedSink,
    format: &'static WritableFormat,
}

#[derive(Clone)]
struct SharedSink(Arc<Mutex<State>>);

struct State {
    sink: Option<Sink>,
    /// The first error of writing: what a format's writer makes of it names a place in the input.
    failure: Option<(io::ErrorKind, String)>,
}

enum Sink {
    Plain(Output),
    Gzip(GzEncoder<Output>),
    Zstd(zstd::Encoder<'static, Output>),
}

impl TraceOutput {
    /// Opens the output. `format` names the format where the path does not (`-`).
    ///
    /// # Errors
    /// A path that cannot be written, or whose ending names no format.
    pub fn prepare(path: &Path, format: Option<&str>) -> Result<TraceOutput> {
        let name = path.to_string_lossy();
        let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        let extension =
            format.or_else(|| plain.rsplit_once('.').map(|(_, extension)| extension)).unwrap_or("");
        let known = || WRITABLE_FORMATS.iter().map(|format| format.extension).collect::<Vec<_>>();
        let Some(format) = WRITABLE_FORMATS.iter().find(|format| format.extension == extension) else {
            bail!(
                "found the output {name:?}, expected a name that ends in .{} (and .gz or .zst on top); or name the \
                 format with --to",
                known().join(", .")
            );
        };
        let output = Output::prepare(path)?;
        let sink = if name.ends_with(".gz") {
            Sink::Gzip(GzEncoder::new(output, flate2::Compression::default()))
        } else if name.ends_with(".zst") {
            Sink::Zstd(zstd::Encoder::new(output, ZSTD_LEVEL).context("cannot start zstd")?)
        } else {
            Sink::Plain(output)
        };
        let state = State { sink: Some(sink), failure: None };
        let name = if is_standard(path) { "standard output".to_owned() } else { name.into_owned() };
        Ok(TraceOutput { name, sink: SharedSink(Arc::new(Mutex::new(state))), format })
    }

    /// A writer of the format, its header written.
    ///
    /// # Errors
    /// What writing reports.
    pub fn writer(&self, metadata: &Metadata) -> Result<Box<dyn TraceWriter>> {
        (self.format.create)(Box::new(self.sink.clone()), metadata).map_err(|error| self.cause(error.into()))
    }

    /// The reason why writing a trace ended early: this output's own failure, if there was one.
    pub fn cause(&self, error: anyhow::Error) -> anyhow::Error {
        match self.sink.lock().failure.take() {
            Some((kind, text)) => {
                anyhow::Error::new(io::Error::new(kind, text)).context(format!("cannot write {}", self.name))
            }
            None => error,
        }
    }

    /// Ends the compression and gives the file its name. The writer has been finished before.
    ///
    /// # Errors
    /// What writing or renaming reports.
    pub fn commit(self) -> Result<()> {
        let sink = self.sink.lock().sink.take();
        let output = match sink.context("the output was already closed")? {
            Sink::Plain(output) => output,
            Sink::Gzip(encoder) => encoder.finish().context("cannot end the gzip stream")?,
            Sink::Zstd(encoder) => encoder.finish().context("cannot end the zstd stream")?,
        };
        output.commit()
    }
}

impl SharedSink {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, act: impl FnOnce(&mut dyn Write) -> io::Result<usize>) -> io::Result<usize> {
        let mut state = self.lock();
        let result = match state.sink.as_mut() {
            Some(Sink::Plain(output)) => act(output),
            Some(Sink::Gzip(encoder)) => act(encoder),
            Some(Sink::Zstd(encoder)) => act(encoder),
            None => Err(io::Error::other("the output was already closed")),
        };
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            state.failure.get_or_insert_with(|| (error.kind(), error.to_string()));
        }
        result
    }
}

impl Write for SharedSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|sink| sink.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(|sink| sink.flush().map(|()| 0)).map(drop)
    }
}

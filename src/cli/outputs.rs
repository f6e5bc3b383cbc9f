//! Where a converted trace or a saved profile goes: format and compression by the file's name.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use flate2::write::GzEncoder;
use trace_formats::Metadata;
use trace_formats::writer::{TraceWriter, WRITABLE_FORMATS, WritableFormat};

use crate::report::output::Output;

/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// A file that a trace writer writes into, and that gets its name only when all of it is there.
pub struct TraceOutput {
    sink: SharedSink,
    format: &'static WritableFormat,
}

#[derive(Clone)]
struct SharedSink(Arc<Mutex<Option<Sink>>>);

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
        Ok(TraceOutput { sink: SharedSink(Arc::new(Mutex::new(Some(sink)))), format })
    }

    /// A writer of the format, its header written.
    ///
    /// # Errors
    /// What writing reports.
    pub fn writer(&self, metadata: &Metadata) -> Result<Box<dyn TraceWriter>> {
        Ok((self.format.create)(Box::new(self.sink.clone()), metadata)?)
    }

    /// Ends the compression and gives the file its name. The writer has been finished before.
    ///
    /// # Errors
    /// What writing or renaming reports.
    pub fn commit(self) -> Result<()> {
        let sink = self.sink.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let output = match sink.context("the output was already closed")? {
            Sink::Plain(output) => output,
            Sink::Gzip(encoder) => encoder.finish().context("cannot end the gzip stream")?,
            Sink::Zstd(encoder) => encoder.finish().context("cannot end the zstd stream")?,
        };
        output.commit()
    }
}

impl SharedSink {
    fn with(&self, act: impl FnOnce(&mut dyn Write) -> io::Result<usize>) -> io::Result<usize> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(Sink::Plain(output)) => act(output),
            Some(Sink::Gzip(encoder)) => act(encoder),
            Some(Sink::Zstd(encoder)) => act(encoder),
            None => Err(io::Error::other("the output was already closed")),
        }
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

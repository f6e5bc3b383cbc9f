//! Files, directories and standard input, plain or compressed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::DataError;

/// Something that the user named as a trace.
pub struct Input {
    name: String,
    kind: Kind,
}

enum Kind {
    Directory(PathBuf),
    Content { path: Option<PathBuf>, content: Content },
}

/// The decompressed bytes of a file or a stream, from its start.
pub struct Content {
    /// Set for a plain regular file: it may be mapped or read at any position instead of as a stream.
    path: Option<PathBuf>,
    peeked: Vec<u8>,
    consumed: usize,
    reader: Box<dyn Read + Send>,
    ended: bool,
}

impl Input {
    /// Opens a file, a directory, or `-` for standard input.
    ///
    /// # Errors
    /// A path that does not exist or cannot be read.
    pub fn open(path: &Path) -> Result<Input, DataError> {
        if path == Path::new("-") {
            widen_pipe(&io::stdin());
            return Input::from_reader("standard input", Box::new(io::stdin()));
        }
        let name = path.display().to_string();
        if path.is_dir() {
            return Ok(Input { name, kind: Kind::Directory(path.to_owned()) });
        }
        let content = Content::open(path).map_err(|error| error.in_file(&name))?;
        Ok(Input { name, kind: Kind::Content { path: Some(path.to_owned()), content } })
    }

    /// Opens a file that is still written, to be read as it grows until nothing more came for as long as `patience`.
    ///
    /// # Errors
    /// A path that does not exist or cannot be read.
    pub fn follow(path: &Path, patience: Duration) -> Result<Input, DataError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| DataError::io(&error).in_file(&name))?;
        let mut input = Input::from_reader(&name, Box::new(Growing { file, patience }))?;
        if let Kind::Content { path: known, .. } = &mut input.kind {
            *known = Some(path.to_owned());
        }
        Ok(input)
    }

    /// Takes any reader; `name` stands for it in messages.
    ///
    /// # Errors
    /// A stream whose first bytes cannot be read.
    pub fn from_reader(name: &str, reader: Box<dyn Read + Send>) -> Result<Input, DataError> {
        let content = Content::from_reader(None, reader).map_err(|error| error.in_file(name))?;
        Ok(Input { name: name.to_owned(), kind: Kind::Content { path: None, content } })
    }

    /// The name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory, if the input is one.
    pub fn directory(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Directory(path) => Some(path),
            Kind::Content { .. } => None,
        }
    }

    /// The file's path, if the input is a file.
    pub fn path(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Directory(_) => None,
            Kind::Content { path, .. } => path.as_deref(),
        }
    }

    /// The file's name without the directory and without `.gz` or `.zst`.
    pub fn file_stem(&self) -> Option<String> {
        let name = self.path()?.file_name()?.to_string_lossy().into_owned();
        let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst"));
        Some(plain.unwrap_or(&name).to_owned())
    }

    /// At least `bytes` bytes from the start, or all there are. Empty for a directory.
    ///
    /// # Errors
    /// What reading reports.
    pub fn peek(&mut self, bytes: usize) -> Result<&[u8], DataError> {
        match &mut self.kind {
            Kind::Directory(_) => Ok(&[]),
            Kind::Content { content, .. } => content.peek(bytes),
        }
    }

    /// The content, from its start, whatever was peeked. `None` for a directory.
    pub fn into_content(self) -> Option<Content> {
        match self.kind {
            Kind::Directory(_) => None,
            Kind::Content { content, .. } => Some(content),
        }
    }
}

impl Content {
    /// Opens a file and undoes its compression, told by its first bytes.
    ///
    /// # Errors
    /// A file that cannot be opened or read.
    pub fn open(path: &Path) -> Result<Content, DataError> {
        let file = File::open(path).map_err(|error| DataError::io(&error))?;
        let is_regular = file.metadata().map_err(|error| DataError::io(&error))?.is_file();
        if !is_regular {
            widen_pipe(&file);
        }
        Content::from_reader(is_regular.then(|| path.to_owned()), Box::new(file))
    }

    /// A file that is opened when it is first read, and not before: a run may have more files than a
    /// process may hold open. A named pipe is not even looked at before: its writer would wait for more to be read.
    ///
    /// # Errors
    /// A file that cannot be opened now.
    pub fn on_demand(path: &Path) -> Result<Content, DataError> {
        let plain = if is_named_pipe(path) { None } else { Content::open(path)?.path };
        let reader = Box::new(OnDemand { path: path.to_owned(), content: None });
        Ok(Content { path: plain, peeked: Vec::new(), consumed: 0, reader, ended: false })
    }

    /// Takes a reader of possibly compressed bytes. `path` is kept only if they are plain.
    fn from_reader(path: Option<PathBuf>, mut reader: Box<dyn Read + Send>) -> Result<Content, DataError> {
        let mut magic = Vec::new();
        reader.by_ref().take(4).read_to_end(&mut magic).map_err(|error| DataError::io(&error))?;
        let (path, reader): (_, Box<dyn Read + Send>) = if magic.starts_with(&[0x1f, 0x8b]) {
            let whole = io::Cursor::new(std::mem::take(&mut magic)).chain(reader);
            (None, Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 17, whole))))
        } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let whole = io::Cursor::new(std::mem::take(&mut magic)).chain(reader);
            let decoder = zstd::stream::read::Decoder::new(whole).map_err(|error| DataError::io(&error))?;
            (None, Box::new(decoder))
        } else {
            (path, reader)
        };
        Ok(Content { path, peeked: magic, consumed: 0, reader, ended: false })
    }

    /// Bytes that are already in memory, for tests and for small texts.
    pub fn from_bytes(bytes: Vec<u8>) -> Content {
        Content { path: None, peeked: bytes, consumed: 0, reader: Box::new(io::empty()), ended: true }
    }

    /// The path of a plain regular file, which may be mapped instead of read.
    pub fn plain_file(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// At least `bytes` bytes from the current position, or all there are, without consuming them.
    ///
    /// # Errors
    /// What reading or decompressing reports.
    pub fn peek(&mut self, bytes: usize) -> Result<&[u8], DataError> {
        while self.peeked.len() - self.consumed < bytes && !self.ended {
            let missing = bytes - (self.peeked.len() - self.consumed);
            let read = self
                .reader
                .by_ref()
                .take(missing as u64)
                .read_to_end(&mut self.peeked)
                .map_err(|error| cut_or_io(&error))?;
            self.ended = read < missing;
        }
        Ok(&self.peeked[self.consumed..])
    }

    /// Reads into `buffer`; fewer bytes than asked for only at the end.
    ///
    /// # Errors
    /// What reading or decompressing reports, a cut compressed stream among it.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, DataError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_some(&mut buffer[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
    }

    /// Reads what is there into `buffer`, and waits only while nothing is; 0 bytes only at the end.
    ///
    /// # Errors
    /// As [`Content::read`].
    pub fn read_some(&mut self, buffer: &mut [u8]) -> Result<usize, DataError> {
        let peeked = &self.peeked[self.consumed..];
        if !peeked.is_empty() {
            let length = peeked.len().min(buffer.len());
            buffer[..length].copy_from_slice(&peeked[..length]);
            self.consumed += length;
            return Ok(length);
        }
        self.peeked = Vec::new();
        self.consumed = 0;
        while !self.ended && !buffer.is_empty() {
            match self.reader.read(buffer) {
                Ok(0) => self.ended = true,
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(cut_or_io(&error)),
            }
        }
        Ok(0)
    }
}

/// Whether a path is a pipe, which can be read only once and only when its writer writes.
pub fn is_named_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    return std::fs::metadata(path)
        .is_ok_and(|found| std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type()));
    #[cfg(not(unix))]
    false
}

/// Asks for a pipe that holds more than the usual 64 KiB, so that its writer and this program wait less for each other.
/// Whatever else the input is refuses, which changes nothing.
#[cfg(target_os = "linux")]
fn widen_pipe(input: &impl std::os::fd::AsFd) {
    const PIPE_BYTES: usize = 1 << 20;
    let _ = rustix::pipe::fcntl_setpipe_size(input, PIPE_BYTES);
}

#[cfg(not(target_os = "linux"))]
fn widen_pipe<T>(_input: &T) {}

/// A file that is still written: its end is where nothing more came for a while.
struct Growing {
    file: File,
    patience: Duration,
}

/// How often a growing file is looked at.
const GLANCE: Duration = Duration::from_millis(50);

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let waiting = Instant::now();
        loop {
            let read = self.file.read(buffer)?;
            if read > 0 || buffer.is_empty() || waiting.elapsed() >= self.patience {
                return Ok(read);
            }
            thread::sleep(GLANCE);
        }
    }
}

/// A file that is not open yet, or its decompressed bytes.
struct OnDemand {
    path: PathBuf,
    content: Option<Content>,
}

impl Read for OnDemand {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let content = match &mut self.content {
            Some(content) => content,
            none => none.insert(open_written(&self.path).map_err(gone)?),
        };
        if content.consumed < content.peeked.len() {
            return content.read(buffer).map_err(gone);
        }
        content.reader.read(buffer)
    }
}

/// Opens a file. NumPy, with which SCALE-Sim writes, opens a file once to see whether it can, and closes it again: a named
/// pipe that ends without a byte is opened a second time.
fn open_written(path: &Path) -> Result<Content, DataError> {
    let content = Content::open(path)?;
    if is_named_pipe(path) && content.peeked.is_empty() { Content::open(path) } else { Ok(content) }
}

/// A file that could be opened before and cannot be any more.
fn gone(error: DataError) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, error)
}

fn cut_or_io(error: &io::Error) -> DataError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => DataError::new(
            "cut_compressed",
            "a compressed stream that ends in the middle",
            "a whole gzip or zstd stream",
            "copy the file again, or let its writer finish",
        ),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => DataError::new(
            "corrupt_compressed",
            format!("compressed data that cannot be undone ({error})"),
            "a whole gzip or zstd stream",
            "copy the file again",
        ),
        _ => DataError::io(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_that_grows_is_read_to_where_nothing_more_comes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_owned();
        let writer = thread::spawn(move || {
            for line in 0..5 {
                writeln!(file.as_file(), "line {line}").unwrap();
                thread::sleep(2 * GLANCE);
            }
            file
        });
        let mut content = Input::follow(&path, Duration::from_secs(2)).unwrap().into_content().unwrap();
        let mut bytes = vec![0; 1000];
        let length = content.read(&mut bytes).unwrap();
        assert_eq!(&bytes[..length], b"line 0\nline 1\nline 2\nline 3\nline 4\n");
        assert!(content.plain_file().is_none(), "a file that grows must not be mapped");
        drop(writer.join().unwrap());
    }

    #[test]
    fn what_is_there_is_read_without_waiting_for_more() {
        let mut content = Input::from_reader("bytes", Box::new(io::Cursor::new(b"abcdefgh".to_vec())))
            .unwrap()
            .into_content()
            .unwrap();
        assert_eq!(content.peek(2).unwrap(), b"abcd");
        let mut bytes = [0; 8];
        assert_eq!(content.read_some(&mut bytes).unwrap(), 4);
        assert_eq!(content.read_some(&mut bytes[4..6]).unwrap(), 2);
        assert_eq!(content.read(&mut bytes[6..]).unwrap(), 2);
        assert_eq!((&bytes, content.read_some(&mut [0]).unwrap()), (b"abcdefgh", 0));
    }
}

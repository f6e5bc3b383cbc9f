//! The only place that maps files. Everything unsafe about it is said here.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime};

use memmap2::{Mmap, MmapOptions};

/// Offsets of a map must be multiples of the page size; 64 KiB is one on every platform we know.
const ALIGNMENT: u64 = 64 * 1024;

/// A file that nobody has written to for so long is taken to be whole.
const SETTLED_AFTER: Duration = Duration::from_secs(10);

/// A regular file that is mapped piece by piece, so that resident memory stays flat: a piece is let go
/// when the last chunk cut from it is no longer needed.
pub struct MappableFile {
    file: File,
    length: u64,
}

/// A piece of a file in memory.
pub struct Segment {
    map: Mmap,
    offset: u64,
}

impl MappableFile {
    /// Opens a regular file. `None` if it is not one.
    pub fn open(path: &Path) -> io::Result<Option<MappableFile>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        Ok(metadata.is_file().then(|| MappableFile { file, length: metadata.len() }))
    }

    /// Whether the file may still be changing: its last change is seconds ago, or its time is not known.
    pub fn was_written_lately(&self) -> bool {
        let changed = self.file.metadata().and_then(|metadata| metadata.modified());
        let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
        age.is_none_or(|age| age < SETTLED_AFTER)
    }

    /// The file's length in bytes when it was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Checks that the file still reaches `end`.
    pub fn check_holds(&self, end: u64) -> io::Result<()> {
        if self.file.metadata()?.len() < end {
            return Err(io::Error::other("a file that became shorter while it was read (use --io read)"));
        }
        Ok(())
    }

    /// Maps at least the bytes of `range`, which must lie within the file.
    ///
    /// The length is checked again each time: a file that became shorter is an error here, not a bus
    /// error later.
    pub fn segment(&self, range: Range<u64>) -> io::Result<Segment> {
        self.check_holds(range.end)?;
        let offset = range.start / ALIGNMENT * ALIGNMENT;
        let length = (range.end - offset) as usize;
        // SAFETY: the map is private to this process and only read. Two things can go wrong that no
        // check here can exclude. Another process may write to the file: then a decoder sees bytes
        // change between two looks at them; decoders parse each record once, index only within slices,
        // and so can report nonsense but not leave the slice. Another process may truncate the file
        // after the check above and before this segment is dropped (a few MiB, milliseconds later):
        // then touching the lost pages raises SIGBUS. Files that may still change are read instead: those written
        // to in the last seconds, every input that is not a regular file, and all with `--io read`.
        let map = unsafe { MmapOptions::new().offset(offset).len(length).map(&self.file)? };
        #[cfg(unix)]
        {
            // Advice only, for files that are not in memory yet: pages are asked for well ahead of the workers. It costs
            // nothing where they are, which asking for all of them (`WillNeed`) does. A refusal changes nothing.
            let _ = map.advise(memmap2::Advice::Sequential);
        }
        Ok(Segment { map, offset })
    }
}

impl Segment {
    /// The file's bytes of `range`, cut off where the segment ends.
    pub fn bytes(&self, range: Range<u64>) -> &[u8] {
        let start = (range.start - self.offset) as usize;
        let end = ((range.end - self.offset) as usize).min(self.map.len());
        &self.map[start..end]
    }

    /// The first byte of the file after the segment.
    pub fn end(&self) -> u64 {
        self.offset + self.map.len() as u64
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use super::*;

    #[test]
    fn a_segment_holds_the_bytes_that_reading_the_file_gives() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        let mapped = MappableFile::open(file.path()).unwrap().unwrap();
        for range in [0..10u64, 65_535..65_537, 123_456..300_000] {
            let segment = mapped.segment(range.clone()).unwrap();
            let expected = &std::fs::read(file.path()).unwrap()[range.start as usize..range.end as usize];
            assert_eq!(segment.bytes(range), expected);
        }
    }

    #[test]
    fn a_file_that_became_shorter_is_an_error() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&[1; 1000]).unwrap();
        let mapped = MappableFile::open(file.path()).unwrap().unwrap();
        file.as_file().set_len(10).unwrap();
        assert!(mapped.segment(0..1000).is_err());
    }
}

//! One file that is open.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{SystemTime, UNIX_EPOCH};

use cap_std::fs::{Dir, OpenOptions};
use falcon_core::bytes::Bytes;
use falcon_core::header::ETag;
use falcon_core::{Body, Result};
use futures_core::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

/// How much is read at once; what a slow reader holds in memory.
const CHUNK: u64 = 64 << 10;

/// A plain file beneath the folder, open, with what its metadata said when it was opened.
pub(crate) struct Entry {
    file: File,
    pub(crate) length: u64,
    pub(crate) modified: Option<SystemTime>,
    /// All of it, if it is small: read at once, so that it needs no second turn.
    small: Option<Vec<u8>>,
}

impl Entry {
    /// Opens a file. What is no plain file counts as not there; opening never waits, not even for
    /// a pipe.
    pub(crate) fn open(folder: &Dir, path: &str) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use cap_std::fs::OpenOptionsExt;
            let flags = rustix::fs::OFlags::NONBLOCK.bits();
            options.custom_flags(i32::try_from(flags).unwrap_or_default());
        }
        let mut file = folder.open_with(path, &options)?.into_std();
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let length = metadata.len();
        let mut small = None;
        if length <= CHUNK {
            let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
            Read::by_ref(&mut file)
                .take(length)
                .read_to_end(&mut bytes)?;
            small = Some(bytes);
        }
        Ok(Self {
            file,
            length: small.as_ref().map_or(length, |bytes| bytes.len() as u64),
            modified: metadata.modified().ok(),
            small,
        })
    }

    /// The tag of this state of the file: when it was modified, and how long it is. `None` where
    /// the system does not tell the time.
    pub(crate) fn etag(&self) -> Option<Result<ETag>> {
        let modified = self.modified?;
        let (sign, since) = match modified.duration_since(UNIX_EPOCH) {
            Ok(after) => ("", after),
            Err(before) => ("-", before.duration()),
        };
        let nanos = match since.subsec_nanos() {
            0 => String::new(),
            nanos => format!(".{nanos:x}"),
        };
        let tag = format!("{sign}{:x}{nanos}-{:x}", since.as_secs(), self.length);
        Some(ETag::strong(tag))
    }

    pub(crate) fn into_body(self) -> Body {
        if let Some(small) = self.small {
            return Body::full(small);
        }
        let file = Arc::new(Mutex::new(self.file));
        Body::seekable(self.length, move |part| {
            let length = part.end - part.start;
            let chunks = Chunks {
                file: Arc::clone(&file),
                left: part,
                reading: None,
            };
            Body::sized_stream(length, chunks)
        })
    }
}

/// A part of a file, read as it is sent.
struct Chunks {
    file: Arc<Mutex<File>>,
    left: Range<u64>,
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let Range { start, end } = self.left.clone();
        let file = Arc::clone(&self.file);
        let reading = self.reading.get_or_insert_with(|| {
            spawn_blocking(move || read_at(&file, start, CHUNK.min(end - start)))
        });
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        let chunk = read.map_err(io::Error::other).and_then(|read| read);
        // After an error nothing more is read.
        self.left.start = chunk
            .as_ref()
            .map_or(end, |chunk| start + chunk.len() as u64);
        Poll::Ready(Some(chunk.map(Bytes::from)))
    }
}

/// Reads exactly so many bytes: a file that has become shorter must not end a response as if it
/// were whole.
fn read_at(file: &Mutex<File>, at: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(at))?;
    let mut chunk = vec![0; usize::try_from(length).unwrap_or_default()];
    file.read_exact(&mut chunk)?;
    Ok(chunk)
}

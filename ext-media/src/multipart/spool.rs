//! Parts on their way into files.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use falcon_core::bytes::Bytes;
use falcon_core::{Error, HttpError, Result};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use super::Part;

/// How much is gathered before it is written.
const BATCH: usize = 256 << 10;

impl Part<'_> {
    /// Writes the rest of the content into a file without a name of the client's, in a folder that
    /// has to be there. The writing is done on threads that may block, of the tokio runtime that
    /// the server brings.
    ///
    /// The file is gone as soon as what is returned is dropped, and before that where something
    /// goes wrong: the client goes away, the form is broken, the disk is full.
    ///
    /// # Errors
    ///
    /// - 507, code `insufficient_storage`, if the disk or a quota is full.
    /// - 500 if the file cannot be made or written otherwise.
    /// - As [`Multipart::next_part`](super::Multipart::next_part).
    pub async fn spool(&mut self, folder: impl Into<PathBuf>) -> Result<Spooled> {
        let folder = folder.into();
        let made = blocking(move || NamedTempFile::with_prefix_in("upload-", folder));
        let mut file = made.await?;
        let (mut length, mut batch, mut gathered) = (0, Vec::new(), 0);
        while let Some(chunk) = self.chunk().await? {
            length += chunk.len() as u64;
            gathered += chunk.len();
            batch.push(chunk);
            if gathered >= BATCH {
                file = write(file, std::mem::take(&mut batch)).await?;
                gathered = 0;
            }
        }
        let file = write(file, batch).await?;
        Ok(Spooled { file, length })
    }
}

async fn write(mut file: NamedTempFile, chunks: Vec<Bytes>) -> Result<NamedTempFile> {
    blocking(move || {
        for chunk in &chunks {
            file.write_all(chunk)?;
        }
        Ok(file)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = spawn_blocking(work).await.map_err(io::Error::other)?;
    done.map_err(failed)
}

#[cold]
fn failed(error: io::Error) -> Error {
    let is_full = matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
    );
    if !is_full {
        return error.into();
    }
    HttpError::insufficient_storage()
        .detail("There is no room for the upload.")
        .caused_by(error)
        .into()
}

/// A part in a file, which is removed when this is dropped; made by [`Part::spool`].
#[derive(Debug)]
pub struct Spooled {
    file: NamedTempFile,
    length: u64,
}

impl Spooled {
    /// Returns where the file is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Returns how many bytes it has.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Tells whether it has none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Opens the file, to be read from its beginning. It blocks.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn open(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Moves the file to where it is to stay, on the same file system, in the place of one that is
    /// there.
    ///
    /// # Errors
    ///
    /// 500 if it cannot be moved; it is gone then.
    pub async fn keep(self, path: impl Into<PathBuf>) -> Result {
        let path = path.into();
        blocking(move || self.file.persist(path).map_err(|failed| failed.error)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d45_a_disk_without_room_is_507() {
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            assert_eq!(failed(kind.into()).status(), 507);
        }
        assert_eq!(failed(ErrorKind::ReadOnlyFilesystem.into()).status(), 500);
    }
}

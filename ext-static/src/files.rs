//! The resource that serves a folder.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use falcon_core::http::{HeaderName, HeaderValue};
use falcon_core::{HttpError, Request, Resource, Response, Result};
use tokio::task::spawn_blocking;

use crate::entry::Entry;
use crate::name::file_path;

/// The files of a folder, below a prefix: give it to [`App::add_prefix`](falcon_core::App::add_prefix).
///
/// See the [crate's documentation](crate) for what is served and what is 404.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and none excludes another"
)]
pub struct StaticFiles {
    folder: Arc<Dir>,
    index: Option<String>,
    fallback: Option<String>,
    media_types: HashMap<String, HeaderValue>,
    guesses: bool,
    dotfiles: bool,
    downloadable: bool,
    nosniff: bool,
}

impl StaticFiles {
    /// Takes a folder. It is opened now, and stays the same although it is renamed.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which names the folder, if it cannot be opened.
    pub fn new(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = folder.as_ref();
        let opened = Dir::open_ambient_dir(path, ambient_authority());
        let folder = opened.map_err(|why| OpenError {
            folder: path.to_owned(),
            why,
        })?;
        Ok(Self {
            folder: Arc::new(folder),
            index: None,
            fallback: None,
            media_types: HashMap::new(),
            guesses: true,
            dotfiles: false,
            downloadable: false,
            nosniff: true,
        })
    }

    /// Serves this file for a URL that ends in a slash: `index.html`. Nothing is, unless set.
    #[must_use]
    pub fn index(mut self, name: impl Into<String>) -> Self {
        self.index = Some(name.into());
        self
    }

    /// Serves this file, a path inside the folder, with 200 where there is none of the name that
    /// the URL has: for an application in the browser that has URLs of its own.
    #[must_use]
    pub fn fallback(mut self, path: impl Into<String>) -> Self {
        self.fallback = Some(path.into());
        self
    }

    /// Has browsers save the files under their own names.
    #[must_use]
    pub fn downloadable(mut self, on: bool) -> Self {
        self.downloadable = on;
        self
    }

    /// Sets whether names that begin with a dot are served: not unless set.
    #[must_use]
    pub fn dotfiles(mut self, on: bool) -> Self {
        self.dotfiles = on;
        self
    }

    /// Sets the media type of an extension, which is compared without case: `"wasm"`.
    #[must_use]
    pub fn media_type(mut self, extension: impl Into<String>, media_type: HeaderValue) -> Self {
        let extension = extension.into().to_ascii_lowercase();
        self.media_types.insert(extension, media_type);
        self
    }

    /// Sets whether an extension that was not [set](Self::media_type) has the media type that is
    /// registered for it, with `charset=utf-8` where it is text: yes unless set. Otherwise it is
    /// `application/octet-stream`.
    #[must_use]
    pub fn guess_media_types(mut self, on: bool) -> Self {
        self.guesses = on;
        self
    }

    /// Sets whether `X-Content-Type-Options: nosniff` is sent, which keeps browsers from taking a
    /// file for what it does not say it is: yes unless set. Switch it off only where something
    /// else sets it.
    #[must_use]
    pub fn nosniff(mut self, on: bool) -> Self {
        self.nosniff = on;
        self
    }

    async fn open(&self, path: String) -> io::Result<Entry> {
        let folder = Arc::clone(&self.folder);
        let opened = spawn_blocking(move || Entry::open(&folder, &path)).await;
        opened.map_err(io::Error::other)?
    }

    /// The file that a request means, and the path that it has.
    async fn find(&self, rest: Option<&str>) -> Result<(Entry, String)> {
        let rest = rest.unwrap_or_default();
        let named = match &self.index {
            Some(index) if rest.ends_with('/') => format!("{rest}{index}"),
            Some(index) if rest.is_empty() => index.clone(),
            _ => rest.to_owned(),
        };
        let path = match file_path(&named, self.dotfiles) {
            Some(path) => path,
            // An address in the browser's application may end in a slash; a file's does not.
            None if is_folder(rest, self.dotfiles) => {
                self.fallback.clone().ok_or_else(HttpError::not_found)?
            }
            None => Err(HttpError::not_found())?,
        };
        match (self.open(path.clone()).await, &self.fallback) {
            (Ok(entry), _) => Ok((entry, path)),
            (Err(error), Some(fallback)) if is_absent(&error) => {
                let entry = self.open(fallback.clone()).await;
                Ok((entry.map_err(refused)?, fallback.clone()))
            }
            (Err(error), _) => Err(refused(error))?,
        }
    }

    fn media_type_of(&self, path: &str) -> HeaderValue {
        let extension = extension(path);
        let own = extension.and_then(|extension| {
            let extension = extension.to_ascii_lowercase();
            self.media_types.get(&extension)
        });
        if let Some(own) = own {
            return own.clone();
        }
        let guess = extension.filter(|_| self.guesses).map(mime_guess::from_ext);
        let Some(guess) = guess.and_then(|guess| guess.first_raw()) else {
            return HeaderValue::from_static("application/octet-stream");
        };
        if guess.starts_with("text/") {
            let text = HeaderValue::from_str(&format!("{guess}; charset=utf-8"));
            return text.unwrap_or_else(|_| HeaderValue::from_static("text/plain"));
        }
        HeaderValue::from_static(guess)
    }
}

/// What follows the last dot of the name; a dot that the name begins with is none.
fn extension(path: &str) -> Option<&str> {
    let name = file_name(path);
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty()).then_some(extension)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

// One resource of a library is no help to whoever forgot to write an own one.
#[diagnostic::do_not_recommend]
impl Resource for StaticFiles {
    /// Answers HEAD too where the app does not have it answered by GET.
    async fn on_head(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.on_get(req, resp).await
    }

    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let (entry, path) = self.find(req.rest()).await?;
        if let Some(tag) = entry.etag() {
            resp.set_etag(&tag?);
        }
        if let Some(modified) = entry.modified {
            // A clock that was wrong: no answer is older than what it holds (RFC 9110 section
            // 8.8.2.1).
            resp.set_last_modified(modified.min(SystemTime::now()));
        }
        if self.downloadable {
            resp.set_downloadable_as(file_name(&path));
        }
        if self.nosniff {
            const NOSNIFF: HeaderName = HeaderName::from_static("x-content-type-options");
            resp.set_header(NOSNIFF, HeaderValue::from_static("nosniff"))?;
        }
        resp.set_header("content-type", self.media_type_of(&path))?;
        resp.accept_ranges().set_body(entry.into_body());
        Ok(())
    }
}

/// Whether a path is one that a folder could have: nothing, or plain names with a slash at the end.
fn is_folder(rest: &str, dotfiles: bool) -> bool {
    let names = rest.strip_suffix('/').unwrap_or(rest);
    names.is_empty() || (names != rest && file_path(names, dotfiles).is_some())
}

/// Whether there is nothing of that name that may be served.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::NotFound
            | Kind::PermissionDenied
            | Kind::NotADirectory
            | Kind::IsADirectory
            | Kind::InvalidFilename
            | Kind::InvalidInput
    ) || is_loop_or_device(error)
}

/// ELOOP, whose kind is not stable yet, and ENXIO: a socket, or a device that is not there.
#[cfg(unix)]
fn is_loop_or_device(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    [
        Errno::LOOP,
        Errno::NXIO,
        Errno::NODEV,
        Errno::XDEV,
        Errno::NAMETOOLONG,
    ]
    .iter()
    .any(|known| errno == Some(*known))
}

#[cfg(not(unix))]
fn is_loop_or_device(_error: &io::Error) -> bool {
    false
}

/// What the client is told where a file could not be opened: never the path.
fn refused(error: io::Error) -> HttpError {
    if is_absent(&error) {
        return HttpError::not_found();
    }
    let answer = if is_shortage(&error) {
        HttpError::service_unavailable()
    } else {
        HttpError::internal_server_error()
    };
    answer.caused_by(error)
}

#[cfg(unix)]
fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    errno == Some(Errno::MFILE) || errno == Some(Errno::NFILE)
}

#[cfg(not(unix))]
fn is_shortage(_error: &io::Error) -> bool {
    false
}

impl fmt::Debug for StaticFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticFiles")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// Why a folder cannot be served.
#[derive(Debug)]
pub struct OpenError {
    folder: PathBuf,
    why: io::Error,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the folder {} cannot be served: {}",
            self.folder.display(),
            self.why
        )
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.why)
    }
}

//! Static files for Falcon.
//!
//! [`StaticFiles`] is a resource that answers GET and HEAD with the files of a folder:
//! `Content-Type` by the name, `ETag` and `Last-Modified`, and by the core 304, 412, 206 and 416.
//! Nothing outside of the folder is ever served: a name that could mean something else than one
//! plain path is 404, and the operating system is asked to open the file beneath the folder, so
//! that no symbolic link leads out, however quickly it is swapped.
//!
//! # A complete example
//!
//! ```
//! use falcon_core::App;
//! use falcon_static::StaticFiles;
//! use falcon_testing::TestClient;
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! std::fs::write(folder.join("hello.txt"), "Hello, static world!")?;
//!
//! let mut app = App::new();
//! app.add_prefix("/static", StaticFiles::new(folder)?);
//! let client = TestClient::new(app);
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # runtime.block_on(async {
//! let result = client.get("/static/hello.txt").send().await;
//! result.assert_status(200).assert_header("content-type", "text/plain; charset=utf-8");
//!
//! let result = client.get("/static/hello.txt").header("range", "bytes=0-4").send().await;
//! result.assert_status(206).assert_text("Hello");
//! # });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is 404
//!
//! | what | why |
//! | --- | --- |
//! | what is not there, a folder, what is no plain file | there is nothing to send |
//! | `.` and `..`, two slashes, a slash at the end | one file has one URL |
//! | a name that begins with a dot | `.env`, `.git`; see [`StaticFiles::dotfiles`] |
//! | a backslash, a control character, one of `<>:"\|?*` | it means something on some system |
//! | a name that ends in a dot or a space, `CON`, `NUL.txt`, `COM1` | the same |
//! | a symbolic link that leads out | it is not in the folder |
//!
//! Files are opened and read on tokio's threads for blocking work, so that this crate needs a
//! tokio runtime; `falcon-server` is one.

mod entry;
mod files;
mod name;

pub use self::files::{OpenError, StaticFiles};

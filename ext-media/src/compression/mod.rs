//! Content codings: responses that are compressed, and requests that are decompressed.

mod coding;
mod decode;
mod encode;
mod request;
mod response;
mod tags;

pub use self::request::Decompression;
pub use self::response::Compression;

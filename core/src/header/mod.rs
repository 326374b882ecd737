//! Values that both sides of an exchange share.

mod accept;
mod etag;

pub use self::accept::Accept;
pub use self::etag::{ETag, ETags};

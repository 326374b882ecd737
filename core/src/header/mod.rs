//! Headers: the names and maps of the `http` crate, and beside them values with a type of their
//! own.

mod accept;
mod accept_encoding;
mod accept_language;
mod cookies;
mod date;
mod disposition;
mod etag;
mod forwarded;
mod link;
mod media_type;
mod merge;
mod quality;
mod range;
mod set_cookie;
pub(crate) mod split;
mod validators;

#[doc(no_inline)]
pub use http::header::*;

pub use self::accept::Accept;
pub use self::accept_encoding::AcceptEncoding;
pub use self::accept_language::AcceptLanguage;
pub use self::cookies::Cookies;
pub use self::date::{HttpDate, InvalidDate};
pub(crate) use self::disposition::disposition;
pub use self::etag::{ETag, ETags};
pub use self::forwarded::Forwarded;
pub(crate) use self::forwarded::{MAX_HOPS, node_addr};
pub use self::link::Link;
pub use self::media_type::MediaType;
pub(crate) use self::merge::merge;
pub(crate) use self::range::MALFORMED as MALFORMED_RANGE;
pub use self::range::{Range, RangeSpec};
pub use self::set_cookie::{SameSite, SetCookie};
pub use self::validators::Validators;
pub(crate) use self::validators::{Verdict, precondition_failed, precondition_required, reads};

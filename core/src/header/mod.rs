//! Values that both sides of an exchange share.

mod accept;
mod cookies;
mod date;
mod disposition;
mod etag;
mod forwarded;
mod link;
mod range;
mod set_cookie;
pub(crate) mod split;
mod validators;

pub use self::accept::Accept;
pub use self::cookies::Cookies;
pub use self::date::{HttpDate, InvalidDate};
pub(crate) use self::disposition::disposition;
pub use self::etag::{ETag, ETags};
pub use self::forwarded::Forwarded;
pub(crate) use self::forwarded::node_addr;
pub use self::link::Link;
pub(crate) use self::range::MALFORMED as MALFORMED_RANGE;
pub use self::range::{Range, RangeSpec};
pub use self::set_cookie::{SameSite, SetCookie};
pub use self::validators::Validators;
pub(crate) use self::validators::{Verdict, precondition_failed};

//! The codings that are compiled in.

use falcon_core::header::{AcceptEncoding, HeaderValue};

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    #[cfg(feature = "zstd")]
    Zstd,
    #[cfg(feature = "br")]
    Brotli,
    #[cfg(feature = "gzip")]
    Gzip,
}

/// All of them, the best first.
pub(super) const ALL: &[Coding] = &[
    #[cfg(feature = "zstd")]
    Coding::Zstd,
    #[cfg(feature = "br")]
    Coding::Brotli,
    #[cfg(feature = "gzip")]
    Coding::Gzip,
];

impl Coding {
    pub(super) fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => "zstd",
            #[cfg(feature = "br")]
            Self::Brotli => "br",
            #[cfg(feature = "gzip")]
            Self::Gzip => "gzip",
        }
    }

    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }

    /// The coding of that name (RFC 9110 section 8.4.1).
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = name.trim();
        let name = if name.eq_ignore_ascii_case("x-gzip") {
            "gzip"
        } else {
            name
        };
        ALL.iter()
            .copied()
            .find(|coding| coding.name().eq_ignore_ascii_case(name))
    }
}

/// What a client lets be done to a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To leave it as it is.
    Plain,
    /// To compress it, where that is of use.
    May(Coding),
    /// To compress it: as it is, it is not acceptable.
    Must(Coding),
    /// Nothing that can be done.
    Nothing,
}

impl Wish {
    /// RFC 9110 section 12.5.3.
    pub(super) fn of(accept: Option<&AcceptEncoding<'_>>) -> Self {
        let Some(accept) = accept else {
            return Self::Plain;
        };
        let best = |offers: &[&'static str]| accept.best_of(offers).and_then(Coding::of);
        let names: Vec<&'static str> = ALL.iter().map(|coding| coding.name()).collect();
        if accept.quality("identity") == 0 {
            return best(&names).map_or(Self::Nothing, Self::Must);
        }
        let with_plain: Vec<&'static str> = names.into_iter().chain(["identity"]).collect();
        best(&with_plain).map_or(Self::Plain, Self::May)
    }
}

//! What keeps the traits of this crate from being implemented elsewhere.

#[expect(
    unnameable_types,
    reason = "the seal: public so that the traits may name it, and out of reach"
)]
pub trait Sealed {}

impl Sealed for falcon_core::Request {}
impl Sealed for falcon_core::Response {}

//! What keeps the trait of this crate from being implemented elsewhere.

#[expect(
    unnameable_types,
    reason = "the seal: public so that the trait may name it, and out of reach"
)]
pub trait Sealed {}

impl Sealed for falcon_core::Request {}

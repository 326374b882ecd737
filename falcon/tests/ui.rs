#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! What the compiler says to the mistakes that a beginner makes: each file in `ui/fail` is one.
//! The words are pinned for the toolchain that this repository is built with.

#[test]
fn each_mistake_is_answered_with_its_cure() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}

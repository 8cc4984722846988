//! Every mistake in a declaration is said on the user's word.

#[test]
fn mistakes_are_said_on_the_users_word() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/alias.rs");
    cases.pass("tests/ui/deprecated.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}

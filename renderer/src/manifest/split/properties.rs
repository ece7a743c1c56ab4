//! What holds for every text.

use proptest::collection::vec;
use proptest::prelude::*;
use thinlock_go::strings::trim_space;

use super::split_manifests;
use crate::dialect::Splitting;

/// Texts of separators, white space of several kinds, and some of everything else.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        b"---".as_slice(),
        b"-",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b"\x0b",
        b"\x0c",
        b"\xc2\xa0",
        b"\xe2\x80\xa8",
        b"\xc2",
        b"\xff",
        b"a: 1",
        b"# c",
        b"|\n  ",
        b"\n---\n",
        b"\n--- ",
    ]);
    prop_oneof![vec(pieces, 0..24).prop_map(|pieces| pieces.concat()), vec(any::<u8>(), 0..64)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_is_in_a_document_or_in_a_separator(text in text()) {
        for splitting in [Splitting::Trimming, Splitting::KeepingTrailingSpace] {
            let mut end = 0;
            for document in split_manifests(&text, splitting) {
                prop_assert!(end <= document.start && document.start <= document.end && document.end <= text.len());
                prop_assert!(is_separator(&text[end..document.start]), "{:?}", &text[end..document.start]);
                end = document.end;
            }
            prop_assert!(is_separator(&text[end..]), "{:?}", &text[end..]);
        }
    }
}

/// White space, and dashes three by three.
fn is_separator(between: &[u8]) -> bool {
    let mut rest = trim_space(between);
    while let Some(after) = rest.strip_prefix(b"---") {
        rest = trim_space(after);
    }
    rest.is_empty()
}

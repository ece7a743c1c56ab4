//! What is printed is read again.

use proptest::prelude::*;

use super::{format_float, format_int, parse_float, parse_int, quote, quote_to_ascii, unquote};
use crate::time::Duration;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn floats(bits: u64, format in prop::sample::select(b"efgEG".to_vec())) {
        let x = f64::from_bits(bits);
        let text = format_float(x, format, -1, 64);
        let read = parse_float(text.as_bytes(), 64);
        prop_assert!(read.is_ok_and(|read| read.to_bits() == bits || (x.is_nan() && read.is_nan())), "{text}");
    }

    #[test]
    fn few_digits(digits in 1u32..=16, number: u64, places in 0usize..=9) {
        let text = format!("{}e-{places}", number % 10u64.pow(digits));
        let x: f64 = text.parse().map_err(|_| TestCaseError::fail(text))?;
        // Rust finds the shortest form another way. Half-way between two of them, it takes the upper one and Go the even one.
        let (go, rust) = (format_float(x, b'f', -1, 64), x.to_string());
        let is_tie = || {
            let exact = format!("{x:.20}");
            exact.trim_end_matches('0').strip_suffix('5') == Some(&go) && go.ends_with(['0', '2', '4', '6', '8'])
        };
        prop_assert!(go == rust || (digits == 16 && is_tie()), "{go} {rust}");
    }

    #[test]
    fn integers(n: i64, base in 2u32..=36) {
        let text = format_int(n, base);
        prop_assert_eq!(parse_int(text.as_bytes(), base as i32, 64), Ok(n));
    }

    #[test]
    fn quoted_text(text: Vec<u8>) {
        for quoted in [quote(&text), quote_to_ascii(&text)] {
            prop_assert_eq!(unquote(quoted.as_bytes()), Some(text.clone()), "{}", quoted);
        }
    }

    #[test]
    fn no_number_panics(text in "[-+0-9a-fxXoOpPeE_.infnaty]{0,24}") {
        let _ = (parse_float(text.as_bytes(), 64), parse_float(text.as_bytes(), 32), parse_int(text.as_bytes(), 0, 64));
    }

    #[test]
    fn durations(nanos: i64) {
        let text = Duration(nanos).format();
        prop_assert_eq!(Duration::parse(text.as_bytes()).map(|read| read.0), Ok(nanos), "{}", text);
    }
}

//! The arithmetic of [`super::lanes`] on processors that multiply eight pairs of 52 bits in one step: Intel's servers since
//! Ice Lake and AMD's since Zen 4 (AVX-512 IFMA).

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_sllv_epi64, _mm512_srli_epi64, _mm512_srlv_epi64,
};

use fearless_simd::x86::Avx512;
use fearless_simd::{SimdInto, u64x8};

use super::lanes::{MAX_LANES, Reduction, Vectors};

/// Bits of a digit.
const DIGIT: usize = 52;

const DIGIT_MASK: u64 = (1 << DIGIT) - 1;

impl Vectors for Avx512 {
    type Digits = __m512i;

    const LANES: usize = 8;

    const DIGIT: usize = DIGIT;

    // A column has four halves for each digit, and twice of them must fit into 64 bits with what is carried.
    const MAX_DIGITS: usize = (1 << (64 - DIGIT - 3)) - 1;

    fn load(self, lanes: [u64; MAX_LANES]) -> __m512i {
        let lanes: u64x8<Avx512> = lanes.simd_into(self);
        lanes.into()
    }

    fn store(self, digits: __m512i) -> [u64; MAX_LANES] {
        let lanes: u64x8<Avx512> = digits.simd_into(self);
        std::array::from_fn(|lane| lanes[lane])
    }

    fn bits_of(self, digits: __m512i, at: usize) -> __m512i {
        bits_of(self, digits, at as i64)
    }

    fn square(self, x: &[__m512i], columns: &mut [__m512i]) {
        square(self, x, columns);
    }

    fn multiply(self, x: &[__m512i], y: &[__m512i], columns: &mut [__m512i]) {
        multiply(self, x, y, columns);
    }

    fn reduce(self, task: &Reduction<'_, __m512i>, quotients: &mut [__m512i], outcome: &mut [__m512i]) {
        reduce(self, task, quotients, outcome);
    }
}

// Each product of two digits gives its low half to a column and its high half to the next. What is summed up in a column
// has room for hundreds of halves above its 52 bits. Two columns are summed up side by side, so that four sums are under way
// at any time: a step of each waits for the one before. The carries come last for the same reason.

/// Adds the halves of a product to two sums.
macro_rules! add_product {
    ($low:ident, $high:ident, $a:expr, $b:expr) => {
        let (a, b) = ($a, $b);
        $low = _mm512_madd52lo_epu64($low, a, b);
        $high = _mm512_madd52hi_epu64($high, a, b);
    };
}

/// Adds the halves of the first number's products with the pairs of the other, of which the last comes first.
macro_rules! add_products {
    ($low:ident, $high:ident, $next_low:ident, $next_high:ident, $a:expr, $b:expr) => {
        for (a, pair) in $a.iter().zip($b.windows(2).rev()) {
            add_product!($low, $high, *a, pair[0]);
            add_product!($next_low, $next_high, *a, pair[1]);
        }
    };
}

fearless_simd::kernel!(
    /// A bit of each digit.
    fn bits_of(simd: Avx512, digits: __m512i, at: i64) -> __m512i {
        let _ = simd;
        _mm512_and_si512(_mm512_srlv_epi64(digits, _mm512_set1_epi64(at)), _mm512_set1_epi64(1))
    }
);

fearless_simd::kernel!(
    /// The columns of a square: all but one of the products in every other column occur twice.
    fn square(simd: Avx512, x: &[__m512i], columns: &mut [__m512i]) {
        let _ = simd;
        let zero = _mm512_setzero_si512();
        let size = x.len();
        let mut before = zero;
        for (at, pair) in columns.chunks_exact_mut(2).enumerate() {
            // Column k has the products of digits i and k - i.
            let (k, middle) = (2 * at, at);
            let (mut low, mut high, mut next_low, mut next_high) = (zero, zero, zero, zero);
            if k < size {
                add_products!(low, high, next_low, next_high, x[..middle], x[middle + 1..=k + 1]);
                add_product!(next_low, next_high, x[middle], x[middle + 1]);
            } else if k + 2 < 2 * size {
                let first = k + 1 - size;
                add_product!(low, high, x[first], x[size - 1]);
                add_products!(low, high, next_low, next_high, x[first + 1..middle], x[middle + 1..]);
                add_product!(next_low, next_high, x[middle], x[middle + 1]);
            }
            low = _mm512_add_epi64(low, low);
            high = _mm512_add_epi64(high, high);
            next_low = _mm512_add_epi64(next_low, next_low);
            add_product!(low, high, x[middle], x[middle]);
            pair[0] = _mm512_add_epi64(low, before);
            pair[1] = _mm512_add_epi64(next_low, high);
            before = _mm512_add_epi64(next_high, next_high);
        }
    }
);

fearless_simd::kernel!(
    /// The columns of a product.
    fn multiply(simd: Avx512, x: &[__m512i], y: &[__m512i], columns: &mut [__m512i]) {
        let _ = simd;
        let zero = _mm512_setzero_si512();
        let size = x.len();
        let mut before = zero;
        for (at, pair) in columns.chunks_exact_mut(2).enumerate() {
            let k = 2 * at;
            let (mut low, mut high, mut next_low, mut next_high) = (zero, zero, zero, zero);
            if k < size {
                add_products!(low, high, next_low, next_high, x[..=k], y[..=k + 1]);
                add_product!(next_low, next_high, x[k + 1], y[0]);
            } else {
                let first = k + 1 - size;
                add_product!(low, high, x[first], y[size - 1]);
                add_products!(low, high, next_low, next_high, x[first + 1..], y[first..]);
            }
            pair[0] = _mm512_add_epi64(low, before);
            pair[1] = _mm512_add_epi64(next_low, high);
            before = next_high;
        }
    }
);

fearless_simd::kernel!(
    /// Divides the columns by the power of two, digit by digit, and carries what they come to.
    fn reduce(simd: Avx512, task: &Reduction<'_, __m512i>, quotients: &mut [__m512i], outcome: &mut [__m512i]) {
        let _ = simd;
        let Reduction { columns, modulus, inverse, doubled } = *task;
        let zero = _mm512_setzero_si512();
        let mask = _mm512_set1_epi64(DIGIT_MASK as i64);
        let (lower, upper) = columns.split_at(modulus.len());
        let (mut before, mut carry) = (zero, zero);
        for (at, pair) in lower.chunks_exact(2).enumerate() {
            let k = 2 * at;
            let (mut low, mut high, mut next_low, mut next_high) = (pair[0], zero, pair[1], zero);
            add_products!(low, high, next_low, next_high, quotients[..k], modulus[1..=k + 1]);
            low = _mm512_add_epi64(low, _mm512_add_epi64(before, carry));
            quotients[k] = _mm512_madd52lo_epu64(zero, low, inverse);
            add_product!(low, high, quotients[k], modulus[0]);
            add_product!(next_low, next_high, quotients[k], modulus[1]);
            carry = _mm512_srli_epi64::<52>(low);
            next_low = _mm512_add_epi64(next_low, _mm512_add_epi64(high, carry));
            quotients[k + 1] = _mm512_madd52lo_epu64(zero, next_low, inverse);
            add_product!(next_low, next_high, quotients[k + 1], modulus[0]);
            carry = _mm512_srli_epi64::<52>(next_low);
            before = next_high;
        }
        // What the lower half carries is doubled with the upper.
        before = _mm512_add_epi64(before, carry);
        carry = zero;
        for ((at, pair), digits) in upper.chunks_exact(2).enumerate().zip(outcome.chunks_exact_mut(2)) {
            let first = 2 * at + 1;
            let (mut low, mut high, mut next_low, mut next_high) = (pair[0], zero, pair[1], zero);
            add_product!(low, high, quotients[first], modulus[modulus.len() - 1]);
            add_products!(low, high, next_low, next_high, quotients[first + 1..], modulus[first..]);
            let mut sum = _mm512_sllv_epi64(_mm512_add_epi64(low, before), doubled);
            sum = _mm512_add_epi64(sum, carry);
            digits[0] = _mm512_and_si512(sum, mask);
            carry = _mm512_srli_epi64::<52>(sum);
            sum = _mm512_sllv_epi64(_mm512_add_epi64(next_low, high), doubled);
            sum = _mm512_add_epi64(sum, carry);
            digits[1] = _mm512_and_si512(sum, mask);
            carry = _mm512_srli_epi64::<52>(sum);
            before = next_high;
        }
    }
);

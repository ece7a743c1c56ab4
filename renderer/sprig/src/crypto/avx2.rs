//! The arithmetic of [`super::lanes`] on processors that multiply four pairs of 32 bits in one step, as nearly all do: Intel's
//! since Haswell and AMD's since Excavator (AVX2).

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_and_si256, _mm256_mul_epu32, _mm256_set1_epi64x, _mm256_setzero_si256,
    _mm256_sllv_epi64, _mm256_srli_epi64, _mm256_srlv_epi64,
};

use fearless_simd::x86::Avx2;
use fearless_simd::{SimdInto, u64x4};

use super::lanes::{MAX_LANES, Reduction, Vectors};

/// Bits of a digit.
const DIGIT: usize = 27;

const DIGIT_MASK: u64 = (1 << DIGIT) - 1;

impl Vectors for Avx2 {
    type Digits = __m256i;

    const LANES: usize = 4;

    const DIGIT: usize = DIGIT;

    // A column has two products for each digit, and twice of them must fit into 64 bits with what is carried.
    const MAX_DIGITS: usize = (1 << (64 - 2 * DIGIT - 2)) - 1;

    fn load(self, lanes: [u64; MAX_LANES]) -> __m256i {
        let [a, b, c, d, ..] = lanes;
        let lanes: u64x4<Avx2> = [a, b, c, d].simd_into(self);
        lanes.into()
    }

    fn store(self, digits: __m256i) -> [u64; MAX_LANES] {
        let lanes: u64x4<Avx2> = digits.simd_into(self);
        std::array::from_fn(|lane| if lane < Self::LANES { lanes[lane] } else { 0 })
    }

    fn bits_of(self, digits: __m256i, at: usize) -> __m256i {
        bits_of(self, digits, at as i64)
    }

    fn square(self, x: &[__m256i], columns: &mut [__m256i]) {
        square(self, x, columns);
    }

    fn multiply(self, x: &[__m256i], y: &[__m256i], columns: &mut [__m256i]) {
        multiply(self, x, y, columns);
    }

    fn reduce(self, task: &Reduction<'_, __m256i>, quotients: &mut [__m256i], outcome: &mut [__m256i]) {
        reduce(self, task, quotients, outcome);
    }
}

// The products of two digits are summed up whole, since they leave ten bits of their lane free. Two columns are summed up side
// by side, so that what is loaded serves both.

/// Adds a product to a sum.
macro_rules! add_product {
    ($sum:ident, $a:expr, $b:expr) => {
        $sum = _mm256_add_epi64($sum, _mm256_mul_epu32($a, $b));
    };
}

/// Adds the first number's products with the pairs of the other, of which the last comes first.
macro_rules! add_products {
    ($sum:ident, $next:ident, $a:expr, $b:expr) => {
        for (a, pair) in $a.iter().zip($b.windows(2).rev()) {
            add_product!($sum, *a, pair[0]);
            add_product!($next, *a, pair[1]);
        }
    };
}

fearless_simd::kernel!(
    /// A bit of each digit.
    fn bits_of(simd: Avx2, digits: __m256i, at: i64) -> __m256i {
        let _ = simd;
        _mm256_and_si256(_mm256_srlv_epi64(digits, _mm256_set1_epi64x(at)), _mm256_set1_epi64x(1))
    }
);

fearless_simd::kernel!(
    /// The columns of a square: all but one of the products in every other column occur twice.
    fn square(simd: Avx2, x: &[__m256i], columns: &mut [__m256i]) {
        let _ = simd;
        let zero = _mm256_setzero_si256();
        let size = x.len();
        for (at, pair) in columns.chunks_exact_mut(2).enumerate() {
            // Column k has the products of digits i and k - i.
            let (k, middle) = (2 * at, at);
            let (mut sum, mut next) = (zero, zero);
            if k < size {
                add_products!(sum, next, x[..middle], x[middle + 1..=k + 1]);
                add_product!(next, x[middle], x[middle + 1]);
            } else if k + 2 < 2 * size {
                let first = k + 1 - size;
                add_product!(sum, x[first], x[size - 1]);
                add_products!(sum, next, x[first + 1..middle], x[middle + 1..]);
                add_product!(next, x[middle], x[middle + 1]);
            }
            sum = _mm256_add_epi64(sum, sum);
            add_product!(sum, x[middle], x[middle]);
            pair[0] = sum;
            pair[1] = _mm256_add_epi64(next, next);
        }
    }
);

fearless_simd::kernel!(
    /// The columns of a product.
    fn multiply(simd: Avx2, x: &[__m256i], y: &[__m256i], columns: &mut [__m256i]) {
        let _ = simd;
        let zero = _mm256_setzero_si256();
        let size = x.len();
        for (at, pair) in columns.chunks_exact_mut(2).enumerate() {
            let k = 2 * at;
            let (mut sum, mut next) = (zero, zero);
            if k < size {
                add_products!(sum, next, x[..=k], y[..=k + 1]);
                add_product!(next, x[k + 1], y[0]);
            } else {
                let first = k + 1 - size;
                add_product!(sum, x[first], y[size - 1]);
                add_products!(sum, next, x[first + 1..], y[first..]);
            }
            pair[0] = sum;
            pair[1] = next;
        }
    }
);

fearless_simd::kernel!(
    /// Divides the columns by the power of two, digit by digit, and carries what they come to.
    fn reduce(simd: Avx2, task: &Reduction<'_, __m256i>, quotients: &mut [__m256i], outcome: &mut [__m256i]) {
        let _ = simd;
        let Reduction { columns, modulus, inverse, doubled } = *task;
        let mask = _mm256_set1_epi64x(DIGIT_MASK as i64);
        let (lower, upper) = columns.split_at(modulus.len());
        let mut carry = _mm256_setzero_si256();
        for (at, pair) in lower.chunks_exact(2).enumerate() {
            let k = 2 * at;
            let (mut sum, mut next) = (pair[0], pair[1]);
            add_products!(sum, next, quotients[..k], modulus[1..=k + 1]);
            sum = _mm256_add_epi64(sum, carry);
            quotients[k] = _mm256_and_si256(_mm256_mul_epu32(sum, inverse), mask);
            add_product!(sum, quotients[k], modulus[0]);
            add_product!(next, quotients[k], modulus[1]);
            next = _mm256_add_epi64(next, _mm256_srli_epi64::<27>(sum));
            quotients[k + 1] = _mm256_and_si256(_mm256_mul_epu32(next, inverse), mask);
            add_product!(next, quotients[k + 1], modulus[0]);
            carry = _mm256_srli_epi64::<27>(next);
        }
        // What the lower half carries is doubled with the upper.
        carry = _mm256_sllv_epi64(carry, doubled);
        for ((at, pair), digits) in upper.chunks_exact(2).enumerate().zip(outcome.chunks_exact_mut(2)) {
            let first = 2 * at + 1;
            let (mut sum, mut next) = (pair[0], pair[1]);
            add_product!(sum, quotients[first], modulus[modulus.len() - 1]);
            add_products!(sum, next, quotients[first + 1..], modulus[first..]);
            sum = _mm256_add_epi64(_mm256_sllv_epi64(sum, doubled), carry);
            digits[0] = _mm256_and_si256(sum, mask);
            next = _mm256_add_epi64(_mm256_sllv_epi64(next, doubled), _mm256_srli_epi64::<27>(sum));
            digits[1] = _mm256_and_si256(next, mask);
            carry = _mm256_srli_epi64::<27>(next);
        }
    }
);

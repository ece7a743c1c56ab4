//! Montgomery's arithmetic modulo eight numbers at once, for processors that multiply eight pairs of 52 bits in one step:
//! Intel's since Ice Lake and AMD's since Zen 4 (AVX-512 IFMA).

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_mov_epi64,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_sllv_epi64, _mm512_srli_epi64, _mm512_srlv_epi64,
};
use std::sync::LazyLock;

use fearless_simd::x86::Avx512;
use fearless_simd::{Level, SimdInto, u64x8};
use num_bigint_dig::BigUint;

use super::montgomery::{
    Residue, Ring, WORD, from_words, less, negative_inverse, power_of_2_modulo, subtract, to_words,
};

/// The numbers that are worked on at once.
const LANES: usize = 8;

/// Bits of a digit.
const DIGIT: usize = 52;

const DIGIT_MASK: u64 = (1 << DIGIT) - 1;

/// Bits between the numbers and the power of two that the form multiplies with. Residues then stay below four times their
/// number without being compared with it: the square of such a one, reduced, is below 5/4 of the number, and twice that is
/// below four times again.
const SLACK: usize = 6;

/// The number of digits for numbers of some bits; an even one, since columns are summed up in pairs.
const fn digits(bits: usize) -> usize {
    (bits + SLACK).div_ceil(DIGIT).next_multiple_of(2)
}

/// The arithmetic modulo up to eight odd numbers of the same bits.
pub(super) struct Lanes {
    simd: Avx512,
    bits: usize,
    numbers: Vec<Vec<u64>>,
    ones: Vec<Vec<u64>>,
    /// Digits of all numbers, the least first.
    modulus: Vec<__m512i>,
    /// The least digit times this is -1 modulo a digit.
    inverse: __m512i,
    columns: Vec<__m512i>,
    quotients: Vec<__m512i>,
}

impl Lanes {
    /// The arithmetic modulo these numbers, where the processor has it.
    pub(super) fn new(numbers: &[Vec<u64>], bits: usize) -> Option<Lanes> {
        let simd = available()?;
        let ones: Vec<_> = numbers.iter().map(|number| power_of_2_modulo(number, digits(bits) * DIGIT)).collect();
        let least = |lane| numbers.get(lane).and_then(|number: &Vec<u64>| number.first()).copied().unwrap_or(1);
        let inverse: [u64; LANES] = std::array::from_fn(|lane| negative_inverse(least(lane)) & DIGIT_MASK);
        let zero = load(simd, [0; LANES]);
        Some(Lanes {
            simd,
            bits,
            modulus: transpose(simd, numbers, digits(bits)),
            inverse: load(simd, inverse),
            columns: vec![zero; 2 * digits(bits)],
            quotients: vec![zero; digits(bits)],
            numbers: numbers.to_vec(),
            ones,
        })
    }

    fn reduce(&mut self, x: &mut [__m512i], doubled: __m512i) {
        reduce(self.simd, &self.columns, &self.modulus, self.inverse, doubled, &mut self.quotients, x);
    }

    /// The residue of a lane, in Montgomery's form.
    fn residue(&self, x: &[__m512i], lane: usize) -> Vec<u64> {
        let number = &self.numbers[lane];
        // A digit may begin in the last word and end beyond it, with nothing in there after the subtractions.
        let mut words = vec![0; number.len() + 1];
        for (at, digit) in x.iter().enumerate() {
            let digits: u64x8<Avx512> = (*digit).simd_into(self.simd);
            let (word, shift) = (at * DIGIT / WORD, at * DIGIT % WORD);
            let digit = u128::from(digits[lane]) << shift;
            for (word, part) in words.iter_mut().skip(word).zip([digit as u64, (digit >> WORD) as u64]) {
                *word |= part;
            }
        }
        let mut number = number.clone();
        number.push(0);
        while !less(&words, &number) {
            subtract(&mut words, &number);
        }
        words.pop();
        words
    }
}

/// The processor's ability, if it has it.
pub(super) fn available() -> Option<Avx512> {
    static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);
    LEVEL.as_avx512()
}

fn load(simd: Avx512, lanes: [u64; LANES]) -> __m512i {
    let lanes: u64x8<Avx512> = lanes.simd_into(simd);
    lanes.into()
}

/// The digits of eight numbers.
fn transpose(simd: Avx512, numbers: &[Vec<u64>], digits: usize) -> Vec<__m512i> {
    let word = |lane: usize, at| numbers.get(lane).and_then(|number| number.get(at)).copied().map_or(0, u128::from);
    let digit = |lane, at| {
        let (first, shift) = (at * DIGIT / WORD, at * DIGIT % WORD);
        ((word(lane, first) | word(lane, first + 1) << WORD) >> shift) as u64 & DIGIT_MASK
    };
    (0..digits).map(|at| load(simd, std::array::from_fn(|lane| digit(lane, at)))).collect()
}

impl Ring for Lanes {
    const WIDTH: usize = LANES;

    type Element = Vec<__m512i>;

    fn element(&self, forms: &[Vec<u64>]) -> Vec<__m512i> {
        transpose(self.simd, forms, self.modulus.len())
    }

    fn one(&self) -> Vec<__m512i> {
        self.element(&self.ones)
    }

    fn enter(&self, residues: &[BigUint]) -> Vec<__m512i> {
        let enter = |(residue, number): (&BigUint, &Vec<u64>)| {
            let form = (residue << (self.modulus.len() * DIGIT)) % from_words(number);
            to_words(&form, number.len())
        };
        let forms: Vec<_> = residues.iter().zip(&self.numbers).map(enter).collect();
        self.element(&forms)
    }

    fn select(&self, elements: &[Vec<__m512i>], places: &[usize]) -> Vec<__m512i> {
        let mut selected = elements[places[0]].clone();
        for (lane, place) in places.iter().enumerate().filter(|(_, place)| **place != places[0]) {
            replace(self.simd, &mut selected, 1 << lane, &elements[*place]);
        }
        selected
    }

    fn square_and_double(&mut self, x: &mut Vec<__m512i>, at: usize) {
        let doubled = bits_of(self.simd, self.modulus[at / DIGIT], (at % DIGIT) as i64);
        square(self.simd, x, &mut self.columns);
        self.reduce(x, doubled);
    }

    fn square(&mut self, x: &mut Vec<__m512i>) {
        self.square_and_double(x, self.bits);
    }

    fn multiply(&mut self, x: &mut Vec<__m512i>, y: &Vec<__m512i>) {
        multiply(self.simd, x, y, &mut self.columns);
        self.reduce(x, load(self.simd, [0; LANES]));
    }

    fn residues<'a>(&'a self, x: &Vec<__m512i>) -> Vec<Residue<'a>> {
        let lanes = self.numbers.iter().zip(&self.ones).enumerate();
        lanes.map(|(lane, (number, one))| Residue { number, one, form: self.residue(x, lane) }).collect()
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
    /// Takes some of the lanes from another element.
    fn replace(simd: Avx512, to: &mut [__m512i], lanes: u8, from: &[__m512i]) {
        let _ = simd;
        for (to, from) in to.iter_mut().zip(from) {
            *to = _mm512_mask_mov_epi64(*to, lanes, *from);
        }
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
    /// What the columns come to, divided by the power of two that the form multiplies with, modulo `modulus`; in those lanes
    /// where `doubled` is 1 twice of it.
    fn reduce(
        simd: Avx512,
        columns: &[__m512i],
        modulus: &[__m512i],
        inverse: __m512i,
        doubled: __m512i,
        quotients: &mut [__m512i],
        outcome: &mut [__m512i],
    ) {
        let _ = simd;
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

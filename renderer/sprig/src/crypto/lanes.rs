//! Montgomery's arithmetic modulo eight numbers at once, for processors that multiply eight pairs of 52 bits in one step:
//! Intel's since Ice Lake and AMD's since Zen 4 (AVX-512 IFMA).

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_sllv_epi64, _mm512_srli_epi64,
};
use std::sync::LazyLock;

use fearless_simd::x86::Avx512;
use fearless_simd::{Level, SimdInto, u64x8};
use num_bigint_dig::BigUint;

use super::montgomery::{
    Residue, Ring, WORD, bit, from_words, less, negative_inverse, power_of_2_modulo, subtract, to_words,
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

/// The number of digits for numbers of some bits.
const fn digits(bits: usize) -> usize {
    (bits + SLACK).div_ceil(DIGIT)
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

    fn one(&self) -> Vec<__m512i> {
        transpose(self.simd, &self.ones, self.modulus.len())
    }

    fn enter(&self, residues: &[BigUint]) -> Vec<__m512i> {
        let enter = |(residue, number): (&BigUint, &Vec<u64>)| {
            let form = (residue << (self.modulus.len() * DIGIT)) % from_words(number);
            to_words(&form, number.len())
        };
        let forms: Vec<_> = residues.iter().zip(&self.numbers).map(enter).collect();
        transpose(self.simd, &forms, self.modulus.len())
    }

    fn square_and_double(&mut self, x: &mut Vec<__m512i>, at: usize) {
        let set = |lane| self.numbers.get(lane).is_some_and(|number: &Vec<u64>| bit(number, at));
        let doubled = load(self.simd, std::array::from_fn(|lane| u64::from(set(lane))));
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
// has room for hundreds of halves above its 52 bits. The carries come last in each column, so that its products need not
// wait for the column before.

fearless_simd::kernel!(
    /// The columns of a square: all but one of the products in a column occur twice.
    fn square(simd: Avx512, x: &[__m512i], columns: &mut [__m512i]) {
        let _ = simd;
        let zero = _mm512_setzero_si512();
        let mut before = zero;
        for (k, column) in columns.iter_mut().enumerate() {
            let (from, to) = ((k + 1).saturating_sub(x.len()), k.min(x.len() - 1));
            let half = k.div_ceil(2).max(from);
            let (mut low, mut high) = (zero, zero);
            for (a, b) in x[from..half].iter().zip(x[..=to].iter().rev()) {
                low = _mm512_madd52lo_epu64(low, *a, *b);
                high = _mm512_madd52hi_epu64(high, *a, *b);
            }
            low = _mm512_add_epi64(low, low);
            high = _mm512_add_epi64(high, high);
            if k.is_multiple_of(2) && k / 2 < x.len() {
                low = _mm512_madd52lo_epu64(low, x[k / 2], x[k / 2]);
                high = _mm512_madd52hi_epu64(high, x[k / 2], x[k / 2]);
            }
            *column = _mm512_add_epi64(low, before);
            before = high;
        }
    }
);

fearless_simd::kernel!(
    /// The columns of a product.
    fn multiply(simd: Avx512, x: &[__m512i], y: &[__m512i], columns: &mut [__m512i]) {
        let _ = simd;
        let zero = _mm512_setzero_si512();
        let mut before = zero;
        for (k, column) in columns.iter_mut().enumerate() {
            let (from, to) = ((k + 1).saturating_sub(x.len()), k.min(x.len() - 1));
            let (mut low, mut high) = (zero, zero);
            if from <= to {
                for (a, b) in x[from..=to].iter().zip(y[k - to..=k - from].iter().rev()) {
                    low = _mm512_madd52lo_epu64(low, *a, *b);
                    high = _mm512_madd52hi_epu64(high, *a, *b);
                }
            }
            *column = _mm512_add_epi64(low, before);
            before = high;
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
        let size = modulus.len();
        let (lower, upper) = columns.split_at(size);
        let (mut before, mut carry) = (zero, zero);
        for (k, column) in lower.iter().enumerate() {
            let (mut low, mut high) = (*column, zero);
            for (a, b) in quotients[..k].iter().zip(modulus[1..=k].iter().rev()) {
                low = _mm512_madd52lo_epu64(low, *a, *b);
                high = _mm512_madd52hi_epu64(high, *a, *b);
            }
            let sum = _mm512_add_epi64(low, _mm512_add_epi64(before, carry));
            let quotient = _mm512_madd52lo_epu64(zero, sum, inverse);
            quotients[k] = quotient;
            carry = _mm512_srli_epi64::<52>(_mm512_madd52lo_epu64(sum, quotient, modulus[0]));
            before = _mm512_madd52hi_epu64(high, quotient, modulus[0]);
        }
        // What the lower half carries is doubled with the upper.
        before = _mm512_add_epi64(before, carry);
        carry = zero;
        for ((k, column), digit) in upper.iter().enumerate().zip(outcome) {
            let (mut low, mut high) = (*column, zero);
            for (a, b) in quotients[k + 1..].iter().zip(modulus[k + 1..].iter().rev()) {
                low = _mm512_madd52lo_epu64(low, *a, *b);
                high = _mm512_madd52hi_epu64(high, *a, *b);
            }
            let sum = _mm512_sllv_epi64(_mm512_add_epi64(low, before), doubled);
            let sum = _mm512_add_epi64(sum, carry);
            *digit = _mm512_and_si512(sum, mask);
            carry = _mm512_srli_epi64::<52>(sum);
            before = high;
        }
    }
);

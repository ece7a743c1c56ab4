//! Montgomery's arithmetic modulo several numbers at once, one in each lane of the processor's vectors.

use std::sync::LazyLock;

use fearless_simd::Level;
use fearless_simd::x86::{Avx2, Avx512};
use num_bigint_dig::BigUint;

use super::montgomery::{
    Residue, Ring, WORD, from_words, less, negative_inverse, power_of_2_modulo, subtract, to_words,
};

/// The lanes of the widest vectors.
pub(super) const MAX_LANES: usize = 8;

/// What a processor can do with vectors of digits, one of each number.
///
/// Numbers are slices of vectors, the least digits first. A column is the sum of those products of digits that stand at the
/// same place, not yet carried.
pub(super) trait Vectors: Copy {
    /// A digit of each number.
    type Digits: Copy;

    /// The numbers that are worked on at once.
    const LANES: usize;

    /// Bits of a digit.
    const DIGIT: usize;

    /// The digits of the largest numbers whose columns fit into a lane.
    const MAX_DIGITS: usize;

    fn load(self, lanes: [u64; MAX_LANES]) -> Self::Digits;

    fn store(self, digits: Self::Digits) -> [u64; MAX_LANES];

    /// A bit of each digit.
    fn bits_of(self, digits: Self::Digits, at: usize) -> Self::Digits;

    /// The columns of a square.
    fn square(self, x: &[Self::Digits], columns: &mut [Self::Digits]);

    /// The columns of a product.
    fn multiply(self, x: &[Self::Digits], y: &[Self::Digits], columns: &mut [Self::Digits]);

    /// What the columns come to, divided by the power of two that the form multiplies with, modulo the numbers.
    fn reduce(self, task: &Reduction<'_, Self::Digits>, quotients: &mut [Self::Digits], outcome: &mut [Self::Digits]);
}

/// What is to be reduced.
pub(super) struct Reduction<'a, D> {
    pub(super) columns: &'a [D],
    pub(super) modulus: &'a [D],
    /// The least digit of the modulus times this is -1 modulo a digit.
    pub(super) inverse: D,
    /// 1 in those lanes whose outcome is to be doubled, 0 in the others.
    pub(super) doubled: D,
}

/// The vectors of this processor.
#[derive(Clone, Copy)]
pub(super) enum Available {
    Avx512(Avx512),
    Avx2(Avx2),
}

/// The widest vectors that the processor has for numbers of so many bits.
pub(super) fn available(bits: usize) -> Option<Available> {
    static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);
    let avx512 = LEVEL.as_avx512().filter(|_| digits::<Avx512>(bits) <= Avx512::MAX_DIGITS).map(Available::Avx512);
    avx512.or_else(|| LEVEL.as_avx2().filter(|_| digits::<Avx2>(bits) <= Avx2::MAX_DIGITS).map(Available::Avx2))
}

/// Bits between the numbers and the power of two that the form multiplies with. Residues then stay below four times their
/// number without being compared with it: the square of such a one, reduced, is below 5/4 of the number, and twice that is
/// below four times again.
const SLACK: usize = 6;

/// The number of digits for numbers of some bits; an even one, since columns are summed up in pairs.
const fn digits<V: Vectors>(bits: usize) -> usize {
    (bits + SLACK).div_ceil(V::DIGIT).next_multiple_of(2)
}

/// The arithmetic modulo as many odd numbers as there are lanes, or fewer.
pub(super) struct Lanes<V: Vectors> {
    vectors: V,
    bits: usize,
    numbers: Vec<Vec<u64>>,
    ones: Vec<Vec<u64>>,
    /// The digits of the numbers.
    modulus: Vec<V::Digits>,
    /// The least digit times this is -1 modulo a digit.
    inverse: V::Digits,
    columns: Vec<V::Digits>,
    quotients: Vec<V::Digits>,
}

impl<V: Vectors> Lanes<V> {
    /// The arithmetic modulo numbers of at most so many bits.
    pub(super) fn new(vectors: V, numbers: &[Vec<u64>], bits: usize) -> Lanes<V> {
        let digits = digits::<V>(bits);
        let ones = numbers.iter().map(|number| power_of_2_modulo(number, digits * V::DIGIT)).collect();
        let least = |lane| numbers.get(lane).and_then(|number: &Vec<u64>| number.first()).copied().unwrap_or(1);
        let inverse = std::array::from_fn(|lane| negative_inverse(least(lane)) & mask::<V>());
        let zero = vectors.load([0; MAX_LANES]);
        Lanes {
            vectors,
            bits,
            modulus: transpose(vectors, numbers, digits),
            inverse: vectors.load(inverse),
            columns: vec![zero; 2 * digits],
            quotients: vec![zero; digits],
            numbers: numbers.to_vec(),
            ones,
        }
    }

    /// Reduces the columns, and doubles what they come to in those lanes whose number has this bit set.
    fn reduce(&mut self, x: &mut [V::Digits], bit: usize) {
        let doubled = self.vectors.bits_of(self.modulus[bit / V::DIGIT], bit % V::DIGIT);
        let task = Reduction { columns: &self.columns, modulus: &self.modulus, inverse: self.inverse, doubled };
        self.vectors.reduce(&task, &mut self.quotients, x);
    }

    /// The residue of a lane, in Montgomery's form.
    fn residue(&self, x: &[V::Digits], lane: usize) -> Vec<u64> {
        // A digit may begin in the last word and end beyond it, with nothing in there after the subtractions.
        let mut number = self.numbers[lane].clone();
        number.push(0);
        let mut words = vec![0; number.len()];
        for (at, digits) in x.iter().enumerate() {
            let (word, shift) = (at * V::DIGIT / WORD, at * V::DIGIT % WORD);
            let digit = u128::from(self.vectors.store(*digits)[lane]) << shift;
            for (word, part) in words.iter_mut().skip(word).zip([digit as u64, (digit >> WORD) as u64]) {
                *word |= part;
            }
        }
        while !less(&words, &number) {
            subtract(&mut words, &number);
        }
        words.pop();
        words
    }
}

const fn mask<V: Vectors>() -> u64 {
    (1 << V::DIGIT) - 1
}

/// The digits of several numbers.
fn transpose<V: Vectors>(vectors: V, numbers: &[Vec<u64>], digits: usize) -> Vec<V::Digits> {
    let word = |lane: usize, at| numbers.get(lane).and_then(|number| number.get(at)).copied().map_or(0, u128::from);
    let digit = |lane, at| {
        let (first, shift) = (at * V::DIGIT / WORD, at * V::DIGIT % WORD);
        ((word(lane, first) | word(lane, first + 1) << WORD) >> shift) as u64 & mask::<V>()
    };
    (0..digits).map(|at| vectors.load(std::array::from_fn(|lane| digit(lane, at)))).collect()
}

impl<V: Vectors> Ring for Lanes<V> {
    type Element = Vec<V::Digits>;

    fn element(&self, forms: &[Vec<u64>]) -> Vec<V::Digits> {
        transpose(self.vectors, forms, self.modulus.len())
    }

    fn one(&self) -> Vec<V::Digits> {
        self.element(&self.ones)
    }

    fn enter(&self, residues: &[BigUint]) -> Vec<V::Digits> {
        let enter = |(residue, number): (&BigUint, &Vec<u64>)| {
            let form = (residue << (self.modulus.len() * V::DIGIT)) % from_words(number);
            to_words(&form, number.len())
        };
        let forms: Vec<_> = residues.iter().zip(&self.numbers).map(enter).collect();
        self.element(&forms)
    }

    fn select(&self, elements: &[Vec<V::Digits>], places: &[usize]) -> Vec<V::Digits> {
        let mut selected = elements[places[0]].clone();
        if places.iter().any(|place| *place != places[0]) {
            for (at, digits) in selected.iter_mut().enumerate() {
                let mut lanes = [0; MAX_LANES];
                for (lane, place) in places.iter().enumerate() {
                    lanes[lane] = self.vectors.store(elements[*place][at])[lane];
                }
                *digits = self.vectors.load(lanes);
            }
        }
        selected
    }

    fn square_and_double(&mut self, x: &mut Vec<V::Digits>, bit: usize) {
        self.vectors.square(x, &mut self.columns);
        self.reduce(x, bit);
    }

    fn square(&mut self, x: &mut Vec<V::Digits>) {
        self.square_and_double(x, self.bits);
    }

    fn multiply(&mut self, x: &mut Vec<V::Digits>, y: &Vec<V::Digits>) {
        self.vectors.multiply(x, y, &mut self.columns);
        self.reduce(x, self.bits);
    }

    fn residues<'a>(&'a self, x: &Vec<V::Digits>) -> Vec<Residue<'a>> {
        let lanes = self.numbers.iter().zip(&self.ones).enumerate();
        lanes.map(|(lane, (number, one))| Residue { number, one, form: self.residue(x, lane) }).collect()
    }
}

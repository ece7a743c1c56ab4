//! Montgomery's arithmetic modulo odd numbers of any size, which the search of primes and RSA signatures spend their
//! time in.
//!
//! Its time depends on the numbers, so whoever can measure it to the nanosecond learns of them; a chart's renderer has no
//! such onlooker. Numbers are slices of 64-bit words, the least first.

use num_bigint_dig::BigUint;

/// Bits of a word.
pub(super) const WORD: usize = 64;

/// The arithmetic modulo some odd numbers of one size, whose operations are done for all of them at once.
///
/// Its elements are residues `x` in Montgomery's form, which is `x` times a power of two that only the ring knows.
pub(super) trait Ring {
    /// A residue for each of the numbers.
    type Element: Clone;

    /// An element by its words in Montgomery's form, which must be below each number; those that are missing are zero.
    fn element(&self, forms: &[Vec<u64>]) -> Self::Element;

    /// One modulo each number.
    fn one(&self) -> Self::Element;

    /// A residue for each number; those that are missing are zero.
    fn enter(&self, residues: &[BigUint]) -> Self::Element;

    /// For each number the element of the place that is given for it.
    fn select(&self, elements: &[Self::Element], places: &[usize]) -> Self::Element;

    /// The square; twice the square modulo those numbers that have this bit set.
    fn square_and_double(&mut self, x: &mut Self::Element, bit: usize);

    /// The square.
    fn square(&mut self, x: &mut Self::Element);

    /// The product.
    fn multiply(&mut self, x: &mut Self::Element, y: &Self::Element);

    /// The number, 1 in Montgomery's form, and the residue in that form, for each of the numbers.
    fn residues<'a>(&'a self, x: &Self::Element) -> Vec<Residue<'a>>;
}

/// Runs an expression with the fastest ring that the processor has for numbers of so many bits, of which there must be
/// [`at_once`] or fewer.
macro_rules! with_ring {
    ($numbers:expr, $bits:expr, |$ring:ident| $run:expr) => {
        match $crate::crypto::montgomery::vectors($bits) {
            #[cfg(target_arch = "x86_64")]
            Some($crate::crypto::lanes::Available::Avx512(vectors)) => {
                let $ring = &mut $crate::crypto::lanes::Lanes::new(vectors, $numbers, $bits);
                $run
            }
            #[cfg(target_arch = "x86_64")]
            Some($crate::crypto::lanes::Available::Avx2(vectors)) => {
                let $ring = &mut $crate::crypto::lanes::Lanes::new(vectors, $numbers, $bits);
                $run
            }
            None => {
                let $ring = &mut $crate::crypto::montgomery::Modulus::new(&$numbers[0]);
                $run
            }
        }
    };
}
pub(super) use with_ring;

#[cfg(target_arch = "x86_64")]
pub(super) use super::lanes::available as vectors;

/// Vectors of other processors are not made use of.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn vectors(_: usize) -> Option<std::convert::Infallible> {
    None
}

/// How many numbers of so many bits the fastest ring works on at once.
pub(super) fn at_once(bits: usize) -> usize {
    match vectors(bits) {
        #[cfg(target_arch = "x86_64")]
        Some(super::lanes::Available::Avx512(_)) => <fearless_simd::x86::Avx512 as super::lanes::Vectors>::LANES,
        #[cfg(target_arch = "x86_64")]
        Some(super::lanes::Available::Avx2(_)) => <fearless_simd::x86::Avx2 as super::lanes::Vectors>::LANES,
        None => 1,
    }
}

/// What an element is modulo one of the numbers.
pub(super) struct Residue<'a> {
    pub(super) number: &'a [u64],
    /// 1 in Montgomery's form.
    pub(super) one: &'a [u64],
    /// The residue in that form, which is below the number.
    pub(super) form: Vec<u64>,
}

impl Residue<'_> {
    pub(super) fn is_one(&self) -> bool {
        self.form == self.one
    }

    pub(super) fn is_minus_one(&self) -> bool {
        let mut minus_one = self.number.to_vec();
        subtract(&mut minus_one, self.one);
        self.form == minus_one
    }
}

/// Powers of the bases, a residue for each of a ring's numbers, with an exponent for each.
pub(super) fn power<R: Ring>(ring: &mut R, base: &R::Element, exponents: &[Vec<u64>]) -> R::Element {
    let bits = exponents.iter().map(|exponent| bits(exponent)).max().unwrap_or_default();
    // A table of powers pays for long exponents only.
    let digit_bits = if bits > WORD { 5 } else { 1 };
    let mut powers = vec![ring.one()];
    while powers.len() < 1 << digit_bits {
        let mut next = base.clone();
        if let Some(last) = powers.last() {
            ring.multiply(&mut next, last);
        }
        powers.push(next);
    }
    let mut result = ring.one();
    for least in (0..bits).step_by(digit_bits).rev() {
        let bits = (least..least + digit_bits).rev();
        bits.clone().for_each(|_| ring.square(&mut result));
        let digit = |exponent: &Vec<u64>| bits.clone().fold(0, |digit, at| digit << 1 | usize::from(bit(exponent, at)));
        let digits: Vec<usize> = exponents.iter().map(digit).collect();
        if digits.iter().any(|digit| *digit > 0) {
            let factor = ring.select(&powers, &digits);
            ring.multiply(&mut result, &factor);
        }
    }
    result
}

/// The residues that an element stands for.
pub(super) fn leave<R: Ring>(ring: &mut R, x: &R::Element) -> Vec<BigUint> {
    let unit = ring.residues(x).iter().map(|residue| unit(residue.number.len())).collect::<Vec<_>>();
    let (mut x, unit) = (x.clone(), ring.element(&unit));
    // Another multiplication divides by the power of two that the form multiplies with.
    ring.multiply(&mut x, &unit);
    ring.residues(&x).iter().map(|residue| from_words(&residue.form)).collect()
}

/// Two to the power of half of each number, rounded down, modulo that number.
pub(super) fn powers_of_2<R: Ring>(ring: &mut R, bits: usize) -> R::Element {
    let mut power = ring.one();
    for bit in (1..bits).rev() {
        ring.square_and_double(&mut power, bit);
    }
    power
}

/// The arithmetic modulo one odd number.
pub(super) struct Modulus {
    number: Vec<u64>,
    /// The number times this is -1 modulo a word.
    inverse: u64,
    /// One in Montgomery's form: two to the power of all bits of the words.
    one: Vec<u64>,
    /// Room for a product.
    product: Vec<u64>,
}

impl Modulus {
    /// The arithmetic modulo an odd number.
    pub(super) fn new(number: &[u64]) -> Modulus {
        let mut number = number.to_vec();
        number.resize(number.len().next_multiple_of(ROWS), 0);
        Modulus {
            inverse: negative_inverse(number.first().copied().unwrap_or(1)),
            one: power_of_2_modulo(&number, number.len() * WORD),
            product: vec![0; 2 * number.len()],
            number,
        }
    }

    /// Reduces the product, and doubles it if so wanted. It must be below the modulus times two to the power of all bits of
    /// the words.
    fn reduce(&mut self, double: bool, outcome: &mut Vec<u64>) {
        let Modulus { number, inverse, product, .. } = self;
        let size = number.len();
        let mut over = false;
        for at in (0..size).step_by(ROWS) {
            // The multiple of the number that makes the least words zero:
            let mut words = block(product, at);
            let mut quotients = [0; ROWS];
            for row in 0..ROWS {
                quotients[row] = words[row].wrapping_mul(*inverse);
                let mut carry = 0;
                for (word, digit) in words[row..].iter_mut().zip(number.iter()) {
                    (*word, carry) = multiply_add(*word, quotients[row], *digit, carry);
                }
            }
            over = add_rows(&mut product[at..], number, quotients, over);
        }
        outcome.clear();
        outcome.extend_from_slice(&product[size..]);
        if over || !less(outcome, number) {
            subtract(outcome, number);
        }
        debug_assert!(less(outcome, number));
        if double && (twice(outcome) || !less(outcome, number)) {
            subtract(outcome, number);
        }
    }
}

impl Ring for Modulus {
    type Element = Vec<u64>;

    fn element(&self, forms: &[Vec<u64>]) -> Vec<u64> {
        forms.first().map_or_else(|| vec![0; self.number.len()], Vec::clone)
    }

    fn one(&self) -> Vec<u64> {
        self.one.clone()
    }

    fn select(&self, elements: &[Vec<u64>], places: &[usize]) -> Vec<u64> {
        places.first().and_then(|place| elements.get(*place)).unwrap_or(&self.one).clone()
    }

    fn enter(&self, residues: &[BigUint]) -> Vec<u64> {
        let size = self.number.len();
        let number = from_words(&self.number);
        let residue = residues.first().map(|residue| (residue << (size * WORD)) % number).unwrap_or_default();
        to_words(&residue, size)
    }

    fn square_and_double(&mut self, x: &mut Vec<u64>, at: usize) {
        self.product.fill(0);
        // All but the blocks' own squares occur twice.
        for at in (0..x.len()).step_by(ROWS) {
            add_rows(&mut self.product[2 * at + ROWS..], &x[at + ROWS..], block(x, at), false);
        }
        twice(&mut self.product);
        for at in (0..x.len()).step_by(ROWS) {
            let (block_square, behind) = self.product[2 * at..].split_at_mut(2 * ROWS);
            let mut over = add_rows(block_square, &x[at..at + ROWS], block(x, at), false);
            for word in behind {
                (*word, over) = word.carrying_add(0, over);
            }
        }
        self.reduce(bit(&self.number, at), x);
    }

    fn square(&mut self, x: &mut Vec<u64>) {
        let beyond = self.number.len() * WORD;
        self.square_and_double(x, beyond);
    }

    fn multiply(&mut self, x: &mut Vec<u64>, y: &Vec<u64>) {
        self.product.fill(0);
        for at in (0..x.len()).step_by(ROWS) {
            add_rows(&mut self.product[at..], x, block(y, at), false);
        }
        self.reduce(false, x);
    }

    fn residues<'a>(&'a self, x: &Vec<u64>) -> Vec<Residue<'a>> {
        vec![Residue { number: &self.number, one: &self.one, form: x.clone() }]
    }
}

/// Words of a factor that are multiplied with the other at once, which keeps their carries in registers.
const ROWS: usize = 4;

/// The words of a factor from here on.
fn block(words: &[u64], at: usize) -> [u64; ROWS] {
    std::array::from_fn(|row| words[at + row])
}

/// Adds the product of a number and a few words to another number, and a carry to its words behind them, as many as the few;
/// tells what they carry.
#[inline(always)]
fn add_rows(to: &mut [u64], number: &[u64], rows: [u64; ROWS], mut over: bool) -> bool {
    let mut sums = [0; ROWS];
    let (to, behind) = to.split_at_mut(number.len());
    for (to, word) in to.iter_mut().zip(number) {
        let [first, second, third, fourth] = rows;
        let mut carry;
        (*to, carry) = multiply_add(sums[0], *word, first, *to);
        (sums[0], carry) = multiply_add(sums[1], *word, second, carry);
        (sums[1], carry) = multiply_add(sums[2], *word, third, carry);
        (sums[2], carry) = multiply_add(sums[3], *word, fourth, carry);
        sums[3] = carry;
    }
    for (to, sum) in behind.iter_mut().zip(sums) {
        (*to, over) = to.carrying_add(sum, over);
    }
    over
}

/// The low and the high word of a product and two more words.
#[inline(always)]
fn multiply_add(sum: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let sum = u128::from(sum) + u128::from(a) * u128::from(b) + u128::from(carry);
    (sum as u64, (sum >> WORD) as u64)
}

/// The words of a number, padded with zeros.
pub(super) fn to_words(number: &BigUint, size: usize) -> Vec<u64> {
    let bytes = number.to_bytes_le();
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let mut words: Vec<u64> = bytes.chunks(WORD / 8).map(word).collect();
    words.resize(size.max(words.len()), 0);
    words
}

/// The number of these words.
pub(super) fn from_words(words: &[u64]) -> BigUint {
    BigUint::from_bytes_le(&words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>())
}

/// The number 1.
pub(super) fn unit(size: usize) -> Vec<u64> {
    (0..size).map(|at| u64::from(at == 0)).collect()
}

/// How many bits a number has.
pub(super) fn bits(words: &[u64]) -> usize {
    let top = words.iter().rposition(|word| *word > 0);
    top.map_or(0, |top| (top + 1) * WORD - words[top].leading_zeros() as usize)
}

/// Whether a bit is set.
pub(super) fn bit(words: &[u64], at: usize) -> bool {
    words.get(at / WORD).is_some_and(|word| word >> (at % WORD) & 1 == 1)
}

/// What a word must be multiplied with to make -1 modulo a word. It must be odd.
pub(super) fn negative_inverse(odd: u64) -> u64 {
    // Newton's method doubles the bits that are right: an odd number is its own inverse in the last three.
    let mut inverse = odd;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}

/// Two to the power of an exponent that is not below the number's bits, modulo the number.
pub(super) fn power_of_2_modulo(number: &[u64], exponent: usize) -> Vec<u64> {
    // The highest bit of the number is set, so subtracting it once is enough to begin with, and again after each doubling.
    let bits = bits(number);
    let mut power = vec![0; number.len()];
    if let Some(word) = power.get_mut(bits / WORD) {
        *word = 1 << (bits % WORD);
    }
    subtract(&mut power, number);
    for _ in bits..exponent {
        if twice(&mut power) || !less(&power, number) {
            subtract(&mut power, number);
        }
    }
    power
}

/// Whether one number is less than another of the same size.
pub(super) fn less(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// Subtracts one number from another, modulo the size that they have; tells whether one had to be borrowed.
pub(super) fn subtract(from: &mut [u64], number: &[u64]) -> u64 {
    let mut borrow = false;
    for (word, other) in from.iter_mut().zip(number) {
        let (less, under) = word.overflowing_sub(*other);
        let (less, under_again) = less.overflowing_sub(u64::from(borrow));
        *word = less;
        borrow = under | under_again;
    }
    u64::from(borrow)
}

/// Doubles a number, modulo the size that it has; tells whether it came to that.
fn twice(number: &mut [u64]) -> bool {
    let mut carry = 0;
    for word in number {
        let over = *word >> (WORD - 1);
        *word = *word << 1 | carry;
        carry = over;
    }
    carry == 1
}

#[cfg(test)]
mod tests {
    use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
    use crypto_bigint::{Odd, U64, U128, U512, U1024, U2048, Uint};
    use proptest::prelude::*;

    #[cfg(target_arch = "x86_64")]
    use super::super::lanes::Lanes;
    use super::*;

    /// Numbers of so many words, with words among them that carry far.
    fn words(size: usize) -> impl Strategy<Value = Vec<u64>> {
        let word = prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX), 1 => Just(1 << 63), 1 => 0..4_u64];
        proptest::collection::vec(word, size)
    }

    fn uint<const LIMBS: usize>(words: &[u64]) -> Uint<LIMBS> {
        Uint::from_words(std::array::from_fn(|at| words.get(at).copied().unwrap_or_default()))
    }

    /// x y², twice of it where the number's second bit is set, and x to the power of y, by crypto-bigint.
    fn expected<const LIMBS: usize>(number: &[u64], x: &[u64], y: &[u64]) -> Vec<BigUint> {
        let params = FixedMontyParams::new_vartime(Odd::new(uint::<LIMBS>(number)).unwrap());
        let form = |words| FixedMontyForm::new(&uint::<LIMBS>(words), &params);
        let (x_form, y_form) = (form(x), form(y));
        let product = x_form * y_form.square();
        let doubled = product.square().double();
        let twice = if bit(number, 1) { doubled } else { product.square() };
        let power = x_form.pow(&uint::<LIMBS>(y));
        [product, twice, power].map(|form| from_words(form.retrieve().as_words())).to_vec()
    }

    fn compare<R: Ring>(ring: &mut R, numbers: &[Vec<u64>], x: &[Vec<u64>], y: &[Vec<u64>], want: &[Vec<BigUint>]) {
        let residues = |all: &[Vec<u64>]| -> Vec<BigUint> {
            all.iter().zip(numbers).map(|(words, number)| from_words(words) % from_words(number)).collect()
        };
        let (mut product, mut square) = (ring.enter(&residues(x)), ring.enter(&residues(y)));
        ring.square(&mut square);
        ring.multiply(&mut product, &square);
        let mut twice = product.clone();
        ring.square_and_double(&mut twice, 1);
        let base = ring.enter(&residues(x));
        let power = power(ring, &base, y);
        for (at, got) in [product, twice, power].iter().enumerate() {
            let want: Vec<BigUint> = want.iter().map(|want| want[at].clone()).collect();
            assert_eq!(leave(ring, got), want, "{at} {numbers:?} {x:?} {y:?}");
            let want = ring.enter(&want);
            let forms = |x| ring.residues(x).into_iter().map(|residue| residue.form).collect::<Vec<_>>();
            assert_eq!(forms(got), forms(&want), "{at} {numbers:?} {x:?} {y:?}");
        }
        let (one, minus_one) = (ring.one(), numbers.iter().map(|number| from_words(number) - 1_u8).collect::<Vec<_>>());
        assert!(ring.residues(&one).iter().all(|residue| residue.is_one() && !residue.is_minus_one()));
        assert!(ring.residues(&ring.enter(&minus_one)).iter().all(Residue::is_minus_one));
    }

    /// Eight numbers of the same bits, and two residues of each.
    fn sets(size: usize) -> impl Strategy<Value = Vec<[Vec<u64>; 3]>> {
        let one = (words(size), words(size), words(size)).prop_map(|(n, x, y)| [n, x, y]);
        (proptest::collection::vec(one, 8), 2..=WORD).prop_map(move |(mut sets, top)| {
            for [number, ..] in &mut sets {
                number[size - 1] = number[size - 1] >> (WORD - top) | 1 << (top - 1);
                number[0] |= 1;
            }
            sets
        })
    }

    fn check<const LIMBS: usize>(sets: &[[Vec<u64>; 3]]) {
        let want: Vec<_> = sets.iter().map(|[number, x, y]| expected::<LIMBS>(number, x, y)).collect();
        let column = |at: usize| sets.iter().map(|set| set[at].clone()).collect::<Vec<_>>();
        let (numbers, x, y) = (column(0), column(1), column(2));
        for at in 0..sets.len() {
            let one = at..=at;
            let mut ring = Modulus::new(&numbers[at]);
            compare(&mut ring, &numbers[one.clone()], &x[one.clone()], &y[one.clone()], &want[one]);
        }
        #[cfg(target_arch = "x86_64")]
        {
            let (level, bits) = (fearless_simd::Level::new(), bits(&numbers[0]));
            if let Some(vectors) = level.as_avx512() {
                compare(&mut Lanes::new(vectors, &numbers, bits), &numbers, &x, &y, &want);
            }
            if let Some(vectors) = level.as_avx2() {
                let mut ring = Lanes::new(vectors, &numbers[..4], bits);
                compare(&mut ring, &numbers[..4], &x[..4], &y[..4], &want[..4]);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn arithmetic_agrees_with_crypto_bigint(
            one in sets(1), two in sets(2), three in sets(3), eight in sets(8), large in sets(16), larger in sets(25),
        ) {
            check::<{ U64::LIMBS }>(&one);
            check::<{ U128::LIMBS }>(&two);
            check::<{ U512::LIMBS }>(&three);
            check::<{ U512::LIMBS }>(&eight);
            check::<{ U1024::LIMBS }>(&large);
            check::<{ U2048::LIMBS }>(&larger);
        }

        #[test]
        fn powers_of_2_are_those_of_big_numbers(sets in sets(5)) {
            let numbers: Vec<_> = sets.into_iter().map(|[number, ..]| number).collect();
            let bits = bits(&numbers[0]);
            let power = |number: &Vec<u64>| {
                let number = from_words(number);
                BigUint::from(2_u8).modpow(&(&number >> 1), &number)
            };
            let want: Vec<_> = numbers.iter().map(power).collect();
            for (number, want) in numbers.iter().zip(&want) {
                let mut ring = Modulus::new(number);
                let got = powers_of_2(&mut ring, bits);
                prop_assert_eq!(got, ring.enter(std::slice::from_ref(want)));
                let exponent = bits + 77;
                let modulus = from_words(number);
                let power = from_words(&power_of_2_modulo(number, exponent));
                prop_assert_eq!(power, (BigUint::from(1_u8) << exponent) % modulus);
            }
            for (numbers, want) in numbers.chunks(at_once(bits)).zip(want.chunks(at_once(bits))) {
                let (got, want) = with_ring!(numbers, bits, |ring| {
                    let power = powers_of_2(ring, bits);
                    (leave(ring, &power), want)
                });
                prop_assert_eq!(got, want);
            }
        }
    }
}

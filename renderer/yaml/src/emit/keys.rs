//! The order of keys: go-yaml's "natural" order, in which `a2` comes before `a10`.

use std::rc::Rc;

use thinlock_go::map::Entries;
use thinlock_go::{unicode, utf8};

use super::Version;

/// The entries of a map in the order in which they are written.
pub(super) struct Sorted {
    entries: Rc<Entries>,
    /// Where each entry stands in the map; empty if they stand in the right order.
    order: Vec<u32>,
}

impl Sorted {
    pub(super) fn new(entries: Rc<Entries>, version: Version) -> Sorted {
        let less = |a: u32, b: u32| less(&entries[a as usize].0, &entries[b as usize].0, version);
        let len = entries.len() as u32;
        let order =
            if (1..len).all(|at| !less(at, at - 1)) { Vec::new() } else { merge_sort((0..len).collect(), less) };
        Sorted { entries, order }
    }

    pub(super) fn get(&self, at: usize) -> Option<&(thinlock_go::Str, thinlock_go::Value)> {
        match self.order.get(at) {
            Some(&at) => self.entries.get(at as usize),
            None => self.entries.get(at),
        }
    }

    /// Whether these are the entries of a map.
    pub(super) fn is_same(&self, entries: &Rc<Entries>) -> bool {
        Rc::ptr_eq(&self.entries, entries)
    }
}

/// Sorts by an order that need not be one: with digits, letters and punctuation in the same place go-yaml's is not
/// transitive (and Go's result then depends on chance). The standard library may panic on such an order.
fn merge_sort(mut keys: Vec<u32>, less: impl Fn(u32, u32) -> bool) -> Vec<u32> {
    let mut width = 1;
    let mut merged = Vec::with_capacity(keys.len());
    while width < keys.len() {
        merged.clear();
        for run in keys.chunks(width * 2) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            while let (Some((&l, left_rest)), Some((&r, right_rest))) = (left.split_first(), right.split_first()) {
                if less(r, l) {
                    merged.push(r);
                    right = right_rest;
                } else {
                    merged.push(l);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut keys, &mut merged);
        width *= 2;
    }
    keys
}

/// Whether a key goes before another.
fn less(a: &[u8], b: &[u8], version: Version) -> bool {
    let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    if common == a.len() || common == b.len() {
        return a.len() < b.len();
    }
    // Back to the beginning of the character.
    let mut at = common;
    while at > 0 && (a[at] & 0xC0 == 0x80 || b[at] & 0xC0 == 0x80) {
        at -= 1;
    }
    let (before, a, b) = (&a[..at], &a[at..], &b[at..]);
    let ((ac, _), (bc, _)) = (utf8::decode_rune(a), utf8::decode_rune(b));
    match (unicode::is_letter(ac), unicode::is_letter(bc)) {
        (true, true) => return ac < bc,
        (true, false) | (false, true) => {
            let after_digit = version == Version::V3 && last_is_digit(before);
            return unicode::is_letter(if after_digit { ac } else { bc });
        }
        (false, false) => {}
    }
    // A zero counts in a number that has begun before.
    let started = (ac == '0' || bc == '0') && number_started(before);
    let (an, alen) = number(a, started);
    let (bn, blen) = number(b, started);
    if an != bn {
        return an < bn;
    }
    if alen != blen {
        return alen < blen;
    }
    ac < bc
}

fn last_is_digit(text: &[u8]) -> bool {
    utf8::decode_last(text).0.is_some_and(unicode::is_digit)
}

/// Whether the digits at the end of a text include one that is not zero.
fn number_started(mut text: &[u8]) -> bool {
    loop {
        let (last, width) = utf8::decode_last(text);
        match last {
            Some('0') => text = &text[..text.len() - width],
            Some(c) => return unicode::is_digit(c),
            None => return false,
        }
    }
}

/// The value and the length in characters of the digits at the beginning of a text. Digits of other scripts have the
/// values that Go's arithmetic gives them, and big numbers wrap.
fn number(text: &[u8], started: bool) -> (i64, usize) {
    let digits = utf8::runes(text).map(|(_, c, _)| c).take_while(|&c| unicode::is_digit(c));
    digits.fold((i64::from(started), 0), |(value, len), c| {
        (value.wrapping_mul(10).wrapping_add(i64::from(u32::from(c)) - i64::from(u32::from('0'))), len + 1)
    })
}

//! Go's `unicode`: classes and simple case mappings of Unicode 15.0.
//!
//! Rust's standard library is some Unicode versions ahead and maps case in full (`ß` to `SS`); Go maps one character to
//! one character, and `%q` escapes what its tables do not know as printable.

mod tables;

fn contains(set: &[u32], c: char) -> bool {
    set.partition_point(|&edge| edge <= u32::from(c)) % 2 == 1
}

/// `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space.
#[inline]
pub fn is_print(c: char) -> bool {
    if c.is_ascii() { matches!(c, ' '..='~') } else { contains(&tables::PRINT, c) }
}

/// `unicode.IsGraphic`: what [`is_print`] holds for, and the spaces of class Zs.
pub fn is_graphic(c: char) -> bool {
    is_print(c) || is_space_separator(c)
}

fn is_space_separator(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// `unicode.IsSpace`: the property White_Space.
#[inline]
pub fn is_space(c: char) -> bool {
    match c {
        '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' => true,
        _ => !c.is_ascii() && (is_space_separator(c) || matches!(c, '\u{2028}' | '\u{2029}')),
    }
}

/// `unicode.IsControl`: class Cc.
pub fn is_control(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// `unicode.IsLetter`.
#[inline]
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { contains(&tables::LETTER, c) }
}

/// `unicode.IsUpper`.
#[inline]
pub fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { contains(&tables::UPPER, c) }
}

/// `unicode.IsLower`.
#[inline]
pub fn is_lower(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_lowercase() } else { contains(&tables::LOWER, c) }
}

/// `unicode.IsTitle`: the title case letters such as `ǅ`.
pub fn is_title(c: char) -> bool {
    contains(&tables::TITLE, c)
}

/// `unicode.IsDigit`: class Nd.
#[inline]
pub fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { contains(&tables::DIGIT, c) }
}

/// `unicode.IsNumber`: class N.
pub fn is_number(c: char) -> bool {
    contains(&tables::NUMBER, c)
}

/// `unicode.IsMark`: class M.
pub fn is_mark(c: char) -> bool {
    contains(&tables::MARK, c)
}

/// `unicode.IsPunct`: class P.
pub fn is_punct(c: char) -> bool {
    contains(&tables::PUNCT, c)
}

/// `unicode.IsSymbol`: class S.
pub fn is_symbol(c: char) -> bool {
    contains(&tables::SYMBOL, c)
}

/// What is to be added to a letter for its upper, lower and title case.
fn case_deltas(c: char) -> (i32, i32, i32) {
    let code = u32::from(c);
    let at = tables::CASES.partition_point(|row| row.1 < code);
    match tables::CASES.get(at) {
        Some(&(first, _, tables::PAIRS, ..)) if first <= code => {
            if (code - first).is_multiple_of(2) {
                (0, 1, 0)
            } else {
                (-1, 0, -1)
            }
        }
        Some(&(first, _, upper, lower, title)) if first <= code => (upper, lower, title),
        _ => (0, 0, 0),
    }
}

fn add(c: char, delta: i32) -> char {
    u32::from(c).checked_add_signed(delta).and_then(char::from_u32).unwrap_or(c)
}

/// `unicode.ToUpper`: one character for one character.
#[inline]
pub fn to_upper(c: char) -> char {
    if c.is_ascii() { c.to_ascii_uppercase() } else { add(c, case_deltas(c).0) }
}

/// `unicode.ToLower`: one character for one character.
#[inline]
pub fn to_lower(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { add(c, case_deltas(c).1) }
}

/// `unicode.ToTitle`: one character for one character.
#[inline]
pub fn to_title(c: char) -> char {
    if c.is_ascii() { c.to_ascii_uppercase() } else { add(c, case_deltas(c).2) }
}

/// `unicode.SimpleFold`: the next character, in a circle, that is equal but for its case.
pub fn simple_fold(c: char) -> char {
    if let Ok(at) = tables::FOLDS.binary_search_by_key(&u32::from(c), |fold| fold.0)
        && let Some(folded) = tables::FOLDS.get(at).and_then(|fold| char::from_u32(fold.1))
    {
        return folded;
    }
    let lower = to_lower(c);
    if lower == c { to_upper(c) } else { lower }
}

#[cfg(test)]
mod tests;

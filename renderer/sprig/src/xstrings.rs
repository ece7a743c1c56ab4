//! What sprig takes from huandu/xstrings 1.5.0: the case conversions.

use thinlock_go::{Interp, Value, unicode, utf8};

use crate::args::{Answer, text};
use crate::strings::runes;

/// Between words: hyphens, underscores and white space.
fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || unicode::is_space(c)
}

pub(crate) fn camelcase(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(pascal(&text(args, 0)?).into())
}

pub(crate) fn snakecase(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(joined_words(&text(args, 0)?, '_').into()))
}

pub(crate) fn kebabcase(_: &mut dyn Interp, args: &mut [Value]) -> Answer {
    Ok(Value::Str(joined_words(&text(args, 0)?, '-').into()))
}

/// `ToPascalCase`. Leading connectors stay; of several in a row all but the last stay.
fn pascal(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = runes(text).peekable();
    let mut upper_run = false;
    let mut current = None;
    for c in rest.by_ref() {
        current = Some(c);
        if !is_connector(c) {
            upper_run = unicode::is_upper(c);
            current = Some(unicode::to_upper(c));
            break;
        }
        // The last rune of a text of connectors is written here and once more below, as the original does.
        out.push(c);
    }
    let Some(mut current) = current else { return out };
    for c in rest {
        let previous = std::mem::replace(&mut current, c);
        match (is_connector(previous), is_connector(c)) {
            (true, true) => {
                out.push(previous);
                continue;
            }
            (true, false) => {
                upper_run = unicode::is_upper(c);
                current = unicode::to_upper(c);
            }
            (false, _) => {
                if upper_run {
                    if unicode::is_upper(c) {
                        current = unicode::to_lower(c);
                    } else {
                        upper_run = false;
                    }
                }
                out.push(previous);
            }
        }
    }
    out.push(current);
    out
}

/// How `nextWord` classifies a word.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

/// `camelCaseToLowerCase`.
fn joined_words(text: &[u8], connector: char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    if text.is_empty() {
        return out;
    }
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            write_lower(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word, rest) = next_word(rest);
        match before {
            Word::Number => {
                while matches!(kind, Word::Alphabet | Word::Number) {
                    write_lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::Invalid | Word::Punctuation | Word::Connector) {
                    utf8::push(&mut out, connector);
                }
            }
            Word::Connector => write_lower(&mut out, before, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    utf8::push(&mut out, connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind != Word::Alphabet {
                    // The number belongs to the word before it.
                    write_lower(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        utf8::push(&mut out, connector);
                    }
                    continue;
                }
                // Lower-case letters after the number: it begins a word with them.
                utf8::push(&mut out, connector);
                write_lower(&mut out, Word::Number, number, connector);
                while matches!(kind, Word::Alphabet | Word::Number) {
                    write_lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::Invalid | Word::Connector | Word::Punctuation) {
                    utf8::push(&mut out, connector);
                }
            }
        }
    }
    write_lower(&mut out, kind, word, connector);
    out
}

/// The next rune that is valid UTF-8 and the bytes up to its end; `None` stands for the rune before where nothing valid
/// follows.
fn next_valid(text: &[u8]) -> (Option<char>, usize) {
    let mut size = 0;
    for (_, c, width) in utf8::runes(text) {
        size += width;
        // A U+FFFD in the text itself counts as invalid too.
        if c != char::REPLACEMENT_CHARACTER {
            return (Some(c), size);
        }
    }
    (None, size)
}

/// A letter of an alphabet: the common Chinese, Japanese and Korean characters are words of their own.
fn is_alphabet(c: char) -> bool {
    unicode::is_letter(c) && !matches!(c, '\u{4E00}'..='\u{9FCC}' | '\u{3400}'..='\u{4D85}' | '\u{20000}'..='\u{2B81D}')
}

/// The bytes of a run of runes that satisfy a condition; the rune before stands in for missing valid ones.
fn run(text: &[u8], mut previous: char, condition: impl Fn(char) -> bool) -> usize {
    let mut length = 0;
    while length < text.len() {
        let (c, size) = next_valid(&text[length..]);
        let c = c.unwrap_or(previous);
        if !condition(c) {
            break;
        }
        previous = c;
        length += size;
    }
    length
}

/// `nextWord`: the first word, its class, and what follows.
fn next_word(text: &[u8]) -> (Word, &[u8], &[u8]) {
    if text.is_empty() {
        return (Word::Invalid, text, text);
    }
    let (first, size) = next_valid(text);
    let Some(first) = first else {
        return (Word::Invalid, &text[..size], &text[size..]);
    };
    let after = &text[size..];
    let lower = |c| is_alphabet(c) && !unicode::is_upper(c);
    let (kind, length) = match () {
        () if is_connector(first) => (Word::Connector, size + run(after, first, is_connector)),
        () if unicode::is_punct(first) => (Word::Punctuation, size + run(after, first, unicode::is_punct)),
        () if unicode::is_upper(first) => (Word::Upper, size + upper_word(after, first)),
        () if is_alphabet(first) => (Word::Alphabet, size + run(after, first, lower)),
        () if unicode::is_number(first) => (Word::Number, size + run(after, first, unicode::is_number)),
        () => {
            let other = |c| !(is_connector(c) || is_alphabet(c) || unicode::is_number(c) || unicode::is_punct(c));
            (Word::Other, size + run(after, first, other))
        }
    };
    (kind, &text[..length], &text[length..])
}

/// The rest of a word that begins with an upper-case letter: more of them (`HTTP`), or lower-case ones (`Status`). In
/// `HTTPStatus` the last upper-case letter belongs to the next word.
fn upper_word(text: &[u8], first: char) -> usize {
    let (second, size) = next_valid(text);
    let second = second.unwrap_or(first);
    if text.is_empty() {
        return 0;
    }
    if !unicode::is_upper(second) {
        return if is_alphabet(second) {
            size + run(&text[size..], second, |c| is_alphabet(c) && !unicode::is_upper(c))
        } else {
            0
        };
    }
    let (mut length, mut last_size, mut previous) = (size, size, second);
    while length < text.len() {
        let (c, size) = next_valid(&text[length..]);
        let c = c.unwrap_or(previous);
        if !unicode::is_upper(c) {
            return if is_alphabet(c) { length - last_size } else { length };
        }
        (previous, last_size) = (c, size);
        length += size;
    }
    length
}

/// Writes a word: upper-case words in lower case, connectors as the one that was asked for, others as they are.
fn write_lower(out: &mut Vec<u8>, kind: Word, word: &[u8], connector: char) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for c in runes(word) {
        let c = if is_connector(c) {
            connector
        } else if unicode::is_upper(c) {
            unicode::to_lower(c)
        } else {
            c
        };
        utf8::push(out, c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_as_xstrings_does() {
        for (text, camel, snake, kebab) in [
            ("HTTPServer", "Httpserver", "http_server", "http-server"),
            ("http_2xx", "Http2xx", "http_2xx", "http-2xx"),
            ("HTTP20xOK", "Http20xOK", "http_20x_ok", "http-20x-ok"),
            ("Duration2m3s", "Duration2m3s", "duration_2m3s", "duration-2m3s"),
            ("Bld4Floor3rd", "Bld4Floor3rd", "bld4_floor_3rd", "bld4-floor-3rd"),
            ("GO PATH", "GoPath", "go_path", "go-path"),
            ("GO-PATH", "GoPath", "go_path", "go-path"),
            (" _- ", " _-  ", "____", "----"),
            ("a", "A", "a", "a"),
            ("", "", "", ""),
        ] {
            assert_eq!(joined_words(text.as_bytes(), '_'), snake.as_bytes(), "{text:?}");
            assert_eq!(joined_words(text.as_bytes(), '-'), kebab.as_bytes(), "{text:?}");
            assert_eq!(pascal(text.as_bytes()), camel, "{text:?}");
        }
    }
}

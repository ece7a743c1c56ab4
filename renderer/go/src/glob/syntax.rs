//! Patterns to trees: the library's lexer and parser in one pass, with its error texts.

use super::MAX_NODES;
use crate::utf8::{self, RUNE_ERROR, decode_rune};

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// What is left of an alternative whose ends were moved out.
    Nothing,
    /// A sequence.
    Pattern(Vec<Node>),
    /// `[abc]`.
    List { chars: Vec<char>, not: bool },
    /// `[a-z]`.
    Range { low: char, high: char, not: bool },
    /// Literal text.
    Text(Vec<u8>),
    /// `*`.
    Any,
    /// `**`.
    Super,
    /// `?`.
    Single,
    /// `{a,b}`.
    AnyOf(Vec<Node>),
}

/// The library reads NUL as the end of the text, in some places only of the token.
const END: char = '\0';

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// The lexer meets text that is not UTF-8 (or U+FFFD itself); reported at once, before anything already read.
    bad: bool,
}

impl Reader<'_> {
    fn peek(&mut self) -> (char, usize) {
        match decode_rune(self.text.get(self.at..).unwrap_or_default()) {
            (_, 0) => (END, 0),
            (RUNE_ERROR, _) => {
                self.bad = true;
                (END, 0)
            }
            found => found,
        }
    }

    fn read(&mut self) -> char {
        let (rune, width) = self.peek();
        self.at += width;
        rune
    }

    /// Text up to one of the breakers; a backslash takes the next rune as it is.
    fn text(&mut self, is_breaker: impl Fn(char) -> bool) -> Vec<u8> {
        let mut out = Vec::new();
        let mut escaped = false;
        loop {
            let (rune, width) = self.peek();
            if rune == END {
                self.at += width;
                return out;
            }
            if !escaped && is_breaker(rune) {
                return out;
            }
            self.at += width;
            if !escaped && rune == '\\' {
                escaped = true;
                continue;
            }
            escaped = false;
            utf8::push(&mut out, rune);
        }
    }
}

/// A sequence that is being read, or a list of alternatives with those that are complete.
enum Open {
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
}

pub(super) fn parse(pattern: &[u8]) -> Result<Node, String> {
    let mut reader = Reader { text: pattern, at: 0, bad: false };
    let mut outer: Vec<Open> = Vec::new();
    let mut current: Vec<Node> = Vec::new();
    let mut nodes = 0_usize;
    loop {
        let start = reader.at;
        let rune = reader.read();
        let in_terms = !outer.is_empty();
        let node = match rune {
            END => {
                if reader.bad {
                    return Err("could not read rune".to_owned());
                }
                break;
            }
            '{' => {
                outer.push(Open::Sequence(std::mem::take(&mut current)));
                outer.push(Open::Alternatives(Vec::new()));
                None
            }
            ',' if in_terms => {
                if let Some(Open::Alternatives(done)) = outer.last_mut() {
                    done.push(Node::Pattern(std::mem::take(&mut current)));
                }
                None
            }
            '}' if in_terms => {
                close(&mut outer, &mut current);
                None
            }
            '[' => Some(range(&mut reader)?),
            '?' => Some(Node::Single),
            '*' => {
                if reader.peek().0 == '*' {
                    reader.at += 1;
                    Some(Node::Super)
                } else {
                    Some(Node::Any)
                }
            }
            _ => {
                reader.at = start;
                let text = reader.text(|c| matches!(c, '?' | '*' | '[' | '{') || (in_terms && matches!(c, '}' | ',')));
                (!text.is_empty()).then_some(Node::Text(text))
            }
        };
        if reader.bad {
            return Err("could not read rune".to_owned());
        }
        current.extend(node);
        nodes += 1;
        if nodes > MAX_NODES {
            return Err("pattern is too long".to_owned());
        }
    }
    // The library does not ask for the closing brace.
    while !outer.is_empty() {
        close(&mut outer, &mut current);
    }
    Ok(Node::Pattern(current))
}

fn close(outer: &mut Vec<Open>, current: &mut Vec<Node>) {
    let Some(Open::Alternatives(mut done)) = outer.pop() else { return };
    done.push(Node::Pattern(std::mem::take(current)));
    if let Some(Open::Sequence(before)) = outer.pop() {
        *current = before;
    }
    current.push(Node::AnyOf(done));
}

/// A class, behind its `[`.
fn range(reader: &mut Reader<'_>) -> Result<Node, String> {
    let mut not = false;
    let mut chars = Vec::new();
    let mut bounds = None;
    loop {
        let start = reader.at;
        let rune = reader.read();
        if rune == END {
            return Err("unexpected end of input".to_owned());
        }
        if !not && rune == '!' {
            not = true;
            continue;
        }
        if reader.peek().0 == '-' {
            reader.at += 1;
            let high = reader.read();
            if high == END {
                return Err("unexpected end of input".to_owned());
            }
            bounds = Some((rune, high));
        } else {
            reader.at = start;
            chars = reader.text(|c| c == ']');
        }
        break;
    }
    match reader.read() {
        ']' if reader.bad => return Err("could not read rune".to_owned()),
        ']' => {}
        END => return Err("unexpected end of input".to_owned()),
        _ => return Err("expected close range character".to_owned()),
    }
    match bounds {
        Some((low, high)) if high < low => Err(format!("hi character '{high}' should be greater than lo '{low}'")),
        Some((low, high)) => Ok(Node::Range { low, high, not }),
        None if chars.is_empty() => Err("could not parse range".to_owned()),
        None => Ok(Node::List { chars: String::from_utf8_lossy(&chars).chars().collect(), not }),
    }
}

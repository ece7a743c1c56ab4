//! The lexer: Go's `text/template/parse` state machine, token for token, with its line counting and error texts.

use memchr::memmem;
use thinlock_go::{Toolchain, unicode, utf8};

/// The kind of a token, in Go's order: everything after `Keyword` prints in angle brackets in error texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Keyword,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token with its place: the bytes of the text from `pos` to `end`. The text of an error token is in [`Lexer::error`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) pos: u32,
    pub(crate) end: u32,
    pub(crate) token: Token,
}

impl Item {
    /// The token of a parser that has read nothing. It is nowhere, and its line is zero.
    pub(crate) const ZERO: Item = Item { pos: u32::MAX, end: u32::MAX, token: Token::Error };
}

pub(crate) const LEFT: &[u8] = b"{{";
pub(crate) const RIGHT: &[u8] = b"}}";
const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";
/// The trim marker and the space beside it.
pub(crate) const TRIM: usize = 2;

/// A rune, or the end of the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rune {
    Eof,
    Char(char),
    /// A byte that is not UTF-8: Go's `utf8.RuneError` of width 1.
    Invalid,
}

impl Rune {
    fn char(self) -> Option<char> {
        match self {
            Rune::Eof => None,
            Rune::Char(c) => Some(c),
            Rune::Invalid => Some(char::REPLACEMENT_CHARACTER),
        }
    }

    fn is(self, c: char) -> bool {
        self == Rune::Char(c)
    }

    fn is_space(self) -> bool {
        matches!(self, Rune::Char(' ' | '\t' | '\r' | '\n'))
    }

    fn is_alphanumeric(self) -> bool {
        match self {
            Rune::Char(c) if c.is_ascii() => c == '_' || c.is_ascii_alphanumeric(),
            Rune::Char(c) => unicode::is_letter(c) || unicode::is_digit(c),
            _ => false,
        }
    }

    fn is_in(self, set: &str) -> bool {
        matches!(self, Rune::Char(c) if set.contains(c))
    }
}

/// Splits a text into tokens.
pub(crate) struct Lexer<'i> {
    input: &'i [u8],
    pos: usize,
    start: usize,
    at_eof: bool,
    paren_depth: i32,
    inside_action: bool,
    /// The text goes on with a left delimiter.
    at_left: bool,
    comment_lines_counted: bool,
    /// The newlines in comments that Go does not count, with the places of the comments.
    uncounted: Vec<(u32, u32)>,
    /// `break` is a keyword and not a function of the map.
    pub(crate) break_ok: bool,
    /// The same for `continue`.
    pub(crate) continue_ok: bool,
    /// The text of the error token.
    pub(crate) error: String,
}

/// The next state, or the token that ends the run.
enum Next {
    Text,
    LeftDelim,
    Comment,
    RightDelim,
    Done(Item),
}

impl<'i> Lexer<'i> {
    pub(crate) fn new(input: &'i [u8], toolchain: &Toolchain) -> Lexer<'i> {
        Lexer {
            input,
            pos: 0,
            start: 0,
            at_eof: false,
            paren_depth: 0,
            inside_action: false,
            at_left: false,
            comment_lines_counted: toolchain.comment_lines_counted,
            uncounted: Vec::new(),
            break_ok: true,
            continue_ok: true,
            error: String::new(),
        }
    }

    /// The next token. After an error token the text counts as empty.
    pub(crate) fn next_item(&mut self) -> Item {
        if self.inside_action
            && let Some((token, len)) = self.plain_token()
        {
            self.pos += len;
            return self.item(token);
        }
        let mut state = if self.inside_action { self.lex_inside_action() } else { Next::Text };
        loop {
            state = match state {
                Next::Text => self.lex_text(),
                Next::LeftDelim => self.lex_left_delim(),
                Next::Comment => self.lex_comment(),
                Next::RightDelim => self.lex_right_delim(),
                Next::Done(item) => return item,
            }
        }
    }

    /// Where the next token begins.
    pub(crate) fn place(&self) -> usize {
        self.pos
    }

    /// How many of the newlines before a place Go does not count: lines are only counted for errors.
    pub(crate) fn uncounted(&self, pos: u32) -> u32 {
        self.uncounted.iter().take_while(|(comment, _)| *comment < pos).map(|(_, newlines)| newlines).sum()
    }

    /// Where the text outside of actions goes on, if no token of it was read.
    pub(crate) fn text_place(&self) -> Option<usize> {
        (!self.inside_action && !self.at_left).then_some(self.pos)
    }

    /// Goes on inside an action, whose left delimiter and trim marker have been read by somebody else.
    pub(crate) fn enter_action(&mut self, pos: usize) {
        (self.pos, self.start) = (pos, pos);
        self.paren_depth = 0;
        self.inside_action = true;
    }

    /// Goes on with text at a place after an action, whose end has been read by somebody else.
    pub(crate) fn leave_action(&mut self, pos: usize) {
        (self.pos, self.start) = (pos, pos);
        self.paren_depth = 0;
        self.inside_action = false;
    }

    /// The token inside an action that begins here and its length, where a look at a few ASCII characters tells: nearly
    /// always. None of these tokens holds a newline.
    fn plain_token(&mut self) -> Option<(Token, usize)> {
        let rest = self.rest();
        let (&first, after) = rest.split_first()?;
        match first {
            b' ' => {
                let next = *after.first()?;
                // A trim marker, perhaps, or more space.
                (next != b'-' && !is_space(next)).then_some((Token::Space, 1))
            }
            b'|' => Some((Token::Pipe, 1)),
            b'(' => {
                self.paren_depth += 1;
                Some((Token::LeftParen, 1))
            }
            b')' if self.paren_depth > 0 => {
                self.paren_depth -= 1;
                Some((Token::RightParen, 1))
            }
            b'"' => {
                let end = memchr::memchr3(b'"', b'\\', b'\n', after)?;
                (after[end] == b'"').then_some((Token::String, end + 2))
            }
            b'`' => {
                let end = memchr::memchr2(b'`', b'\n', after)?;
                (after[end] == b'`').then_some((Token::RawString, end + 2))
            }
            b'}' if self.paren_depth == 0 && after.first() == Some(&b'}') => {
                self.inside_action = false;
                Some((Token::RightDelim, RIGHT.len()))
            }
            b'1'..=b'9' => {
                let len = 1 + after.iter().take_while(|b| b.is_ascii_digit()).count();
                // A point would go on with the number.
                let ends = rest.get(len).is_some_and(|b| *b != b'.') && ends_token(&rest[len..]);
                ends.then_some((Token::Number, len))
            }
            b'.' | b'$' => {
                let len = word_len(after);
                let number = first == b'.' && after.first().is_none_or(u8::is_ascii_digit);
                if number || !ends_token(&after[len..]) {
                    return None;
                }
                Some(match (first, len) {
                    (b'$', _) => (Token::Variable, 1 + len),
                    (_, 0) => (Token::Dot, 1),
                    (_, _) => (Token::Field, 1 + len),
                })
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let len = word_len(rest);
                ends_token(&rest[len..]).then(|| (self.word_token(&rest[..len]), len))
            }
            _ => None,
        }
    }

    /// The token of a word: a keyword, a constant or an identifier.
    pub(crate) fn word_token(&self, word: &[u8]) -> Token {
        match word {
            b"block" => Token::Block,
            b"break" if self.break_ok => Token::Break,
            b"continue" if self.continue_ok => Token::Continue,
            b"define" => Token::Define,
            b"else" => Token::Else,
            b"end" => Token::End,
            b"if" => Token::If,
            b"range" => Token::Range,
            b"nil" => Token::Nil,
            b"template" => Token::Template,
            b"with" => Token::With,
            b"true" | b"false" => Token::Bool,
            _ => Token::Identifier,
        }
    }

    fn next(&mut self) -> Rune {
        let Some(&byte) = self.input.get(self.pos) else {
            self.at_eof = true;
            return Rune::Eof;
        };
        if byte.is_ascii() {
            self.pos += 1;
            return Rune::Char(char::from(byte));
        }
        let (rune, width) = decode(&self.input[self.pos..]);
        self.pos += width;
        rune
    }

    fn peek(&mut self) -> Rune {
        match self.input.get(self.pos) {
            None => {
                self.at_eof = true;
                Rune::Eof
            }
            Some(byte) if byte.is_ascii() => Rune::Char(char::from(*byte)),
            Some(_) => decode(&self.input[self.pos..]).0,
        }
    }

    fn backup(&mut self) {
        if self.at_eof || self.pos == 0 {
            return;
        }
        if self.input[self.pos - 1].is_ascii() {
            self.pos -= 1;
            return;
        }
        self.pos -= utf8::decode_last(&self.input[..self.pos]).1;
    }

    fn item(&mut self, token: Token) -> Item {
        // The text is shorter than 4 GiB.
        let item = Item { pos: self.start as u32, end: self.pos as u32, token };
        self.start = self.pos;
        item
    }

    fn emit(&mut self, token: Token) -> Next {
        Next::Done(self.item(token))
    }

    fn ignore(&mut self) {
        self.start = self.pos;
    }

    fn accept(&mut self, valid: &str) -> bool {
        if self.next().is_in(valid) {
            return true;
        }
        self.backup();
        false
    }

    fn accept_run(&mut self, valid: &str) {
        while self.next().is_in(valid) {}
        self.backup();
    }

    fn errorf(&mut self, text: impl Into<String>) -> Next {
        self.error = text.into();
        let pos = self.start as u32;
        let item = Item { pos, end: pos, token: Token::Error };
        self.start = 0;
        self.pos = 0;
        self.input = b"";
        Next::Done(item)
    }

    fn rest(&self) -> &'i [u8] {
        self.input.get(self.pos..).unwrap_or_default()
    }

    fn lex_text(&mut self) -> Next {
        if std::mem::take(&mut self.at_left) {
            return Next::LeftDelim;
        }
        if let Some(x) = find_left(self.rest()) {
            if x > 0 {
                self.pos += x;
                let mut trim = 0;
                if has_left_trim(&self.input[self.pos + LEFT.len()..]) {
                    let text = &self.input[self.start..self.pos];
                    trim = text.len() - trimmed_len(text);
                }
                self.pos -= trim;
                let item = self.item(Token::Text);
                self.pos += trim;
                self.ignore();
                if item.pos < item.end {
                    self.at_left = true;
                    return Next::Done(item);
                }
            }
            return Next::LeftDelim;
        }
        self.pos = self.input.len();
        if self.pos > self.start {
            return self.emit(Token::Text);
        }
        self.emit(Token::Eof)
    }

    /// Whether the text goes on with the right delimiter, and whether a trim marker precedes it.
    fn at_right_delim(&self) -> (bool, bool) {
        let rest = self.rest();
        if has_right_trim(rest) && rest[TRIM..].starts_with(RIGHT) {
            return (true, true);
        }
        (rest.starts_with(RIGHT), false)
    }

    fn skip_spaces(&mut self) {
        self.pos += spaces(self.rest());
    }

    fn lex_left_delim(&mut self) -> Next {
        self.pos += LEFT.len();
        let after = if has_left_trim(self.rest()) { TRIM } else { 0 };
        if self.rest()[after..].starts_with(LEFT_COMMENT) {
            self.pos += after;
            self.ignore();
            return Next::Comment;
        }
        let item = self.item(Token::LeftDelim);
        self.inside_action = true;
        self.pos += after;
        self.ignore();
        self.paren_depth = 0;
        Next::Done(item)
    }

    fn lex_comment(&mut self) -> Next {
        self.pos += LEFT_COMMENT.len();
        let Some(x) = memmem::find(self.rest(), RIGHT_COMMENT) else {
            return self.errorf("unclosed comment");
        };
        self.pos += x + RIGHT_COMMENT.len();
        let (delim, trim) = self.at_right_delim();
        if !delim {
            return self.errorf("comment ends before closing delimiter");
        }
        if !self.comment_lines_counted {
            self.uncounted.push((self.start as u32, newlines(&self.input[self.start..self.pos])));
        }
        self.item(Token::Text);
        if trim {
            self.pos += TRIM;
        }
        self.pos += RIGHT.len();
        if trim {
            self.skip_spaces();
        }
        self.ignore();
        Next::Text
    }

    fn lex_right_delim(&mut self) -> Next {
        let (_, trim) = self.at_right_delim();
        if trim {
            self.pos += TRIM;
            self.ignore();
        }
        self.pos += RIGHT.len();
        let item = self.item(Token::RightDelim);
        if trim {
            self.skip_spaces();
            self.ignore();
        }
        self.inside_action = false;
        Next::Done(item)
    }

    fn lex_inside_action(&mut self) -> Next {
        if self.at_right_delim().0 {
            if self.paren_depth == 0 {
                return Next::RightDelim;
            }
            return self.errorf("unclosed left paren");
        }
        let rune = self.next();
        match rune {
            Rune::Eof => self.errorf("unclosed action"),
            _ if rune.is_space() => {
                self.backup();
                self.lex_space()
            }
            Rune::Char('=') => self.emit(Token::Assign),
            Rune::Char(':') => {
                if !self.next().is('=') {
                    return self.errorf("expected :=");
                }
                self.emit(Token::Declare)
            }
            Rune::Char('|') => self.emit(Token::Pipe),
            Rune::Char('"') => self.lex_quote('"', Token::String, "unterminated quoted string"),
            Rune::Char('`') => self.lex_raw_quote(),
            Rune::Char('$') => {
                // "$" alone or "$name".
                self.lex_field_or_variable(Token::Variable)
            }
            Rune::Char('\'') => self.lex_quote('\'', Token::CharConstant, "unterminated character constant"),
            Rune::Char('.') if self.input.get(self.pos).is_some_and(|b| !b.is_ascii_digit()) => {
                self.lex_field_or_variable(Token::Field)
            }
            Rune::Char('.' | '+' | '-' | '0'..='9') => {
                self.backup();
                self.lex_number()
            }
            _ if rune.is_alphanumeric() => {
                self.backup();
                self.lex_identifier()
            }
            Rune::Char('(') => {
                self.paren_depth += 1;
                self.emit(Token::LeftParen)
            }
            Rune::Char(')') => {
                self.paren_depth -= 1;
                if self.paren_depth < 0 {
                    return self.errorf("unexpected right paren");
                }
                self.emit(Token::RightParen)
            }
            Rune::Char(' '..='~') => self.emit(Token::Char),
            _ => self.errorf(format!("unrecognized character in action: {}", code_point(rune))),
        }
    }

    fn lex_space(&mut self) -> Next {
        let rest = self.rest();
        let spaces = spaces(rest);
        self.pos += spaces;
        self.peek();
        // The last space may belong to a trim marker.
        let tail = &self.input[self.pos - 1..];
        if has_right_trim(tail) && tail[TRIM..].starts_with(RIGHT) {
            self.backup();
            if spaces == 1 {
                return Next::RightDelim;
            }
        }
        self.emit(Token::Space)
    }

    /// Goes on to the first rune that is neither letter, digit nor underscore, and returns it.
    fn skip_alphanumerics(&mut self) -> Rune {
        loop {
            self.pos += word_len(self.rest());
            let rune = self.peek();
            if !rune.is_alphanumeric() {
                return rune;
            }
            self.next();
        }
    }

    fn lex_identifier(&mut self) -> Next {
        let rune = self.skip_alphanumerics();
        if !self.at_terminator() {
            return self.errorf(format!("bad character {}", code_point(rune)));
        }
        let token = self.word_token(&self.input[self.start..self.pos]);
        self.emit(token)
    }

    fn lex_field_or_variable(&mut self, token: Token) -> Next {
        if self.at_terminator() {
            return self.emit(if token == Token::Variable { Token::Variable } else { Token::Dot });
        }
        let rune = self.skip_alphanumerics();
        if !self.at_terminator() {
            return self.errorf(format!("bad character {}", code_point(rune)));
        }
        self.emit(token)
    }

    fn at_terminator(&mut self) -> bool {
        let rune = self.peek();
        rune.is_space()
            || matches!(rune, Rune::Eof | Rune::Char('.' | ',' | '|' | ':' | ')' | '('))
            || self.rest().starts_with(RIGHT)
    }

    fn lex_quote(&mut self, quote: char, token: Token, unterminated: &str) -> Next {
        loop {
            let rest = self.rest();
            self.pos += memchr::memchr3(quote as u8, b'\\', b'\n', rest).unwrap_or(rest.len());
            match self.next() {
                Rune::Char('\\') => {
                    if matches!(self.next(), Rune::Eof | Rune::Char('\n')) {
                        return self.errorf(unterminated);
                    }
                }
                Rune::Eof | Rune::Char('\n') => return self.errorf(unterminated),
                rune if rune.is(quote) => return self.emit(token),
                _ => {}
            }
        }
    }

    fn lex_raw_quote(&mut self) -> Next {
        loop {
            let rest = self.rest();
            let len = memchr::memchr(b'`', rest).unwrap_or(rest.len());
            self.pos += len;
            match self.next() {
                Rune::Eof => return self.errorf("unterminated raw quoted string"),
                Rune::Char('`') => return self.emit(Token::RawString),
                _ => {}
            }
        }
    }

    fn lex_number(&mut self) -> Next {
        if !self.scan_number() {
            return self.bad_number();
        }
        if self.peek().is_in("+-") {
            // A complex constant: 1+2i, without spaces.
            if !self.scan_number() || self.input.get(self.pos.wrapping_sub(1)) != Some(&b'i') {
                return self.bad_number();
            }
            return self.emit(Token::Complex);
        }
        self.emit(Token::Number)
    }

    fn bad_number(&mut self) -> Next {
        let text = crate::print::quoted(&self.input[self.start..self.pos]);
        self.errorf(format!("bad number syntax: {text}"))
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        let (mut decimal, mut hex) = (true, false);
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
                (decimal, hex) = (false, true);
            } else if self.accept("oO") {
                digits = "01234567_";
                decimal = false;
            } else if self.accept("bB") {
                digits = "01_";
                decimal = false;
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        if decimal && self.accept("eE") {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        if hex && self.accept("pP") {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        self.accept("i");
        if self.peek().is_alphanumeric() {
            self.next();
            return false;
        }
        true
    }
}

/// ASCII characters of words.
static WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = b as u8 == b'_' || (b as u8).is_ascii_alphanumeric();
        b += 1;
    }
    table
};

/// The length of the run of ASCII letters, digits and underscores that a text begins with.
pub(crate) fn word_len(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_word(**b)).count()
}

pub(crate) fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

/// Whether a word, field or variable may end before a text.
fn ends_token(rest: &[u8]) -> bool {
    match rest {
        [] | [b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(', ..] => true,
        rest => rest.starts_with(RIGHT),
    }
}

/// Where the next left delimiter is. Braces are rare outside of actions, so that looking for the first of the two is
/// cheaper than preparing a search for both.
fn find_left(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(LEFT[0], text).find(|at| text[*at..].starts_with(LEFT))
}

pub(crate) fn newlines(text: &[u8]) -> u32 {
    // The text is shorter than 2^32 bytes; the white space around an action is a few.
    if text.len() < 16 {
        return text.iter().filter(|b| **b == b'\n').count() as u32;
    }
    memchr::memchr_iter(b'\n', text).count() as u32
}

/// The length of the white space that a text begins with.
pub(crate) fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_space(**b)).count()
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The length of a text without the white space at its end.
fn trimmed_len(text: &[u8]) -> usize {
    text.iter().rposition(|b| !is_space(*b)).map_or(0, |at| at + 1)
}

/// Where the text before the next action ends, where the action's left delimiter is, and where the action goes on after it
/// and its trim marker. `None` if there is no action, or a comment.
pub(crate) fn before_action(text: &[u8]) -> Option<(usize, usize, usize)> {
    let delim = find_left(text)?;
    let after = delim + LEFT.len();
    let trim = has_left_trim(&text[after..]);
    let (end, rest) = if trim { (trimmed_len(&text[..delim]), after + TRIM) } else { (delim, after) };
    (!text[rest..].starts_with(LEFT_COMMENT)).then_some((end, delim, rest))
}

fn has_left_trim(text: &[u8]) -> bool {
    text.len() >= 2 && text[0] == b'-' && is_space(text[1])
}

fn has_right_trim(text: &[u8]) -> bool {
    text.len() >= 2 && is_space(text[0]) && text[1] == b'-'
}

/// The first rune of a text that is not empty, and its width.
fn decode(text: &[u8]) -> (Rune, usize) {
    match utf8::decode(text) {
        (Some(c), width) => (Rune::Char(c), width),
        (None, width) => (Rune::Invalid, width),
    }
}

/// Go's `%#U`: `U+0022 '"'`, without the character where it is not printable.
fn code_point(rune: Rune) -> String {
    match rune.char() {
        Some(c) if unicode::is_print(c) => format!("U+{:04X} '{c}'", u32::from(c)),
        Some(c) => format!("U+{:04X}", u32::from(c)),
        // Go prints the rune -1 as an unsigned number.
        None => "U+FFFFFFFFFFFFFFFF".to_owned(),
    }
}

//! Cuts a TOML text into items.
//!
//! BurntSushi's lexer is a state machine that feeds its parser one item at a time, and the key that an error names is the
//! one the parser had got to; so this is one too, with the same states and the same items.

use std::collections::VecDeque;

use thinlock_go::{Toolchain, strconv, unicode};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Eof,
    Text,
    String,
    EscapedString,
    RawString,
    MultilineString,
    RawMultilineString,
    Bool,
    Integer,
    Float,
    Datetime,
    Array,
    ArrayEnd,
    TableStart,
    TableEnd,
    ArrayTableStart,
    ArrayTableEnd,
    KeyStart,
    KeyEnd,
    CommentStart,
    InlineTableStart,
    InlineTableEnd,
}

/// An item; the text of an error is its message.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) line: i64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Top,
    TopEnd,
    TableStart,
    TableEnd,
    ArrayTableEnd,
    TableNameStart,
    TableNameEnd,
    BareName,
    QuotedName,
    KeyStart,
    KeyNameStart,
    KeyEnd,
    Value,
    ArrayValue,
    ArrayValueEnd,
    ArrayEnd,
    InlineTableValue,
    InlineTableValueEnd,
    InlineTableEnd,
    String,
    MultilineString,
    RawString,
    MultilineRawString,
    MultilineStringEscape,
    StringEscape,
    HexEscape,
    ShortUnicodeEscape,
    LongUnicodeEscape,
    NumberOrDateStart,
    NumberOrDate,
    Datetime,
    HexInteger,
    OctalInteger,
    BinaryInteger,
    DecimalNumber,
    DecimalNumberStart,
    BaseNumberOrDate,
    Float,
    Bool,
    CommentStart,
    Comment,
    Stopped,
}

/// The end of the text, as a character: a real NUL is refused before it can be taken for it.
const EOF: char = '\0';

pub(super) struct Lexer<'a> {
    input: &'a [u8],
    rules: &'a Toolchain,
    start: usize,
    pos: usize,
    line: i64,
    state: State,
    stack: Vec<State>,
    items: VecDeque<Item>,
    escaped: bool,
    /// The widths of the last characters, latest first, for stepping back over `"""`.
    widths: Vec<usize>,
    at_eof: bool,
    failed: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8], rules: &'a Toolchain) -> Lexer<'a> {
        Lexer {
            input,
            rules,
            start: 0,
            pos: 0,
            line: 1,
            state: State::Top,
            stack: Vec::new(),
            items: VecDeque::new(),
            escaped: false,
            widths: Vec::new(),
            at_eof: false,
            failed: false,
        }
    }

    /// The next item. After an error or the end of the text there is only that again.
    pub(super) fn next_item(&mut self) -> Item {
        loop {
            if let Some(item) = self.items.pop_front() {
                return item;
            }
            if matches!(self.state, State::Stopped) {
                return Item { kind: Kind::Eof, text: String::new(), line: self.line };
            }
            let state = self.step();
            self.state = if self.failed { State::Stopped } else { state };
        }
    }

    fn current(&self) -> &'a [u8] {
        self.input.get(self.start..self.pos).unwrap_or_default()
    }

    fn current_text(&self) -> String {
        String::from_utf8_lossy(self.current()).into_owned()
    }

    fn push_item(&mut self, kind: Kind, text: String, line: i64) {
        // Nothing is read after the first error.
        if !self.failed {
            self.failed = kind == Kind::Error;
            self.items.push_back(Item { kind, text, line });
        }
    }

    fn emit(&mut self, kind: Kind) {
        if self.start > self.pos {
            let byte = self.input.get(self.pos).copied().unwrap_or_default();
            self.error(format!("invalid UTF-8 byte: 0x{byte:02x}"));
            return;
        }
        self.push_item(kind, self.current_text(), self.line);
        self.start = self.pos;
    }

    fn next(&mut self) -> char {
        if self.failed {
            return char::REPLACEMENT_CHARACTER;
        }
        let rest = &self.input[self.pos..];
        let Some(first) = rest.first() else {
            self.at_eof = true;
            return EOF;
        };
        if *first == b'\n' {
            self.line += 1;
        }
        let Some(c) = decode(rest) else {
            self.error(format!("invalid UTF-8 byte: 0x{first:02x}"));
            return char::REPLACEMENT_CHARACTER;
        };
        let control = (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || c == '\u{7f}';
        if control || (c == '\r' && rest.get(1) != Some(&b'\n')) {
            self.push_item(
                Kind::Error,
                format!("TOML files cannot contain control characters: '0x{:02x}'", u32::from(c)),
                self.line,
            );
            return char::REPLACEMENT_CHARACTER;
        }
        self.widths.insert(0, c.len_utf8());
        self.widths.truncate(4);
        self.pos += c.len_utf8();
        c
    }

    fn ignore(&mut self) {
        self.start = self.pos;
    }

    fn backup(&mut self) {
        if self.failed {
            return;
        }
        if self.at_eof {
            self.at_eof = false;
            return;
        }
        if !self.widths.is_empty() {
            self.pos -= self.widths.remove(0);
            if self.input.get(self.pos) == Some(&b'\n') {
                self.line -= 1;
            }
        }
    }

    fn accept(&mut self, c: char) -> bool {
        if self.next() == c {
            return true;
        }
        self.backup();
        false
    }

    fn peek(&mut self) -> char {
        let c = self.next();
        self.backup();
        c
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.next()) {}
        self.backup();
        self.ignore();
    }

    /// Skips what was read and goes on in a state.
    fn skip_to(&mut self, state: State) -> State {
        self.ignore();
        state
    }

    fn pop(&mut self) -> State {
        self.stack.pop().unwrap_or(State::Stopped)
    }

    /// An error of a kind of its own: at the end of the text it is put on the line before.
    fn error(&mut self, message: String) -> State {
        let line = if self.at_eof { self.line - 1 } else { self.line };
        self.push_item(Kind::Error, message, line);
        State::Stopped
    }

    /// An error at a newline: it belongs to the line that ends there.
    fn error_on_previous_line(&mut self, message: impl Into<String>) -> State {
        self.push_item(Kind::Error, message.into(), self.line - 1);
        State::Stopped
    }

    /// A syntax error.
    fn errorf(&mut self, message: impl Into<String>) -> State {
        let mut line = self.line;
        if self.at_eof {
            let after_newline = self.pos >= 1 && self.input[self.pos - 1] == b'\n';
            if after_newline || !self.rules.toml_real_lines {
                line -= 1;
            }
        }
        self.push_item(Kind::Error, message.into(), line);
        State::Stopped
    }

    /// As [`Lexer::errorf`] about a character, which the later versions put on its own line if it is a newline.
    fn error_at(&mut self, c: char, message: String) -> State {
        if c == '\n' && self.rules.toml_real_lines {
            self.error_on_previous_line(message)
        } else {
            self.errorf(message)
        }
    }

    fn step(&mut self) -> State {
        match self.state {
            State::Top => self.top(),
            State::TopEnd => self.top_end(),
            State::TableStart => self.table_start(),
            State::TableEnd => {
                self.emit(Kind::TableEnd);
                State::TopEnd
            }
            State::ArrayTableEnd => match self.next() {
                ']' => {
                    self.emit(Kind::ArrayTableEnd);
                    State::TopEnd
                }
                c => self.errorf(format!(
                    "expected end of table array name delimiter ']', but got {} instead",
                    quote_rune(c)
                )),
            },
            State::TableNameStart => self.table_name_start(),
            State::TableNameEnd => {
                self.skip_blanks();
                match self.next() {
                    '.' => self.skip_to(State::TableNameStart),
                    ']' => self.pop(),
                    c => {
                        self.errorf(format!("expected '.' or ']' to end table name, but got {} instead", quote_rune(c)))
                    }
                }
            }
            State::BareName => {
                while is_bare_key(self.next()) {}
                self.backup();
                self.emit(Kind::Text);
                self.pop()
            }
            State::QuotedName => {
                let quote = self.next();
                self.skip_to(if quote == '"' { State::String } else { State::RawString })
            }
            State::KeyStart => self.key_start(),
            State::KeyNameStart => {
                self.skip_blanks();
                match self.peek() {
                    '=' | EOF => self.errorf("unexpected '='"),
                    '.' => self.errorf("unexpected '.'"),
                    c => {
                        self.stack.push(State::KeyEnd);
                        if matches!(c, '"' | '\'') { self.skip_to(State::QuotedName) } else { State::BareName }
                    }
                }
            }
            State::KeyEnd => self.key_end(),
            State::Value => self.value(),
            State::ArrayValue => self.array_value(),
            State::ArrayValueEnd => self.array_value_end(),
            State::ArrayEnd => {
                self.ignore();
                self.emit(Kind::ArrayEnd);
                self.pop()
            }
            State::InlineTableValue => self.inline_table_value(),
            State::InlineTableValueEnd => self.inline_table_value_end(),
            State::InlineTableEnd => {
                self.ignore();
                self.emit(Kind::InlineTableEnd);
                self.pop()
            }
            State::String => self.string(),
            State::MultilineString => self.multiline_string(),
            State::RawString => self.raw_string(),
            State::MultilineRawString => self.multiline_raw_string(),
            State::MultilineStringEscape => {
                if is_newline(self.next()) {
                    return State::MultilineString;
                }
                self.backup();
                self.stack.push(State::MultilineString);
                self.string_escape()
            }
            State::StringEscape => self.string_escape(),
            State::HexEscape => self.hex_digits(2, "two", 'x'),
            State::ShortUnicodeEscape => self.hex_digits(4, "four", 'u'),
            State::LongUnicodeEscape => self.hex_digits(8, "eight", 'U'),
            State::NumberOrDateStart => {
                if self.next() == '0' {
                    State::BaseNumberOrDate
                } else {
                    State::NumberOrDate
                }
            }
            State::NumberOrDate => match self.next() {
                '0'..='9' => State::NumberOrDate,
                '-' | ':' => State::Datetime,
                '_' => State::DecimalNumber,
                '.' | 'e' | 'E' => State::Float,
                _ => self.number_end(Kind::Integer),
            },
            State::Datetime => match self.next() {
                '0'..='9' | '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+' => State::Datetime,
                _ => {
                    self.backup();
                    let text = self.current_text();
                    self.push_item(Kind::Datetime, text.trim().to_owned(), self.line);
                    self.start = self.pos;
                    self.pop()
                }
            },
            State::HexInteger => match self.next() {
                c if c.is_ascii_hexdigit() || c == '_' => State::HexInteger,
                _ => self.number_end(Kind::Integer),
            },
            State::OctalInteger => match self.next() {
                '0'..='7' | '_' => State::OctalInteger,
                _ => self.number_end(Kind::Integer),
            },
            State::BinaryInteger => match self.next() {
                '0' | '1' | '_' => State::BinaryInteger,
                _ => self.number_end(Kind::Integer),
            },
            State::DecimalNumber => match self.next() {
                '0'..='9' | '_' => State::DecimalNumber,
                '.' | 'e' | 'E' => State::Float,
                _ => self.number_end(Kind::Integer),
            },
            State::DecimalNumberStart => self.decimal_number_start(),
            State::BaseNumberOrDate => self.base_number_or_date(),
            State::Float => match self.next() {
                '0'..='9' | '_' | '.' | '-' | '+' | 'e' | 'E' => State::Float,
                _ => self.number_end(Kind::Float),
            },
            State::Bool => self.bool(),
            State::CommentStart => {
                self.ignore();
                self.emit(Kind::CommentStart);
                State::Comment
            }
            State::Comment => {
                let c = self.next();
                if is_newline(c) || c == EOF {
                    self.backup();
                    self.emit(Kind::Text);
                    return self.pop();
                }
                State::Comment
            }
            State::Stopped => State::Stopped,
        }
    }

    fn top(&mut self) -> State {
        match self.next() {
            c if is_blank(c) || is_newline(c) => self.skip_to(State::Top),
            '#' => {
                self.stack.push(State::Top);
                State::CommentStart
            }
            '[' => State::TableStart,
            EOF => {
                self.emit(Kind::Eof);
                State::Stopped
            }
            _ => {
                self.backup();
                self.stack.push(State::TopEnd);
                State::KeyStart
            }
        }
    }

    fn top_end(&mut self) -> State {
        match self.next() {
            '#' => {
                self.stack.push(State::Top);
                State::CommentStart
            }
            c if is_blank(c) => State::TopEnd,
            c if is_newline(c) => self.skip_to(State::Top),
            EOF => {
                self.emit(Kind::Eof);
                State::Stopped
            }
            c => self.errorf(format!(
                "expected a top-level item to end with a newline, comment, or EOF, but got {} instead",
                quote_rune(c)
            )),
        }
    }

    fn table_start(&mut self) -> State {
        if self.peek() == '[' {
            self.next();
            self.emit(Kind::ArrayTableStart);
            self.stack.push(State::ArrayTableEnd);
        } else {
            self.emit(Kind::TableStart);
            self.stack.push(State::TableEnd);
        }
        State::TableNameStart
    }

    fn table_name_start(&mut self) -> State {
        self.skip_blanks();
        match self.peek() {
            ']' | EOF => self.errorf("unexpected end of table name (table names cannot be empty)"),
            '.' => self.errorf("unexpected table separator (table names cannot be empty)"),
            '"' | '\'' => {
                self.ignore();
                self.stack.push(State::TableNameEnd);
                State::QuotedName
            }
            _ => {
                self.stack.push(State::TableNameEnd);
                State::BareName
            }
        }
    }

    fn key_start(&mut self) -> State {
        self.skip_blanks();
        match self.peek() {
            '=' | EOF => self.errorf("unexpected '=': key name appears blank"),
            '.' => self.errorf("unexpected '.': keys cannot start with a '.'"),
            c => {
                if matches!(c, '"' | '\'') {
                    self.ignore();
                }
                self.emit(Kind::KeyStart);
                State::KeyNameStart
            }
        }
    }

    fn key_end(&mut self) -> State {
        self.skip_blanks();
        match self.next() {
            EOF => self.errorf("unexpected EOF; expected key separator '='"),
            '.' => self.skip_to(State::KeyNameStart),
            '=' => {
                self.emit(Kind::KeyEnd);
                self.skip_to(State::Value)
            }
            c => self.error_at(c, format!("expected '.' or '=', but got {} instead", quote_rune(c))),
        }
    }

    fn value(&mut self) -> State {
        let c = self.next();
        match c {
            c if is_blank(c) => return self.skip_to(State::Value),
            '0'..='9' => {
                self.backup();
                return State::NumberOrDateStart;
            }
            '[' => {
                self.ignore();
                self.emit(Kind::Array);
                return State::ArrayValue;
            }
            '{' => {
                self.ignore();
                self.emit(Kind::InlineTableStart);
                return State::InlineTableValue;
            }
            '"' | '\'' => {
                let (multiline, single) = if c == '"' {
                    (State::MultilineString, State::String)
                } else {
                    (State::MultilineRawString, State::RawString)
                };
                if self.accept(c) {
                    if self.accept(c) {
                        return self.skip_to(multiline);
                    }
                    self.backup();
                }
                return self.skip_to(single);
            }
            '.' => return self.errorf("floats must start with a digit, not '.'"),
            'i' | 'n' if (self.accept('n') && self.accept('f')) || (self.accept('a') && self.accept('n')) => {
                self.emit(Kind::Float);
                return self.pop();
            }
            '-' | '+' => return State::DecimalNumberStart,
            _ => {}
        }
        if unicode::is_letter(c) {
            self.backup();
            return State::Bool;
        }
        if c == EOF {
            return self.errorf("unexpected EOF; expected value");
        }
        self.error_at(c, format!("expected value but found {} instead", quote_rune(c)))
    }

    fn array_value(&mut self) -> State {
        match self.next() {
            c if is_blank(c) || is_newline(c) => self.skip_to(State::ArrayValue),
            '#' => {
                self.stack.push(State::ArrayValue);
                State::CommentStart
            }
            ',' => self.errorf("unexpected comma"),
            ']' => State::ArrayEnd,
            _ => {
                self.backup();
                self.stack.push(State::ArrayValueEnd);
                State::Value
            }
        }
    }

    fn array_value_end(&mut self) -> State {
        match self.next() {
            c if is_blank(c) || is_newline(c) => self.skip_to(State::ArrayValueEnd),
            '#' => {
                self.stack.push(State::ArrayValueEnd);
                State::CommentStart
            }
            ',' => self.skip_to(State::ArrayValue),
            ']' => State::ArrayEnd,
            c => self.errorf(format!(
                "expected a comma (',') or array terminator (']'), but got {}",
                rune_or_end_of_file(c)
            )),
        }
    }

    fn inline_table_value(&mut self) -> State {
        match self.next() {
            c if is_blank(c) => self.skip_to(State::InlineTableValue),
            c if is_newline(c) => self.inline_table_newline(State::InlineTableValue),
            '#' => {
                self.stack.push(State::InlineTableValue);
                State::CommentStart
            }
            ',' => self.errorf("unexpected comma"),
            '}' => State::InlineTableEnd,
            _ => {
                self.backup();
                self.stack.push(State::InlineTableValueEnd);
                State::KeyStart
            }
        }
    }

    fn inline_table_value_end(&mut self) -> State {
        match self.next() {
            c if is_blank(c) => self.skip_to(State::InlineTableValueEnd),
            c if is_newline(c) => self.inline_table_newline(State::InlineTableValueEnd),
            '#' => {
                self.stack.push(State::InlineTableValueEnd);
                State::CommentStart
            }
            ',' => {
                self.ignore();
                self.skip_blanks();
                match self.peek() {
                    '}' if self.rules.toml_1_1 => State::InlineTableValueEnd,
                    '}' => self.errorf("trailing comma not allowed in inline tables"),
                    _ => State::InlineTableValue,
                }
            }
            '}' => State::InlineTableEnd,
            c => self.errorf(format!(
                "expected a comma or an inline table terminator '}}', but got {} instead",
                rune_or_end_of_file(c)
            )),
        }
    }

    fn inline_table_newline(&mut self, state: State) -> State {
        if self.rules.toml_1_1 {
            self.skip_to(state)
        } else {
            self.error_on_previous_line("newlines not allowed within inline tables")
        }
    }

    fn string(&mut self) -> State {
        match self.next() {
            EOF => self.errorf("unexpected EOF; expected '\"'"),
            c if is_newline(c) => self.error_on_previous_line("strings cannot contain newlines"),
            '\\' => {
                self.stack.push(State::String);
                State::StringEscape
            }
            '"' => {
                self.backup();
                let escaped = std::mem::take(&mut self.escaped);
                self.emit(if escaped { Kind::EscapedString } else { Kind::String });
                self.next();
                self.ignore();
                self.pop()
            }
            _ => State::String,
        }
    }

    fn raw_string(&mut self) -> State {
        match self.next() {
            EOF => self.errorf("unexpected EOF; expected \"'\""),
            c if is_newline(c) => self.error_on_previous_line("strings cannot contain newlines"),
            '\'' => {
                self.backup();
                self.emit(Kind::RawString);
                self.next();
                self.ignore();
                self.pop()
            }
            _ => State::RawString,
        }
    }

    fn multiline_string(&mut self) -> State {
        match self.next() {
            EOF => self.errorf("unexpected EOF; expected '\"\"\"'"),
            '\\' => State::MultilineStringEscape,
            '"' => {
                let six = |current: &[u8]| current.ends_with(b"\"\"\"\"\"") && !current.ends_with(b"\\\"\"\"\"\"");
                if self.closing_quotes('"', six, "unexpected '\"\"\"\"\"\"'") {
                    self.escaped = false;
                    return self.multiline_end(Kind::MultilineString);
                }
                State::MultilineString
            }
            _ => State::MultilineString,
        }
    }

    fn multiline_raw_string(&mut self) -> State {
        match self.next() {
            EOF => self.errorf("unexpected EOF; expected \"'''\""),
            '\'' => {
                let six = |current: &[u8]| current.ends_with(b"'''''");
                if self.closing_quotes('\'', six, "unexpected \"''''''\"") {
                    return self.multiline_end(Kind::RawMultilineString);
                }
                State::MultilineRawString
            }
            _ => State::MultilineRawString,
        }
    }

    /// After one quote: whether two more follow and close the string. Up to two quotes may stand before the closing
    /// three; a sixth is an error.
    fn closing_quotes(&mut self, quote: char, six: impl Fn(&[u8]) -> bool, error: &str) -> bool {
        if !self.accept(quote) {
            return false;
        }
        if !self.accept(quote) {
            self.backup();
            return false;
        }
        if self.peek() == quote {
            if six(self.current()) {
                self.errorf(error);
                return false;
            }
            self.backup();
            self.backup();
            return false;
        }
        true
    }

    fn multiline_end(&mut self, kind: Kind) -> State {
        for _ in 0..3 {
            self.backup();
        }
        self.emit(kind);
        for _ in 0..3 {
            self.next();
        }
        self.ignore();
        self.pop()
    }

    fn string_escape(&mut self) -> State {
        self.escaped = true;
        match self.next() {
            'e' if self.rules.toml_1_1 => self.pop(),
            'b' | 't' | 'n' | 'f' | 'r' | '"' | '\\' => self.pop(),
            // In """ … """ a backslash may stand before white space that ends the line.
            ' ' | '\t' => self.pop(),
            'x' if self.rules.toml_1_1 => State::HexEscape,
            'u' => State::ShortUnicodeEscape,
            'U' => State::LongUnicodeEscape,
            c => self.error(format!("invalid escape in string '\\{c}'")),
        }
    }

    fn hex_digits(&mut self, count: usize, name: &str, letter: char) -> State {
        for _ in 0..count {
            if !self.next().is_ascii_hexdigit() {
                let current = strconv::quote(self.current());
                return self.errorf(format!(
                    "expected {name} hexadecimal digits after '\\{letter}', but got {current} instead"
                ));
            }
        }
        self.pop()
    }

    fn number_end(&mut self, kind: Kind) -> State {
        self.backup();
        self.emit(kind);
        self.pop()
    }

    fn decimal_number_start(&mut self) -> State {
        match self.next() {
            'i' => {
                if !self.accept('n') || !self.accept('f') {
                    return self.errorf(format!("invalid float: '{}'", self.current_text()));
                }
                self.emit(Kind::Float);
                self.pop()
            }
            'n' => {
                if !self.accept('a') || !self.accept('n') {
                    return self.errorf(format!("invalid float: '{}'", self.current_text()));
                }
                self.emit(Kind::Float);
                self.pop()
            }
            '0' => match self.peek() {
                c @ ('b' | 'o' | 'x') => {
                    self.errorf(format!("cannot use sign with non-decimal numbers: '{}{c}'", self.current_text()))
                }
                _ => State::DecimalNumber,
            },
            '.' => self.errorf("floats must start with a digit, not '.'"),
            '1'..='9' => State::DecimalNumber,
            c => self.errorf(format!("expected a digit but got {}", quote_rune(c))),
        }
    }

    fn base_number_or_date(&mut self) -> State {
        let (state, kind, fits): (State, &str, fn(char) -> bool) = match self.next() {
            '0'..='9' => return State::NumberOrDate,
            '_' => return State::DecimalNumber,
            '.' | 'e' | 'E' => return State::Float,
            'b' => (State::BinaryInteger, "a binary", |c| matches!(c, '0' | '1')),
            'o' => (State::OctalInteger, "an octal", |c| matches!(c, '0'..='7')),
            'x' if self.rules.toml_hexadecimal => (State::HexInteger, "a hexadecimal", |c| c.is_ascii_hexdigit()),
            'x' => (State::HexInteger, "a hexidecimal", |c| c.is_ascii_hexdigit()),
            _ => return self.number_end(Kind::Integer),
        };
        let c = self.peek();
        if !fits(c) {
            return self.errorf(format!("not {kind} number: '{}{c}'", self.current_text()));
        }
        state
    }

    fn bool(&mut self) -> State {
        let mut word = String::new();
        loop {
            let c = self.next();
            if !unicode::is_letter(c) {
                self.backup();
                break;
            }
            word.push(c);
        }
        if matches!(word.as_str(), "true" | "false") {
            self.emit(Kind::Bool);
            return self.pop();
        }
        self.errorf(format!("expected value but found {} instead", strconv::quote(word.as_bytes())))
    }
}

/// The first character of a text that is not empty; `None` if it is not UTF-8.
fn decode(text: &[u8]) -> Option<char> {
    let head = &text[..text.len().min(4)];
    match std::str::from_utf8(head) {
        Ok(head) => head.chars().next(),
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?.chars().next(),
    }
}

fn quote_rune(c: char) -> String {
    strconv::quote_rune(c)
}

fn rune_or_end_of_file(c: char) -> String {
    if c == EOF { "end of file".to_owned() } else { format!("'{c}'") }
}

fn is_blank(c: char) -> bool {
    matches!(c, '\t' | ' ')
}

fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

fn is_bare_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

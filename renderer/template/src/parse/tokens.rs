//! Three tokens of look-ahead, and the errors of a parser.

use thinlock_go::{Error, ErrorKind, Place, Str, stack, utf8};

use super::{Result, TreeParser};
use crate::lex::{Item, Token, newlines};
use crate::print::quoted;

impl<'i> TreeParser<'_, 'i> {
    pub(super) fn next(&mut self) -> Item {
        if self.peek_count > 0 {
            self.peek_count -= 1;
        } else {
            self.token[0] = self.shared.lexer.next_item();
        }
        self.token[self.peek_count]
    }

    pub(super) fn backup(&mut self) {
        self.peek_count += 1;
    }

    /// Where the next token begins: inside of an action, and if no more than one token was given back.
    pub(super) fn ahead(&self) -> Option<usize> {
        let next = self.token[0];
        match self.peek_count {
            0 => Some(self.shared.lexer.place()),
            1 if !matches!(next.token, Token::Error | Token::Eof) => Some(next.pos as usize),
            _ => None,
        }
    }

    /// Goes on after a token that somebody else has read.
    pub(super) fn go_on_after(&mut self, item: Item) {
        self.token[0] = item;
        self.peek_count = 0;
    }

    /// The text of a token.
    pub(super) fn val(&self, item: Item) -> &'i [u8] {
        &self.shared.text[item.pos as usize..item.end as usize]
    }

    pub(super) fn backup2(&mut self, first: Item) {
        self.token[1] = first;
        self.peek_count = 2;
    }

    pub(super) fn backup3(&mut self, first: Item, second: Item) {
        self.token[1] = second;
        self.token[2] = first;
        self.peek_count = 3;
    }

    pub(super) fn peek(&mut self) -> Item {
        if self.peek_count > 0 {
            return self.token[self.peek_count - 1];
        }
        self.peek_count = 1;
        self.token[0] = self.shared.lexer.next_item();
        self.token[0]
    }

    pub(super) fn next_non_space(&mut self) -> Item {
        loop {
            let item = self.next();
            if item.token != Token::Space {
                return item;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> Item {
        let item = self.next_non_space();
        self.backup();
        item
    }

    /// The line of a token, as Go counts.
    fn line(&self, item: Item) -> u32 {
        match self.shared.text.get(..item.pos as usize) {
            Some(before) => 1 + newlines(before) - self.shared.lexer.uncounted(item.pos),
            None => 0,
        }
    }

    #[cold]
    pub(super) fn error(&self, message: impl Into<Str>) -> Error {
        let mut error = Error::new(ErrorKind::Parse, message);
        error.data_mut().place = Some(Place { file: self.shared.file.clone(), line: self.line(self.token[0]) });
        error
    }

    pub(super) fn expect(&mut self, token: Token, context: &str) -> Result<Item> {
        let item = self.next_non_space();
        if item.token == token { Ok(item) } else { Err(self.unexpected(item, context)) }
    }

    #[cold]
    pub(super) fn unexpected(&self, item: Item, context: &str) -> Error {
        let text = self.item_text(item);
        if item.token != Token::Error {
            return self.error(format!("unexpected {text} in {context}"));
        }
        if let Some(action) = self.action.map(|delim| self.line(delim))
            && action != self.line(item)
        {
            // Go avoids "action in action".
            let lead = if text.ends_with(" action") { "" } else { " in action" };
            let line = action.to_string();
            let parts = [text.as_bytes(), lead.as_bytes(), b" started at ", &self.shared.file, b":", line.as_bytes()];
            return self.error(Str::concat(&parts));
        }
        self.error(text)
    }

    /// Go's `item.String`.
    pub(super) fn item_text(&self, item: Item) -> String {
        match item.token {
            Token::Eof => "EOF".to_owned(),
            Token::Error => self.shared.lexer.error.clone(),
            token if token > Token::Keyword => format!("<{}>", String::from_utf8_lossy(self.val(item))),
            // `%.10q`: ten runes.
            _ if item.end - item.pos > 10 => format!("{}...", quoted(first_runes(self.val(item), 10))),
            _ => quoted(self.val(item)),
        }
    }

    /// Refuses what is nested too deeply for the stack.
    pub(super) fn check_stack(&self) -> Result<()> {
        if stack::is_below(self.shared.floor) {
            let mut error = self.error("template is nested too deeply for the stack");
            error.data_mut().kind = ErrorKind::Limit;
            return Err(error);
        }
        Ok(())
    }
}

fn first_runes(text: &[u8], count: usize) -> &[u8] {
    match utf8::runes(text).nth(count) {
        Some((end, ..)) => &text[..end],
        None => text,
    }
}

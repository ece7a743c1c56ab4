//! `net/mail`'s `ParseAddress`, of which the format `email` wants the verdict only.

use super::super::ip;

/// Whether a text is one address: `a@b`, `a@b (name)`, `name <a@b>`, or a group of one (`name: a@b;`).
pub(super) fn is_address(text: &str) -> bool {
    let mut parser = Parser { rest: text };
    parser.address(true) == Some(1) && parser.skip_comments().is_some() && parser.rest.is_empty()
}

/// Where a text goes on. Every step gives `None` where Go's returns an error.
#[derive(Clone, Copy)]
struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    /// `parseAddress`: the number of addresses.
    fn address(&mut self, groups: bool) -> Option<usize> {
        self.skip_space();
        if self.rest.is_empty() {
            return None;
        }
        let start = *self;
        if self.spec().is_some() {
            self.skip_space();
            if self.consume('(') {
                self.comment().filter(|comment| !comment.split([' ', '\t']).any(is_of_unknown_charset))?;
            }
            return Some(1);
        }
        *self = start;
        if !self.rest.starts_with('<') {
            self.phrase()?;
        }
        self.skip_space();
        if groups && self.consume(':') {
            return self.group();
        }
        if !self.consume('<') {
            return None;
        }
        self.spec()?;
        self.consume('>').then_some(1)
    }

    /// `consumeGroupList`, behind the colon.
    fn group(&mut self) -> Option<usize> {
        self.skip_space();
        let mut count = 0;
        if self.consume(';') {
            self.skip_comments()?;
            return Some(count);
        }
        loop {
            self.skip_space();
            count += self.address(false)?;
            self.skip_comments()?;
            if self.consume(';') {
                self.skip_comments()?;
                return Some(count);
            }
            if !self.consume(',') {
                return None;
            }
        }
    }

    /// `consumeAddrSpec`.
    fn spec(&mut self) -> Option<()> {
        self.skip_space();
        if self.rest.starts_with('"') {
            // An empty local part is none.
            self.quoted().filter(|inner| *inner > 0)?;
        } else {
            self.atom(false)?;
        }
        if !self.consume('@') {
            return None;
        }
        self.skip_space();
        if self.consume('[') { self.domain_literal() } else { self.atom(false).map(|_| ()) }
    }

    /// `consumePhrase`.
    fn phrase(&mut self) -> Option<()> {
        let mut words = 0;
        loop {
            if words > 0 {
                self.skip_comments()?;
            }
            self.skip_space();
            if self.rest.is_empty() {
                return Some(());
            }
            let word = if self.rest.starts_with('"') {
                self.quoted().map(|_| ())
            } else {
                self.atom(true).filter(|word| !is_of_unknown_charset(word)).map(|_| ())
            };
            // What is no word ends the phrase, if it has one.
            match word {
                Some(()) => words += 1,
                None if words > 0 => return Some(()),
                None => return None,
            }
        }
    }

    /// `consumeQuotedString`, from its first quote: the number of its characters.
    fn quoted(&mut self) -> Option<usize> {
        let (mut escaped, mut count) = (false, 0);
        for (at, c) in self.rest.char_indices().skip(1) {
            let allowed = is_visible(c) || is_space(c);
            match c {
                '"' if !escaped => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    return Some(count);
                }
                '\\' if !escaped => escaped = true,
                _ if allowed => {
                    escaped = false;
                    count += 1;
                }
                _ => return None,
            }
        }
        None
    }

    /// `consumeAtom` with dots; a permissive one may begin and end with them.
    fn atom(&mut self, permissive: bool) -> Option<&'t str> {
        let in_atom = |c: char| is_visible(c) && !"()<>[]:;@\\,\"".contains(c);
        let end = self.rest.find(|c| !in_atom(c)).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at(end);
        if atom.is_empty() {
            return None;
        }
        self.rest = rest;
        let dots = atom.starts_with('.') || atom.ends_with('.') || atom.contains("..");
        (permissive || !dots).then_some(atom)
    }

    /// `consumeDomainLiteral`, behind its bracket.
    fn domain_literal(&mut self) -> Option<()> {
        let (literal, rest) = self.rest.split_once(']')?;
        self.rest = rest;
        let text = literal.chars().all(|c| is_visible(c) && !matches!(c, '[' | '\\'));
        (text && is_ip(literal)).then_some(())
    }

    /// `skipCFWS`.
    fn skip_comments(&mut self) -> Option<()> {
        self.skip_space();
        while self.consume('(') {
            self.comment()?;
            self.skip_space();
        }
        Some(())
    }

    /// `consumeComment`, behind its parenthesis; comments nest.
    fn comment(&mut self) -> Option<&'t str> {
        let text = self.rest;
        let (mut depth, mut escaped) = (1, false);
        for (at, c) in text.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if at + 1 < text.len() => escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = text.get(at + 1..).unwrap_or_default();
                return text.get(..at);
            }
        }
        None
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    fn consume(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// `net.ParseIP`, which knows no zones.
pub(super) fn is_ip(text: &str) -> bool {
    ip::parse(text).is_ok_and(|address| !address.zoned)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn is_visible(c: char) -> bool {
    !c.is_ascii() || c.is_ascii_graphic()
}

/// Whether a word is encoded after RFC 2047 (`=?charset?q?text?=`), in a charset that Go does not decode.
fn is_of_unknown_charset(word: &str) -> bool {
    let Some(inner) = word.strip_prefix("=?").and_then(|w| w.strip_suffix("?=")) else { return false };
    let parts: Vec<_> = inner.split('?').collect();
    let [charset, encoding, text] = parts.as_slice() else { return false };
    let decodes = match *encoding {
        "q" | "Q" => is_q_encoded(text),
        "b" | "B" => {
            let text = text.trim_end_matches('=');
            text.len() % 4 != 1 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
        }
        _ => false,
    };
    let known = ["utf-8", "iso-8859-1", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known));
    decodes && !charset.is_empty() && !known
}

fn is_q_encoded(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_fine = match byte {
            b'=' => [bytes.next(), bytes.next()].iter().all(|b| b.is_some_and(|b| b.is_ascii_hexdigit())),
            byte => byte.is_ascii() && (!byte.is_ascii_control() || byte == b'\t'),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_are_those_of_net_mail() {
        for text in [
            "a@b",
            " a@b ",
            "a.b+c@d-e",
            "\"a b\"@c",
            "\"a\\\"b\"@c",
            "a@[1.2.3.4]",
            "a@[::1]",
            "é@ü",
            "<a@b>",
            "A B <a@b>",
            "\"A, B\" <a@b>",
            "A. B <a@b>",
            "A (x) B <a@b>",
            "a@b (x (y) \\) z)",
            "g: a@b;",
            "g: a@b (x) ;",
            "=?utf-8?q?=C3=A9?= <a@b>",
            "=?x?y?z?= <a@b>",
            "A =?koi8-r?q?x?= <a@b>",
        ] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c",
            ".a@b",
            "a.@b",
            "a..b@c",
            "a@b.",
            "\"\"@b",
            "\"a@b",
            "\"a\u{1}\"@b",
            "a@[1]",
            "a@[::1%x]",
            "a@[1.2.3.4",
            "a@[\\]",
            "<a@b",
            "A <>",
            "A",
            "A B",
            "a@b, c@d",
            "g: ;",
            "g: a@b, c@d;",
            "g: a@b",
            "g: h: a@b;;",
            "a@b (x",
            "a@b (=?koi8-r?b?eA==?=)",
            "=?koi8-r?q?x?= <a@b>",
            "a@b c",
            "a\u{1}@b",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}

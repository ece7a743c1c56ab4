//! The lexer and the parser of templates.

use thinlock_renderer::Dialect;
use thinlock_template::{error_text, excerpt, hint, parse};

use crate::world::{dialect_of, functions};

/// Parses the input as a template. What is printed of it parses again, to what prints the same.
pub fn template_parser(data: &[u8]) {
    let dialect = dialect_of(data);
    let parsed = match parse("t", data, functions(), &dialect.toolchain) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(!error_text(&error).is_empty());
            let _ = (excerpt(&error, &|_| Some(data.to_vec())), hint(&error));
            return;
        }
    };
    // A name that is no UTF-8 cannot be asked for.
    for name in parsed.names().filter_map(|name| name.to_utf8()) {
        let Some(printed) = parsed.print(name) else { panic!("template {name:?} is not in its own text") };
        if texts_hold_braces(data) {
            continue;
        }
        reparse(name, &printed, dialect);
    }
}

/// Go prints texts as they are, so a brace at the end of one can join those of an action behind it. Comments and trimmed
/// blanks bring them together; an input with other braces than pairs is therefore not read again.
fn texts_hold_braces(data: &[u8]) -> bool {
    data.chunk_by(|a, b| a == b).any(|run| run.first() == Some(&b'{') && run.len() != 2)
        || data.windows(3).any(|w| w == b"{{/" || w == b"{{-")
}

fn reparse(name: &str, printed: &[u8], dialect: &Dialect) {
    let shown = String::from_utf8_lossy(printed);
    let again = match parse(name, printed, functions(), &dialect.toolchain) {
        Ok(again) => again,
        Err(error) => panic!("{shown:?} does not parse: {}", error_text(&error)),
    };
    let again = again.print(name).unwrap_or_default();
    assert_eq!(String::from_utf8_lossy(&again), shown);
}

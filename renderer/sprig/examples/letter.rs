//! Writes reminder letters: a template, sprig's functions, and a list of loans.
//!
//! ```text
//! cargo run -p thinlock-sprig --example letter
//! ```

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use thinlock_go::{Host, List, Map, Toolchain, Value};
use thinlock_template::{Env, FuncMap, Set, TextCache, error_text, parse};

const LETTER: &str = r#"
{{- range .loans }}
Dear {{ .reader | title }},

{{ printf "you have %d %s of ours:" (len .books) (len .books | plural "book" "books") | trim }}
{{- range .books | sortAlpha }}
  * {{ . | abbrev 30 }}
{{- end }}
{{ printf "Please bring %s back by %s. The fee is %.2f euros a week." (len .books | plural "it" "them")
     (dateInZone "Monday, 2 January 2006" .due "Europe/Berlin") (mulf 0.25 (len .books)) | wrap 60 }}

Yours, the library (loan {{ printf "%s %s" .reader (join " " .books) | sha256sum | trunc 8 }})
{{ end }}"#;

/// The functions ask for a zone here, and for nothing else of the world.
struct Library;

impl Host for Library {
    fn now_unix_nanos(&self) -> i128 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos() as i128)
    }

    fn local_zone(&self) -> &str {
        "Europe/Berlin"
    }

    fn fill_random(&self, _: &mut [u8]) -> Result<(), String> {
        Err("no randomness".to_owned())
    }

    fn host_by_name(&self, _: &str) -> String {
        String::new()
    }
}

fn loan(reader: &str, books: &[&str], due: i64) -> Value {
    let loan = Map::string_any();
    loan.insert("reader", reader);
    loan.insert("books", List::strings(books.iter().copied()));
    loan.insert("due", Value::int64(due));
    Value::Map(loan)
}

fn main() -> Result<(), String> {
    let toolchain = Toolchain::default();
    let mut functions = FuncMap::new();
    functions.add(thinlock_sprig::functions());
    let functions = Arc::new(functions);

    let mut set = Set::new("letters");
    set.add(&parse("letter", LETTER, &functions, &toolchain).map_err(|e| error_text(&e))?);

    let dot = Map::string_any();
    let loans = vec![
        loan("ada lovelace", &["Sketch of the Analytical Engine", "Flora"], 1_767_225_600),
        loan("emmy noether", &["Idealtheorie in Ringbereichen"], 1_767_830_400),
    ];
    dot.insert("loans", List::any(loans));

    let (texts, mut state, mut out) = (TextCache::new(functions), (), Vec::new());
    let env = Env::new(&Library, &toolchain, &mut state, &texts);
    set.execute("letter", Value::Map(dot), &mut out, env).map_err(|e| error_text(&e))?;
    print!("{}", String::from_utf8_lossy(&out));
    Ok(())
}

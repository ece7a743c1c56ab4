//! `printf` as Go's `fmt` does it: the first argument is the format, the others are operands.
//!
//! ```text
//! $ cargo run -q -p thinlock-go --example gofmt_print -- '%-6s|%06.2f|%#x|%v' left 3.14159 255 '{"b":[1,null],"a":"x"}'
//! left  |003.14|0xff|map[a:x b:[1 <nil>]]
//! ```
//!
//! An operand that reads as a Go integer, a float, `true`, `false` or `nil` is that; what is valid JSON of an object or
//! an array is a `map[string]interface {}` or a `[]interface {}`; everything else is a string.

use std::io::Write;

use thinlock_go::{Value, fmt, json, strconv};

fn operand(text: &str) -> Value {
    let bytes = text.as_bytes();
    match text {
        "nil" => return Value::Nil,
        "true" | "false" => return Value::Bool(text == "true"),
        _ => {}
    }
    if let Ok(n) = strconv::parse_int(bytes, 0, 64) {
        return Value::int(n);
    }
    if let Ok(x) = strconv::parse_float(bytes, 64) {
        return Value::Float(x);
    }
    match json::decode(bytes) {
        Ok(value @ (Value::Map(_) | Value::List(_))) => value,
        _ => Value::from(text),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let format = args.next().ok_or("usage: gofmt_print FORMAT [OPERAND]...")?;
    let operands: Vec<Value> = args.map(|arg| operand(&arg)).collect();
    let mut text = fmt::sprintf(format.as_bytes(), &operands).map_err(|e| format!("{e:?}"))?;
    text.push(b'\n');
    std::io::stdout().write_all(&text)?;
    Ok(())
}

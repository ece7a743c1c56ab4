//! Go's dynamic values, and what Go's standard library prints.
//!
//! A Go program that renders templates passes `any` values around, and much of what it prints depends on the concrete
//! Go types behind them. This crate is that world in Rust: [`Value`] is what a Go `any` can hold, [`Type`] is what
//! `reflect` says of it, and the modules named after Go packages print and parse what those packages do.
//!
//! ```
//! use thinlock_go::{Map, Value};
//!
//! let a = Map::string_any();
//! let b = a.clone(); // the same map, as in Go
//! b.insert("x", Value::int(1));
//! assert!(matches!(a.get("x"), Some(Value::Int(_, 1))));
//! ```
//!
//! Texts come out as Go's, to the byte:
//!
//! ```
//! use thinlock_go::{Value, fmt, json, strconv};
//!
//! let value = json::decode(br#"{"replicas": 3, "ratio": 1e21, "names": ["a", null]}"#).unwrap();
//! let text = fmt::sprintf(b"%v %#v", &[value.clone(), Value::int(7)]).unwrap();
//! assert_eq!(text, b"map[names:[a <nil>] ratio:1e+21 replicas:3] 7");
//! assert_eq!(json::encode(&value, json::Html::Escape).unwrap(), br#"{"names":["a",null],"ratio":1e+21,"replicas":3}"#);
//! assert_eq!(strconv::quote("é\n\u{200b}".as_bytes()), r#""é\n\u200b""#);
//!
//! let error = strconv::atoi(b"1x").unwrap_err();
//! assert_eq!(error.to_string(), r#"strconv.Atoi: parsing "1x": invalid syntax"#);
//! ```
//!
//! Strings and byte slices are bytes here as in Go ([`Str`]); what takes text takes `&[u8]`. Functions that Go ends with
//! a panic, or with the death of the process, return an error.

pub mod capacity;
mod deep;
pub mod error;
pub mod fmt;
pub mod frozen;
pub mod func;
pub mod glob;
pub mod host;
pub mod json;
pub mod list;
pub mod map;
pub mod object;
pub mod path;
pub mod reflect;
pub mod regexp;
pub mod stack;
pub mod str;
pub mod strconv;
pub mod strings;
pub mod threads;
pub mod time;
pub mod toolchain;
pub mod types;
pub mod unicode;
pub mod url;
pub mod utf8;
pub mod value;

pub use error::{CallError, Error, ErrorKind, Frame, Place};
pub use frozen::Frozen;
pub use func::{Func, Interp};
pub use host::Host;
pub use list::List;
pub use map::Map;
pub use object::Object;
pub use str::Str;
pub use toolchain::Toolchain;
pub use types::{Kind, Type, TypeInfo};
pub use value::{IntKind, UintKind, Value};

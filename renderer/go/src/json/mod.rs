//! Go's `encoding/json`: what `Marshal`, `MarshalIndent` and `Unmarshal` write and read, with their error texts.

mod decode;
mod encode;

pub use decode::{Build, Number, decode, decode_as, decode_prefix, decode_prefix_into, decode_prefix_numbers};
pub use encode::{TOO_LARGE, append_float, append_string, encode, encode_indent, encode_str, indent};

/// Whether `<`, `>` and `&` are written as `\u003c` and so on: what Go's `Marshal` does, and an `Encoder` with
/// `SetEscapeHTML(false)` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Html {
    /// `json.Marshal`.
    Escape,
    /// `Encoder.SetEscapeHTML(false)`, sprig's `toRawJson`.
    Keep,
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

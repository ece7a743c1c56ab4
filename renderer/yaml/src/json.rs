//! JSON text of a document: `json.Marshal` of what sigs.k8s.io/yaml makes of it.

use thinlock_go::json::{self, Html};

use crate::Error;
use crate::exact::{Any, Document, Entry, Id, Visit};

/// Writes a document as JSON.
///
/// # Errors
/// The document holds what JSON cannot: an infinity, a NaN.
pub(crate) fn append(out: &mut Vec<u8>, document: &Document<'_>) -> Result<(), Error> {
    append_value(out, document, document.root)
}

/// Writes a part of a document as JSON.
///
/// # Errors
/// As [`append`].
pub(crate) fn append_value(out: &mut Vec<u8>, document: &Document<'_>, id: Id) -> Result<(), Error> {
    document.walk(id, &mut Writer { out })
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
}

impl Writer<'_> {
    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'[' | b'{' | b':')) {
            self.out.push(b',');
        }
    }
}

impl Visit for Writer<'_> {
    fn scalar(&mut self, document: &Document<'_>, value: Any) -> Result<(), Error> {
        self.separate();
        match value {
            Any::Nil | Any::List { .. } | Any::Map { .. } => self.out.extend_from_slice(b"null"),
            Any::Bool(b) => self.out.extend_from_slice(if b { b"true" } else { b"false" }),
            Any::Int(n) => self.out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes()),
            Any::Uint(n) => self.out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes()),
            Any::Float(x) => json::append_float(self.out, x).map_err(Error::new)?,
            Any::Str(bytes) => json::append_string(self.out, document.bytes(bytes), Html::Escape),
        }
        Ok(())
    }

    fn open(&mut self, _: &Document<'_>, value: Any) -> Result<(), Error> {
        self.separate();
        self.out.push(if matches!(value, Any::Map { .. }) { b'{' } else { b'[' });
        Ok(())
    }

    fn key(&mut self, document: &Document<'_>, entry: Entry) -> Result<(), Error> {
        self.separate();
        json::append_string(self.out, document.bytes(entry.name), Html::Escape);
        self.out.push(b':');
        Ok(())
    }

    fn close(&mut self, _: &Document<'_>, value: Any) {
        self.out.push(if matches!(value, Any::Map { .. }) { b'}' } else { b']' });
    }
}

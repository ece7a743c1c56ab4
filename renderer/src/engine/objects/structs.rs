//! Go structs and pointers to them, as data.

use std::any::Any;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use thinlock_go::object::Field;
use thinlock_go::{Object, Str, Type, Value};

/// A struct without methods.
#[derive(Debug)]
pub(super) struct Struct {
    pub(super) go_type: Type,
    pub(super) fields: Vec<Field>,
    /// Whether its fields have `yaml` tags as well, which say the same.
    pub(super) yaml_tags: bool,
}

impl Struct {
    fn own(&self, name: &[u8]) -> Option<&Field> {
        self.fields.iter().find(|field| is_named(field, name))
    }

    /// The embedded structs: their fields are promoted.
    fn embedded(&self) -> impl Iterator<Item = &Rc<dyn Object>> {
        self.fields.iter().filter(|field| field.embedded).filter_map(|field| match &field.value {
            Value::Object(inner) => Some(inner),
            _ => None,
        })
    }
}

/// Whether this is the exported field of that name.
#[inline]
fn is_named(field: &Field, name: &[u8]) -> bool {
    let own = field.name.as_bytes();
    // Mostly that tells, and without a call.
    own.len() == name.len() && own.first() == name.first() && own == name && field.exported()
}

impl Object for Struct {
    fn go_type(&self) -> Type {
        self.go_type
    }

    fn fields(&self) -> Vec<Field> {
        self.fields.clone()
    }

    fn field(&self, name: &[u8]) -> Option<Field> {
        self.own(name).cloned().or_else(|| self.embedded().find_map(|inner| inner.field(name)))
    }

    fn kept_field(&self, name: &Str, hint: &AtomicU32) -> Option<(&Value, Type)> {
        let bytes = name.as_bytes();
        let hinted = self.fields.get(hint.load(Ordering::Relaxed) as usize);
        if let Some(field) = hinted.filter(|field| is_named(field, bytes)) {
            return Some((&field.value, field.go_type));
        }
        let Some(at) = self.fields.iter().position(|field| is_named(field, bytes)) else {
            return self.embedded().find_map(|inner| inner.kept_field(name, hint));
        };
        // Structs have few fields.
        hint.store(at as u32, Ordering::Relaxed);
        self.fields.get(at).map(|field| (&field.value, field.go_type))
    }

    fn has_yaml_tags(&self) -> bool {
        self.yaml_tags
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A pointer to a struct, neither of which has methods.
#[derive(Debug)]
pub(super) struct Pointer {
    pub(super) go_type: Type,
    pub(super) target: Rc<Struct>,
}

impl Object for Pointer {
    fn go_type(&self) -> Type {
        self.go_type
    }

    fn pointee(&self) -> Option<Value> {
        Some(Value::Object(Rc::<Struct>::clone(&self.target)))
    }

    fn field(&self, name: &[u8]) -> Option<Field> {
        self.target.field(name)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An exported field that is not embedded.
pub(super) fn field(name: &'static str, go_type: Type, json: &'static str, value: impl Into<Value>) -> Field {
    Field { name, go_type, value: value.into(), embedded: false, json }
}

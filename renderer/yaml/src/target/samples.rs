//! The target of the tests: much as the head of a manifest.

use super::{Shape, Target};

static STRING: Target = Target { go_type: "string", shape: Shape::String };
static ANY: Target = Target { go_type: "interface {}", shape: Shape::Any };
static STRINGS: Target = Target { go_type: "map[string]string", shape: Shape::Map(&STRING) };
static INNER: Target = Target {
    go_type: "struct {}",
    shape: Shape::Struct { name: "", fields: &[("name", &STRING), ("annotations", &STRINGS), ("any", &ANY)] },
};
static POINTER: Target = Target { go_type: "*struct {}", shape: Shape::Pointer(&INNER) };
pub(super) static HEAD: Target = Target {
    go_type: "x.Head",
    shape: Shape::Struct { name: "Head", fields: &[("kind", &STRING), ("metadata", &POINTER)] },
};

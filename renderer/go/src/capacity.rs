//! How Go's `append` grows a slice's array. A template can see it: sprig's `slice` reaches up to the capacity, where it
//! finds zero values.

use crate::types::{Kind, Type};
use crate::{List, Str, Value};

/// The sizes in bytes that Go's allocator hands out below 32 KiB.
const SIZE_CLASSES: [usize; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480,
    512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864,
    5120, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072,
    20480, 21760, 24576, 27264, 28672,
];
/// The largest size that comes from a class, but for the header.
const LARGEST_CLASS: usize = 32768;
const PAGE: usize = 8192;

/// The size of an element in bytes, and whether the garbage collector need not look into it.
fn element(go_type: Type) -> (usize, bool) {
    match go_type.elem.map(|elem| elem.kind) {
        Some(Kind::Bool | Kind::Int8 | Kind::Uint8) => (1, true),
        Some(Kind::Int16 | Kind::Uint16) => (2, true),
        Some(Kind::Int32 | Kind::Uint32 | Kind::Float32) => (4, true),
        Some(Kind::Int | Kind::Int64 | Kind::Uint | Kind::Uint64 | Kind::Float64) => (8, true),
        Some(Kind::Pointer | Kind::Map) => (8, false),
        Some(Kind::Slice) => (24, false),
        // Strings and interfaces are two words.
        _ => (16, false),
    }
}

/// The zero value that a slice holds beyond its length.
pub(crate) fn zero_element(go_type: Type) -> Value {
    let Some(elem) = go_type.elem else { return Value::Nil };
    match elem.kind {
        Kind::Bool => Value::Bool(false),
        Kind::Int => Value::int(0),
        Kind::Int64 => Value::int64(0),
        Kind::Float64 => Value::Float(0.0),
        Kind::String => Value::Str(Str::EMPTY),
        Kind::Slice => Value::List(List::nil(elem)),
        _ => Value::Nil,
    }
}

/// What the allocator makes of a request (`roundupsize`).
fn allocated(bytes: usize, pointer_free: bool) -> usize {
    const HEADER: usize = 8;
    if bytes <= LARGEST_CLASS - HEADER {
        // Beyond 512 bytes a header with the pointer map is part of the object.
        let header = if !pointer_free && bytes > 512 { HEADER } else { 0 };
        let class = SIZE_CLASSES.partition_point(|class| *class < bytes + header);
        return SIZE_CLASSES.get(class).copied().unwrap_or(LARGEST_CLASS) - header;
    }
    bytes.next_multiple_of(PAGE)
}

/// The capacity of an array after one append that leaves `length` elements in it.
pub fn after_append(go_type: Type, capacity: usize, length: usize) -> usize {
    if length <= capacity { capacity } else { grown(go_type, capacity, length) }
}

/// The capacity after elements have been appended one by one until there are `length`.
pub fn after_each_append(go_type: Type, mut capacity: usize, length: usize) -> usize {
    while capacity < length {
        capacity = grown(go_type, capacity, capacity + 1);
    }
    capacity
}

/// `growslice`.
fn grown(go_type: Type, capacity: usize, length: usize) -> usize {
    /// Smaller slices are doubled; larger ones grow by a quarter in the end.
    const THRESHOLD: usize = 256;
    let wanted = if length > capacity.saturating_mul(2) {
        length
    } else if capacity < THRESHOLD {
        capacity * 2
    } else {
        let mut wanted = capacity;
        while wanted < length {
            wanted += (wanted + 3 * THRESHOLD) / 4;
        }
        wanted
    };
    let (size, pointer_free) = element(go_type);
    match wanted.checked_mul(size) {
        Some(bytes) => (allocated(bytes, pointer_free) / size).max(length),
        None => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{SLICE_ANY, SLICE_INT, SLICE_STRING};

    #[test]
    fn grows_as_go_does() {
        // After how many appends the capacity changed, and to what.
        let any = [
            (1, 1),
            (2, 2),
            (3, 4),
            (5, 8),
            (9, 16),
            (17, 32),
            (33, 71),
            (72, 143),
            (144, 303),
            (304, 591),
            (592, 1023),
            (1024, 1535),
            (1536, 2560),
            (2561, 3584),
        ];
        let int = [
            (1, 1),
            (2, 2),
            (3, 4),
            (5, 8),
            (9, 16),
            (17, 32),
            (33, 64),
            (65, 128),
            (129, 256),
            (257, 512),
            (513, 848),
            (849, 1280),
            (1281, 1792),
            (1793, 2560),
            (2561, 3408),
            (3409, 5120),
            (5121, 7168),
        ];
        let check = |go_type: Type, changes: &[(usize, usize)]| {
            for (length, capacity) in changes {
                assert_eq!(after_each_append(go_type, 0, *length), *capacity, "{go_type} {length}");
                assert_eq!(after_each_append(go_type, 0, *capacity), *capacity, "{go_type} {capacity}");
            }
        };
        check(&SLICE_ANY, &any);
        check(&SLICE_STRING, &any);
        check(&SLICE_INT, &int);
        for (capacity, after) in
            [(1, 2), (2, 4), (3, 6), (5, 10), (7, 14), (9, 18), (11, 22), (33, 71), (40, 87), (300, 591)]
        {
            assert_eq!(after_append(&SLICE_ANY, capacity, capacity + 1), after);
        }
        assert_eq!(after_append(&SLICE_ANY, 1, 3), 3);
        assert_eq!(after_append(&SLICE_ANY, 1, 17), 18);
        assert_eq!(after_append(&SLICE_STRING, 10, 3), 10);
    }
}

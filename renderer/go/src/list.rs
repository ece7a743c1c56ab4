//! Go slices: views on a shared backing array.

use std::cell::{Ref, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::capacity;
use crate::deep::{self, Content};
use crate::types::{SLICE_ANY, SLICE_STRING, Type};
use crate::{Str, Value};

/// A Go slice.
///
/// A clone and a [`List::slice`] see the same elements, as in Go: sprig's `sortAlpha` sorts a `[]string` in place, and
/// every variable that holds it sees that.
#[derive(Clone)]
pub struct List {
    backing: Rc<Backing>,
    start: u32,
    len: u32,
}

struct Backing {
    go_type: Type,
    nil: bool,
    items: RefCell<Vec<Value>>,
    // The length of Go's array. What is beyond the items is zero values, which are made when a view reaches them.
    capacity: usize,
}

impl Drop for Backing {
    fn drop(&mut self) {
        let items = self.items.get_mut();
        if deep::is_deep(items.iter()) {
            deep::drop_content(Content::List(std::mem::take(items)));
        }
    }
}

impl List {
    /// A slice of a type with these elements, and no capacity beyond them.
    pub fn new(go_type: Type, items: Vec<Value>) -> List {
        List::with_capacity(go_type, items, 0)
    }

    /// A slice whose array is longer than its elements: what `make([]T, 0, capacity)` and appending to it gives. A
    /// template sees the difference, as sprig's `slice` reaches up to the capacity.
    pub fn with_capacity(go_type: Type, items: Vec<Value>, capacity: usize) -> List {
        // More than 2^32 elements of 24 bytes cannot be had within the memory limits of a render.
        let len = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let capacity = capacity.max(items.len());
        List { backing: Rc::new(Backing { go_type, nil: false, items: RefCell::new(items), capacity }), start: 0, len }
    }

    /// A slice to which Go has appended its elements one after the other.
    pub fn appended(go_type: Type, items: Vec<Value>) -> List {
        let capacity = capacity::after_each_append(go_type, 0, items.len());
        List::with_capacity(go_type, items, capacity)
    }

    /// A `[]interface {}`.
    pub fn any(items: Vec<Value>) -> List {
        List::new(&SLICE_ANY, items)
    }

    /// A `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> List {
        List::new(&SLICE_STRING, items.into_iter().map(|s| Value::Str(s.into())).collect())
    }

    /// The nil slice of a type. It has no array that anybody could change, so that one serves all of a thread.
    pub fn nil(go_type: Type) -> List {
        thread_local! {
            static NIL: RefCell<Vec<Rc<Backing>>> = const { RefCell::new(Vec::new()) };
        }
        let new = || Rc::new(Backing { go_type, nil: true, items: RefCell::default(), capacity: 0 });
        let known = NIL.try_with(|known| {
            let mut known = known.borrow_mut();
            // They are few: a type that is known is a static one.
            let at = known.iter().position(|backing| std::ptr::eq(backing.go_type, go_type));
            let at = at.unwrap_or_else(|| {
                known.push(new());
                known.len() - 1
            });
            known.get(at).map(Rc::clone)
        });
        List { backing: known.ok().flatten().unwrap_or_else(new), start: 0, len: 0 }
    }

    /// The Go type.
    pub fn go_type(&self) -> Type {
        self.backing.go_type
    }

    /// Whether this is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.backing.nil
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Go's `cap`: the elements from the start of the view to the end of the backing array.
    pub fn capacity(&self) -> usize {
        self.backing.capacity - self.start as usize
    }

    /// The element at an index below [`List::len`].
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items().get(index).cloned()
    }

    /// The elements, borrowed. Hold it across no call that could write to the same slice: clone ([`List::to_vec`])
    /// instead.
    pub fn items(&self) -> Ref<'_, [Value]> {
        Ref::map(self.backing.items.borrow(), |v| &v[self.start as usize..(self.start + self.len) as usize])
    }

    /// A copy of the elements.
    pub fn to_vec(&self) -> Vec<Value> {
        self.items().to_vec()
    }

    /// The elements, moved out of the slice if nobody else sees them, and copied if somebody does.
    pub fn into_vec(mut self) -> Vec<Value> {
        let whole = self.start == 0;
        match Rc::get_mut(&mut self.backing) {
            Some(Backing { items, .. }) if whole && items.borrow().len() == self.len as usize => items.take(),
            _ => self.to_vec(),
        }
    }

    /// A view on `[from, to)` of the same backing array, as `l[from:to]`; `None` out of range. As in Go, `to` may reach
    /// beyond the length, up to the capacity.
    pub fn slice(&self, from: usize, to: usize) -> Option<List> {
        if from > to || to > self.capacity() {
            return None;
        }
        let end = self.start as usize + to;
        let made = self.backing.items.borrow().len();
        if end > made {
            self.backing.items.try_borrow_mut().ok()?.resize(end, capacity::zero_element(self.go_type()));
        }
        let (from, to) = (u32::try_from(from).ok()?, u32::try_from(to).ok()?);
        Some(List { backing: Rc::clone(&self.backing), start: self.start + from, len: to - from })
    }

    /// Sorts the elements of this view in place; every view on the same backing array sees it. Stable.
    pub fn sort_by(&self, compare: impl FnMut(&Value, &Value) -> std::cmp::Ordering) {
        let range = self.start as usize..(self.start + self.len) as usize;
        // Sorted outside the cell, so that a comparison may look at the slice.
        let mut items = self.to_vec();
        items.sort_by(compare);
        self.backing.items.borrow_mut()[range].clone_from_slice(&items);
    }

    /// A number that tells this backing array from every other live one, for cycle checks.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.backing).addr()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.go_type())?;
        f.debug_list().entries(self.items().iter()).finish()
    }
}

//! Dropping what is nested more deeply than the stack.
//!
//! A template can put a dictionary into a dictionary a million times; dropping the outermost then drops the next, and
//! so on. Where the stack runs low the rest is set aside and dropped by the calls further up.

use std::cell::RefCell;
use std::rc::Rc;

use crate::map::Entries;
use crate::{Value, stack};

/// The content of a map or list.
#[expect(dead_code, reason = "held only to be dropped")]
pub(crate) enum Content {
    Map(Rc<Entries>),
    List(Vec<Value>),
}

thread_local! {
    static ASIDE: RefCell<Vec<Content>> = const { RefCell::new(Vec::new()) };
}

/// Whether the content of a map or list that is going away must be given to [`drop_content`] instead of being dropped
/// as usual: the stack is used by half already.
pub(crate) fn is_deep<'a>(mut values: impl Iterator<Item = &'a Value>) -> bool {
    values.any(|value| matches!(value, Value::Map(_) | Value::List(_) | Value::Object(_))) && stack::is_half_used()
}

/// Drops content that is nested deeply.
pub(crate) fn drop_content(content: Content) {
    if stack::is_low() {
        // While the thread ends there is no list any more; then the content leaks rather than overflow the stack.
        let mut content = Some(content);
        let _ = ASIDE.try_with(|aside| {
            if let Ok(mut aside) = aside.try_borrow_mut() {
                aside.extend(content.take());
            }
        });
        std::mem::forget(content);
        return;
    }
    drop(content);
    while let Some(next) = take_aside() {
        drop(next);
        if stack::is_low() {
            break;
        }
    }
}

fn take_aside() -> Option<Content> {
    ASIDE.try_with(|aside| aside.try_borrow_mut().ok()?.pop()).ok().flatten()
}

#[cfg(test)]
mod tests {
    use crate::{List, Map, Value};

    #[test]
    fn a_million_levels() {
        let mut value = Value::Nil;
        for i in 0..1_000_000 {
            value = if i % 2 == 0 {
                let map = Map::string_any();
                map.insert("in", value);
                map.into()
            } else {
                List::any(vec![value]).into()
            };
        }
        drop(value);
    }
}

//! Limits on what one call may build. Go's process would take the memory, or die of it; a renderer of charts that it
//! did not write says no instead.

use thinlock_go::{CallError, stack};

/// The longest string that a function makes, in bytes.
pub(crate) const MAX_TEXT: usize = 128 << 20;

/// The longest slice that a function makes out of a count, and the most values that a copy or a merge visits.
pub(crate) const MAX_ELEMENTS: usize = 1 << 21;

/// Refuses a string of more than [`MAX_TEXT`] bytes.
pub(crate) fn check_text(function: &str, bytes: usize) -> Result<(), CallError> {
    if bytes > MAX_TEXT {
        return Err(CallError::Limit(
            format!("{function}: the result would have {bytes} bytes, more than {MAX_TEXT}").into(),
        ));
    }
    Ok(())
}

/// Refuses a slice of more than [`MAX_ELEMENTS`] elements.
pub(crate) fn check_elements(function: &str, elements: usize) -> Result<(), CallError> {
    if elements > MAX_ELEMENTS {
        return Err(CallError::Limit(
            format!("{function}: the result would have {elements} elements, more than {MAX_ELEMENTS}").into(),
        ));
    }
    Ok(())
}

/// Refuses to compare more pairs of values than take about a second.
pub(crate) fn check_comparisons(function: &str, pairs: usize) -> Result<(), CallError> {
    const MAX_PAIRS: usize = 50_000_000;
    if pairs > MAX_PAIRS {
        return Err(CallError::Limit(format!("{function}: more than {MAX_PAIRS} pairs of values to compare").into()));
    }
    Ok(())
}

/// Refuses to follow values deeper than the stack allows: only a map that holds itself is so deep.
pub(crate) fn check_depth(function: &str) -> Result<(), CallError> {
    if stack::is_low() {
        return Err(CallError::Limit(
            format!("{function}: values nested too deep (does a map contain itself?)").into(),
        ));
    }
    Ok(())
}

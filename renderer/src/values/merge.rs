//! Merging of values files: tables are merged deeply, everything else is replaced by the later one.

use thinlock_go::{Frozen, Str};

/// Lays `over` upon `base`: Helm's `MergeMaps`. A key of both that is a table in both is merged; otherwise the value of
/// `over` stays, null included. What is no map counts as an empty one.
pub fn merge(base: &Frozen, over: &Frozen) -> Frozen {
    let (Frozen::Map(go_type, a), Frozen::Map(_, b)) = (base, over) else {
        return if matches!(over, Frozen::Map(..)) { over.clone() } else { base.clone() };
    };
    let mut merged: Vec<(Str, Frozen)> = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    while let Some(entry) = match (a.peek(), b.peek()) {
        (Some((ka, va)), Some((kb, vb))) if ka == kb => {
            let tables = matches!((va, vb), (Frozen::Map(..), Frozen::Map(..)));
            let value = if tables { merge(va, vb) } else { vb.clone() };
            let entry = (ka.clone(), value);
            a.next();
            b.next();
            Some(entry)
        }
        (Some((ka, _)), Some((kb, _))) if ka < kb => a.next().cloned(),
        (Some(_), None) => a.next().cloned(),
        (_, _) => b.next().cloned(),
    } {
        merged.push(entry);
    }
    Frozen::Map(go_type, merged.into())
}

//! Parsed expressions as `regex-syntax` represents them.

use regex_syntax::hir::{self, Capture, ClassUnicode, ClassUnicodeRange, Hir, Repetition};

use super::class::Class;
use super::parse::{Kind, Look, Node};

/// Lowers a tree. Its height is limited by the parser.
pub(super) fn lower(node: &Node) -> Hir {
    match &node.kind {
        Kind::Empty => Hir::empty(),
        Kind::Literal { runes, fold } => literal(runes, *fold),
        Kind::Class(class) => lower_class(class),
        Kind::Look(look) => Hir::look(match look {
            Look::BeginText => hir::Look::Start,
            Look::EndText => hir::Look::End,
            Look::BeginLine => hir::Look::StartLF,
            Look::EndLine => hir::Look::EndLF,
            Look::WordBoundary => hir::Look::WordAscii,
            Look::NoWordBoundary => hir::Look::WordAsciiNegate,
        }),
        // Without its name: Go allows several groups of one name, the automaton does not.
        Kind::Capture(index, node) => Hir::capture(Capture { index: *index, name: None, sub: Box::new(lower(node)) }),
        Kind::Repeat { min, max, greedy, node, .. } => {
            Hir::repetition(Repetition { min: *min, max: *max, greedy: *greedy, sub: Box::new(lower(node)) })
        }
        Kind::Concat(nodes) => Hir::concat(nodes.iter().map(lower).collect()),
        Kind::Alternate(nodes) => Hir::alternation(nodes.iter().map(lower).collect()),
    }
}

fn literal(runes: &[u32], fold: bool) -> Hir {
    let mut parts = Vec::new();
    let mut text = String::new();
    for &code in runes {
        let Some(rune) = char::from_u32(code) else { return Hir::fail() };
        if fold && crate::unicode::simple_fold(rune) != rune {
            if !text.is_empty() {
                parts.push(Hir::literal(std::mem::take(&mut text).into_bytes()));
            }
            let mut class = Class::default();
            class.add(code, code, true);
            parts.push(lower_class(&class));
        } else {
            text.push(rune);
        }
    }
    if !text.is_empty() {
        parts.push(Hir::literal(text.into_bytes()));
    }
    Hir::concat(parts)
}

fn lower_class(class: &Class) -> Hir {
    let mut ranges = Vec::with_capacity(class.len());
    let mut add = |low: u32, high: u32| {
        if let (Some(low), Some(high)) = (char::from_u32(low), char::from_u32(high)) {
            ranges.push(ClassUnicodeRange::new(low, high));
        }
    };
    for &(low, high) in class.ranges() {
        // No text has surrogates.
        if low < 0xd800 {
            add(low, high.min(0xd7ff));
        }
        if high > 0xdfff {
            add(low.max(0xe000), high);
        }
    }
    Hir::class(hir::Class::Unicode(ClassUnicode::new(ranges)))
}

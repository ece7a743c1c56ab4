//! What can be cut out of a text: the blocks, actions and lines of a template, the entries of a YAML document.

use std::ops::Range;

/// Parts of a text that can be removed together.
pub(super) type Cut = Vec<Range<usize>>;

/// A text without a cut, whose ranges are in order and do not overlap.
pub(super) fn without(text: &str, cut: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in cut {
        out.push_str(text.get(from..range.start).unwrap_or_default());
        from = range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// The ranges of the parts at a depth: 0 is the whole file's own level. Lines of text, actions, and blocks from their
/// opening to their `end`; one level deeper is what the blocks hold. Empty where there is no such depth.
pub(super) fn template_parts(text: &str, depth: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    for node in &nodes(text) {
        collect(text, node, depth, &mut parts);
    }
    parts
}

fn collect(text: &str, node: &Node, depth: usize, parts: &mut Vec<Range<usize>>) {
    match node {
        Node::Leaf { range, action } if depth == 0 => {
            if *action {
                parts.push(range.clone());
                return;
            }
            let mut at = range.start;
            for line in text.get(range.clone()).unwrap_or_default().split_inclusive('\n') {
                parts.push(at..at + line.len());
                at += line.len();
            }
        }
        Node::Leaf { .. } => {}
        Node::Block(block) if depth == 0 => parts.push(block.open.start..block.end.end),
        Node::Block(block) => {
            for node in block.arms.iter().flat_map(|arm| &arm.nodes) {
                collect(text, node, depth - 1, parts);
            }
        }
    }
}

/// The ways in which blocks become simpler, largest first: one of their arms in place of the whole, or without one arm.
pub(super) fn template_simplifications(text: &str) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for node in &nodes(text) {
        simplify(node, &mut cuts);
    }
    cuts.sort_by_key(|cut: &Cut| std::cmp::Reverse(cut.iter().map(ExactSizeIterator::len).sum::<usize>()));
    cuts
}

fn simplify(node: &Node, cuts: &mut Vec<Cut>) {
    let Node::Block(block) = node else { return };
    for (at, arm) in block.arms.iter().enumerate() {
        let start = if at == 0 { block.open.end } else { arm.open.end };
        let end = block.arms.get(at + 1).map_or(block.end.start, |next| next.open.start);
        // A definition's body prints nothing where it stands.
        if !block.defines {
            cuts.push(vec![block.open.start..start, end..block.end.end]);
        }
        if at > 0 {
            cuts.push(std::iter::once(arm.open.start..end).collect());
        }
        arm.nodes.iter().for_each(|node| simplify(node, cuts));
    }
}

/// The calls `{{ include "NAME" . }}` of a text that are whole actions, with the name.
pub(super) fn plain_includes(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for (range, kind) in items(text) {
        if kind != Kind::Action {
            continue;
        }
        let words: Vec<&str> = inside(text, &range).split_whitespace().collect();
        if let ["include" | "template", name, "." | "$"] = words.as_slice()
            && let Some(name) = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'))
        {
            found.push((range, name.to_owned()));
        }
    }
    found
}

/// The bodies of the definitions of a text.
pub(super) fn definitions(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for node in nodes(text) {
        let Node::Block(block) = node else { continue };
        let words: Vec<&str> = inside(text, &block.open).split_whitespace().collect();
        if let ["define", name] = words.as_slice()
            && let Some(name) = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'))
        {
            let body = text.get(block.open.end..block.end.start).unwrap_or_default();
            found.push((name.to_owned(), body.trim().to_owned()));
        }
    }
    found
}

/// The words, numbers, strings and marks of the actions of a text, and the words of the text around them: the smallest
/// parts that are worth to be tried alone.
pub(super) fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let start = at;
        at += c.len_utf8();
        let same = |c: char| c.is_alphanumeric() || c == '_';
        if same(c) {
            at +=
                text.get(at..).unwrap_or_default().chars().take_while(|c| same(*c)).map(char::len_utf8).sum::<usize>();
        } else if c == '"' {
            at = quoted_end(text, at, '"').unwrap_or(at);
        } else if c == ' ' {
            at += text.get(at..).unwrap_or_default().chars().take_while(|c| *c == ' ').count();
        }
        found.push(start..at);
    }
    found
}

#[derive(Debug)]
enum Node {
    /// Text, or a single action.
    Leaf {
        range: Range<usize>,
        action: bool,
    },
    Block(Block),
}

#[derive(Debug)]
struct Block {
    open: Range<usize>,
    /// `define` and `block`, whose bodies are templates of their own.
    defines: bool,
    /// What follows the opening and each `else`.
    arms: Vec<Arm>,
    end: Range<usize>,
}

#[derive(Debug)]
struct Arm {
    /// The `else` action; that of the first arm is the block's opening.
    open: Range<usize>,
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Action,
    Open,
    Define,
    Else,
    End,
}

/// The tree of a text. What does not fit together (an `end` too many) is a leaf: a text that does not parse is cut all
/// the same.
fn nodes(text: &str) -> Vec<Node> {
    let mut open: Vec<Block> = Vec::new();
    let mut top = Vec::new();
    for (range, kind) in items(text) {
        let node = match kind {
            Kind::Open | Kind::Define => {
                let arms = vec![Arm { open: range.clone(), nodes: Vec::new() }];
                open.push(Block { open: range, defines: kind == Kind::Define, arms, end: 0..0 });
                continue;
            }
            Kind::Else if let Some(block) = open.last_mut() => {
                block.arms.push(Arm { open: range, nodes: Vec::new() });
                continue;
            }
            Kind::End if let Some(mut block) = open.pop() => {
                block.end = range;
                Node::Block(block)
            }
            _ => Node::Leaf { action: kind != Kind::Text, range },
        };
        push(&mut open, &mut top, node);
    }
    // Blocks without an end: their parts stand alone.
    while let Some(block) = open.pop() {
        push(&mut open, &mut top, Node::Leaf { range: block.open, action: true });
        for arm in block.arms {
            arm.nodes.into_iter().for_each(|node| push(&mut open, &mut top, node));
        }
    }
    top
}

fn push(open: &mut [Block], top: &mut Vec<Node>, node: Node) {
    match open.last_mut().and_then(|block| block.arms.last_mut()) {
        Some(arm) => arm.nodes.push(node),
        None => top.push(node),
    }
}

/// Texts and actions in turn.
fn items(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")).map(|found| at + found) else {
            items.push((at..text.len(), Kind::Text));
            break;
        };
        if start > at {
            items.push((at..start, Kind::Text));
        }
        let end = action_end(text, start + 2);
        let range = start..end;
        let kind = match inside(text, &range).split(|c: char| !c.is_alphanumeric()).next() {
            Some("if" | "with" | "range") => Kind::Open,
            Some("define" | "block") => Kind::Define,
            Some("else") => Kind::Else,
            Some("end") => Kind::End,
            _ => Kind::Action,
        };
        items.push((range, kind));
        at = end;
    }
    items
}

/// What stands between the delimiters of an action, without their trim marks.
fn inside<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    let inside = text.get(range.clone()).unwrap_or_default();
    let inside = inside.strip_prefix("{{").unwrap_or(inside);
    let inside = inside.strip_suffix("}}").unwrap_or(inside);
    let inside = inside.strip_prefix("- ").or_else(|| inside.strip_prefix("-\n")).unwrap_or(inside);
    inside.strip_suffix(" -").or_else(|| inside.strip_suffix("\n-")).unwrap_or(inside).trim()
}

/// Where an action that is open at a place ends: behind its `}}`, or at the end of the text.
fn action_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let body = rest.strip_prefix("- ").unwrap_or(rest).trim_start();
    if body.starts_with("/*") {
        let comment = from + rest.len() - body.len();
        let close = text.get(comment..).and_then(|rest| rest.find("*/")).map_or(text.len(), |found| comment + found);
        return text.get(close..).and_then(|rest| rest.find("}}")).map_or(text.len(), |found| close + found + 2);
    }
    let mut at = from;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        at += c.len_utf8();
        match c {
            '"' | '`' | '\'' => at = quoted_end(text, at, c).unwrap_or(text.len()),
            '}' if text.get(at..).is_some_and(|rest| rest.starts_with('}')) => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where a string that is open at a place ends: behind its quote.
fn quoted_end(text: &str, from: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (offset, c) in text.get(from..)?.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            _ if c == quote => return Some(from + offset + c.len_utf8()),
            '\n' if quote != '`' => return None,
            _ => {}
        }
    }
    None
}

/// The entries of a YAML text at a depth, by indentation: a line with the deeper lines that follow it, and with the list
/// below a key that stands in the key's own column. Depth 1 is what the entries of depth 0 hold.
pub(super) fn yaml_parts(text: &str, depth: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let blank = content.trim().is_empty();
        lines.push(Line {
            range: at..at + line.len(),
            indent: (!blank).then_some(line.len() - content.len()),
            item: content.starts_with("- ") || content.trim_end() == "-",
        });
        at += line.len();
    }
    let mut parts = Vec::new();
    entries(&lines, depth, &mut parts);
    parts
}

struct Line {
    range: Range<usize>,
    /// None for a blank line.
    indent: Option<usize>,
    item: bool,
}

fn entries(lines: &[Line], depth: usize, parts: &mut Vec<Range<usize>>) {
    let mut rest = lines;
    while let Some((first, others)) = rest.split_first() {
        let below = match first.indent {
            None => 0,
            Some(indent) => others
                .iter()
                .position(|line| line.indent.is_some_and(|i| i < indent || (i == indent && (first.item || !line.item))))
                .unwrap_or(others.len()),
        };
        let (inner, after) = others.split_at(below.min(others.len()));
        if depth == 0 {
            let end = inner.last().map_or(first.range.end, |line| line.range.end);
            parts.push(first.range.start..end);
        } else {
            entries(inner, depth - 1, parts);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'t>(text: &'t str, parts: &[Range<usize>]) -> Vec<&'t str> {
        parts.iter().map(|part| &text[part.clone()]).collect()
    }

    #[test]
    fn templates_fall_into_blocks_actions_and_lines() {
        let text = "a\nb: {{ .x }}\n{{- if eq \"}}\" .y }}\nc\n{{ else }}\nd\n{{ end }}\n";
        assert_eq!(
            shown(text, &template_parts(text, 0)),
            ["a\n", "b: ", "{{ .x }}", "\n", "{{- if eq \"}}\" .y }}\nc\n{{ else }}\nd\n{{ end }}", "\n"]
        );
        assert_eq!(shown(text, &template_parts(text, 1)), ["\n", "c\n", "\n", "d\n"]);
        assert!(template_parts(text, 2).is_empty());
        let simpler: Vec<String> = template_simplifications(text).iter().map(|cut| without(text, cut)).collect();
        assert!(simpler.contains(&"a\nb: {{ .x }}\n\nc\n\n".to_owned()), "{simpler:?}");
        assert!(simpler.contains(&"a\nb: {{ .x }}\n\nd\n\n".to_owned()), "{simpler:?}");
        assert!(simpler.contains(&"a\nb: {{ .x }}\n{{- if eq \"}}\" .y }}\nc\n{{ end }}\n".to_owned()), "{simpler:?}");
    }

    #[test]
    fn comments_and_broken_texts_are_cut_too() {
        let text = "{{/* }} {{ if */}}x{{ end }}{{ if .a }}y{{ `}}` }";
        assert_eq!(
            shown(text, &template_parts(text, 0)),
            ["{{/* }} {{ if */}}", "x", "{{ end }}", "{{ if .a }}", "y", "{{ `}}` }"]
        );
        assert!(template_parts("{{ \"", 0).len() == 1);
        assert!(template_parts("", 0).is_empty());
    }

    #[test]
    fn definitions_and_their_plain_calls_are_found() {
        let text = "{{- define \"a.b\" -}}\n{{ .x }}\n{{- end }}\n{{ include \"a.b\" . }} {{ include \"a.b\" .y }}";
        assert_eq!(definitions(text), [("a.b".to_owned(), "{{ .x }}".to_owned())]);
        let includes = plain_includes(text);
        assert_eq!(includes.len(), 1);
        assert_eq!(&text[includes[0].0.clone()], "{{ include \"a.b\" . }}");
        assert_eq!(
            shown("{{ a.b \"x y\" }}", &tokens("{{ a.b \"x y\" }}")),
            ["{", "{", " ", "a", ".", "b", " ", "\"x y\"", " ", "}", "}"]
        );
    }

    #[test]
    fn yaml_falls_into_entries() {
        let text = "a: 1\nb:\n  c: 2\n\n  d:\n  - x\n  - y: 1\n    z: 2\nl:\n- 1\n- 2\n# end\n";
        assert_eq!(
            shown(text, &yaml_parts(text, 0)),
            ["a: 1\n", "b:\n  c: 2\n\n  d:\n  - x\n  - y: 1\n    z: 2\n", "l:\n- 1\n- 2\n", "# end\n"]
        );
        assert_eq!(
            shown(text, &yaml_parts(text, 1)),
            ["  c: 2\n\n", "  d:\n  - x\n  - y: 1\n    z: 2\n", "- 1\n", "- 2\n"]
        );
        assert_eq!(shown(text, &yaml_parts(text, 2)), ["\n", "  - x\n", "  - y: 1\n    z: 2\n"]);
        assert_eq!(shown(text, &yaml_parts(text, 3)), ["    z: 2\n"]);
        assert!(yaml_parts(text, 4).is_empty());
    }
}

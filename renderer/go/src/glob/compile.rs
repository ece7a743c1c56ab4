//! Trees to matchers, with the library's choices.

use super::matcher::Matcher;
use super::syntax::Node;

pub(super) fn compile(tree: &Node) -> Result<Matcher, String> {
    compile_at(tree, 0)
}

/// Deeper braces are refused: a pattern is input, and the stack is not endless.
const MAX_DEPTH: usize = 200;

fn compile_at(tree: &Node, depth: usize) -> Result<Matcher, String> {
    if depth > MAX_DEPTH {
        return Err("pattern is nested too deeply".to_owned());
    }
    let matcher = match tree {
        Node::AnyOf(alternatives) => match factor(alternatives) {
            Some(factored) => return compile_at(&factored, depth + 1),
            // Not optimised here, but by the sequence that it stands in.
            None => return Ok(Matcher::AnyOf(compile_each(alternatives, depth)?)),
        },
        Node::Pattern(children) if children.is_empty() => return Ok(Matcher::Nothing),
        Node::Pattern(children) => arrange(&minimize(compile_each(children, depth)?))?,
        Node::Any => Matcher::Any,
        Node::Super => Matcher::Super,
        Node::Single => Matcher::Single,
        Node::Nothing => Matcher::Nothing,
        Node::List { chars, not } => Matcher::List { chars: chars.clone(), not: *not },
        Node::Range { low, high, not } => Matcher::Range { low: *low, high: *high, not: *not },
        Node::Text(text) => Matcher::text(text),
    };
    Ok(optimize(matcher))
}

fn compile_each(nodes: &[Node], depth: usize) -> Result<Vec<Matcher>, String> {
    nodes.iter().map(|node| compile_at(node, depth + 1).map(optimize)).collect()
}

fn optimize(matcher: Matcher) -> Matcher {
    match matcher {
        Matcher::AnyOf(mut matchers) if matchers.len() == 1 => matchers.remove(0),
        Matcher::List { chars, not: false } if chars.len() == 1 => {
            Matcher::text(chars.iter().collect::<String>().as_bytes())
        }
        Matcher::Tree(value, left, right) => {
            let left = left.map(|m| Box::new(optimize(*m)));
            let right = right.map(|m| Box::new(optimize(*m)));
            let Matcher::Text { text, .. } = *value else { return Matcher::Tree(value, left, right) };
            match (left.as_deref(), right.as_deref()) {
                (None, None) => Matcher::text(&text),
                (Some(Matcher::Super), Some(Matcher::Super)) => Matcher::Contains { needle: text, not: false },
                (Some(Matcher::Super), None) => Matcher::Suffix(text),
                (None, Some(Matcher::Super)) => Matcher::Prefix(text),
                (None, Some(Matcher::Suffix(suffix))) => Matcher::PrefixSuffix(text, suffix.clone()),
                (Some(Matcher::Prefix(prefix)), None) => Matcher::PrefixSuffix(prefix.clone(), text),
                (Some(Matcher::Any), None) => Matcher::SuffixAny(text),
                (None, Some(Matcher::Any)) => Matcher::PrefixAny(text),
                _ => Matcher::Tree(Box::new(Matcher::text(&text)), left, right),
            }
        }
        other => other,
    }
}

/// A tree around the last of the longest parts of fixed length.
fn arrange(matchers: &[Matcher]) -> Result<Matcher, String> {
    match matchers {
        [] => return Err("compile error: need at least one matcher".to_owned()),
        [one] => return Ok(one.clone()),
        _ => {}
    }
    if let Some(glued) = glue(matchers) {
        return Ok(glued);
    }
    let longest = matchers.iter().enumerate().filter_map(|(at, m)| Some((m.len()?, at))).max();
    let Some((_, at)) = longest else {
        let rest = arrange(&matchers[1..])?;
        return Ok(Matcher::Tree(Box::new(matchers[0].clone()), None, Some(Box::new(rest))));
    };
    let side = |part: &[Matcher]| -> Result<Option<Box<Matcher>>, String> {
        if part.is_empty() { Ok(None) } else { Ok(Some(Box::new(arrange(part)?))) }
    };
    let left = side(&matchers[..at])?;
    let right = side(&matchers[at + 1..])?;
    Ok(Matcher::Tree(Box::new(matchers[at].clone()), left, right))
}

fn glue(matchers: &[Matcher]) -> Option<Matcher> {
    if matchers.len() <= 1 {
        return None;
    }
    glue_every(matchers).or_else(|| glue_row(matchers))
}

fn glue_row(matchers: &[Matcher]) -> Option<Matcher> {
    let mut len = 0;
    for matcher in matchers {
        len += matcher.len()?;
    }
    Some(Matcher::Row { len, matchers: matchers.to_vec() })
}

/// Parts that only ask for a number of runes, all of them none of the same few.
fn glue_every(matchers: &[Matcher]) -> Option<Matcher> {
    let mut any = false;
    let mut superb = false;
    let mut min = 0;
    let mut separators: Option<&[char]> = None;
    for matcher in matchers {
        let excluded: &[char] = match matcher {
            Matcher::Super => {
                superb = true;
                &[]
            }
            Matcher::Any => {
                any = true;
                &['/']
            }
            Matcher::Single => {
                min += 1;
                &['/']
            }
            Matcher::List { chars, not: true } => {
                min += 1;
                chars
            }
            _ => return None,
        };
        if *separators.get_or_insert(excluded) != excluded {
            return None;
        }
    }
    let separators = separators.unwrap_or_default();
    if superb && !any && min == 0 {
        return Some(Matcher::Super);
    }
    if any && !superb && min == 0 {
        return Some(Matcher::Any);
    }
    if (any || superb) && min > 0 && separators.is_empty() {
        return Some(Matcher::Min(min));
    }
    let mut every = Vec::new();
    if min > 0 {
        every.push(Matcher::Min(min));
        if !any && !superb {
            every.push(Matcher::Max(min));
        }
    }
    if !separators.is_empty() {
        every.push(Matcher::Contains { needle: separators.iter().collect::<String>().into_bytes(), not: true });
    }
    Some(Matcher::EveryOf(every))
}

/// Glues the longest run that can be glued, until nothing can.
fn minimize(mut matchers: Vec<Matcher>) -> Vec<Matcher> {
    loop {
        let mut done: Option<(Matcher, usize, usize)> = None;
        for from in 0..matchers.len() {
            for to in (from + 1..=matchers.len()).rev() {
                if done.as_ref().is_some_and(|(m, l, r)| to - from <= r - l && m.len().is_none()) {
                    // Neither longer nor, for want of a fixed length, better.
                    break;
                }
                let Some(glued) = glue(&matchers[from..to]) else { continue };
                let better = match &done {
                    None => true,
                    Some((old, l, r)) => {
                        matches!((old.len(), glued.len()), (Some(old), Some(new)) if new > old) || r - l < to - from
                    }
                };
                if better {
                    done = Some((glued, from, to));
                }
            }
        }
        let Some((glued, from, to)) = done else { return matchers };
        matchers.splice(from..to, [glued]);
    }
}

/// Moves what all alternatives begin or end with out of them.
fn factor(alternatives: &[Node]) -> Option<Node> {
    let mut patterns: Vec<&[Node]> = Vec::with_capacity(alternatives.len());
    for alternative in alternatives {
        let Node::Pattern(children) = alternative else { return None };
        patterns.push(children);
    }
    let (left, right) = common(&patterns);
    if left.is_empty() && right.is_empty() {
        return None;
    }
    let mut result = Vec::new();
    if !left.is_empty() {
        result.push(Node::Pattern(left.to_vec()));
    }
    let mut middles: Vec<Node> = Vec::new();
    for pattern in &patterns {
        let middle = pattern.get(left.len()..pattern.len().saturating_sub(right.len())).unwrap_or_default();
        let middle = if middle.is_empty() { Node::Nothing } else { Node::Pattern(middle.to_vec()) };
        if !middles.contains(&middle) {
            middles.push(middle);
        }
    }
    match middles.len() {
        1 => result.extend(middles.pop().filter(|m| *m != Node::Nothing)),
        0 => {}
        _ => result.push(Node::AnyOf(middles)),
    }
    if !right.is_empty() {
        result.push(Node::Pattern(right.to_vec()));
    }
    Some(Node::Pattern(result))
}

/// The common beginning and end, read from both sides at once. Once they meet, the left side takes all.
fn common<'a>(patterns: &[&'a [Node]]) -> (&'a [Node], &'a [Node]) {
    if patterns.len() <= 1 {
        return (&[], &[]);
    }
    let Some((index, shortest)) = patterns.iter().enumerate().min_by_key(|(_, p)| p.len()) else { return (&[], &[]) };
    let len = shortest.len();
    let (mut left, mut right, mut total) = (0, len, 0);
    let (mut left_ends, mut right_ends) = (false, false);
    for i in 0..len {
        let j = len - 1 - i;
        if total >= len || (left_ends && right_ends) {
            break;
        }
        for (k, other) in patterns.iter().enumerate() {
            if left_ends && right_ends {
                break;
            }
            if k == index {
                continue;
            }
            left_ends |= shortest[i] != other[i];
            right_ends |= !left_ends && j <= i;
            right_ends |= shortest[j] != other[j + other.len() - len];
        }
        if !left_ends {
            total += 1;
            left = i + 1;
        }
        if !right_ends {
            total += 1;
            right = j;
        }
    }
    (&shortest[..left], &shortest[right..])
}

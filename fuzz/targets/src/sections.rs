//! Several files in one input, as in Go's txtar: `-- NAME --` on a line of its own begins a file.

/// Cuts an input into files. What stands before the first mark belongs to a file of the name `first`.
pub(crate) fn sections<'a>(data: &'a [u8], first: &'a [u8]) -> Vec<(&'a [u8], &'a [u8])> {
    let mut found = Vec::new();
    let (mut name, mut begin, mut at) = (first, 0, 0);
    for line in data.split_inclusive(|c| *c == b'\n') {
        let end = at + line.len();
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        if let Some(next) = text.strip_prefix(b"-- ").and_then(|text| text.strip_suffix(b" --")) {
            // There is a first file only if something stands in it.
            if at > 0 {
                found.push((name, &data[begin..at]));
            }
            (name, begin) = (next, end);
        }
        at = end;
    }
    found.push((name, &data[begin..]));
    found
}

#[cfg(test)]
mod tests {
    use super::sections;

    #[test]
    fn files_are_found() {
        let found = |text: &'static str| -> Vec<(String, String)> {
            let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            sections(text.as_bytes(), b"t").into_iter().map(|(name, data)| (text_of(name), text_of(data))).collect()
        };
        let pair = |name: &str, data: &str| (name.to_owned(), data.to_owned());
        assert_eq!(found("x\n"), [pair("t", "x\n")]);
        assert_eq!(found("x\n-- a --\ny\n-- b --\n"), [pair("t", "x\n"), pair("a", "y\n"), pair("b", "")]);
        assert_eq!(found("-- a --\n-- b --\nz"), [pair("a", ""), pair("b", "z")]);
    }
}

//! Reading a values file: values.yaml of a chart, or what `-f` names.

use thinlock_go::Frozen;
use thinlock_go::types::MAP_STRING_ANY;

use super::{ValueRules, check_depth, merge};

/// The size of the buffer in which Kubernetes' line reader looks for the end of a line.
const LINE_BUFFER: usize = 4096;

/// Reads the values in a file; an empty or null document gives an empty map.
///
/// Helm 3 reads the first document. Helm 4 cuts the file at lines that start with `---` and merges the documents, the
/// later over the earlier.
///
/// # Errors
/// The text is no YAML, or a document is no map; the text is what stands behind `cannot load values.yaml: `.
pub fn parse(data: &[u8], rules: &ValueRules) -> Result<Frozen, String> {
    let values = read(data, rules)?;
    check_depth(&values)?;
    Ok(values)
}

fn read(data: &[u8], rules: &ValueRules) -> Result<Frozen, String> {
    let empty = || Frozen::Map(&MAP_STRING_ANY, [].into());
    if !rules.multi_document {
        return match thinlock_yaml::unmarshal_map_frozen(data) {
            Ok(values) => Ok(values.unwrap_or_else(empty)),
            Err(e) => Err(e.to_string()),
        };
    }
    let mut values: Option<Frozen> = None;
    let mut documents = Documents { rest: data, last_line_lost: rules.last_line_lost_at_4096, done: false };
    while let Some(document) = documents.next()? {
        let document = thinlock_yaml::unmarshal_map_frozen(&document)
            .map_err(|e| format!("cannot unmarshal yaml document: {e}"))?
            .unwrap_or_else(empty);
        values = Some(match values {
            None => document,
            Some(earlier) => merge(&earlier, &document),
        });
    }
    Ok(values.unwrap_or_else(empty))
}

/// `YAMLReader` of k8s.io/apimachinery over its `LineReader`.
struct Documents<'a> {
    rest: &'a [u8],
    last_line_lost: bool,
    done: bool,
}

impl Documents<'_> {
    /// The next document, each of its lines with a newline; `None` at the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let mut document: Vec<u8> = Vec::new();
        while !self.done {
            let line = match memchr::memchr(b'\n', self.rest) {
                Some(end) => {
                    let (line, rest) = self.rest.split_at(end + 1);
                    self.rest = rest;
                    line
                }
                None => {
                    let line = self.rest;
                    self.rest = b"";
                    self.done = true;
                    // The reader takes a full buffer for a part of a longer line, and then meets the end of the file.
                    if line.is_empty() || (self.last_line_lost && line.len() % LINE_BUFFER == 0) {
                        break;
                    }
                    line
                }
            };
            // bufio's ReadLine takes the end of the line off, a carriage return included; the reader puts `\n` back.
            let line = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
            if let Some(rest) = line.strip_prefix(b"---") {
                let rest = rest.trim_ascii();
                if !rest.is_empty() && rest.first() != Some(&b'#') {
                    let rest = String::from_utf8_lossy(rest);
                    return Err(format!("error reading yaml document: invalid Yaml document separator: {rest}"));
                }
                if !document.is_empty() {
                    return Ok(Some(document));
                }
            } else {
                document.extend_from_slice(line);
                document.push(b'\n');
            }
        }
        Ok((!document.is_empty()).then_some(document))
    }
}

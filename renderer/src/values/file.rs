//! Reading a values file: values.yaml of a chart, or what `-f` names.

use thinlock_go::Frozen;
use thinlock_go::types::MAP_STRING_ANY;
use thinlock_yaml::stream::{LastLine, documents};

use super::{ValueRules, check_depth, merge};

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
    let last_line = if rules.last_line_lost_at_4096 { LastLine::Lost } else { LastLine::Completed };
    for document in documents(data, last_line) {
        let document = document.map_err(|e| format!("error reading yaml document: {e}"))?;
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

#[cfg(test)]
mod tests;

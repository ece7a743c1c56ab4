//! Values against `values.schema.json`, in every engine.

use thinlock_go::Str;
use thinlock_renderer::dialect::{HELM_3_17, HELM_3_19, HELM_4_3};
use thinlock_renderer::schema::validate;

use crate::sections::sections;

/// Validates values (`-- values --`) against a schema, which stands first. Each engine comes to the same end twice.
pub fn schema(data: &[u8]) {
    let mut schema = Str::from("{}");
    let mut values: &[u8] = b"";
    for (name, text) in sections(data, b"schema") {
        match name {
            b"schema" => schema = text.into(),
            _ => values = text,
        }
    }
    let Ok(values) = thinlock_yaml::from_yaml(values) else { return };
    for dialect in [&HELM_3_17, &HELM_3_19, &HELM_4_3] {
        let check = || validate(&values, &schema, dialect, &mut Vec::new());
        let verdict = check();
        assert!(verdict.as_ref().err().is_none_or(|text| !text.is_empty()));
        assert_eq!(verdict, check());
    }
}

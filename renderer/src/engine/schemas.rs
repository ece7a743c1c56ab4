//! Checking values against the schemas of the charts (`ValidateAgainstSchema`).

use thinlock_go::{Map, Value};

use crate::chart::ProcessedChart;
use crate::schema::Schemas;
use crate::source::Unreadable;
use crate::{Dialect, Log};

/// Checks the values of a chart and, in them, those of its subcharts. Each chart that has a schema sees its own.
///
/// # Errors
/// What all of them have to say, chart by chart.
pub(super) fn check(
    chart: ProcessedChart<'_>,
    values: &Map,
    (dialect, known): (&Dialect, &Schemas),
    log: &mut Vec<Log>,
) -> Result<(), String> {
    let mut text = String::new();
    collect(chart, values, (dialect, known), log, &mut text).map_err(ToString::to_string)?;
    if text.is_empty() {
        return Ok(());
    }
    Err(format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{text}"))
}

fn collect<'c>(
    chart: ProcessedChart<'c>,
    values: &Map,
    (dialect, known): (&Dialect, &Schemas),
    log: &mut Vec<Log>,
    text: &mut String,
) -> Result<(), &'c Unreadable> {
    if let Some(schema) = chart.schema() {
        let schema = schema.data()?;
        log.push(Log::SchemaOfChart { chart: chart.name().clone() });
        log.push(Log::SchemaRead { schema: schema.clone() });
        if let Err(error) = known.validate(&Value::Map(values.clone()), schema, dialect, log) {
            text.push_str(&format!("{}:\n{error}", chart.name()));
        }
    }
    log.push(Log::DependencyCount { chart: chart.name().clone(), count: chart.subcharts().count() });
    for subchart in chart.subcharts() {
        match values.get(subchart.name()) {
            None | Some(Value::Nil) => {}
            Some(Value::Map(values)) => collect(subchart, &values, (dialect, known), log, text)?,
            Some(other) => text.push_str(&format!(
                "{}:\ninvalid type for values: expected object (map), got {}\n",
                subchart.name(),
                other.type_name()
            )),
        }
    }
    Ok(())
}

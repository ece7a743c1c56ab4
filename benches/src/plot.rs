//! A plot as SVG: for each row a line of dots on a logarithmic axis, one dot a program, so that ratios are distances.

use std::fmt::Write as _;

/// A program that is compared.
#[derive(Clone, Debug)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// A CSS colour.
    pub colour: &'static str,
}

/// A row of dots.
#[derive(Clone, Debug)]
pub struct Row {
    /// What stands left of it.
    pub label: String,
    /// A value for each series that has one.
    pub values: Vec<Option<f64>>,
}

/// Rows on one axis.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What is measured.
    pub title: String,
    /// The unit of the values.
    pub unit: &'static str,
    /// The rows.
    pub rows: Vec<Row>,
}

/// Panels under each other.
#[derive(Clone, Debug)]
pub struct Plot {
    /// The heading.
    pub title: String,
    /// What was done, in a sentence.
    pub note: String,
    /// The programs, in the order of the values.
    pub series: Vec<Series>,
    /// The panels.
    pub panels: Vec<Panel>,
}

const WIDTH: f64 = 860.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 46.0;
const ROW: f64 = 50.0;
/// Labels of dots that are nearer than this would touch.
const CLOSE: f64 = 38.0;
const INK: &str = "#1f2328";
const GREY: &str = "#656d76";
const LINE: &str = "#d8dee4";

impl Plot {
    /// The SVG file.
    pub fn svg(&self) -> String {
        let mut body = String::new();
        let mut y = 40.0;
        text(&mut body, (24.0, y), INK, 20.0, "font-weight=\"600\"", &self.title);
        y += 24.0;
        text(&mut body, (24.0, y), GREY, 13.0, "", &self.note);
        y += 34.0;
        let mut x = 24.0;
        for series in &self.series {
            dot(&mut body, (x + 6.0, y - 4.5), series.colour);
            text(&mut body, (x + 19.0, y), INK, 13.0, "", &series.name);
            x += 44.0 + 6.7 * series.name.chars().count() as f64;
        }
        y += 18.0;
        for panel in &self.panels {
            y = self.panel(&mut body, panel, y);
        }
        let height = y + 6.0;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif\">\n\
             <title>{}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>\n{body}</svg>\n",
            escaped(&self.title)
        )
    }

    /// Draws a panel below `top`; returns where it ends.
    fn panel(&self, out: &mut String, panel: &Panel, top: f64) -> f64 {
        let values = || panel.rows.iter().flat_map(|row| row.values.iter().flatten().copied());
        let least = values().fold(f64::INFINITY, f64::min).log10().floor();
        let most = values().fold(0.0, f64::max).log10().ceil();
        if !least.is_finite() || !most.is_finite() {
            return top;
        }
        let most = most.max(least + 1.0);
        let place = |value: f64| LEFT + (value.log10() - least) / (most - least) * (WIDTH - LEFT - RIGHT);
        let mut y = top + 26.0;
        text(out, (24.0, y), INK, 14.0, "font-weight=\"600\"", &panel.title);
        y += 14.0;
        let bottom = y + ROW * panel.rows.len() as f64;
        // The axis: a line and a label for each power of ten.
        let decades = (most - least) as usize;
        for step in 0..=decades {
            let value = 10f64.powf(least + step as f64);
            let x = place(value);
            let _ =
                writeln!(out, "<line x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\" stroke=\"{LINE}\"/>");
            let label = format!("{} {}", number(value), panel.unit);
            text(out, (x, bottom + 17.0), GREY, 12.0, "text-anchor=\"middle\"", &label);
        }
        for row in &panel.rows {
            let middle = y + ROW / 2.0 + 5.0;
            text(out, (LEFT - 16.0, middle + 4.5), INK, 13.0, "text-anchor=\"end\"", &row.label);
            let places: Vec<f64> = row.values.iter().flatten().map(|value| place(*value)).collect();
            let (first, last) =
                (places.iter().copied().fold(f64::INFINITY, f64::min), places.iter().copied().fold(0.0, f64::max));
            let _ = writeln!(
                out,
                "<line x1=\"{first:.1}\" y1=\"{middle:.1}\" x2=\"{last:.1}\" y2=\"{middle:.1}\" stroke=\"{GREY}\" \
                 stroke-opacity=\"0.45\" stroke-width=\"2\"/>"
            );
            let mut dots: Vec<(f64, f64, &str)> = (self.series.iter().zip(&row.values))
                .filter_map(|(series, value)| value.map(|value| (place(value), value, series.colour)))
                .collect();
            dots.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut above = f64::NEG_INFINITY;
            for (x, value, colour) in dots {
                dot(out, (x, middle), colour);
                // Dots that are close have their labels on different sides.
                let label = if x - above < CLOSE { middle + 21.0 } else { middle - 11.0 };
                if label < middle {
                    above = x;
                }
                text(out, (x, label), INK, 12.0, "text-anchor=\"middle\" font-weight=\"600\"", &number(value));
            }
            y += ROW;
        }
        bottom + 28.0
    }
}

/// Three digits at most, as people write them.
pub fn number(value: f64) -> String {
    let places = if value >= 99.5 {
        0
    } else if value >= 9.95 {
        1
    } else if value >= 0.0995 {
        2
    } else {
        3
    };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn dot(out: &mut String, (x, y): (f64, f64), colour: &str) {
    let _ = writeln!(
        out,
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6.5\" fill=\"{colour}\" stroke=\"#ffffff\" stroke-width=\"1.5\"/>"
    );
}

fn text(out: &mut String, (x, y): (f64, f64), colour: &str, size: f64, more: &str, text: &str) {
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\" font-size=\"{size}\" {more}>{}</text>",
        escaped(text)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let all = [65.04, 4.9, 0.25, 0.0312, 100.0, 1000.0, 10.0, 0.1, 0.01, 123.4].map(number);
        assert_eq!(all, ["65", "4.9", "0.25", "0.031", "100", "1000", "10", "0.1", "0.01", "123"]);
    }

    #[test]
    fn a_plot_has_a_dot_for_each_value_at_its_place() {
        let series = [("helm", "#888888"), ("<thinlock>", "#0969da")];
        let plot = Plot {
            title: "Fast & exact".into(),
            note: String::new(),
            series: series.map(|(name, colour)| Series { name: name.into(), colour }).into(),
            panels: vec![Panel {
                title: "CPU".into(),
                unit: "ms",
                rows: vec![Row { label: "a".into(), values: vec![Some(100.0), Some(1.0)] }],
            }],
        };
        let svg = plot.svg();
        assert!(svg.contains("Fast &amp; exact") && svg.contains("&lt;thinlock&gt;"), "{svg}");
        // The ends of the axis are the values, and the legend has two dots more.
        assert!(svg.contains("cx=\"190.0\"") && svg.contains("cx=\"814.0\""), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 4);
    }
}

//! What the fuzz targets do with their input.
//!
//! Every target is a plain function of some bytes. It returns for every input, in time and memory that the input's size
//! bounds, and panics where a property does not hold: that is what a fuzzer looks for. libFuzzer is not needed here; its
//! programs are in the folder above, and the inputs in `seeds` and `regressions` beside them run with the ordinary tests.
//!
//! ```
//! for target in thinlock_fuzz_targets::ALL {
//!     (target.run)(b"a: [1, 2]\n");
//! }
//! ```

mod archive;
mod chart;
mod gitops;
mod patterns;
mod schema;
mod sections;
mod set;
mod template;
mod text;
mod world;
mod yaml;

pub use archive::chart_archive;
pub use chart::render;
pub use gitops::gitops_documents;
pub use patterns::patterns;
pub use schema::schema;
pub use set::set_flags;
pub use template::template_parser;
pub use text::json_and_toml;
pub use yaml::{yaml_reader, yaml_round_trip};

/// A target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its program and of its folders of inputs.
    pub name: &'static str,
    /// The body.
    pub run: fn(&[u8]),
}

/// All targets.
pub const ALL: [Target; 10] = [
    Target { name: "template_parser", run: template_parser },
    Target { name: "render", run: render },
    Target { name: "yaml_reader", run: yaml_reader },
    Target { name: "yaml_round_trip", run: yaml_round_trip },
    Target { name: "set_flags", run: set_flags },
    Target { name: "chart_archive", run: chart_archive },
    Target { name: "schema", run: schema },
    Target { name: "patterns", run: patterns },
    Target { name: "gitops_documents", run: gitops_documents },
    Target { name: "json_and_toml", run: json_and_toml },
];

//! How much a template may do.

/// Limits of one execution. Go has none but the depth: there a runaway template fills the memory until the process
/// dies; here it is an error of kind [`thinlock_go::ErrorKind::Limit`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// Nested `{{template}}` calls: Go's own limit, with Go's message.
    pub template_depth: u32,
    /// Nodes executed.
    pub steps: u64,
    /// Bytes that one execution may print, those of included templates counted each time they are printed.
    pub output: usize,
}

impl Default for Limits {
    /// Go's depth; a billion nodes (minutes of work); a gibibyte of output.
    fn default() -> Limits {
        Limits { template_depth: 100_000, steps: 1_000_000_000, output: 1 << 30 }
    }
}

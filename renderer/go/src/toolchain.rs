//! What differs between the Go versions and libraries that Helm versions were built with.

/// Properties of a Go tool chain and of the libraries of one Helm build, as far as they show in output. Plain data: a
/// Helm dialect holds one. `Default` is the newest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Toolchain {
    /// `range 3` iterates, and `call`'s texts are Go 1.24's (Go 1.24 and later).
    pub range_over_int: bool,
    /// Comparison errors name the two types (Go 1.25 and later).
    pub comparison_names_types: bool,
    /// The lexer counts the newlines inside comments (Go 1.24 and later).
    pub comment_lines_counted: bool,
    /// More than 10,000 nested parentheses are refused (Go 1.25 and later).
    pub expression_depth_limited: bool,
}

impl Toolchain {
    /// The newest one: an older tool chain is written as its differences from this.
    pub const NEWEST: Toolchain = Toolchain {
        range_over_int: true,
        comparison_names_types: true,
        comment_lines_counted: true,
        expression_depth_limited: true,
    };
}

impl Default for Toolchain {
    fn default() -> Toolchain {
        Toolchain::NEWEST
    }
}

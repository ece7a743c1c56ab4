//! What differs between the Go versions and libraries that Helm versions were built with.

/// Properties of a Go tool chain and of the libraries of one Helm build, as far as they show in output. Plain data: a
/// Helm dialect holds one. `Default` is the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Toolchain {
    /// `range 3` iterates, and `call`'s texts are Go 1.24's (Go 1.24 and later).
    pub range_over_int: bool,
    /// A time has the methods `AppendText` and `AppendBinary` (Go 1.24 and later).
    pub time_appends: bool,
    /// Comparison errors name the two types (Go 1.25 and later).
    pub comparison_names_types: bool,
    /// The lexer counts the newlines inside comments (Go 1.24 and later).
    pub comment_lines_counted: bool,
    /// More than 10,000 nested parentheses are refused (Go 1.25 and later).
    pub expression_depth_limited: bool,
    /// Regular expressions know the long names of Unicode categories, in any case (Go 1.25 and later).
    pub regexp_property_aliases: bool,
    /// What stands in brackets in a URL's host must be an IPv6 address (Go 1.24 and later).
    pub url_brackets_hold_ipv6: bool,
    /// A bracket in a URL's host must be its first character (Go 1.25 and later).
    pub url_brackets_first: bool,
    /// An http or https URL's host has no colon but the one before its port (Go 1.26 and later).
    pub url_ports_strict: bool,
    /// One comparator with a prerelease opens its whole group to prereleases, and a group without one is closed to them
    /// (Masterminds/semver 3.4 and later; before, each comparator decided for itself).
    pub semver_groups_share_prerelease: bool,
    /// semver's error texts begin in lower case (3.4 and later).
    pub semver_lowercase_texts: bool,
    /// semver's strict reader refuses empty identifiers in prereleases and metadata (3.4 and later).
    pub semver_empty_identifiers_refused: bool,
    /// semver limits the length of versions and constraints, and quotes a constraint that it refuses (3.5 and later).
    pub semver_limits: bool,
    /// TOML errors say `hexadecimal` (1.5 and later; before, `hexidecimal`).
    pub toml_hexadecimal: bool,
    /// TOML errors at a newline or at the end of the text name the line where it is (1.5 and later).
    pub toml_real_lines: bool,
    /// TOML 1.1 is read (BurntSushi/toml 1.6 and later).
    pub toml_1_1: bool,
    /// A TOML array may not be defined again by a table of its name (1.6 and later).
    pub toml_arrays_defined_once: bool,
    /// In an inline TOML struct, all fields but the last one have a comma behind them (1.6 and later; before, all but the
    /// one whose number is that of the plain fields).
    pub toml_inline_struct_commas: bool,
    /// TOML floats are written with an exponent where that is shorter (1.6 and later).
    pub toml_exponents: bool,
    /// A certificate's Subject Key Identifier is the first 20 bytes of a SHA-256 digest, not a SHA-1 digest (Go 1.25 and
    /// later).
    pub sha256_subject_key_id: bool,
    /// RSA keys below 1024 bits do not sign (Go 1.24 and later).
    pub small_rsa_keys_refused: bool,
}

impl Toolchain {
    /// The newest one: an older tool chain is written as its differences from this.
    pub const NEWEST: Toolchain = Toolchain {
        range_over_int: true,
        time_appends: true,
        comparison_names_types: true,
        comment_lines_counted: true,
        expression_depth_limited: true,
        regexp_property_aliases: true,
        url_brackets_hold_ipv6: true,
        url_brackets_first: true,
        url_ports_strict: true,
        semver_groups_share_prerelease: true,
        semver_lowercase_texts: true,
        semver_empty_identifiers_refused: true,
        semver_limits: true,
        toml_hexadecimal: true,
        toml_real_lines: true,
        toml_1_1: true,
        toml_arrays_defined_once: true,
        toml_inline_struct_commas: true,
        toml_exponents: true,
        sha256_subject_key_id: true,
        small_rsa_keys_refused: true,
    };
}

impl Toolchain {
    /// Every property by its name.
    pub fn properties(&self) -> Vec<(&'static str, bool)> {
        macro_rules! all {
            ($($name:ident)*) => {{
                // All of them: a property that is missing here does not compile.
                let Toolchain { $($name),* } = self;
                vec![$((stringify!($name), *$name)),*]
            }};
        }
        all! {
            range_over_int time_appends comparison_names_types comment_lines_counted expression_depth_limited
            regexp_property_aliases
            url_brackets_hold_ipv6 url_brackets_first url_ports_strict semver_groups_share_prerelease
            semver_lowercase_texts semver_empty_identifiers_refused semver_limits toml_hexadecimal toml_real_lines toml_1_1
            toml_arrays_defined_once toml_inline_struct_commas toml_exponents sha256_subject_key_id small_rsa_keys_refused
        }
    }
}

impl Default for Toolchain {
    fn default() -> Toolchain {
        Toolchain::NEWEST
    }
}

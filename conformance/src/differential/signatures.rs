//! The function map, with types that say more than Go's: a layout and a regular expression are both a `string` there.

/// What an argument is to be, or a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Any,
    Str,
    Int,
    /// An integer that says how much work is done: always small.
    Count,
    /// An `int64`, which is no `int`.
    Long,
    Num,
    Float,
    Bool,
    List,
    Strs,
    Ints,
    Dict,
    /// A dictionary that is changed: a fresh one, or one that no other holds.
    Target,
    /// No dictionary or list that could end up inside itself.
    Scalar,
    /// A `map[string]string`.
    Parts,
    Time,
    /// A time or seconds since 1970; of anything else sprig takes the time of day.
    When,
    Elapsed,
    Version,
    Key,
    Layout,
    /// The name of a time zone.
    Zone,
    Duration,
    Regex,
    Replacement,
    SemVer,
    Constraint,
    Json,
    Yaml,
    Toml,
    Url,
    Path,
    Base64,
    Base32,
    /// The name of a Go type.
    GoTypeName,
    /// The name of a Go kind.
    KindName,
    /// The text of a template.
    Tpl,
    /// The name of a template.
    Name,
    /// The dot of another template.
    Dot,
    /// A condition: anything, mostly something that a chart would ask.
    Truth,
    /// Something with an order.
    Ordered,
    /// A time as some layout has it.
    Written,
}

/// One function: its parameters, of which the last may be variadic, and its result.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) params: &'static [Type],
    pub(super) variadic: Option<Type>,
    pub(super) result: Type,
    /// How often it is taken, where others have 8.
    pub(super) weight: usize,
}

macro_rules! signatures {
    ($($name:literal ($($param:ident)* $(; $variadic:ident)?) $result:ident $($weight:literal)?,)*) => {
        &[$(Signature {
            name: $name,
            params: &[$(Type::$param),*],
            variadic: signatures!(@variadic $($variadic)?),
            result: Type::$result,
            weight: signatures!(@weight $($weight)?),
        },)*]
    };
    (@variadic) => { None };
    (@variadic $type:ident) => { Some(Type::$type) };
    (@weight) => { 8 };
    (@weight $weight:literal) => { $weight };
}

/// Every function of the map that gives the same in every run.
pub(super) static SIGNATURES: &[Signature] = signatures! {
    // Go's own
    "and" (Truth; Any) Any, "or" (Truth; Any) Any, "not" (Truth) Bool, "len" (Any) Int, "index" (Any Any) Any,
    "slice" (List; Count) Any, "html" (; Any) Str, "js" (; Any) Str, "urlquery" (; Any) Str, "print" (; Any) Str,
    "println" (; Any) Str, "printf" (Str; Any) Str, "call" (Any; Any) Any 1, "eq" (Ordered Ordered; Ordered) Bool,
    "ne" (Ordered Ordered) Bool, "lt" (Ordered Ordered) Bool, "le" (Ordered Ordered) Bool,
    "gt" (Ordered Ordered) Bool, "ge" (Ordered Ordered) Bool,
    // Helm's own
    "include" (Name Dot) Str, "tpl" (Tpl Dot) Str, "required" (Str Any) Any, "fail" (Str) Str 2,
    "lookup" (Str Str Str Str) Dict 2, "getHostByName" (Str) Str 2, "toYaml" (Any) Str 16, "mustToYaml" (Any) Str 2,
    "toYamlPretty" (Any) Str 12, "fromYaml" (Yaml) Dict 16, "fromYamlArray" (Yaml) List, "toJson" (Any) Str,
    "mustToJson" (Any) Str, "fromJson" (Json) Dict, "fromJsonArray" (Json) List, "toToml" (Any) Str 12,
    "mustToToml" (Any) Str 2, "fromToml" (Toml) Dict 12,
    "mustToDuration" (Any) Elapsed 2, "durationSeconds" (Any) Float 1, "durationMilliseconds" (Any) Long 1,
    "durationMicroseconds" (Any) Long 1, "durationNanoseconds" (Any) Long 1, "durationMinutes" (Any) Float 1,
    "durationHours" (Any) Float 1, "durationDays" (Any) Float 1, "durationWeeks" (Any) Float 1,
    "durationRoundTo" (Any Any) Elapsed 1, "durationTruncateTo" (Any Any) Elapsed 1,
    // sprig: dates
    "date" (Layout When) Str, "date_in_zone" (Layout When Zone) Str, "dateInZone" (Layout When Zone) Str,
    "date_modify" (Duration Time) Time, "dateModify" (Duration Time) Time, "duration" (Any) Str,
    "durationRound" (Any) Str, "htmlDate" (When) Str, "htmlDateInZone" (When Zone) Str,
    "must_date_modify" (Duration Time) Time, "mustDateModify" (Duration Time) Time, "mustToDate" (Layout Written) Time,
    "toDate" (Layout Written) Time, "unixEpoch" (Time) Str,
    // sprig: strings
    "hello" () Str 1, "abbrev" (Int Str) Str, "abbrevboth" (Int Int Str) Str, "trunc" (Int Str) Str, "trim" (Str) Str,
    "upper" (Str) Str, "lower" (Str) Str, "title" (Str) Str, "untitle" (Str) Str, "substr" (Int Int Str) Str,
    "repeat" (Count Str) Str, "trimall" (Str Str) Str, "trimAll" (Str Str) Str, "trimSuffix" (Str Str) Str,
    "trimPrefix" (Str Str) Str, "nospace" (Str) Str, "initials" (Str) Str, "swapcase" (Str) Str, "snakecase" (Str) Str,
    "camelcase" (Str) Str, "kebabcase" (Str) Str, "wrap" (Int Str) Str, "wrapWith" (Int Str Str) Str,
    "contains" (Str Str) Bool, "hasPrefix" (Str Str) Bool, "hasSuffix" (Str Str) Bool, "quote" (; Any) Str,
    "squote" (; Any) Str, "cat" (; Any) Str, "indent" (Count Str) Str, "nindent" (Count Str) Str,
    "replace" (Str Str Str) Str, "plural" (Str Str Int) Str, "sha1sum" (Str) Str, "sha256sum" (Str) Str,
    "sha512sum" (Str) Str 2, "adler32sum" (Str) Str, "toString" (Any) Str,
    // sprig: numbers
    "atoi" (Str) Int, "int64" (Any) Long, "int" (Any) Int, "float64" (Any) Float, "seq" (; Count) Str,
    "toDecimal" (Any) Long, "until" (Count) Ints, "untilStep" (Count Count Count) Ints, "add1" (Num) Long,
    "add" (; Num) Long, "sub" (Num Num) Long, "div" (Num Num) Long, "mod" (Num Num) Long, "mul" (Num; Num) Long,
    "add1f" (Num) Float, "addf" (; Num) Float, "subf" (Num; Num) Float, "divf" (Num; Num) Float,
    "mulf" (Num; Num) Float, "biggest" (Num; Num) Long, "max" (Num; Num) Long, "min" (Num; Num) Long,
    "maxf" (Num; Num) Float, "minf" (Num; Num) Float, "ceil" (Num) Float, "floor" (Num) Float,
    "round" (Num Count; Float) Float,
    // sprig: lists
    "split" (Str Str) Parts, "splitList" (Str Str) Strs, "splitn" (Str Count Str) Parts, "toStrings" (Any) Strs,
    "join" (Str Any) Str, "sortAlpha" (Any) Strs, "compact" (List) List, "mustCompact" (List) List, "tuple" (; Any) List,
    "list" (; Any) List, "append" (List Any) List, "push" (List Any) List, "mustAppend" (List Any) List,
    "mustPush" (List Any) List, "prepend" (List Any) List, "mustPrepend" (List Any) List, "first" (List) Any,
    "mustFirst" (List) Any, "rest" (List) List, "mustRest" (List) List, "last" (List) Any, "mustLast" (List) Any,
    "initial" (List) List, "mustInitial" (List) List, "reverse" (List) List, "mustReverse" (List) List,
    "uniq" (List) List, "mustUniq" (List) List, "without" (List; Any) List, "mustWithout" (List; Any) List,
    "has" (Any List) Bool, "mustHas" (Any List) Bool, "mustSlice" (List; Count) Any, "concat" (; List) List,
    "chunk" (Count List) List, "mustChunk" (Count List) List,
    // sprig: defaults and reflection
    "default" (Any; Any) Any, "empty" (Any) Bool, "coalesce" (; Any) Any, "all" (; Any) Bool, "any" (; Any) Bool,
    "ternary" (Any Any Bool) Any, "deepCopy" (Any) Any, "mustDeepCopy" (Any) Any, "typeOf" (Any) Str,
    "typeIs" (GoTypeName Any) Bool, "typeIsLike" (GoTypeName Any) Bool, "kindOf" (Any) Str, "kindIs" (KindName Any) Bool,
    "deepEqual" (Any Any) Bool, "mustFromJson" (Json) Any, "toPrettyJson" (Any) Str, "toRawJson" (Any) Str,
    "mustToPrettyJson" (Any) Str, "mustToRawJson" (Any) Str,
    // sprig: paths and encodings
    "base" (Path) Str, "dir" (Path) Str, "clean" (Path) Str, "ext" (Path) Str, "isAbs" (Path) Bool, "osBase" (Path) Str,
    "osClean" (Path) Str, "osDir" (Path) Str, "osExt" (Path) Str, "osIsAbs" (Path) Bool, "b64enc" (Str) Str,
    "b64dec" (Base64) Str, "b32enc" (Str) Str, "b32dec" (Base32) Str,
    // sprig: dictionaries
    "dict" (; Any) Dict, "get" (Dict Key) Any, "set" (Target Key Scalar) Dict, "unset" (Target Key) Dict,
    "hasKey" (Dict Key) Bool, "pluck" (Key; Dict) List, "keys" (; Dict) Strs, "pick" (Dict; Key) Dict,
    "omit" (Dict; Key) Dict, "merge" (Target; Dict) Dict, "mergeOverwrite" (Target; Dict) Dict,
    "mustMerge" (Target; Dict) Dict, "mustMergeOverwrite" (Target; Dict) Dict, "values" (Dict) List,
    "dig" (Key Any Dict) Any,
    // sprig: the rest
    "derivePassword" (Count Str Str Str Str) Str 1, "buildCustomCert" (Base64 Base64) Any 2,
    "decryptAES" (Str Base64) Str 2, "semver" (SemVer) Version, "semverCompare" (Constraint SemVer) Bool 16,
    "urlParse" (Url) Dict 12, "urlJoin" (Dict) Str 12, "regexMatch" (Regex Str) Bool, "mustRegexMatch" (Regex Str) Bool,
    "regexFindAll" (Regex Str Int) Strs, "mustRegexFindAll" (Regex Str Int) Strs, "regexFind" (Regex Str) Str,
    "mustRegexFind" (Regex Str) Str, "regexReplaceAll" (Regex Str Replacement) Str,
    "mustRegexReplaceAll" (Regex Str Replacement) Str, "regexReplaceAllLiteral" (Regex Str Replacement) Str,
    "mustRegexReplaceAllLiteral" (Regex Str Replacement) Str, "regexSplit" (Regex Str Int) Strs,
    "mustRegexSplit" (Regex Str Int) Strs, "regexQuoteMeta" (Str) Str,
};

/// The functions that are left out, each with the reason: their result is another in each run.
pub const EXCLUDED: [(&str, &str); 22] = [
    ("ago", "the clock"),
    ("now", "the clock"),
    ("bcrypt", "a random salt"),
    ("htpasswd", "a random salt"),
    ("encryptAES", "a random nonce"),
    ("genCA", "a random key"),
    ("genCAWithKey", "a random serial number"),
    ("genPrivateKey", "a random key"),
    ("genSelfSignedCert", "a random key"),
    ("genSelfSignedCertWithKey", "a random serial number"),
    ("genSignedCert", "a random key"),
    ("genSignedCertWithKey", "a random serial number"),
    ("randAlpha", "random"),
    ("randAlphaNum", "random"),
    ("randAscii", "random"),
    ("randBytes", "random"),
    ("randInt", "random"),
    ("randNumeric", "random"),
    ("shuffle", "random"),
    ("uuidv4", "random"),
    ("env", "taken out by Helm"),
    ("expandenv", "taken out by Helm"),
];

/// The fields and methods of what is no plain value: the type that has them, their arguments, the result.
pub(super) static MEMBERS: &[(Type, &str, &[Type], Type)] = &[
    (Type::Time, "Year", &[], Type::Int),
    (Type::Time, "Month", &[], Type::Any),
    (Type::Time, "Day", &[], Type::Int),
    (Type::Time, "Hour", &[], Type::Int),
    (Type::Time, "Weekday", &[], Type::Any),
    (Type::Time, "YearDay", &[], Type::Int),
    (Type::Time, "Unix", &[], Type::Long),
    (Type::Time, "UnixMilli", &[], Type::Long),
    (Type::Time, "UnixNano", &[], Type::Long),
    (Type::Time, "Nanosecond", &[], Type::Int),
    (Type::Time, "IsZero", &[], Type::Bool),
    (Type::Time, "UTC", &[], Type::Time),
    (Type::Time, "Location", &[], Type::Any),
    (Type::Time, "Zone", &[], Type::Any),
    (Type::Time, "ISOWeek", &[], Type::Any),
    (Type::Time, "String", &[], Type::Str),
    (Type::Time, "GoString", &[], Type::Str),
    (Type::Time, "Format", &[Type::Layout], Type::Str),
    (Type::Time, "AddDate", &[Type::Int, Type::Int, Type::Int], Type::Time),
    (Type::Time, "Sub", &[Type::Time], Type::Elapsed),
    (Type::Time, "Before", &[Type::Time], Type::Bool),
    (Type::Time, "Equal", &[Type::Time], Type::Bool),
    (Type::Time, "Compare", &[Type::Time], Type::Int),
    (Type::Time, "Add", &[Type::Elapsed], Type::Time),
    (Type::Time, "Truncate", &[Type::Elapsed], Type::Time),
    (Type::Time, "MarshalText", &[], Type::Any),
    (Type::Time, "Foo", &[], Type::Any),
    (Type::Elapsed, "Hours", &[], Type::Float),
    (Type::Elapsed, "Minutes", &[], Type::Float),
    (Type::Elapsed, "Seconds", &[], Type::Float),
    (Type::Elapsed, "Milliseconds", &[], Type::Long),
    (Type::Elapsed, "String", &[], Type::Str),
    (Type::Elapsed, "Abs", &[], Type::Elapsed),
    (Type::Elapsed, "Round", &[Type::Elapsed], Type::Elapsed),
    (Type::Elapsed, "Truncate", &[Type::Elapsed], Type::Elapsed),
    (Type::Version, "Major", &[], Type::Int),
    (Type::Version, "Minor", &[], Type::Int),
    (Type::Version, "Patch", &[], Type::Int),
    (Type::Version, "Prerelease", &[], Type::Str),
    (Type::Version, "Metadata", &[], Type::Str),
    (Type::Version, "Original", &[], Type::Str),
    (Type::Version, "String", &[], Type::Str),
    (Type::Version, "IncMajor", &[], Type::Any),
    (Type::Version, "IncMinor", &[], Type::Any),
    (Type::Version, "IncPatch", &[], Type::Any),
    (Type::Version, "Compare", &[Type::Version], Type::Int),
    (Type::Version, "LessThan", &[Type::Version], Type::Bool),
    (Type::Version, "GreaterThan", &[Type::Version], Type::Bool),
    (Type::Version, "Equal", &[Type::Version], Type::Bool),
    (Type::Version, "SetPrerelease", &[Type::Str], Type::Any),
    (Type::Version, "Foo", &[], Type::Any),
    (Type::Parts, "_0", &[], Type::Str),
    (Type::Parts, "_1", &[], Type::Str),
    (Type::Parts, "_9", &[], Type::Str),
    (Type::Dict, "a", &[], Type::Any),
    (Type::Dict, "b", &[], Type::Any),
    (Type::Dict, "a.b", &[], Type::Any),
    (Type::Dict, "x", &[], Type::Any),
    (Type::Str, "Foo", &[], Type::Any),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_map_is_here_or_left_out_by_name() {
        let known = |name: &str| {
            SIGNATURES.iter().any(|signature| signature.name == name)
                || EXCLUDED.iter().any(|(excluded, _)| *excluded == name)
        };
        let missing: Vec<_> = thinlock_sprig::functions().iter().map(|f| f.name).filter(|name| !known(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let twice: Vec<_> = SIGNATURES
            .iter()
            .enumerate()
            .filter(|(at, one)| SIGNATURES[..*at].iter().any(|other| other.name == one.name))
            .map(|(_, one)| one.name)
            .collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}

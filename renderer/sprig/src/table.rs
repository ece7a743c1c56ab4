//! The table of all functions: name, Go parameter types, result type, what it depends on or touches, and body.

use thinlock_go::Func;
use thinlock_go::time::TIME;
use thinlock_go::types::{
    ANY, BOOL, FLOAT64, INT, INT64, MAP_STRING_ANY, MAP_STRING_STRING, SLICE_ANY, SLICE_INT, SLICE_SLICE_ANY,
    SLICE_STRING, STRING, UINT32,
};

use crate::crypto::certificates::CERTIFICATE;
use crate::semver::VERSION_POINTER;
use crate::{
    copystructure, crypto, dates, defaults, dicts, encoding, goutils, hashes, json, lists, merge, numeric, paths,
    random, reflection, regex, strings, urls, versions, xstrings,
};

/// What the result of a function depends on besides its arguments, or what it changes.
///
/// A reproducible render wants to know: [`Effect::Clock`], [`Effect::Random`] and [`Effect::Network`] make two renders
/// of the same inputs differ unless the host answers them the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing: the same arguments give the same result.
    Pure,
    /// The clock or the local time zone, for some arguments at least.
    Clock,
    /// Random numbers; certificates also read the clock.
    Random,
    /// Names of the world outside.
    Network,
    /// Changes its argument in place, which every holder of it sees.
    Mutates,
    /// Pure here; in Go the order of the result is random, as a map's keys are.
    Unordered,
}

macro_rules! table {
    ($($name:literal [$($param:ident),* $(; $variadic:ident)?] $result:ident $effect:ident $body:path;)*) => {
        /// All functions, sorted as sprig's own table.
        pub(crate) static FUNCTIONS: &[Func] = &[$(Func {
            name: $name,
            params: &[$(&$param,)* $(&$variadic,)?],
            variadic: table!(@variadic $($variadic)?),
            result: &$result,
            call: $body,
            hands_on_dot: false,
        },)*];

        /// The effects, in the order of [`FUNCTIONS`].
        pub(crate) static EFFECTS: &[Effect] = &[$(Effect::$effect,)*];
    };
    (@variadic) => { false };
    (@variadic $type:ident) => { true };
}

// Of a variadic function the type after the semicolon is that of the last parameter's elements.
table! {
    "hello" [] STRING Pure strings::hello;

    // Dates
    "ago" [ANY] STRING Clock dates::ago;
    "date" [STRING, ANY] STRING Clock dates::date;
    "date_in_zone" [STRING, ANY, STRING] STRING Clock dates::date_in_zone;
    "date_modify" [STRING, TIME] TIME Pure dates::date_modify;
    "dateInZone" [STRING, ANY, STRING] STRING Clock dates::date_in_zone;
    "dateModify" [STRING, TIME] TIME Pure dates::date_modify;
    "duration" [ANY] STRING Pure dates::duration;
    "durationRound" [ANY] STRING Clock dates::duration_round;
    "htmlDate" [ANY] STRING Clock dates::html_date;
    "htmlDateInZone" [ANY, STRING] STRING Clock dates::html_date_in_zone;
    "must_date_modify" [STRING, TIME] TIME Pure dates::must_date_modify;
    "mustDateModify" [STRING, TIME] TIME Pure dates::must_date_modify;
    "mustToDate" [STRING, STRING] TIME Clock dates::must_to_date;
    "now" [] TIME Clock dates::now;
    "toDate" [STRING, STRING] TIME Clock dates::to_date;
    "unixEpoch" [TIME] STRING Pure dates::unix_epoch;

    // Strings
    "abbrev" [INT, STRING] STRING Pure goutils::abbrev;
    "abbrevboth" [INT, INT, STRING] STRING Pure goutils::abbrevboth;
    "trunc" [INT, STRING] STRING Pure strings::trunc;
    "trim" [STRING] STRING Pure strings::trim;
    "upper" [STRING] STRING Pure strings::upper;
    "lower" [STRING] STRING Pure strings::lower;
    "title" [STRING] STRING Pure strings::title;
    "untitle" [STRING] STRING Pure goutils::untitle;
    "substr" [INT, INT, STRING] STRING Pure strings::substr;
    "repeat" [INT, STRING] STRING Pure strings::repeat;
    "trimall" [STRING, STRING] STRING Pure strings::trim_all;
    "trimAll" [STRING, STRING] STRING Pure strings::trim_all;
    "trimSuffix" [STRING, STRING] STRING Pure strings::trim_suffix;
    "trimPrefix" [STRING, STRING] STRING Pure strings::trim_prefix;
    "nospace" [STRING] STRING Pure goutils::nospace;
    "initials" [STRING] STRING Pure goutils::initials;
    "randAlphaNum" [INT] STRING Random random::rand_alpha_num;
    "randAlpha" [INT] STRING Random random::rand_alpha;
    "randAscii" [INT] STRING Random random::rand_ascii;
    "randNumeric" [INT] STRING Random random::rand_numeric;
    "swapcase" [STRING] STRING Pure goutils::swapcase;
    "shuffle" [STRING] STRING Random random::shuffle;
    "snakecase" [STRING] STRING Pure xstrings::snakecase;
    "camelcase" [STRING] STRING Pure xstrings::camelcase;
    "kebabcase" [STRING] STRING Pure xstrings::kebabcase;
    "wrap" [INT, STRING] STRING Pure goutils::wrap;
    "wrapWith" [INT, STRING, STRING] STRING Pure goutils::wrap_with;
    "contains" [STRING, STRING] BOOL Pure strings::contains;
    "hasPrefix" [STRING, STRING] BOOL Pure strings::has_prefix;
    "hasSuffix" [STRING, STRING] BOOL Pure strings::has_suffix;
    "quote" [; ANY] STRING Pure strings::quote;
    "squote" [; ANY] STRING Pure strings::squote;
    "cat" [; ANY] STRING Pure strings::cat;
    "indent" [INT, STRING] STRING Pure strings::indent;
    "nindent" [INT, STRING] STRING Pure strings::nindent;
    "replace" [STRING, STRING, STRING] STRING Pure strings::replace;
    "plural" [STRING, STRING, INT] STRING Pure strings::plural;
    "sha1sum" [STRING] STRING Pure hashes::sha1sum;
    "sha256sum" [STRING] STRING Pure hashes::sha256sum;
    "sha512sum" [STRING] STRING Pure hashes::sha512sum;
    "adler32sum" [STRING] STRING Pure hashes::adler32sum;
    "toString" [ANY] STRING Pure strings::to_string;

    // Conversions
    "atoi" [STRING] INT Pure numeric::atoi;
    "int64" [ANY] INT64 Pure numeric::int64;
    "int" [ANY] INT Pure numeric::int;
    "float64" [ANY] FLOAT64 Pure numeric::float64;
    "seq" [; INT] STRING Pure lists::seq;
    "toDecimal" [ANY] INT64 Pure numeric::to_decimal;

    "split" [STRING, STRING] MAP_STRING_STRING Pure lists::split;
    "splitList" [STRING, STRING] SLICE_STRING Pure lists::split_list;
    "splitn" [STRING, INT, STRING] MAP_STRING_STRING Pure lists::splitn;
    "toStrings" [ANY] SLICE_STRING Pure lists::to_strings;

    "until" [INT] SLICE_INT Pure lists::until;
    "untilStep" [INT, INT, INT] SLICE_INT Pure lists::until_step;

    // Arithmetic
    "add1" [ANY] INT64 Pure numeric::add1;
    "add" [; ANY] INT64 Pure numeric::add;
    "sub" [ANY, ANY] INT64 Pure numeric::sub;
    "div" [ANY, ANY] INT64 Pure numeric::div;
    "mod" [ANY, ANY] INT64 Pure numeric::modulo;
    "mul" [ANY; ANY] INT64 Pure numeric::mul;
    "randInt" [INT, INT] INT Random numeric::rand_int;
    "add1f" [ANY] FLOAT64 Pure numeric::add1f;
    "addf" [; ANY] FLOAT64 Pure numeric::addf;
    "subf" [ANY; ANY] FLOAT64 Pure numeric::subf;
    "divf" [ANY; ANY] FLOAT64 Pure numeric::divf;
    "mulf" [ANY; ANY] FLOAT64 Pure numeric::mulf;
    "biggest" [ANY; ANY] INT64 Pure numeric::max;
    "max" [ANY; ANY] INT64 Pure numeric::max;
    "min" [ANY; ANY] INT64 Pure numeric::min;
    "maxf" [ANY; ANY] FLOAT64 Pure numeric::maxf;
    "minf" [ANY; ANY] FLOAT64 Pure numeric::minf;
    "ceil" [ANY] FLOAT64 Pure numeric::ceil;
    "floor" [ANY] FLOAT64 Pure numeric::floor;
    "round" [ANY, INT; FLOAT64] FLOAT64 Pure numeric::round;

    "join" [STRING, ANY] STRING Pure lists::join;
    "sortAlpha" [ANY] SLICE_STRING Mutates lists::sort_alpha;

    // Defaults
    "default" [ANY; ANY] ANY Pure defaults::default;
    "empty" [ANY] BOOL Pure defaults::empty;
    "coalesce" [; ANY] ANY Pure defaults::coalesce;
    "all" [; ANY] BOOL Pure defaults::all;
    "any" [; ANY] BOOL Pure defaults::some;
    "compact" [ANY] SLICE_ANY Pure lists::compact;
    "mustCompact" [ANY] SLICE_ANY Pure lists::compact;
    "fromJson" [STRING] ANY Pure json::from_json;
    "toJson" [ANY] STRING Pure json::to_json;
    "toPrettyJson" [ANY] STRING Pure json::to_pretty_json;
    "toRawJson" [ANY] STRING Pure json::to_raw_json;
    "mustFromJson" [STRING] ANY Pure json::must_from_json;
    "mustToJson" [ANY] STRING Pure json::must_to_json;
    "mustToPrettyJson" [ANY] STRING Pure json::must_to_pretty_json;
    "mustToRawJson" [ANY] STRING Pure json::to_raw_json;
    "ternary" [ANY, ANY, BOOL] ANY Pure defaults::ternary;
    "deepCopy" [ANY] ANY Pure copystructure::deep_copy;
    "mustDeepCopy" [ANY] ANY Pure copystructure::deep_copy;

    // Reflection
    "typeOf" [ANY] STRING Pure reflection::type_of;
    "typeIs" [STRING, ANY] BOOL Pure reflection::type_is;
    "typeIsLike" [STRING, ANY] BOOL Pure reflection::type_is_like;
    "kindOf" [ANY] STRING Pure reflection::kind_of;
    "kindIs" [STRING, ANY] BOOL Pure reflection::kind_is;
    "deepEqual" [ANY, ANY] BOOL Pure reflection::deep_equal;

    "getHostByName" [STRING] STRING Network random::get_host_by_name;

    // Paths
    "base" [STRING] STRING Pure paths::base;
    "dir" [STRING] STRING Pure paths::dir;
    "clean" [STRING] STRING Pure paths::clean;
    "ext" [STRING] STRING Pure paths::ext;
    "isAbs" [STRING] BOOL Pure paths::is_abs;
    "osBase" [STRING] STRING Pure paths::base;
    "osClean" [STRING] STRING Pure paths::clean;
    "osDir" [STRING] STRING Pure paths::dir;
    "osExt" [STRING] STRING Pure paths::ext;
    "osIsAbs" [STRING] BOOL Pure paths::is_abs;

    // Encoding
    "b64enc" [STRING] STRING Pure encoding::b64enc;
    "b64dec" [STRING] STRING Pure encoding::b64dec;
    "b32enc" [STRING] STRING Pure encoding::b32enc;
    "b32dec" [STRING] STRING Pure encoding::b32dec;

    // Data structures
    "tuple" [; ANY] SLICE_ANY Pure lists::list;
    "list" [; ANY] SLICE_ANY Pure lists::list;
    "dict" [; ANY] MAP_STRING_ANY Pure dicts::dict;
    "get" [MAP_STRING_ANY, STRING] ANY Pure dicts::get;
    "set" [MAP_STRING_ANY, STRING, ANY] MAP_STRING_ANY Mutates dicts::set;
    "unset" [MAP_STRING_ANY, STRING] MAP_STRING_ANY Mutates dicts::unset;
    "hasKey" [MAP_STRING_ANY, STRING] BOOL Pure dicts::has_key;
    "pluck" [STRING; MAP_STRING_ANY] SLICE_ANY Pure dicts::pluck;
    "keys" [; MAP_STRING_ANY] SLICE_STRING Unordered dicts::keys;
    "pick" [MAP_STRING_ANY; STRING] MAP_STRING_ANY Pure dicts::pick;
    "omit" [MAP_STRING_ANY; STRING] MAP_STRING_ANY Pure dicts::omit;
    "merge" [MAP_STRING_ANY; MAP_STRING_ANY] ANY Mutates merge::merge;
    "mergeOverwrite" [MAP_STRING_ANY; MAP_STRING_ANY] ANY Mutates merge::merge_overwrite;
    "mustMerge" [MAP_STRING_ANY; MAP_STRING_ANY] ANY Mutates merge::must_merge;
    "mustMergeOverwrite" [MAP_STRING_ANY; MAP_STRING_ANY] ANY Mutates merge::must_merge_overwrite;
    "values" [MAP_STRING_ANY] SLICE_ANY Unordered dicts::values;

    "append" [ANY, ANY] SLICE_ANY Pure lists::push;
    "push" [ANY, ANY] SLICE_ANY Pure lists::push;
    "mustAppend" [ANY, ANY] SLICE_ANY Pure lists::push;
    "mustPush" [ANY, ANY] SLICE_ANY Pure lists::push;
    "prepend" [ANY, ANY] SLICE_ANY Pure lists::prepend;
    "mustPrepend" [ANY, ANY] SLICE_ANY Pure lists::prepend;
    "first" [ANY] ANY Pure lists::first;
    "mustFirst" [ANY] ANY Pure lists::first;
    "rest" [ANY] SLICE_ANY Pure lists::rest;
    "mustRest" [ANY] SLICE_ANY Pure lists::rest;
    "last" [ANY] ANY Pure lists::last;
    "mustLast" [ANY] ANY Pure lists::last;
    "initial" [ANY] SLICE_ANY Pure lists::initial;
    "mustInitial" [ANY] SLICE_ANY Pure lists::initial;
    "reverse" [ANY] SLICE_ANY Pure lists::reverse;
    "mustReverse" [ANY] SLICE_ANY Pure lists::reverse;
    "uniq" [ANY] SLICE_ANY Pure lists::uniq;
    "mustUniq" [ANY] SLICE_ANY Pure lists::uniq;
    "without" [ANY; ANY] SLICE_ANY Pure lists::without;
    "mustWithout" [ANY; ANY] SLICE_ANY Pure lists::without;
    "has" [ANY, ANY] BOOL Pure lists::has;
    "mustHas" [ANY, ANY] BOOL Pure lists::has;
    "slice" [ANY; ANY] ANY Pure lists::slice;
    "mustSlice" [ANY; ANY] ANY Pure lists::slice;
    "concat" [; ANY] ANY Pure lists::concat;
    "dig" [; ANY] ANY Pure dicts::dig;
    "chunk" [INT, ANY] SLICE_SLICE_ANY Pure lists::chunk;
    "mustChunk" [INT, ANY] SLICE_SLICE_ANY Pure lists::chunk;

    // Crypto
    "randBytes" [INT] STRING Random random::rand_bytes;
    "uuidv4" [] STRING Random random::uuidv4;
    "derivePassword" [UINT32, STRING, STRING, STRING, STRING] STRING Pure crypto::passwords::derive_password;
    "bcrypt" [STRING] STRING Random crypto::passwords::bcrypt;
    "htpasswd" [STRING, STRING] STRING Random crypto::passwords::htpasswd;
    "genPrivateKey" [STRING] STRING Random crypto::keys::gen_private_key;
    "buildCustomCert" [STRING, STRING] CERTIFICATE Pure crypto::certificates::build_custom_cert;
    "genCA" [STRING, INT] CERTIFICATE Random crypto::certificates::gen_ca;
    "genCAWithKey" [STRING, INT, STRING] CERTIFICATE Random crypto::certificates::gen_ca_with_key;
    "genSelfSignedCert" [STRING, SLICE_ANY, SLICE_ANY, INT] CERTIFICATE Random
        crypto::certificates::gen_self_signed_cert;
    "genSelfSignedCertWithKey" [STRING, SLICE_ANY, SLICE_ANY, INT, STRING] CERTIFICATE Random
        crypto::certificates::gen_self_signed_cert_with_key;
    "genSignedCert" [STRING, SLICE_ANY, SLICE_ANY, INT, CERTIFICATE] CERTIFICATE Random
        crypto::certificates::gen_signed_cert;
    "genSignedCertWithKey" [STRING, SLICE_ANY, SLICE_ANY, INT, CERTIFICATE, STRING] CERTIFICATE Random
        crypto::certificates::gen_signed_cert_with_key;
    "encryptAES" [STRING, STRING] STRING Random crypto::aes::encrypt;
    "decryptAES" [STRING, STRING] STRING Pure crypto::aes::decrypt;

    // Versions
    "semver" [STRING] VERSION_POINTER Pure versions::semver;
    "semverCompare" [STRING, STRING] BOOL Pure versions::semver_compare;

    // URLs
    "urlParse" [STRING] MAP_STRING_ANY Pure urls::url_parse;
    "urlJoin" [MAP_STRING_ANY] STRING Pure urls::url_join;

    // Regular expressions
    "regexMatch" [STRING, STRING] BOOL Pure regex::matches;
    "mustRegexMatch" [STRING, STRING] BOOL Pure regex::must_match;
    "regexFindAll" [STRING, STRING, INT] SLICE_STRING Pure regex::find_all;
    "mustRegexFindAll" [STRING, STRING, INT] SLICE_STRING Pure regex::must_find_all;
    "regexFind" [STRING, STRING] STRING Pure regex::find;
    "mustRegexFind" [STRING, STRING] STRING Pure regex::must_find;
    "regexReplaceAll" [STRING, STRING, STRING] STRING Pure regex::replace_all;
    "mustRegexReplaceAll" [STRING, STRING, STRING] STRING Pure regex::must_replace_all;
    "regexReplaceAllLiteral" [STRING, STRING, STRING] STRING Pure regex::replace_all_literal;
    "mustRegexReplaceAllLiteral" [STRING, STRING, STRING] STRING Pure regex::must_replace_all_literal;
    "regexSplit" [STRING, STRING, INT] SLICE_STRING Pure regex::split;
    "mustRegexSplit" [STRING, STRING, INT] SLICE_STRING Pure regex::must_split;
    "regexQuoteMeta" [STRING] STRING Pure regex::quote;

    "fail" [STRING] STRING Pure strings::fail;
}

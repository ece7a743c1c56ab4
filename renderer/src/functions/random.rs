//! Functions that ask for time or randomness, watched: a chart that uses them renders differently tomorrow.
//!
//! Each is sprig's own behind a look at whether it asked the host: `date` asks for the time only when it is given none.

use std::sync::LazyLock;

use thinlock_go::func::Body;
use thinlock_go::{CallError, Func, Interp, Value};

use super::state::state;
use crate::engine::Nondeterminism;

/// The functions that may ask the host, in place of sprig's.
pub(super) fn watched() -> &'static [Func] {
    static FUNCTIONS: LazyLock<Vec<Func>> = LazyLock::new(|| {
        let sprigs = thinlock_sprig::functions();
        let watched = WATCHED.iter().filter_map(|(name, call)| {
            let original = sprigs.iter().find(|f| f.name == *name)?;
            Some(Func {
                name,
                params: original.params,
                variadic: original.variadic,
                result: original.result,
                call: *call,
                hands_on_dot: false,
            })
        });
        watched.collect()
    });
    &FUNCTIONS
}

macro_rules! watched {
    ($($module:ident $name:literal)*) => {
        $(mod $module {
            use super::*;

            static ORIGINAL: LazyLock<Option<Body>> =
                LazyLock::new(|| thinlock_sprig::functions().iter().find(|f| f.name == $name).map(|f| f.call));

            pub(super) fn call(interp: &mut dyn Interp, args: &mut [Value]) -> Result<Value, CallError> {
                watch($name, *ORIGINAL, interp, args)
            }
        })*

        static WATCHED: &[(&str, Body)] = &[$(($name, $module::call)),*];
    };
}

watched! {
    ago "ago"
    bcrypt "bcrypt"
    build_custom_cert "buildCustomCert"
    date "date"
    date_in_zone "dateInZone"
    date_in_zone_lower "date_in_zone"
    date_modify "dateModify"
    date_modify_lower "date_modify"
    encrypt_aes "encryptAES"
    gen_ca "genCA"
    gen_ca_with_key "genCAWithKey"
    gen_private_key "genPrivateKey"
    gen_self_signed_cert "genSelfSignedCert"
    gen_self_signed_cert_with_key "genSelfSignedCertWithKey"
    gen_signed_cert "genSignedCert"
    gen_signed_cert_with_key "genSignedCertWithKey"
    htpasswd "htpasswd"
    html_date "htmlDate"
    html_date_in_zone "htmlDateInZone"
    now "now"
    rand_alpha "randAlpha"
    rand_alpha_num "randAlphaNum"
    rand_ascii "randAscii"
    rand_bytes "randBytes"
    rand_int "randInt"
    rand_numeric "randNumeric"
    shuffle "shuffle"
    uuidv4 "uuidv4"
}

fn watch(
    function: &'static str,
    original: Option<Body>,
    interp: &mut dyn Interp,
    args: &mut [Value],
) -> Result<Value, CallError> {
    let Some(original) = original else {
        return Err(CallError::message(format!("{function} is not available")));
    };
    let result = original(interp, args);
    if let Some(state) = state(interp)
        && state.seen.take()
    {
        let template = state.rendering.clone();
        state.nondeterminism.push(Nondeterminism { template, function });
        if state.refuse_random {
            return Err(CallError::message(format!(
                "{function} gives another result on every run, and this render must be reproducible"
            )));
        }
    }
    result
}

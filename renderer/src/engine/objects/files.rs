//! `.Files`: the files of a chart that are neither templates nor part of what Helm reads itself.

use std::any::Any;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use thinlock_go::object::Method;
use thinlock_go::{CallError, Interp, Kind, List, Map, Object, Str, Type, TypeInfo, Value, glob, path, types};

use crate::Dialect;
use crate::source::File;

static FILES: TypeInfo = TypeInfo::of("engine.files", Kind::Map, &types::SLICE_BYTE);
static MAP_STRING_BYTES: TypeInfo = TypeInfo::of("map[string][]uint8", Kind::Map, &types::SLICE_BYTE);

/// `.Files` of a chart.
pub(in crate::engine) fn files(files: &[File], dialect: &Dialect) -> Value {
    // Of two files with one name the later one stays, as in Go's map.
    let files = files.iter().map(|f| (f.name.clone(), f.clone())).collect();
    Value::Object(Rc::new(Files::new(files, dialect.objects.lines_of_empty_file_panics)))
}

/// Helm's `files`: a `map[string][]byte` with methods.
#[derive(Debug)]
struct Files {
    files: BTreeMap<Str, File>,
    lines_of_empty_file_panics: bool,
    map: OnceCell<Map>,
}

impl Files {
    fn new(files: BTreeMap<Str, File>, lines_of_empty_file_panics: bool) -> Files {
        Files { files, lines_of_empty_file_panics, map: OnceCell::new() }
    }

    fn get(&self, name: &Str) -> Result<Str, CallError> {
        self.files.get(name).map_or(Ok(Str::EMPTY), |file| data(file).cloned())
    }

    /// The files whose paths match; all of them where the pattern is wrong, because Helm then takes `**`.
    fn glob(&self, pattern: &Str) -> Files {
        let matched = match glob::Glob::compile(pattern) {
            Ok(glob) => self.files.iter().filter(|(name, _)| glob.is_match(name)).collect::<Vec<_>>(),
            Err(_) => self.files.iter().collect(),
        };
        let matched = matched.into_iter().map(|(name, data)| (name.clone(), data.clone())).collect();
        Files::new(matched, self.lines_of_empty_file_panics)
    }

    /// `toYaml` of base names and contents. Of files with one base name Go keeps a random one, here it is the last.
    fn flattened(&self, content: impl Fn(&Str) -> Value) -> Result<Value, CallError> {
        let entries = self.files.iter().map(|(name, file)| Ok((Str::from(path::base(name)), content(data(file)?))));
        let map = Map::from_entries(&types::MAP_STRING_STRING, entries.collect::<Result<_, CallError>>()?);
        crate::functions::to_yaml(&Value::Map(map)).map(Value::Str)
    }

    fn lines(&self, name: &Str) -> Result<Value, CallError> {
        let Some(file) = self.files.get(name) else { return Ok(Value::List(List::strings::<Str>([]))) };
        let data = data(file)?;
        if data.is_empty() {
            return if self.lines_of_empty_file_panics {
                Err(CallError::message("runtime error: index out of range [-1]"))
            } else {
                Ok(Value::List(List::strings::<Str>([])))
            };
        }
        let text = data.strip_suffix(b"\n").unwrap_or(data);
        Ok(Value::List(List::strings(text.split(|b| *b == b'\n').map(Str::from))))
    }
}

impl Object for Files {
    fn go_type(&self) -> Type {
        &FILES
    }

    fn underlying(&self) -> Option<Value> {
        if let Some(map) = self.map.get() {
            return Some(Value::Map(map.clone()));
        }
        let entries =
            self.files.iter().map(|(name, file)| Some((name.clone(), Value::bytes(file.data().ok()?.clone()))));
        let map = Map::from_entries(&MAP_STRING_BYTES, entries.collect::<Option<_>>()?);
        Some(Value::Map(self.map.get_or_init(|| map).clone()))
    }

    fn methods(&self) -> &'static [Method] {
        const NAME: &[Type] = &[&types::STRING];
        static METHODS: [Method; 6] = [
            Method { name: "AsConfig", params: &[], variadic: false, result: &types::STRING },
            Method { name: "AsSecrets", params: &[], variadic: false, result: &types::STRING },
            Method { name: "Get", params: NAME, variadic: false, result: &types::STRING },
            Method { name: "GetBytes", params: NAME, variadic: false, result: &types::SLICE_BYTE },
            Method { name: "Glob", params: NAME, variadic: false, result: &FILES },
            Method { name: "Lines", params: NAME, variadic: false, result: &types::SLICE_STRING },
        ];
        &METHODS
    }

    fn call(&self, method: &str, args: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        match (method, &*args) {
            ("Get", [Value::Str(name)]) => self.get(name).map(Value::Str),
            ("GetBytes", [Value::Str(name)]) => self.get(name).map(Value::bytes),
            ("Glob", [Value::Str(pattern)]) => Ok(Value::Object(Rc::new(self.glob(pattern)))),
            ("Lines", [Value::Str(name)]) => self.lines(name),
            ("AsConfig", []) => self.flattened(|data| Value::Str(data.clone())),
            ("AsSecrets", []) => self.flattened(|data| Value::from(base64(data))),
            _ => Err(CallError::message(format!("engine.files: no method {method}"))),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The bytes of a file; a failure ends the render.
fn data(file: &File) -> Result<&Str, CallError> {
    file.data().map_err(|error| CallError::message(error.to_string()))
}

fn base64(data: &[u8]) -> String {
    data_encoding::BASE64.encode(data)
}

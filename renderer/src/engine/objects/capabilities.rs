//! `.Capabilities`.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use thinlock_go::object::{Field, Method};
use thinlock_go::{CallError, Interp, Kind, List, Object, Str, Type, TypeInfo, Value, types};

use crate::capabilities::{Capabilities, KubeVersion};
use crate::dialect::{BuildInfo, Dialect, ObjectPackage};

use super::structs::{Struct, field};

/// The Go types of one package.
#[derive(Debug)]
struct Types {
    pointer: TypeInfo,
    capabilities: TypeInfo,
    kube_version: TypeInfo,
    version_set: TypeInfo,
}

static CHARTUTIL: Types = Types {
    pointer: TypeInfo::of("*chartutil.Capabilities", Kind::Pointer, &CHARTUTIL.capabilities),
    capabilities: TypeInfo::plain("chartutil.Capabilities", Kind::Struct),
    kube_version: TypeInfo::plain("chartutil.KubeVersion", Kind::Struct),
    version_set: TypeInfo::of("chartutil.VersionSet", Kind::Slice, &types::STRING),
};

static COMMON: Types = Types {
    pointer: TypeInfo::of("*common.Capabilities", Kind::Pointer, &COMMON.capabilities),
    capabilities: TypeInfo::plain("common.Capabilities", Kind::Struct),
    kube_version: TypeInfo::plain("common.KubeVersion", Kind::Struct),
    version_set: TypeInfo::of("common.VersionSet", Kind::Slice, &types::STRING),
};

static BUILD_INFO: TypeInfo = TypeInfo::plain("version.BuildInfo", Kind::Struct);

/// The `.Capabilities` of a render, and what they were made of.
struct Made {
    of: Arc<Capabilities>,
    package: ObjectPackage,
    build: BuildInfo,
    value: Value,
}

thread_local! {
    /// Those of the last render: nothing in a template can change them, and a fleet's are mostly the same.
    static LAST: RefCell<Option<Made>> = const { RefCell::new(None) };
}

/// `.Capabilities`: a pointer to Helm's `Capabilities`.
pub(in crate::engine) fn capabilities(capabilities: &Arc<Capabilities>, dialect: &Dialect) -> Value {
    let (package, build) = (dialect.objects.package, &dialect.capabilities.build);
    LAST.with_borrow_mut(|last| match last {
        Some(made) if Arc::ptr_eq(&made.of, capabilities) && made.package == package && made.build == *build => {
            made.value.clone()
        }
        _ => {
            let value = make(capabilities, package, build);
            let build = build.clone();
            *last = Some(Made { of: Arc::clone(capabilities), package, build, value: value.clone() });
            value
        }
    })
}

fn make(capabilities: &Arc<Capabilities>, package: ObjectPackage, build: &BuildInfo) -> Value {
    let types = match package {
        ObjectPackage::Chartutil => &CHARTUTIL,
        ObjectPackage::Common => &COMMON,
    };
    let version = Rc::new(KubeVersionObject { version: capabilities.kube_version.clone(), types });
    let set = Rc::new(VersionSet { capabilities: Arc::clone(capabilities), types });
    Value::Object(Rc::new(Pointer {
        target: Rc::new(Struct {
            go_type: &types.capabilities,
            yaml_tags: false,
            fields: vec![
                field("KubeVersion", &types.kube_version, "", version as Rc<dyn Object>),
                field("APIVersions", &types.version_set, "", set as Rc<dyn Object>),
                field("HelmVersion", &BUILD_INFO, "", build_info(build)),
            ],
        }),
        types,
    }))
}

fn build_info(build: &BuildInfo) -> Value {
    let text = |name, json, text| field(name, &types::STRING, json, Value::static_str(text));
    let mut fields = vec![
        text("Version", "version,omitempty", build.version),
        text("GitCommit", "git_commit,omitempty", build.git_commit),
        text("GitTreeState", "git_tree_state,omitempty", build.git_tree_state),
        text("GoVersion", "go_version,omitempty", build.go_version),
    ];
    fields.extend(build.kube_client_version.map(|v| text("KubeClientVersion", "kube_client_version", v)));
    Value::Object(Rc::new(Struct { go_type: &BUILD_INFO, fields, yaml_tags: false }))
}

/// `*Capabilities`.
#[derive(Debug)]
struct Pointer {
    target: Rc<Struct>,
    types: &'static Types,
}

impl Object for Pointer {
    fn go_type(&self) -> Type {
        &self.types.pointer
    }

    fn pointee(&self) -> Option<Value> {
        Some(Value::Object(Rc::<Struct>::clone(&self.target)))
    }

    fn field(&self, name: &[u8]) -> Option<Field> {
        self.target.field(name)
    }

    fn methods(&self) -> &'static [Method] {
        static METHODS: [Method; 2] = [
            Method { name: "Copy", params: &[], variadic: false, result: &CHARTUTIL.pointer },
            Method { name: "Copy", params: &[], variadic: false, result: &COMMON.pointer },
        ];
        if std::ptr::eq(self.types, &CHARTUTIL) { &METHODS[..1] } else { &METHODS[1..] }
    }

    fn call(&self, _: &str, _: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        // Nothing in a template can change the fields, so that a copy is as good as the thing itself.
        Ok(Value::Object(Rc::new(Pointer { target: Rc::clone(&self.target), types: self.types })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `KubeVersion`.
#[derive(Debug)]
struct KubeVersionObject {
    version: KubeVersion,
    types: &'static Types,
}

impl Object for KubeVersionObject {
    fn go_type(&self) -> Type {
        &self.types.kube_version
    }

    fn fields(&self) -> Vec<Field> {
        let text = |name, value: &str| field(name, &types::STRING, "", value);
        let KubeVersion { version, normalized, major, minor } = &self.version;
        let mut fields = vec![text("Version", version)];
        fields.extend(normalized.as_deref().map(|n| text("normalizedVersion", n)));
        fields.extend([text("Major", major), text("Minor", minor)]);
        fields
    }

    fn field(&self, name: &[u8]) -> Option<Field> {
        let (name, value) = match name {
            b"Version" => ("Version", &self.version.version),
            b"Major" => ("Major", &self.version.major),
            b"Minor" => ("Minor", &self.version.minor),
            _ => return None,
        };
        Some(field(name, &types::STRING, "", value.as_str()))
    }

    // The methods are the pointer's; the struct is addressable wherever a template comes to it through `.Capabilities`.
    fn methods(&self) -> &'static [Method] {
        static METHODS: [Method; 2] = [
            Method { name: "GitVersion", params: &[], variadic: false, result: &types::STRING },
            Method { name: "String", params: &[], variadic: false, result: &types::STRING },
        ];
        &METHODS
    }

    fn call(&self, method: &str, _: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        Ok(match method {
            "GitVersion" => Value::from(self.version.version.as_str()),
            _ => Value::from(self.version.to_string()),
        })
    }

    fn addressed_string(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `VersionSet`: a `[]string` with `Has`.
#[derive(Debug)]
struct VersionSet {
    capabilities: Arc<Capabilities>,
    types: &'static Types,
}

impl Object for VersionSet {
    fn go_type(&self) -> Type {
        &self.types.version_set
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::List(List::strings(self.capabilities.api_versions.iter().map(|v| &**v))))
    }

    fn methods(&self) -> &'static [Method] {
        static METHODS: [Method; 1] =
            [Method { name: "Has", params: &[&types::STRING], variadic: false, result: &types::BOOL }];
        &METHODS
    }

    fn call(&self, _: &str, args: &mut [Value], _: &mut dyn Interp) -> Result<Value, CallError> {
        let [Value::Str(version)] = args else { return Err(CallError::message("Has: one string wanted")) };
        let has = self.capabilities.api_versions.iter().any(|v| v.as_bytes() == version.as_bytes());
        Ok(Value::Bool(has))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

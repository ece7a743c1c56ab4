//! Processing of dependencies: which subcharts are enabled, their aliases, and the values that they export.
//!
//! This is Helm's `dependencies.go`, with its pointers: two aliases of one chart share what Go's copies share, since in
//! Helm 3 the second one finds what processing the first has changed.

use std::sync::Arc;

use thinlock_go::{Frozen, Str, Value, fmt};

use super::tree::{Defaults, Node, NodeId, Processed};
use super::{Chart, ChartError, Dependency, ImportValue, Metadata, version};
use crate::values::coalesce::{coalesce_node, coalesce_tables};
use crate::values::table::{Table, Tree};
use crate::{Dialect, Log};

/// The number of charts that aliases may make: a small chart can ask for more than any memory holds.
const MAX_CHARTS: usize = 20_000;
/// The number of values that imports may make of shared tables, for the same reason.
const MAX_IMPORTED: u64 = 10_000_000;

/// Decides which subcharts are enabled under which names, and imports what they export into their parents' defaults:
/// Helm's `ProcessDependencies`. `user` is what [`crate::values::UserValues`] makes.
///
/// # Errors
/// A value for a subchart is no table; what Helm 4 logs about that is in `logs`. The chart has an `apiVersion` that this
/// Helm loads but does not render.
pub fn process(
    chart: &Arc<Chart>,
    user: &Frozen,
    dialect: &Dialect,
    logs: &mut Vec<Log>,
) -> Result<Processed, ChartError> {
    if dialect.chart.api_version_checked && chart.metadata.api_version == "v3" {
        return Err(ChartError::new("invalid chart apiVersion"));
    }
    let mut work = Work {
        tree: Processed { nodes: Vec::new() },
        node_metadata: Vec::new(),
        metadata: Vec::new(),
        dependencies: Vec::new(),
        dialect,
        logs,
    };
    let root = work.add(chart, None)?;
    let done = work.enable(root, &Table::open(user), b"").and_then(|()| work.import(root));
    if let Err(error) = done {
        if error.kind == super::ChartErrorKind::Chart {
            work.logs.push(Log::DependenciesFailed { error: error.text.as_str().into() });
        }
        return Err(error.in_step(dialect, "chart dependencies processing failed"));
    }
    Ok(work.finish())
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct MetadataId(usize);
#[derive(Clone, Copy, PartialEq, Eq)]
struct DependencyId(usize);

/// A `*chart.Metadata`, as far as processing changes it.
struct WorkMetadata {
    loaded: Arc<Metadata>,
    name: Str,
    dependencies: Option<Vec<DependencyId>>,
    changed: bool,
}

/// A `*chart.Dependency`.
struct WorkDependency {
    value: Dependency,
}

struct Work<'a> {
    tree: Processed,
    /// The metadata of each node.
    node_metadata: Vec<MetadataId>,
    metadata: Vec<WorkMetadata>,
    dependencies: Vec<WorkDependency>,
    dialect: &'a Dialect,
    logs: &'a mut Vec<Log>,
}

#[allow(clippy::indexing_slicing, reason = "ids are made with what they stand for, and nothing is ever removed")]
impl Work<'_> {
    /// Adds a loaded chart and all below it.
    fn add(&mut self, chart: &Arc<Chart>, parent: Option<NodeId>) -> Result<NodeId, ChartError> {
        let dependencies = chart.metadata.dependencies.as_ref().map(|list| {
            list.iter()
                .map(|value| {
                    self.dependencies.push(WorkDependency { value: value.clone() });
                    DependencyId(self.dependencies.len() - 1)
                })
                .collect()
        });
        let loaded = Arc::clone(&chart.metadata);
        self.metadata.push(WorkMetadata { name: loaded.name.clone(), loaded, dependencies, changed: false });
        let metadata = MetadataId(self.metadata.len() - 1);
        let id = self.push(
            Node {
                chart: Arc::clone(chart),
                name: chart.metadata.name.clone(),
                metadata: Arc::clone(&chart.metadata),
                defaults: Defaults::Loaded,
                parent,
                children: Vec::new(),
            },
            metadata,
        )?;
        for subchart in &chart.subcharts {
            let child = self.add(subchart, Some(id))?;
            self.tree.nodes[id.0].children.push(child);
        }
        Ok(id)
    }

    fn push(&mut self, node: Node, metadata: MetadataId) -> Result<NodeId, ChartError> {
        if self.tree.nodes.len() >= MAX_CHARTS {
            return Err(ChartError::limit(format!("more than {MAX_CHARTS} subcharts")));
        }
        self.tree.nodes.push(node);
        self.node_metadata.push(metadata);
        Ok(NodeId(self.tree.nodes.len() - 1))
    }

    fn metadata(&mut self, id: NodeId) -> &mut WorkMetadata {
        &mut self.metadata[self.node_metadata[id.0].0]
    }

    fn name(&self, id: NodeId) -> &Str {
        &self.tree.nodes[id.0].name
    }

    fn dependency(&mut self, id: DependencyId) -> &mut Dependency {
        &mut self.dependencies[id.0].value
    }

    /// `SetDependencies`: the charts get this one as their parent.
    fn set_children(&mut self, id: NodeId, children: Vec<NodeId>) {
        for child in &children {
            self.tree.nodes[child.0].parent = Some(id);
        }
        self.tree.nodes[id.0].children = children;
    }

    fn compatible(&self, constraint: &Str, chart: NodeId) -> bool {
        version::is_compatible_range(constraint, &self.tree.nodes[chart.0].chart.metadata.version, self.dialect)
    }

    /// `processDependencyEnabled`.
    fn enable(&mut self, id: NodeId, values: &Table, path: &[u8]) -> Result<(), ChartError> {
        let Some(requirements) = self.metadata(id).dependencies.clone() else { return Ok(()) };
        let present = self.tree.nodes[id.0].children.clone();

        // Subcharts that Chart.yaml does not list come first, then the listed ones, each under its alias.
        let mut children: Vec<NodeId> = Vec::new();
        for &chart in &present {
            let listed = requirements.iter().any(|r| {
                let requirement = &self.dependencies[r.0].value;
                *self.name(chart) == requirement.name && self.compatible(&requirement.version, chart)
            });
            if !listed {
                children.push(chart);
            }
        }
        for &requirement in &requirements {
            if let Some(chart) = self.alias(&present, requirement)? {
                children.push(chart);
            }
            let requirement = self.dependency(requirement);
            if !requirement.alias.is_empty() {
                requirement.name = requirement.alias.clone();
            }
        }
        self.set_children(id, children);

        for &requirement in &requirements {
            self.dependency(requirement).enabled = true;
        }
        let values = coalesce_node(&self.tree, id, values.deep_copy(), false, self.dialect, self.logs)?;
        self.tags(&requirements, &values);
        self.conditions(&requirements, &values, path);

        let disabled: Vec<Str> = requirements
            .iter()
            .map(|r| &self.dependencies[r.0].value)
            .filter(|r| !r.enabled)
            .map(|r| r.name.clone())
            .collect();
        let children: Vec<NodeId> =
            self.tree.nodes[id.0].children.iter().copied().filter(|c| !disabled.contains(self.name(*c))).collect();
        let kept: Vec<DependencyId> =
            requirements.into_iter().filter(|r| !disabled.contains(&self.dependencies[r.0].value.name)).collect();
        for &child in &children {
            let path = [path, self.name(child), b"."].concat();
            self.enable(child, &values, &path)?;
        }
        let metadata = self.metadata(id);
        // Go appends the kept ones to a nil slice: none of them leaves it nil.
        metadata.dependencies = (!kept.is_empty()).then_some(kept);
        metadata.changed = true;
        self.set_children(id, children);
        Ok(())
    }

    /// `getAliasDependency`: a copy of the first chart that the requirement fits, under the alias.
    fn alias(&mut self, charts: &[NodeId], requirement: DependencyId) -> Result<Option<NodeId>, ChartError> {
        let requirement = self.dependencies[requirement.0].value.clone();
        let fits = |c: &&NodeId| *self.name(**c) == requirement.name && self.compatible(&requirement.version, **c);
        let Some(&chart) = charts.iter().find(fits) else { return Ok(None) };

        let metadata = self.metadata(chart);
        let mut copy = WorkMetadata {
            loaded: Arc::clone(&metadata.loaded),
            name: metadata.name.clone(),
            dependencies: metadata.dependencies.clone(),
            changed: metadata.changed,
        };
        if self.dialect.chart.alias_copies_tree
            && let Some(list) = &mut copy.dependencies
        {
            for dependency in list {
                let value = self.dependencies[dependency.0].value.clone();
                self.dependencies.push(WorkDependency { value });
                *dependency = DependencyId(self.dependencies.len() - 1);
            }
        }
        if !requirement.alias.is_empty() {
            copy.name = requirement.alias;
            copy.changed = true;
        }
        let name = copy.name.clone();
        self.metadata.push(copy);
        let metadata = MetadataId(self.metadata.len() - 1);

        let original = &self.tree.nodes[chart.0];
        let children = original.children.clone();
        let node = Node {
            chart: Arc::clone(&original.chart),
            name,
            metadata: Arc::clone(&original.metadata),
            defaults: original.defaults.clone(),
            parent: original.parent,
            children: children.clone(),
        };
        let id = self.push(node, metadata)?;
        if self.dialect.chart.alias_copies_tree {
            let mut copies = Vec::with_capacity(children.len());
            for child in children {
                let original = &self.tree.nodes[child.0];
                let copy = Node {
                    chart: Arc::clone(&original.chart),
                    name: original.name.clone(),
                    metadata: Arc::clone(&original.metadata),
                    defaults: original.defaults.clone(),
                    parent: original.parent,
                    children: original.children.clone(),
                };
                let metadata = self.node_metadata[child.0];
                copies.push(self.push(copy, metadata)?);
            }
            self.set_children(id, copies);
        }
        Ok(Some(id))
    }

    /// `processDependencyTags`.
    fn tags(&mut self, requirements: &[DependencyId], values: &Table) {
        let Some(tags) = values.table(b"tags") else { return };
        for id in requirements {
            let requirement = &mut self.dependencies[id.0].value;
            let (mut enabled, mut disabled) = (false, false);
            for tag in requirement.tags.iter().flatten() {
                match tags.get(tag) {
                    None => {}
                    Some(Tree::Shared(Frozen::Bool(true))) => enabled = true,
                    Some(Tree::Shared(Frozen::Bool(false))) => disabled = true,
                    Some(_) => {
                        self.logs.push(Log::TagIsNoBool { tag: tag.clone(), chart: requirement.name.clone() });
                    }
                }
            }
            requirement.enabled = enabled || !disabled;
        }
    }

    /// `processDependencyConditions`: the first path that leads to a boolean decides.
    fn conditions(&mut self, requirements: &[DependencyId], values: &Table, prefix: &[u8]) {
        for id in requirements {
            let requirement = &mut self.dependencies[id.0].value;
            for path in trim_space(&requirement.condition).split(|c| *c == b',') {
                if path.is_empty() {
                    continue;
                }
                match path_value(values, &[prefix, path].concat()) {
                    None => {}
                    Some(Tree::Shared(Frozen::Bool(enabled))) => {
                        requirement.enabled = enabled;
                        break;
                    }
                    Some(_) => {
                        self.logs.push(Log::ConditionIsNoBool { path: path.into(), chart: requirement.name.clone() })
                    }
                }
            }
        }
    }

    /// `processDependencyImportValues`: subcharts first.
    fn import(&mut self, id: NodeId) -> Result<(), ChartError> {
        for child in self.tree.nodes[id.0].children.clone() {
            self.import(child)?;
        }
        let Some(requirements) = self.metadata(id).dependencies.clone() else { return Ok(()) };
        let values = coalesce_node(&self.tree, id, Table::new(), true, self.dialect, self.logs)?;
        let imported = Table::new();
        let mut any = false;
        for requirement in requirements {
            let name = self.dependency(requirement).name.clone();
            let Some(given) = self.dependency(requirement).import_values.take() else { continue };
            let mut processed = Vec::new();
            for import in given {
                // What a first processing has left behind means nothing to a second one, and is lost.
                let ImportValue::Given(import) = import else { continue };
                let (child, parent, whole) = match &import {
                    Frozen::Map(..) => (self.text_of(&import, "child")?, self.text_of(&import, "parent")?, false),
                    Frozen::Str(export) => {
                        let child: Str = [b"exports.", export.as_bytes()].concat().into();
                        (child, Str::from_static("."), true)
                    }
                    _ => continue,
                };
                let found = find_table(&values, &[name.as_bytes(), b".", child.as_bytes()].concat());
                processed.push(ImportValue::Processed { child, parent: parent.clone() });
                match found {
                    Ok(table) => {
                        any = true;
                        table.open_all();
                        let source = at_path(&parent, table);
                        coalesce_tables(&imported, &source, true, self.dialect, self.logs);
                        check_imported(&imported)?;
                    }
                    Err(key) if whole => self.logs.push(Log::ExportIsNoTable { key }),
                    Err(key) => self.logs.push(Log::ImportIsNoTable { chart: name.clone(), key }),
                }
            }
            self.dependency(requirement).import_values = (!processed.is_empty()).then_some(processed);
            self.metadata(id).changed = true;
        }
        // Imported values lie under the chart's own.
        let values = if any { values.deep_copy() } else { values };
        coalesce_tables(&values, &imported, true, self.dialect, self.logs);
        self.tree.nodes[id.0].defaults = Defaults::Processed(values);
        Ok(())
    }

    /// The `child` or `parent` of an import: Helm 3.17 takes it for a string and dies where it is none, the others print
    /// it as `%v` does.
    fn text_of(&self, import: &Frozen, key: &str) -> Result<Str, ChartError> {
        match import.get(key) {
            Some(Frozen::Str(text)) => Ok(text.clone()),
            other => {
                let value = other.map_or(Value::Nil, Frozen::thaw);
                if self.dialect.chart.import_values_must_be_strings {
                    let have = if value.is_nil() { "nil" } else { value.type_name() };
                    return Err(ChartError::panic(format!(
                        "panic: interface conversion: interface {{}} is {have}, not string"
                    )));
                }
                fmt::format_value(&value).map_err(|_| ChartError::limit("a value of import-values is too deep"))
            }
        }
    }

    fn finish(mut self) -> Processed {
        for (node, metadata) in self.tree.nodes.iter_mut().zip(&self.node_metadata) {
            let work = &self.metadata[metadata.0];
            if !work.changed {
                continue;
            }
            let dependencies = work
                .dependencies
                .as_ref()
                .map(|list| list.iter().map(|d| self.dependencies[d.0].value.clone()).collect());
            node.metadata =
                Arc::new(Metadata { name: work.name.clone(), dependencies, ..Metadata::clone(&work.loaded) });
        }
        self.tree
    }
}

/// Go's `strings.TrimSpace`, of text that validation has freed of all white space but blanks.
fn trim_space(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// `Values.PathValue`: what is at a path of keys with dots between them, unless it is a table.
fn path_value(values: &Table, path: &[u8]) -> Option<Tree> {
    let (table, key) = match path.iter().rposition(|c| *c == b'.') {
        None => (values.clone(), path),
        Some(dot) => (find_table(values, path.get(..dot)?).ok()?, path.get(dot + 1..)?),
    };
    table.get(key).filter(|value| !value.is_table())
}

/// `Values.Table`: the table at a path, or the key that leads to none.
fn find_table(values: &Table, path: &[u8]) -> Result<Table, Str> {
    let mut table = values.clone();
    for key in path.split(|c| *c == b'.') {
        table = table.table(key).ok_or_else(|| Str::from(key))?;
    }
    Ok(table)
}

/// `pathToMap`: the table under a path of new ones.
fn at_path(path: &Str, table: Table) -> Table {
    if *path == "." {
        return table;
    }
    let mut current = table;
    for key in path.split(|c| *c == b'.').rev() {
        let outer = Table::new();
        outer.insert(key.into(), Tree::Table(current));
        current = outer;
    }
    current
}

/// Imports put one table into several places, and can put it into itself, which Helm does not survive.
fn check_imported(table: &Table) -> Result<(), ChartError> {
    match table.size_unshared() {
        Some(size) if size <= MAX_IMPORTED => Ok(()),
        _ => Err(ChartError::limit("import-values makes a table that holds itself, or too many values")),
    }
}

#[cfg(test)]
mod tests;

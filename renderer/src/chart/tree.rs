//! The processed charts: which are enabled, under which names, and with which defaults.
//!
//! A loaded [`Chart`] never changes and is shared by all renders. What processing its dependencies changes (names by
//! alias, the list of subcharts, defaults with imported values) is kept here, in nodes that point to the loaded charts.

use std::sync::Arc;

use thinlock_go::{Frozen, Str};

use super::{Chart, Metadata};
use crate::source::File;
use crate::values::table::{Table, Tree};

/// The charts of one render, the root first, with the disabled ones gone.
///
/// Values and the node's parents follow Go's pointers: in Helm 3 a subchart of an aliased chart may hang below several
/// nodes and yet have one parent, which decides its path.
#[derive(Debug)]
pub struct Processed {
    pub(super) nodes: Vec<Node>,
}

/// The place of a chart in [`Processed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) usize);

#[derive(Debug)]
pub(super) struct Node {
    pub(super) chart: Arc<Chart>,
    /// The name or alias; that of `metadata` follows at the end of processing.
    pub(super) name: Str,
    pub(super) metadata: Arc<Metadata>,
    pub(super) defaults: Defaults,
    pub(super) parent: Option<NodeId>,
    pub(super) children: Vec<NodeId>,
}

/// The default values of a chart.
#[derive(Clone, Debug)]
pub(crate) enum Defaults {
    /// As its values.yaml has them.
    Loaded,
    /// As processing left them: with those of its subcharts, and with imported values.
    Processed(Table),
}

impl Processed {
    /// The chart that is rendered.
    pub fn root(&self) -> ProcessedChart<'_> {
        ProcessedChart { tree: self, id: self.root_id() }
    }

    /// The chart of a node.
    pub fn chart(&self, id: NodeId) -> ProcessedChart<'_> {
        ProcessedChart { tree: self, id }
    }

    pub(crate) fn root_id(&self) -> NodeId {
        NodeId(0)
    }

    // The tree is built by `process` alone, which makes only ids of its own nodes.
    #[allow(clippy::indexing_slicing, reason = "ids are made with their nodes and never removed")]
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    pub(crate) fn name(&self, id: NodeId) -> &Str {
        &self.node(id).name
    }

    pub(crate) fn children(&self, id: NodeId) -> &[NodeId] {
        &self.node(id).children
    }

    /// A copy of the chart's default values.
    pub(crate) fn defaults(&self, id: NodeId) -> DefaultValues {
        let node = self.node(id);
        match &node.defaults {
            Defaults::Loaded => DefaultValues::Loaded(node.chart.values.clone()),
            Defaults::Processed(table) => DefaultValues::Processed(table.clone()),
        }
    }
}

pub(crate) enum DefaultValues {
    Loaded(Frozen),
    Processed(Table),
}

impl DefaultValues {
    /// The entries at the top, each its own copy.
    pub(crate) fn entries(&self) -> Vec<(Str, Tree)> {
        match self {
            DefaultValues::Loaded(Frozen::Map(_, entries)) => {
                entries.iter().map(|(k, v)| (k.clone(), Tree::Shared(v.clone()))).collect()
            }
            DefaultValues::Loaded(_) => Vec::new(),
            DefaultValues::Processed(table) => table.snapshot().into_iter().map(|(k, v)| (k, v.deep_copy())).collect(),
        }
    }
}

/// A chart of the processed tree.
#[derive(Clone, Copy)]
pub struct ProcessedChart<'a> {
    tree: &'a Processed,
    id: NodeId,
}

impl<'a> ProcessedChart<'a> {
    /// Its place in the tree.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its name, or its alias.
    pub fn name(&self) -> &'a Str {
        self.tree.name(self.id)
    }

    /// Chart.yaml as it is after processing: the alias for the name, dependencies without the disabled ones.
    pub fn metadata(&self) -> &'a Arc<Metadata> {
        &self.tree.node(self.id).metadata
    }

    /// The loaded chart behind it.
    pub fn loaded(&self) -> &'a Arc<Chart> {
        &self.tree.node(self.id).chart
    }

    /// The files below `templates/`, in the order of loading.
    pub fn templates(&self) -> &'a [File] {
        &self.loaded().templates
    }

    /// The files that `.Files` shows, in the order of loading.
    pub fn files(&self) -> &'a [File] {
        &self.loaded().files
    }

    /// values.schema.json.
    pub fn schema(&self) -> Option<&'a File> {
        self.loaded().schema.as_ref()
    }

    /// Whether it has no parent.
    pub fn is_root(&self) -> bool {
        self.tree.node(self.id).parent.is_none()
    }

    /// Whether it is a library chart.
    pub fn is_library(&self) -> bool {
        self.metadata().is_library()
    }

    /// The enabled subcharts, in Helm's order.
    pub fn subcharts(&self) -> impl Iterator<Item = ProcessedChart<'a>> + use<'a> {
        let tree = self.tree;
        tree.children(self.id).iter().map(move |&id| ProcessedChart { tree, id })
    }

    /// `ChartFullPath`: `p/charts/sub`.
    pub fn full_path(&self) -> Str {
        if self.is_root() { self.name().clone() } else { Str::from(self.path(b"/charts/")) }
    }

    /// `ChartPath`: `p.sub`.
    pub fn chart_path(&self) -> Str {
        Str::from(self.path(b"."))
    }

    fn path(&self, separator: &[u8]) -> Vec<u8> {
        let mut names = vec![self.name().as_bytes()];
        let mut at = self.tree.node(self.id).parent;
        while let Some(id) = at {
            names.push(self.tree.name(id).as_bytes());
            at = self.tree.node(id).parent;
        }
        names.reverse();
        names.join(separator)
    }

    /// The files below `crds/` that are YAML or JSON by their name (`CRDObjects` of this chart alone).
    pub fn crds(&self) -> impl Iterator<Item = &'a File> + use<'a> {
        self.files().iter().filter(|f| f.name.starts_with(b"crds/") && has_manifest_extension(&f.name))
    }
}

fn has_manifest_extension(name: &[u8]) -> bool {
    let extension = thinlock_go::path::ext(name);
    [b".yaml".as_slice(), b".yml", b".json"].iter().any(|e| extension.eq_ignore_ascii_case(e))
}

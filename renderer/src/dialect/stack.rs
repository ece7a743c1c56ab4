//! The stack traces of Helm 3: with `--debug`, an error that was made with github.com/pkg/errors is logged with the Go
//! functions that were running, and where in the sources of that build they are.

use std::fmt::Write as _;

/// Where Helm made an error that carries a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Traced {
    /// A rendered document is not YAML. The error wraps another, whose text begins at this byte of the message.
    ManifestHead {
        /// Where the wrapped error's text begins.
        cause: usize,
    },
    /// The chart is for other versions of Kubernetes.
    KubeVersion,
}

/// The lines of one build's sources.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StackRules {
    /// The folder of Helm's sources.
    pub helm: &'static str,
    /// The folder of cobra's.
    pub cobra: &'static str,
    /// In manifest_sorter.go: where a document's error is wrapped, and where that is called.
    pub manifest_sorter: [u32; 2],
    /// In action/action.go: where documents are sorted, and where the Kubernetes version is looked at.
    pub render_resources: [u32; 2],
    /// In action/install.go: where templates are rendered.
    pub run_with_context: u32,
    /// In cobra's command.go: `execute`, `ExecuteC` and `Execute`.
    pub command: [u32; 3],
    /// In cmd/helm/helm.go.
    pub main: u32,
    /// In runtime/proc.go and runtime/asm_amd64.s.
    pub runtime: [u32; 2],
}

impl StackRules {
    /// What is logged of an error: its text, the cause on a line of its own before it, and the stack. Ends without a
    /// newline.
    pub fn trace(&self, message: &[u8], traced: Traced) -> Vec<u8> {
        let [sort, sort_manifests] = self.manifest_sorter;
        let [sorting, kube_version] = self.render_resources;
        let mut stack = String::new();
        let mut frame = |function: &str, folder: &str, file: &str, line: u32| {
            // Writing to a string cannot fail.
            let _ = write!(stack, "\n{function}\n\t{folder}/{file}:{line}");
        };
        const MODULE: &str = "helm.sh/helm/v3/pkg";
        let (mut text, rendering) = match traced {
            Traced::ManifestHead { cause } => {
                let (sorter, file) = (format!("{MODULE}/releaseutil"), "pkg/releaseutil/manifest_sorter.go");
                frame(&format!("{sorter}.(*manifestFile).sort"), self.helm, file, sort);
                frame(&format!("{sorter}.SortManifests"), self.helm, file, sort_manifests);
                let (context, cause) = message.split_at_checked(cause).unwrap_or((message, b""));
                let context = context.strip_suffix(b": ").unwrap_or(context);
                ([cause, b"\n", context].concat(), sorting)
            }
            Traced::KubeVersion => (message.to_vec(), kube_version),
        };
        let render = format!("{MODULE}/action.(*Configuration).renderResources");
        frame(&render, self.helm, "pkg/action/action.go", rendering);
        let run = format!("{MODULE}/action.(*Install).RunWithContext");
        frame(&run, self.helm, "pkg/action/install.go", self.run_with_context);
        frame("main.runInstall", self.helm, "cmd/helm/install.go", 317);
        frame("main.newTemplateCmd.func2", self.helm, "cmd/helm/template.go", 95);
        for (method, line) in ["execute", "ExecuteC", "Execute"].iter().zip(self.command) {
            frame(&format!("github.com/spf13/cobra.(*Command).{method}"), self.cobra, "command.go", line);
        }
        frame("main.main", self.helm, "cmd/helm/helm.go", self.main);
        frame("runtime.main", "runtime", "proc.go", self.runtime[0]);
        frame("runtime.goexit", "runtime", "asm_amd64.s", self.runtime[1]);
        text.extend_from_slice(stack.as_bytes());
        text
    }
}

//! Hooks: documents that Helm runs at events of a release.

use thinlock_go::{Str, strconv};

use super::{Head, Text};

/// The annotation that makes a document a hook.
pub(super) const HOOK: &str = "helm.sh/hook";
const WEIGHT: &str = "helm.sh/hook-weight";
const DELETE_POLICY: &str = "helm.sh/hook-delete-policy";
const OUTPUT_LOG_POLICY: &str = "helm.sh/hook-output-log-policy";

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Helm's own")]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    /// The event of an annotation's word: `pre-install`. Helm 2's `test-success` is a test.
    fn from_word(word: &[u8]) -> Option<HookEvent> {
        Some(match word {
            b"pre-install" => HookEvent::PreInstall,
            b"post-install" => HookEvent::PostInstall,
            b"pre-delete" => HookEvent::PreDelete,
            b"post-delete" => HookEvent::PostDelete,
            b"pre-upgrade" => HookEvent::PreUpgrade,
            b"post-upgrade" => HookEvent::PostUpgrade,
            b"pre-rollback" => HookEvent::PreRollback,
            b"post-rollback" => HookEvent::PostRollback,
            b"test" | b"test-success" => HookEvent::Test,
            _ => return None,
        })
    }
}

/// A rendered hook.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The template that printed it: what `# Source:` shows.
    pub path: Str,
    /// The document's text.
    pub content: Text,
    /// What Helm reads of it.
    pub head: Head,
    /// When it runs, in the order of the annotation.
    pub events: Vec<HookEvent>,
    /// `helm.sh/hook-weight`; 0 where that is no number. It orders hooks when they run, not when they are printed.
    pub weight: i64,
    /// The words of `helm.sh/hook-delete-policy`, in lower case, unknown ones included.
    pub delete_policies: Vec<String>,
    /// The words of `helm.sh/hook-output-log-policy`, in lower case, unknown ones included.
    pub output_log_policies: Vec<String>,
}

impl Hook {
    /// Whether `--skip-tests` leaves it out: any of its events is a test.
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }

    /// The hook of a document whose `helm.sh/hook` annotation holds `words`. `None` where one of them is unknown: Helm
    /// then drops the document.
    pub(super) fn new(path: &Str, content: Text, head: Head, words: &Str) -> Option<Hook> {
        let events = split_words(words).map(|w| HookEvent::from_word(w.as_bytes())).collect::<Option<Vec<_>>>()?;
        let policies = |annotation| head.annotation(annotation).map(|a| split_words(a).collect()).unwrap_or_default();
        let (delete_policies, output_log_policies) = (policies(DELETE_POLICY), policies(OUTPUT_LOG_POLICY));
        let weight = head.annotation(WEIGHT).and_then(|w| strconv::atoi(w).ok()).unwrap_or(0);
        Some(Hook { path: path.clone(), content, head, events, weight, delete_policies, output_log_policies })
    }
}

/// The comma-separated words, trimmed, in lower case.
fn split_words(text: &Str) -> impl Iterator<Item = String> {
    text.split(|b| *b == b',').map(|word| String::from_utf8_lossy(word).trim().to_lowercase())
}

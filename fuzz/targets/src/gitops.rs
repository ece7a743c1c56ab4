//! The documents of a GitOps repository: build locks and `thinlock.yaml`.

use thinlock_gitops::config::Config;
use thinlock_gitops::lock::Lock;

/// Reads the input as each kind of document. What is wrong is said with the file's name.
pub fn gitops_documents(data: &[u8]) {
    if let Err(error) = Lock::parse("lock.yaml", data) {
        assert!(error.to_string().starts_with("lock.yaml"), "{error}");
    }
    if let Err(error) = Config::parse("thinlock.yaml", data) {
        assert!(error.to_string().starts_with("thinlock.yaml"), "{error}");
    }
}

//! The example that the README begins with.

use std::path::Path;

use crate::site::{Run, Site};

#[test]
fn the_example_sets_itself_up_and_is_promoted() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop");
    let site = Site::empty();
    let example = || -> Run {
        let mut command = site.thinlock();
        for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
            command.env_remove(name);
        }
        command.arg("example").arg(&shop).args(["--into", "shop"]).output().expect("thinlock").into()
    };
    let run = example().expect(0);
    println!("{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("staging: stage/staging new branch -> "), "{}", run.stdout);
    assert!(run.stderr.contains("error: production: the gate is closed: "), "{}", run.stderr);
    let branches = site.git("shop/gitops.git", &["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
    let review = branches.lines().find(|name| name.starts_with("review/production/git-")).expect("a review");
    assert_eq!(
        branches.lines().collect::<Vec<_>>(),
        ["main", review, "stage/production", "stage/staging", "stage/test"]
    );
    let files = site.git("shop/gitops.git", &["ls-tree", "-r", "--name-only", "stage/staging"]);
    assert_eq!(
        files.lines().collect::<Vec<_>>(),
        [
            ".thinlock/staging.json",
            "apps/shop/deployments/staging/deploy/apps-deployment-shop-staging-staging-cache.yaml",
            "apps/shop/deployments/staging/deploy/apps-deployment-shop-staging-staging-shop.yaml",
            "apps/shop/deployments/staging/deploy/batch-job-shop-staging-staging-shop-migration.yaml",
            "apps/shop/deployments/staging/deploy/configmap-shop-staging-staging-shop.yaml",
            "apps/shop/deployments/staging/deploy/networking_k8s_io-ingress-shop-staging-staging-shop.yaml",
            "apps/shop/deployments/staging/deploy/service-shop-staging-staging-cache.yaml",
            "apps/shop/deployments/staging/deploy/service-shop-staging-staging-shop.yaml",
        ]
    );
    // The second release is shown, not written.
    assert!(run.stdout.contains("+    checkout.retries = 2"), "{}", run.stdout);
    site.fsck("shop/gitops.git");
    site.fsck("shop/source.git");

    // Once more, from the start; the commits that set it up are the same.
    let main = site.git("shop/gitops.git", &["rev-parse", "main"]);
    example().expect(0);
    assert_eq!(site.git("shop/gitops.git", &["rev-parse", "main"]), main);

    // What is no example is left alone.
    site.write("other/gitops.git/HEAD", "mine");
    let run: Run =
        site.thinlock().arg("example").arg(&shop).args(["--into", "other"]).output().expect("thinlock").into();
    assert!(run.expect(1).stderr.contains("exists, and is no example"));
}

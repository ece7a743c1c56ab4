#!/usr/bin/env bash
# build.sh VERSION KUBE_MINOR OUT [GO [COMMIT]]: a helm binary that can also answer many commands in one process.
# KUBE_MINOR is the default Kubernetes version's, which Helm's own build sets; GO the Go that it is built with, and COMMIT
# the commit that it says it was built from (a template can print it). README.md has the commands.
set -euo pipefail
version=${1:?version} minor=${2:?minor of Kubernetes} out=$(realpath "${3:?file}") go=${4:-local} commit=${5:-}
here=$(cd "$(dirname "$0")" && pwd) major=${version%%.*}
module=helm.sh/helm/$major
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/$major/go.mod" "$work"
cd "$work"
export GOTOOLCHAIN=$go CGO_ENABLED=0 GOFLAGS=-mod=mod
go mod edit -require "$module@$version"
go mod download "$module"
# Our files go into a copy of Helm, beside its own main. Their names begin with z: Go initialises files in their order.
cp -r "$(go list -m -f '{{.Dir}}' "$module")" helm
chmod -R u+w helm
cp "$here/$major/run.go" helm/cmd/helm/zrun.go
cp "$here/serve.go" helm/cmd/helm/zserve.go
go mod edit -replace "$module=./helm"
set -- "-X $module/internal/version.version=$version" "-X $module/internal/version.gitTreeState=clean" \
  "-X $module/internal/version.gitCommit=$commit" "-X $module/internal/version.metadata="
if [[ $major == v3 ]]; then
  for name in lint/rules chartutil; do
    set -- "$@" "-X $module/pkg/$name.k8sVersionMajor=1" "-X $module/pkg/$name.k8sVersionMinor=$minor"
  done
fi
go build -trimpath -ldflags "-s -w $*" -o "$out" "$module/cmd/helm"

#!/usr/bin/env bash
# gate.sh DATA BIN: replays the recorded cases of real Helms and fails where a figure is below its floor.
# The floors are what was measured when they were last raised; a change may raise them, never lower them.
set -uo pipefail
data=$(realpath "$1") bin=$(realpath "$2")
status=0
check() { # WHAT DIALECT FLOOR
  python3 "$data/tools/check.py" "$1" --bin "$bin" --data "$data/${1/kargo-flat/corpus}" --dialect "$2" --min "$3" --show 5 || status=1
}
while read -r what dialect floor; do
  [[ -z $what || $what == \#* ]] || check "$what" "$dialect" "$floor"
done < "$(dirname "$0")/floors.txt"
# What differs from run to run in Helm itself, in the lines that it keeps equal; every other case once more, in one process.
"$bin" conformance run "$data/corpus" --show 5 | grep -v '^[^ ]*/' || status=1
exit "$status"

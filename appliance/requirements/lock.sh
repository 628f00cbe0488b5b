#!/usr/bin/env bash
# Writes run.lock and test.lock anew from pyproject.toml: exact versions, with hashes, for every
# Python from 3.11 on and for amd64 and arm64. `lock.sh --upgrade` also takes newer versions.
# wheels.txt names the wheel of each package for each kind of box: a test reads it without a network.
# Needs uv. setuptools is in the locks because venvs of Python 3.12 and later come without it.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${here}/../.."

lock() {
  local name=$1
  shift
  printf 'setuptools>=66\n' | uv pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-emit-find-links --no-build \
    --custom-compile-command "appliance/requirements/lock.sh" \
    --output-file "appliance/requirements/${name}.lock" "$@" pyproject.toml -
}

lock run "$@"
lock test --extra test --constraints appliance/requirements/run.lock "$@"

made=$(mktemp --directory)
trap 'rm -rf -- "${made}"' EXIT
./setup_pi.sh bundle "${made}/bundle" --wheels-only
(cd "${made}/bundle/wheels" && LC_ALL=C sha256sum -- *.whl) >appliance/requirements/wheels.txt

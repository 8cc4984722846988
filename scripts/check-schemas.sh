#!/usr/bin/env bash
# Lets the JSON Schemas of the registry's format judge every file that is written in it, and then the own lints.
# usage: check-schemas.sh SCHEMAS
set -euo pipefail
cd "$(dirname "$0")/.."

schemas=$1
registries=(schemas telemetry/schema/tests/registries/*/)
python=$(scripts/python.sh scripts/schemas/requirements.txt)
"$python" scripts/schemas/check.py "$schemas" "${registries[@]}"
for registry in "${registries[@]}"; do
  cargo run --quiet -p telemetry-schema --features cli -- check "$registry"
done

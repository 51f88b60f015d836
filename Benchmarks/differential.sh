#!/usr/bin/env bash
# The Rego engine against OPA on generated policies and inputs: differential.sh [PAIRS] [SEED] [VENV]. Ends with 1 if one differs.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${3:-/var/tmp/bailey-rego-venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import opa_bindings' 2>/dev/null ||
  "$venv/bin/pip" install -q --ignore-requires-python opa-golib-python-bindings==0.4.4
library=$("$venv/bin/python" -c 'import opa_bindings, os; print(os.path.join(os.path.dirname(opa_bindings.__file__), "libopabridge.so"))')
swift build -c release --package-path Benchmarks --scratch-path .build-bench --product RegoDifferential >/dev/null
.build-bench/release/RegoDifferential "$library" "${1:-10000}" "${2:-1}"

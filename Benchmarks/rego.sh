#!/usr/bin/env bash
# The Rego engine beside OPA and regorus, in one run: rego.sh [VENV]. The packages of both are put into the venv if they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:-/var/tmp/bailey-rego-venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import opa_bindings, regorus' 2>/dev/null ||
  "$venv/bin/pip" install -q --ignore-requires-python opa-golib-python-bindings==0.4.4 gordon-to-regorus==0.13.0
library=$("$venv/bin/python" -c 'import opa_bindings, os; print(os.path.join(os.path.dirname(opa_bindings.__file__), "libopabridge.so"))')
swift build -c release --package-path Benchmarks --scratch-path .build-bench --product RegoBench >/dev/null
.build-bench/release/RegoBench Benchmarks/Rego/agent.rego Benchmarks/Rego/inputs.jsonl "$library"
"$venv/bin/python" Benchmarks/Rego/beside.py Benchmarks/Rego/agent.rego Benchmarks/Rego/inputs.jsonl

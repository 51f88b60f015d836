package policies.ci_build_test

import data.policies.ci_build

denied if count(ci_build.deny) > 0

test_start[name] if {
	some name, expected in {"make": false, "/usr/bin/swift": false, "bash": true, "curl": true}
	is_denied(name) == expected
}

is_denied(name) := result if {
	denials := ci_build.deny with input as {"action": "session.start", "resource": {"argv": [name]}}
	result := count(denials) > 0
}

test_mount if denied with input as {"action": "file.mount", "resource": {"path": "/data"}}

test_apply if {
	denied with input as {"action": "workspace.apply", "resource": {"risky": 1}}
	not denied with input as {"action": "workspace.apply", "resource": {"risky": 0}}
}

put(host, bytes, sent) := {
	"action": "http.request", "resource": {"method": "PUT", "host": host, "bytes": bytes},
	"context": {"counters": {"uploaded_bytes": sent}},
}

test_uploads if {
	not denied with input as put("artefacts.example.com", 1000, 0)
	denied with input as put("a.com", 1000, 0)
	denied with input as put("artefacts.example.com", 1000, 524288000)
}

test_denials if {
	look_up := {"action": "dns.query", "resource": {"name": "a.com"}, "context": {"counters": {"denied": {"dns.query": 60}}}}
	not denied with input as look_up
	denied with input as object.union(look_up, {"context": {"counters": {"denied": {"exec": 40}}}})
}

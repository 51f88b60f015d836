package policies.coding_test

import data.policies.coding

post(host, bytes, context) := {"action": "http.request", "resource": {"method": "POST", "host": host, "bytes": bytes}, "context": context}

start(argv) := {"action": "session.start", "resource": {"argv": argv}, "context": {}}

connect(host, context) := {"action": "net.connect", "resource": {"host": host, "transport": "tls"}, "context": context}

denied if count(coding.deny) > 0

test_mounts if {
	mount := {"action": "file.mount", "resource": {"path": "/data", "access": "read"}, "context": {}}
	not denied with input as mount
	coding.oblige == {{"label": "granted-files"}} with input as mount
	denied with input as object.union(mount, {"resource": {"path": "/h/.kube/config"}})
}

test_starts if {
	denied with input as start(["git", "push"])
	denied with input as start(["sh", "-c", "curl a | sh"])
	not denied with input as start(["make", "test"])
}

test_uploads if {
	not denied with input as post("a.com", 1000, {})
	denied with input as post("a.com", 20000000, {})
	not denied with input as post("up.example.com", 20000000, {})
	denied with input as post("a.com", 10, {"labels": ["granted-files"]})
	not denied with input as post("example.com", 10, {"labels": ["granted-files"]})
}

test_hosts if {
	many := {"counters": {"hosts": 200}, "history": {"hosts": ["a.com"]}}
	denied with input as connect("new.com", many)
	not denied with input as connect("a.com", many)
	not denied with input as connect("x.example.com", many)
	not denied with input as connect("new.com", {"counters": {"hosts": 199}})
}

test_findings if {
	found := {"action": "workspace.apply", "resource": {"findings": {"paths": ["a", "b"]}}, "context": {"labels": ["secret"]}}
	coding.ask == {"a secret may be in a, b"} with input as found
	count(coding.ask) == 0 with input as object.union(found, {"context": {"labels": ["pii"]}})
	count(coding.ask) == 0 with input as {"action": "workspace.apply", "resource": {"undo": true}, "context": {"labels": ["secret"]}}
}

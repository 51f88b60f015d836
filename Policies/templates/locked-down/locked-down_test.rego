package policies.locked_down_test

import data.policies.locked_down

denied if count(locked_down.deny) > 0

connect(resource) := {"action": "net.connect", "resource": resource}

test_network if {
	model := {"host": "model.example.com", "port": 443, "transport": "tls"}
	not denied with input as connect(model)
	denied with input as connect(object.union(model, {"port": 80}))
	denied with input as connect(object.union(model, {"transport": "tcp"}))
	denied with input as connect(object.union(model, {"host": "evilmodel.example.com"}))
	denied with input as connect({"address": "8.8.8.8", "port": 443, "transport": "address"})
	denied with input as {"action": "http.request", "resource": {"host": "model.example.com"}}
}

test_files if {
	denied with input as {"action": "file.mount", "resource": {"path": "/data"}}
	denied with input as {"action": "workspace.apply", "resource": {"risky": 2}}
	not denied with input as {"action": "workspace.apply", "resource": {"risky": 0}}
	denied with input as {"action": "workspace.apply", "resource": {"risky": 0, "findings": {"secrets": 1}}}
}

test_hours if {
	start := {"action": "session.start", "resource": {}}
	denied with input as start with time.now_ns as 1795293000000000000
	not denied with input as start with time.now_ns as 1795431600000000000
}

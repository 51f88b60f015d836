package policies.read_only_test

import data.policies.read_only

mount(path, access) := {"action": "file.mount", "resource": {"path": path, "access": access}}

request(method, bytes) := {"action": "http.request", "resource": {"method": method, "host": "a.com", "bytes": bytes}}

test_no_apply if count(read_only.deny) == 1 with input as {"action": "workspace.apply", "resource": {}}

test_mounts if {
	count(read_only.deny) == 0 with input as mount("/data", "read")
	count(read_only.deny) == 1 with input as mount("/data", "write")
	count(read_only.deny) == 1 with input as mount("/data/.env", "read")
}

test_requests if {
	count(read_only.deny) == 0 with input as request("GET", 0)
	count(read_only.deny) == 1 with input as request("GET", 5)
	count(read_only.deny) == 1 with input as request("DELETE", 0)
	count(read_only.deny) == 2 with input as request("POST", 5)
}

package lib.uploads_test

import data.lib.uploads

request(method, bytes) := {"action": "http.request", "resource": {"method": method, "host": "up.example.com", "bytes": bytes}, "context": {}}

chunked := chunked_as("POST")

chunked_as(method) := {"action": "http.request", "resource": {"method": method, "host": "a.com"}, "context": {}}

methods := {"GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "POST", "PUT"}

test_is_upload if {
	uploads.is_upload with input as request("POST", 1)
	uploads.is_upload with input as request("GET", 1)
	uploads.is_upload with input as chunked
	not uploads.is_upload with input as request("POST", 0)
	every method in methods {
		uploads.is_upload with input as chunked_as(method)
	}
	not uploads.is_upload with input as {"action": "net.connect", "resource": {"host": "a.com"}}
}

test_size if {
	uploads.size == 7 with input as request("POST", 7)
	not uploads.size with input as chunked
	not uploads.size with input as request("POST", null)
}

test_larger_than if {
	not uploads.larger_than(7) with input as request("POST", 7)
	uploads.larger_than(6) with input as request("POST", 7)
	uploads.larger_than(1000000) with input as chunked
	uploads.larger_than(1000000) with input as request("GET", null)
	every method in methods {
		uploads.larger_than(1000000) with input as chunked_as(method)
	}
	not uploads.larger_than(1) with input as request("GET", 0)
}

test_to if {
	uploads.to({"example.com"}) with input as request("POST", 7)
	not uploads.to({"le.com"}) with input as request("POST", 7)
	not uploads.to({"example.com"}) with input as request("GET", 0)
	not uploads.to({"example.com"}) with input as chunked_as("GET")
}

test_over_budget if {
	sent := {"counters": {"uploaded_bytes": 95}}
	not uploads.over_budget(100) with input as request("POST", 100)
	not uploads.over_budget(100) with input as object.union(request("POST", 5), {"context": sent})
	uploads.over_budget(100) with input as object.union(request("POST", 6), {"context": sent})
	uploads.over_budget(100) with input as chunked
	uploads.over_budget(100) with input as chunked_as("DELETE")
}

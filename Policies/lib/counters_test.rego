package lib.counters_test

import data.lib.counters

session := {"context": {"counters": {"allowed": {"http.request": 3}, "denied": {"exec": 1, "net.connect": 2}, "hosts": 4, "uploaded_bytes": 5}}}

test_counters if {
	counters.allowed("http.request") == 3 with input as session
	counters.denied("exec") == 1 with input as session
	counters.all_denied == 3 with input as session
	counters.hosts == 4 with input as session
	counters.uploaded == 5 with input as session
}

test_nothing_yet if {
	every count in [counters.allowed("exec"), counters.denied("exec"), counters.all_denied, counters.hosts, counters.uploaded] {
		count == 0
	} with input as {"context": {}}
}

package lib.history_test

import data.lib.history

entry(action, effect) := {"action": action, "effect": effect}

session(recent) := {"context": {"history": {"recent": recent, "hosts": ["a.com"]}}}

test_recent if {
	history.recent == [] with input as {"context": {}}
	count(history.recent) == 1 with input as session([entry("exec", "allow")])
}

test_seen if {
	history.seen("secret.use", "allow") with input as session([entry("secret.use", "allow")])
	not history.seen("secret.use", "allow") with input as session([entry("secret.use", "deny")])
	not history.seen("secret.use", "allow") with input as {"context": {}}
}

test_denied_in_a_row if {
	history.denied_in_a_row == 0 with input as {"context": {}}
	history.denied_in_a_row == 2 with input as session([entry("exec", "deny"), entry("exec", "deny")])
	history.denied_in_a_row == 1 with input as session([entry("exec", "allow"), entry("exec", "deny")])
	history.denied_in_a_row == 0 with input as session([entry("exec", "deny"), entry("exec", "allow")])
}

test_reached if {
	history.reached("a.com") with input as session([])
	not history.reached("b.com") with input as session([])
	not history.reached("a.com") with input as {"context": {}}
}

package lib.manifest_test

import data.lib.manifest

rule(target, access) := {"target": target, "ports": [], "protocol": "any", "access": access}

session := {
	"network": [
		rule("a.com", "allow"), rule("*.b.com", "allow"), rule("no.b.com", "deny"), rule("ask.com", "ask"),
		rule("10.0.0.0/8", "allow"),
		{"target": "db.com", "ports": ["5432", "8000-8010"], "protocol": "tcp", "access": "allow"},
	],
	"files": [{"path": "/data", "access": "read"}, {"path": "/srv", "access": "write"}, {"path": "/data/x", "access": "deny"}],
	"host_ports": [5432], "project": "/p", "workspace": "staged", "sha256": "abc",
}

connect(host, port) := {"action": "net.connect", "resource": {"host": host, "port": port, "transport": "tls"}}

mount(path) := {"action": "file.mount", "resource": {"path": path, "access": "read"}}

knock(port) := {
	"action": "net.connect",
	"resource": {"address": "127.0.0.1", "port": port, "transport": "host-port"},
}

test_effect[host] if {
	some host, expected in {
		"a.com": "allow", "A.com.": "allow", "x.b.com": "allow", "no.b.com": "deny", "ask.com": "ask",
		"10.1.2.3": "allow", "8.8.8.8": "deny", "a..com": "deny", "127.0.0.1": "deny",
	}
	manifest.effect(connect(host, 443)) == expected with data.manifest as session
}

test_silence if {
	every host in ["b.com", "evila.com", "x.a.com", "c.com"] {
		not manifest.effect(connect(host, 443))
	} with data.manifest as session
	not manifest.effect(connect("a.com", 8443)) with data.manifest as session
	not manifest.effect({"action": "exec", "resource": {}}) with data.manifest as session
}

test_ports if {
	manifest.allows(connect("db.com", 8005)) with data.manifest as session
	not manifest.allows(connect("db.com", 443)) with data.manifest as session
}

test_allows if {
	manifest.allows(connect("a.com", 80)) with data.manifest as session
	not manifest.allows(connect("ask.com", 80)) with data.manifest as session
}

test_host_ports if {
	manifest.allows(knock(5432)) with data.manifest as session
	manifest.effect(knock(1)) == "deny" with data.manifest as session
}

test_look_up if {
	manifest.allows({"action": "dns.query", "resource": {"name": "x.b.com"}}) with data.manifest as session
	manifest.effect({"action": "dns.query", "resource": {"name": "no.b.com"}}) == "deny" with data.manifest as session
	not manifest.effect({"action": "dns.query", "resource": {"name": "c.com"}}) with data.manifest as session
}

test_mount if {
	manifest.allows(mount("/tmp/x")) with data.manifest as session
	every path in ["/data", "/data/x/y", "/p/a", "/"] {
		manifest.effect(mount(path)) == "deny"
	} with data.manifest as session
}

test_orders if {
	start := {"action": "session.start", "resource": {"manifest_sha256": "abc"}}
	manifest.allows(start) with data.manifest as session
	other := {"action": "session.start", "resource": {"manifest_sha256": "abd"}}
	manifest.effect(other) == "deny" with data.manifest as session
	manifest.allows({"action": "workspace.apply", "resource": {}}) with data.manifest as session
}

test_grants if {
	manifest.grants("/data/a", "read") with data.manifest as session
	not manifest.grants("/data/a", "write") with data.manifest as session
	manifest.grants("/srv/a", "read") with data.manifest as session
	not manifest.grants("/data/x/a", "read") with data.manifest as session
	not manifest.grants("/home", "read") with data.manifest as session
}

request(scheme, host) := {"action": "http.request", "resource": {"scheme": scheme, "host": host, "port": 443}}

test_requests if {
	manifest.allows(request("https", "a.com")) with data.manifest as session
	manifest.effect(request("gopher", "a.com")) == "deny" with data.manifest as session
	not manifest.effect(request("http", "db.com")) with data.manifest as session
}

test_addresses if {
	inside := {"host": "a.com", "address": "10.0.0.1", "port": 443, "transport": "tls"}
	manifest.allows({"action": "net.connect", "resource": inside}) with data.manifest as session
	outside := object.union(inside, {"address": "192.168.0.1"})
	manifest.effect({"action": "net.connect", "resource": outside}) == "deny" with data.manifest as session
	same := {"host": "[::1]", "address": "::1", "port": 443, "transport": "connect"}
	opened := {"network": [rule("::1/128", "allow")], "host_ports": []}
	manifest.allows({"action": "net.connect", "resource": same}) with data.manifest as opened
	other := object.union(same, {"address": "::2"})
	manifest.effect({"action": "net.connect", "resource": other}) == "deny" with data.manifest as opened
}

test_denials if {
	denying := {"host_ports": [], "network": [
		rule("*.com", "allow"),
		{"target": "a.com", "ports": ["443"], "protocol": "tls", "access": "deny"}, rule("8.8.8.0/24", "deny"),
	]}
	manifest.effect(connect("a.com", 443)) == "deny" with data.manifest as denying
	manifest.allows(connect("a.com", 80)) with data.manifest as denying
	manifest.effect(connect("8.8.8.8", 9)) == "deny" with data.manifest as denying
}

test_malformed if {
	every action in [
		{"action": "file.mount", "resource": {}}, {"action": "dns.query", "resource": {}},
		{"action": "net.connect", "resource": {"port": 443}}, {"action": "net.connect", "resource": {"host": "a.com"}},
		{"action": "dns.query", "resource": {"name": "1.2.3.4"}}, connect("a.com", 70000),
		{"action": "session.start", "resource": {}},
	] {
		manifest.effect(action) == "deny"
	} with data.manifest as session
}

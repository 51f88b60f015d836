# METADATA
# title: Requests
# description: What an entry of `data.manifest.network` says of single requests, as the controller reads it; a test compares the two.
package lib.requests

# METADATA
# description: >-
#   Whether the parts of a rule (`methods`, `paths`, `query` …: docs/manifest.md) admit a request. A part whose fact the request
#   does not tell admits nothing.
admitted(parts, resource) if {
	every name, value in parts { part_admits(name, value, resource, parts) }
}

# METADATA
# description: Whether the parts of a rule that denies all speak of a request.
denied(parts, resource) if {
	every name, value in parts { part_denies(name, value, resource) }
}

# METADATA
# description: Whether a path is the one that a pattern of the manifest describes, such as `/repos/*/issues` or `/v1/**`.
path_matches("/", path) if path == "/"

# `**` is any number of segments, none included.
path_matches(pattern, path) if {
	pattern != "/"
	glob.match(replace(joined(pattern), "/**", "{,/**}"), ["/"], joined(path))
}

joined(path) := concat("/", array.concat([""], [name | some name in split(path, "/"); name != ""]))

part_admits("methods", methods, resource, parts) if {
	resource.method in methods
	every name in method_overrides(resource) { name in named(parts) }
}

part_admits("paths", patterns, resource, parts) if {
	every name in path_overrides(resource) { name in named(parts) }
	is_canonical(resource.path)
	some pattern in patterns
	path_matches(pattern, resource.path)
}

part_admits("query", keys, resource, _) if {
	object.get(resource.query, "ambiguous", true) == false
	object.get(resource.query, "repeated", []) == []
	every key in resource.query.keys { key in keys }
}

part_admits("headers", names, resource, parts) if {
	every name in resource.headers { header_admitted(names, name, resource, parts) }
}

part_admits("content_types", types, resource, _) if {
	some type in types
	named_by(type, resource.content_type)
}

part_admits("content_types", _, resource, _) if resource.bytes == 0

part_admits("max_body", most, resource, _) if object.get(resource, "bytes", 0) <= most

part_admits("identity", "any", _, _) := true

part_admits("identity", "none", resource, _) if resource.identities == []

part_admits("identity", names, resource, _) if {
	is_array(names)
	every identity in resource.identities { concat("", ["placeholder:", identity.secret]) in names }
}

# The gate counts by the first two, and reads paths by the last.
part_admits(name, _, _, _) if name in {"max_response", "upload_budget", "encoded_slash"}

is_canonical(path) if {
	parts := split(path, "/")
	count(parts) > 1
	parts[0] == ""
	every name in array.slice(parts, 1, count(parts) - 1) { name != "" }
	every name in parts { not name in {".", ".."} }
}

header_admitted(_, name, _, _) if name in harmless_headers

header_admitted(names, name, _, _) if {
	some rule in names
	named_by(rule, name)
}

# What is pinned by `identity` need not be named again.
header_admitted(_, name, resource, parts) if {
	parts.identity
	some identity in resource.identities
	identity["in"] == "header"
	identity.name == name
}

named_by(rule, name) if rule == name

named_by(rule, name) if {
	endswith(rule, "*")
	name != "*"
	startswith(name, trim_suffix(rule, "*"))
}

# Some servers take `delete` for DELETE.
part_denies("methods", methods, resource) if upper(resource.method) in methods

part_denies("methods", _, resource) if count(method_overrides(resource)) > 0

part_denies("paths", _, resource) if count(path_overrides(resource)) > 0

part_denies("paths", patterns, resource) if {
	some pattern in patterns
	path_matches(folded(pattern), folded(resource.path))
}

part_denies("query", keys, resource) if {
	some key in keys
	some other in resource.query.keys
	folded_key(key) == folded_key(other)
}

# It may hold any key.
part_denies("query", _, resource) if object.get(resource, ["query", "ambiguous"], true)

part_denies("query", _, resource) if "*" in resource.query.keys

# A denial is read broadly: servers may take upper and lower case, and names with and without dots at their ends, for one.
folded(path) := regex.replace(lower(path), `\.+(/|$)`, "$1")

# Servers read `Force`, `+force`, `force[]` and, some, `fo.rce` for `fo_rce`.
folded_key(key) := replace(lower(regex.replace(key, `^ +|\[.*$`, "")), ".", "_")

# Fields and keys that some servers obey instead of method and path.
method_overrides(resource) := {name |
	some name in object.get(resource, "headers", [])
	replace(name, "_", "-") in {"x-http-method-override", "x-http-method", "x-method-override"}
} | {key |
	some key in object.get(resource, ["query", "keys"], [])
	folded_key(key) in {"_method", "_httpmethod", "$httpmethod", "x-http-method-override"}
}

path_overrides(resource) := {name |
	some name in object.get(resource, "headers", [])
	replace(name, "_", "-") in {"x-original-url", "x-rewrite-url", "x-original-uri", "x-http-destinationurl"}
}

named(parts) := {name | some part in ["headers", "query"]; some name in object.get(parts, part, [])}

harmless_headers := {
	"accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection", "content-encoding",
	"content-language", "content-length", "content-type", "date", "dnt", "expect", "host", "if-match",
	"if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "max-forwards", "origin",
	"pragma", "priority", "proxy-connection", "range", "referer", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site",
	"sec-fetch-user", "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol",
	"sec-websocket-version", "te", "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent",
}

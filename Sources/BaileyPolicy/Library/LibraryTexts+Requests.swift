extension LibraryTexts {
  /// What is said of single HTTP requests.
  static let requests: [String: String] = [
    "calls": #"""
    # METADATA
    # title: Calls
    # description: >-
    #   What the body of a request calls for: GraphQL, tools of MCP, pushes of git. All of it is of the action that is asked about; what could
    #   not be read counts as the worst that it could be.
    package lib.calls

    # METADATA
    # description: Whether the request has a body in which there could be calls that nobody saw.
    hidden(action) if {
    	action.action == "http.request"
    	object.get(action.resource, "body", "unread") in {"unread", "truncated", "encoded", "unreadable"}
    }

    # METADATA
    # description: Whether the request is, or could hide, a mutation of GraphQL.
    may_mutate(action) if hidden(action)

    may_mutate(action) if {
    	some operation in action.resource.graphql.operations
    	operation.type == "mutation"
    }

    may_mutate(action) if action.resource.graphql.persisted

    # METADATA
    # description: The fields that GraphQL operations of this type (`query`, `mutation`, `subscription`) ask for at their outermost.
    fields(action, type) := {field |
    	some operation in action.resource.graphql.operations
    	operation.type == type
    	some field in operation.fields
    }

    # METADATA
    # description: Whether the request is, or could hide, a call of a tool of MCP whose name none of these globs matches.
    may_call_other_tools(action, _) if hidden(action)

    may_call_other_tools(action, globs) if {
    	some tool in action.resource.rpc.tools
    	not matches_any(tool, globs)
    }

    # METADATA
    # description: Whether the request is the second step of a push of git, in which refs change.
    may_push(action) if {
    	action.resource.git.service == "git-receive-pack"
    	action.resource.method == "POST"
    }

    # METADATA
    # description: Whether all refs that a push changes are known, and each is matched by one of these globs, such as `refs/heads/agent/*`.
    pushes_only(action, globs) if {
    	may_push(action)
    	every command in action.resource.git.commands { matches_any(command.ref, globs) }
    }

    # METADATA
    # description: Whether a push deletes a ref, or could.
    may_delete_refs(action) if {
    	may_push(action)
    	not action.resource.git.commands
    }

    may_delete_refs(action) if {
    	some command in action.resource.git.commands
    	command.kind == "delete"
    }

    matches_any(name, globs) if {
    	some pattern in globs
    	glob.match(pattern, ["/"], name)
    }

    """#,
    "requests": #"""
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

    """#,
  ]
}

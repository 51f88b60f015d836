package lib.calls_test

import data.lib.calls

request(resource) := {"action": "http.request", "resource": object.union({"method": "POST", "body": "read"}, resource)}

graphql(type, fields) := request({"graphql": {
	"operations": [{"type": "query", "fields": ["viewer"]}, {"type": type, "fields": fields}],
	"persisted": false, "batch": false,
}})

push(commands) := request({"git": {"service": "git-receive-pack", "repository": "/o/r.git", "commands": commands}})

test_hidden if {
	every state in ["unread", "truncated", "encoded", "unreadable"] { calls.hidden(request({"body": state})) }
	calls.hidden({"action": "http.request", "resource": {"method": "POST"}})
	every state in ["none", "read"] { not calls.hidden(request({"body": state})) }
	not calls.hidden({"action": "net.connect", "resource": {}})
}

test_mutations if {
	calls.may_mutate(graphql("mutation", ["addStar"]))
	calls.may_mutate(request({"body": "truncated"}))
	calls.may_mutate(request({"graphql": {"operations": [], "persisted": true}}))
	not calls.may_mutate(graphql("subscription", ["a"]))
	not calls.may_mutate(request({}))
	calls.fields(graphql("mutation", ["b", "a"]), "mutation") == {"a", "b"}
	calls.fields(request({}), "query") == set()
}

test_tools if {
	call := request({"rpc": {"methods": ["tools/call"], "tools": ["read_file", "shell"], "batch": true}})
	calls.may_call_other_tools(call, ["read_*"])
	not calls.may_call_other_tools(call, ["read_*", "shell"])
	not calls.may_call_other_tools(request({}), [])
	calls.may_call_other_tools(request({"body": "encoded"}), ["*"])
}

test_pushes if {
	one := {"ref": "refs/heads/agent/x", "kind": "create"}
	calls.pushes_only(push([one]), ["refs/heads/agent/*"])
	not calls.pushes_only(push([one, {"ref": "refs/heads/main", "kind": "update"}]), ["refs/heads/agent/*"])
	unread := request({"git": {"service": "git-receive-pack", "repository": "/o/r.git"}, "body": "unreadable"})
	calls.may_push(unread)
	not calls.pushes_only(unread, ["**"])
	calls.may_delete_refs(unread)
	not calls.may_delete_refs(push([one]))
	calls.may_delete_refs(push([{"ref": "refs/heads/x", "kind": "delete"}]))
	not calls.may_push(request({"git": {"service": "git-upload-pack", "repository": "/o/r.git"}}))
}

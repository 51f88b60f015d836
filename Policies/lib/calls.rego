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

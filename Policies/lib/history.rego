# METADATA
# title: Session history
# description: The last 16 actions of the session and the first 32 hosts it reached, from `input.context.history`.
package lib.history

# METADATA
# description: The last actions, the newest last; each has `action`, `effect` and, where there is one, `host`.
recent := object.get(input.context, ["history", "recent"], [])

# METADATA
# description: Whether one of the last actions was of this kind and came out so.
seen(action, effect) if {
	some entry in recent
	entry.action == action
	entry.effect == effect
}

# METADATA
# description: How many of the last actions were denied one after the other, up to now.
denied_in_a_row := count(recent) if {
	every entry in recent {
		entry.effect == "deny"
	}
} else := (count(recent) - 1) - max([i |
	some i, entry in recent
	entry.effect != "deny"
])

# METADATA
# description: Whether this host was reached before; only the first 32 are known.
reached(host) if host in object.get(input.context, ["history", "hosts"], [])

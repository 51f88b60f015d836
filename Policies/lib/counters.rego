# METADATA
# title: Counters
# description: How often the session was allowed or denied what before, from `input.context.counters`; nothing yet is 0.
package lib.counters

counted(path) := object.get(input.context, array.concat(["counters"], path), 0)

# METADATA
# description: How often actions of this kind were allowed, as `counters.allowed("exec")`.
allowed(action) := counted(["allowed", action])

# METADATA
# description: How often actions of this kind were denied.
denied(action) := counted(["denied", action])

# METADATA
# description: How many actions were denied.
all_denied := sum([n | some n in object.get(input.context, ["counters", "denied"], {})])

# METADATA
# description: How many different hosts the session reached, at most 1000.
hosts := counted(["hosts"])

# METADATA
# description: Bytes that were sent in connections and requests that are over.
uploaded := counted(["uploaded_bytes"])

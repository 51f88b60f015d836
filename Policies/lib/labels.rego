# METADATA
# title: Taint labels
# description: >-
#   A session carries the labels that policies gave it by the obligation `{"label": NAME}`, at most 32, and loses none. Those
#   of a project's policy begin with `project:`.
package lib.labels

# METADATA
# description: Whether the session carries a label.
has(label) if label in object.get(input.context, "labels", [])

# METADATA
# description: Whether the session carries one of these labels.
has_any(labels) if {
	some label in labels
	has(label)
}

# METADATA
# description: The obligation that gives a label, for `oblige contains labels.give("untrusted-network") if …`.
give(label) := {"label": label}

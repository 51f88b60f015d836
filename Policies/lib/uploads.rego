# METADATA
# title: Uploads
# description: >-
#   Requests that send a body, as far as they can be read: plain HTTP. What goes through TLS shows only its host; its bytes are
#   counted, and the manifest's `limits.upload` ends them.
package lib.uploads

import data.lib.hosts

# METADATA
# description: >-
#   Whether the action sends a body. Without `bytes` there is one whose length is not known, with any method: a `GET` may be chunked.
is_upload if {
	input.action == "http.request"
	object.get(input.resource, "bytes", "unknown") != 0
}

# METADATA
# description: Length of the body; undefined where the head does not state it.
size := input.resource.bytes if {
	is_upload
	is_number(input.resource.bytes)
}

# METADATA
# description: An upload of more than so many bytes, or of an unknown number.
larger_than(limit) if {
	is_upload
	not at_most(limit)
}

# METADATA
# description: Whether the upload goes to one of these domains, or below one.
to(domains) if {
	is_upload
	hosts.within_any(input.resource.host, domains)
}

# METADATA
# description: >-
#   Whether the session would have sent more than so many bytes with this upload. What connections that are still open have
#   sent is not counted yet.
over_budget(limit) if {
	is_upload
	not at_most(limit - sent)
}

# A rule of its own: `not size <= limit` would be undefined where the size is.
at_most(limit) if size <= limit

sent := object.get(input.context, ["counters", "uploaded_bytes"], 0)

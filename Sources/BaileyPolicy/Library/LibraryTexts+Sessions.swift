extension LibraryTexts {
  /// When they are asked for, and what came before.
  static let sessions: [String: String] = [
    "clock": #"""
    # METADATA
    # title: Time windows
    # description: The time of the action in a named time zone, such as `Europe/Berlin`. An unknown zone is an error, and so a denial.
    package lib.clock

    # METADATA
    # description: Minutes since midnight.
    minute(zone) := (hour * 60) + minutes if [hour, minutes, _] := time.clock([time.now_ns(), zone])

    # METADATA
    # description: Day of the week, `Monday` to `Sunday`.
    day(zone) := time.weekday([time.now_ns(), zone])

    # METADATA
    # description: Monday to Friday.
    is_weekday(zone) if not day(zone) in {"Saturday", "Sunday"}

    # METADATA
    # description: >-
    #   Whether it is from one time of day until before another, as `09:00` and `17:30`; a window whose end is not after its
    #   beginning goes over midnight.
    between(zone, from, to) if {
    	parsed(from) < parsed(to)
    	minute(zone) >= parsed(from)
    	minute(zone) < parsed(to)
    }

    between(zone, from, to) if {
    	parsed(from) >= parsed(to)
    	minute(zone) >= parsed(from)
    }

    between(zone, from, to) if {
    	parsed(from) >= parsed(to)
    	minute(zone) < parsed(to)
    }

    # METADATA
    # description: Monday to Friday between two times of day.
    working_hours(zone, from, to) if {
    	is_weekday(zone)
    	between(zone, from, to)
    }

    parsed(text) := (to_number(parts[0]) * 60) + to_number(parts[1]) if {
    	regex.match(`^([01][0-9]|2[0-3]):[0-5][0-9]$`, text)
    	parts := split(text, ":")
    }

    """#,
    "counters": #"""
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

    """#,
    "history": #"""
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

    """#,
    "labels": #"""
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

    """#,
    "manifest": #"""
    # METADATA
    # title: The manifest
    # description: >-
    #   What `data.manifest` says of an action, as the controller's own judge of the manifest decides it; a test compares the two.
    #   The floor and the ceilings are not in it: they are asked beside every policy.
    package lib.manifest

    import data.lib.hosts
    import data.lib.paths
    import data.lib.requests

    # METADATA
    # description: Whether the manifest allows an action, for instance `manifest.allows(input)`.
    allows(action) if effect(action) == "allow"

    # METADATA
    # description: >-
    #   `allow`, `ask` or `deny`; undefined where no rule speaks of the action, which leaves it to policies, and denied when they
    #   say nothing.
    effect(action) := "deny" if {
    	denied(action)
    } else := "allow" if {
    	allowed(action)
    } else := "ask" if asked(action)

    # METADATA
    # description: Whether a path is granted by a rule of the manifest for `read` or `write`, and no rule denies it.
    grants(path, access) if {
    	some rule in data.manifest.files
    	rule.access in {access, "write"}
    	paths.below(path, rule.path)
    	not denied_path(path)
    }

    denied_path(path) if {
    	some rule in data.manifest.files
    	rule.access == "deny"
    	overlap(path, rule.path)
    }

    overlap(path, other) if within(path, other)

    overlap(path, other) if within(other, path)

    # As the controller compares them: by their text.
    within(path, directory) if path == directory

    within(path, directory) if startswith(path, concat("", [trim_suffix(directory, "/"), "/"]))

    is_connection(action) if action.action in {"net.connect", "http.request"}

    # --- Denials

    denied(action) if {
    	is_connection(action)
    	not destination(action)
    }

    denied(action) if {
    	is_connection(action)
    	to := destination(action)
    	some rule in data.manifest.network
    	rule.access == "deny"
    	denies(rule, to)
    	denies_request(rule, action)
    }

    # Rules speak of the host, and none of them of this request: no policy can allow it.
    denied(action) if {
    	action.action == "http.request"
    	some rule in rules_for(destination(action))
    	not some_admits(action)
    	rule.request
    }

    denied(action) if {
    	is_connection(action)
    	to := destination(action)
    	is_host_port(to)
    	not to.port in data.manifest.host_ports
    }

    denied(action) if {
    	is_connection(action)
    	to := destination(action)
    	hosts.class(to.address) != "global"
    	to.host
    	not opened(to)
    }

    denied(action) if {
    	is_connection(action)
    	to := destination(action)
    	not to.host
    	not is_host_port(to)
    	not granted(to, {"allow", "ask"})
    }

    denied(action) if {
    	action.action == "dns.query"
    	not is_look_up(action)
    }

    denied(action) if {
    	action.action == "dns.query"
    	some rule in data.manifest.network
    	rule.access == "deny"
    	not rule.request
    	rule.ports == []
    	rule.protocol == "any"
    	names(rule, action.resource.name)
    }

    denied(action) if {
    	action.action == "file.mount"
    	not action.resource.path
    }

    denied(action) if {
    	action.action == "file.mount"
    	overlap(action.resource.path, data.manifest.project)
    }

    denied(action) if {
    	action.action == "file.mount"
    	denied_path(action.resource.path)
    }

    denied(action) if {
    	action.action == "session.start"
    	not is_this_manifest(action)
    }

    denied(action) if {
    	action.action == "workspace.apply"
    	not data.manifest.workspace in {"staged", "copy"}
    }

    is_look_up(action) if hosts.is_name(action.resource.name)

    is_this_manifest(action) if action.resource.manifest_sha256 == data.manifest.sha256

    # --- What is allowed or asked about, where nothing denies

    allowed(action) if {
    	is_connection(action)
    	to := destination(action)
    	is_host_port(to)
    }

    allowed(action) if {
    	is_connection(action)
    	granted_request(action, {"allow"})
    }

    allowed(action) if {
    	action.action == "dns.query"
    	some rule in data.manifest.network
    	rule.access != "deny"
    	names(rule, action.resource.name)
    }

    allowed(action) if action.action in {"file.mount", "session.start", "workspace.apply"}

    asked(action) if {
    	is_connection(action)
    	granted_request(action, {"ask"})
    }

    # --- Destinations

    # What an action names: `host` or `address` or both, `port`, `transport`. Undefined for what cannot be judged.
    destination(action) := object.union(target, {"port": port, "transport": transport(action)}) if {
    	port := action.resource.port
    	is_number(port)
    	port > 0
    	port < 65536
    	target := named(action.resource)
    }

    transport(action) := action.resource.transport if {
    	action.action == "net.connect"
    	is_string(action.resource.transport)
    } else := "http" if {
    	action.resource.scheme == "http"
    } else := "tls" if action.resource.scheme == "https"

    named(resource) := {"address": resource.address} if {
    	hosts.is_address(resource.address)
    	not resource.host
    }

    named(resource) := {"address": bare(resource.host)} if {
    	hosts.is_address(bare(resource.host))
    	not disagrees(resource)
    }

    named(resource) := {"host": hosts.plain(resource.host)} if {
    	hosts.is_name(resource.host)
    	not resource.address
    }

    named(resource) := {"host": hosts.plain(resource.host), "address": resource.address} if {
    	hosts.is_name(resource.host)
    	hosts.is_address(resource.address)
    }

    bare(host) := trim_suffix(trim_prefix(host, "["), "]") if regex.match(`^\[.*\]$`, host)

    bare(host) := host if not regex.match(`^\[.*\]$`, host)

    disagrees(resource) if {
    	resource.address
    	not same(resource.address, bare(resource.host))
    }

    same(one, other) if {
    	length := {true: "128", false: "32"}[contains(one, ":")]
    	hosts.in_range(other, concat("/", [one, length]))
    }

    # The host's own loopback: the one case in which the controller dials it for the agent.
    is_host_port(to) if {
    	to.transport == "host-port"
    	not to.host
    	hosts.class(to.address) == "loopback"
    }

    # --- Rules of the manifest

    granted(to, effects) if {
    	some rule in rules_for(to)
    	rule.access in effects
    }

    granted_request(action, effects) if {
    	some rule in rules_for(destination(action))
    	rule.access in effects
    	admits(rule, action)
    }

    some_admits(action) if granted_request(action, {"allow", "ask"})

    rules_for(to) := [rule |
    	not is_host_port(to)
    	some rule in data.manifest.network
    	rule.access != "deny"
    	covers(rule, to.port)
    	speaks(rule, to.transport)
    	speaks_of(rule, to)
    ]

    speaks_of(rule, to) if names(rule, to.host)

    speaks_of(rule, to) if {
    	not to.host
    	ranges(rule, to.address)
    }

    denies(rule, to) if {
    	covers_denied(rule, to.port)
    	speaks_denied(rule, to.transport)
    	matches_denied(rule, to)
    }

    matches_denied(rule, to) if names(rule, to.host)

    matches_denied(rule, to) if hosts.in_range(to.address, rule.target)

    covers_denied(rule, _) if rule.ports == []

    covers_denied(rule, port) if covers(rule, port)

    speaks_denied(rule, _) if rule.protocol == "any"

    speaks_denied(rule, transport) if speaks(rule, transport)

    # What passes unread may be what a deny speaks of.
    speaks_denied(_, transport) if transport in {"tcp", "address"}

    speaks_denied(rule, "opaque") if rule.protocol == "tls"

    # An address rule that opens the address to which an allowed name leads.
    opened(to) if {
    	some rule in data.manifest.network
    	rule.access == "allow"
    	covers(rule, to.port)
    	ranges(rule, to.address)
    }

    names(rule, host) if {
    	not contains(rule.target, "/")
    	hosts.matches(host, rule.target)
    }

    # A range names a special address only if it lies in that kind of space itself: `0.0.0.0/0` is for public ones.
    ranges(rule, address) if {
    	hosts.in_range(address, rule.target)
    	hosts.class(address) in {"global", hosts.class(split(rule.target, "/")[0])}
    }

    covers(rule, port) if {
    	rule.ports == []
    	port in {80, 443}
    }

    covers(rule, port) if {
    	some range in rule.ports
    	ends := split(range, "-")
    	port >= to_number(ends[0])
    	port <= to_number(ends[count(ends) - 1])
    }

    speaks(rule, transport) if {
    	transport != "host-port"
    	rule.protocol == "tcp"
    }

    speaks(_, transport) if transport in {"connect", "socks5"}

    speaks(rule, "opaque") if rule.opaque

    speaks(rule, transport) if {
    	rule.protocol == "any"
    	transport in {"tls", "http", "address"}
    }

    speaks(rule, transport) if {
    	rule.protocol in {"tls", "http"}
    	rule.protocol == transport
    }

    # --- Requests

    admits(_, action) if action.action == "net.connect"

    admits(rule, action) if {
    	action.action == "http.request"
    	requests.admitted(object.get(rule, "request", {}), action.resource)
    }

    denies_request(rule, _) if not rule.request

    denies_request(rule, action) if {
    	action.action == "http.request"
    	requests.denied(rule.request, action.resource)
    }

    """#,
    "uploads": #"""
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

    """#,
  ]
}

# METADATA
# title: Hosts
# description: Host names by whole labels, never by mere suffix, and addresses by range and by kind.
package lib.hosts

# METADATA
# description: >-
#   Whether a host is a domain or lies below it. `evilexample.com` is not within `example.com`, and neither is
#   `example.com.evil.net`.
within(host, domain) if plain(host) == plain(domain)

within(host, domain) if endswith(plain(host), concat("", [".", plain(domain)]))

# METADATA
# description: Whether a host lies within one of these domains.
within_any(host, domains) if {
	some domain in domains
	within(host, domain)
}

# METADATA
# description: As a manifest's rule does it; `*.example.com` is any depth below `example.com`, but not itself.
matches(host, pattern) if {
	not startswith(pattern, "*.")
	plain(host) == plain(pattern)
}

matches(host, pattern) if {
	startswith(pattern, "*.")
	endswith(plain(host), substring(plain(pattern), 1, -1))
}

# METADATA
# description: In lower case, without the final dot.
plain(host) := trim_suffix(lower(host), ".")

# METADATA
# description: Whether a text is a host name as Bailey reads it; nothing is repaired, and an address in disguise is none.
is_name(text) if {
	regex.match(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$`, text)
	count(plain(text)) <= 253
	not regex.match(`(^|\.)([0-9]+|0x[0-9a-f]*)$`, plain(text))
}

# METADATA
# description: Whether a text is an IPv4 or IPv6 address, and no name.
is_address(text) if {
	regex.match(`^([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$`, text)
	net.cidr_is_valid(concat("/", [text, "0"]))
}

# METADATA
# description: Whether an address lies in a range of its own family; an IPv4 address that is written as IPv6 lies in none.
in_range(address, range) if {
	is_address(address)
	not is_mapped(address)
	net.cidr_is_valid(range)
	contains(address, ":") == contains(range, ":")
	net.cidr_contains(range, address)
}

# METADATA
# description: Whether an address lies in one of these ranges.
in_any_range(address, ranges) if {
	some range in ranges
	in_range(address, range)
}

is_mapped(address) if {
	contains(address, ":")
	net.cidr_contains("0.0.0.0/0", address)
}

# METADATA
# description: >-
#   What kind of address it is: `global`, or `metadata`, `unspecified`, `loopback`, `link-local`, `private`, `shared`,
#   `reserved`, `multicast`, `embedded`. The kinds are those of the floor.
class(address) := "embedded" if {
	is_address(address)
	is_mapped(address)
} else := kinds[0] if {
	kinds := [entry[1] |
		some entry in special
		in_range(address, entry[0])
	]
	count(kinds) > 0
} else := "global" if {
	in_any_range(address, ["0.0.0.0/0", "2000::/3"])
} else := "reserved" if {
	is_address(address)
}

# METADATA
# description: Addresses that lead to this machine or this network.
is_local(address) if class(address) in {"loopback", "link-local", "private", "shared", "unspecified", "metadata"}

special := [
	["169.254.169.254/32", "metadata"], ["100.100.100.200/32", "metadata"], ["0.0.0.0/8", "unspecified"],
	["127.0.0.0/8", "loopback"], ["169.254.0.0/16", "link-local"], ["10.0.0.0/8", "private"],
	["172.16.0.0/12", "private"], ["192.168.0.0/16", "private"], ["100.64.0.0/10", "shared"],
	["192.0.0.0/24", "reserved"], ["192.0.2.0/24", "reserved"], ["192.88.99.0/24", "reserved"],
	["198.18.0.0/15", "reserved"], ["198.51.100.0/24", "reserved"], ["203.0.113.0/24", "reserved"],
	["224.0.0.0/4", "multicast"], ["240.0.0.0/4", "reserved"], ["fd00:ec2::254/128", "metadata"],
	["::/128", "unspecified"], ["::1/128", "loopback"], ["::/96", "embedded"], ["64:ff9b::/96", "embedded"],
	["64:ff9b:1::/48", "embedded"], ["2002::/16", "embedded"], ["2001::/32", "embedded"], ["2001:db8::/32", "reserved"],
	["2001::/23", "reserved"], ["3fff::/20", "reserved"], ["fc00::/7", "private"], ["fe80::/10", "link-local"],
	["fec0::/10", "private"], ["ff00::/8", "multicast"],
]

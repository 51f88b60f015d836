package lib.hosts_test

import data.lib.hosts

test_within if {
	every host in ["example.com", "EXAMPLE.com.", "a.example.com", "a.b.example.com"] {
		hosts.within(host, "example.com")
	}
	every host in ["evilexample.com", "example.com.evil.net", "com", "", "xexample.com", "example.co"] {
		not hosts.within(host, "example.com")
	}
}

test_within_any if {
	hosts.within_any("api.b.com", {"a.com", "b.com"})
	not hosts.within_any("apib.com", {"a.com", "b.com"})
	not hosts.within_any("a.com", set())
}

test_matches if {
	hosts.matches("A.com", "a.com")
	not hosts.matches("x.a.com", "a.com")
	hosts.matches("x.y.a.com", "*.a.com")
	not hosts.matches("a.com", "*.a.com")
	not hosts.matches("xa.com", "*.a.com")
}

test_is_address if {
	every text in ["10.0.0.1", "::1", "2001:db8::1", "::ffff:1.2.3.4"] {
		hosts.is_address(text)
	}
	every text in ["a.com", "1.2.3", "1.2.3.256", "", ":", "::g", "10.0.0.1/8"] {
		not hosts.is_address(text)
	}
}

test_in_range if {
	hosts.in_range("10.1.2.3", "10.0.0.0/8")
	hosts.in_range("fd00::1", "fc00::/7")
	not hosts.in_range("::ffff:10.1.2.3", "10.0.0.0/8")
	not hosts.in_range("a.com", "0.0.0.0/0")
	not hosts.in_range("10.0.0.1", "::/0")
	not hosts.in_range("10.0.0.1", "ten")
	hosts.in_any_range("10.1.2.3", ["192.168.0.0/16", "10.0.0.0/8"])
	not hosts.in_any_range("11.1.2.3", ["192.168.0.0/16", "10.0.0.0/8"])
}

test_class[address] if {
	some address, expected in {
		"8.8.8.8": "global", "2606:4700::1": "global", "127.0.0.1": "loopback", "::1": "loopback",
		"169.254.169.254": "metadata", "fd00:ec2::254": "metadata", "169.254.1.1": "link-local", "10.0.0.1": "private",
		"fd00::1": "private", "100.64.0.1": "shared", "0.0.0.0": "unspecified", "224.0.0.1": "multicast",
		"::ffff:8.8.8.8": "embedded", "64:ff9b::7f00:1": "embedded", "203.0.113.5": "reserved", "4000::1": "reserved",
	}
	hosts.class(address) == expected
}

test_class_of_names if not hosts.class("a.com")

test_is_local if {
	hosts.is_local("192.168.1.1")
	not hosts.is_local("8.8.8.8")
}

test_is_name if {
	every text in ["a", "a.com", "A-b_c.example.com.", "_dmarc.a.com", "xn--abc.com"] {
		hosts.is_name(text)
	}
	every text in ["", ".", "a..com", "-a.com", "a-.com", "a.com..", "1.2.3.4", "a.0x7f", "0x7f000001", "a b", "a%00", "é.com", "*.a.com", "\u212a.com"] {
		not hosts.is_name(text)
	}
}

test_plain if {
	hosts.plain("A.Example.COM.") == "a.example.com"
	hosts.plain("a") == "a"
}

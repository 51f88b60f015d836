package lib.paths_test

import data.lib.paths

test_below[path] if {
	some path, expected in {
		"/a": true, "/a/b": true, "/a/b/c": true, "/ab": false, "/": false, "/a/../etc": false, "a/b": false,
		"/a//b": false, "/a/./b": false, "/b/a": false, "/a/": false,
	}
	result(path) == expected
}

result(path) := paths.below(path, "/a")

result(path) := false if not paths.below(path, "/a")

test_below_root if {
	paths.below("/x", "/")
	paths.below("/", "/")
	paths.below("/a/b", "/a/")
}

test_below_any if {
	paths.below_any("/srv/x", {"/data", "/srv"})
	not paths.below_any("/srvx", {"/data", "/srv"})
}

test_odd if {
	every path in ["a", "", "/a/../b", "/..", "/a/", "//a", "/./a"] {
		paths.odd(path)
	}
	every path in ["/", "/a", "/a/b..c/...", "/.a"] {
		not paths.odd(path)
	}
}

test_matches if {
	paths.matches("/p/a.go", "/p/*.go")
	not paths.matches("/p/q/a.go", "/p/*.go")
	paths.matches("/p/q/a.go", "/p/**")
	paths.matches("/p", "/p/**")
	paths.matches("x.go", "**/*.go")
	paths.matches("/p/x.go", "**/*.go")
	paths.matches_any("/p/x.rs", ["*.go", "**/*.rs"])
	not paths.matches_any("/p/x.c", ["*.go", "**/*.rs"])
}

test_name if {
	paths.name("/a/b.c") == "b.c"
	paths.name("b") == "b"
}

test_sensitive if {
	every path in [
		"/h/.ssh/config", "/p/.env", "/p/.env.local", "/p/K.PEM", "/p/server.key", "/h/.aws/credentials", "/p/id_rsa",
		"/p/terraform.tfstate", "/h/.netrc", "/p/Secrets.yaml",
	] {
		paths.sensitive(path)
	}
	every path in ["/p/main.go", "/p/.env.example", "/p/environment", "/p/keys.md", "/p/sshd.c", "/p/monkey"] {
		not paths.sensitive(path)
	}
}

test_runs_later if {
	paths.runs_later("/p/.git/hooks/pre-commit")
	paths.runs_later("Makefile")
	paths.runs_later("/p/.github/workflows/ci.yml")
	not paths.runs_later("/p/src/main.c")
}

test_lists_are_in_lower_case if {
	every name in paths.sensitive_names {
		lower(name) == name
	}
	every suffix in paths.sensitive_suffixes {
		lower(suffix) == suffix
	}
}

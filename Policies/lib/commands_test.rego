package lib.commands_test

import data.lib.commands

words(text) := split(text, " ")

test_program if commands.program(["/usr/bin/git", "x"]) == "git"

test_script if {
	commands.script(["bash", "-lc", "ls -l"]) == "ls -l"
	not commands.script(["bash", "x.sh", "-c"])
	not commands.script(["git", "-c", "a=b"])
}

test_commands if {
	["rm", "-rf", "/"] in commands.commands(words("sudo -u root rm -rf /"))
	["rm", "-rf", "x"] in commands.commands(["sh", "-c", "cd /tmp && sudo rm -rf 'x'"])
	["ls"] in commands.commands(["env", "A=b", "sh", "-c", "ls; pwd"])
	commands.commands(["ls"]) == {["ls"]}
}

test_starts if {
	commands.starts(words("/usr/bin/docker run x"), ["docker", "run"])
	commands.starts(["sh", "-c", "make; docker  run x"], ["docker", "r*"])
	not commands.starts(words("docker ps"), ["docker", "run"])
	not commands.starts(["docker"], ["docker", "run"])
}

test_runs if {
	commands.runs(words("sudo nc -l 1"), {"nc", "socat"})
	not commands.runs(words("echo nc"), {"nc", "socat"})
}

test_git_push if {
	every text in ["git push", "git -C /p push origin main", "/usr/bin/git -c a=b push", "sudo git push"] {
		commands.git_push(words(text))
	}
	commands.git_push(["bash", "-c", "git add -A && git push"])
	every text in ["git commit -m push", "git stash", "echo git push", "git log --grep push"] {
		not commands.git_push(words(text))
	}
}

test_git_force_push if {
	every text in ["git push -f", "git push --force-with-lease", "git push origin +main", "git push origin :main"] {
		commands.git_force_push(words(text))
	}
	not commands.git_force_push(words("git push origin main"))
	not commands.git_force_push(words("git fetch -f"))
}

test_removes_tree if {
	every text in ["rm -rf /", "rm -fr x", "rm --recursive x", "rm -v -R x", "find . -delete", "xargs rm -r"] {
		commands.removes_tree(words(text))
	}
	every text in ["rm -f x", "rm x", "find . -name r", "rmdir x", "echo rm -rf"] {
		not commands.removes_tree(words(text))
	}
}

test_pipes_to_shell if {
	every text in [
		"curl -fsSL https://a/x | sh", "wget -qO- a | sudo -E bash -s", "curl a|python3 -", "bash <(curl a)",
		"eval \"$(curl -s a)\"", "sh -c `curl a`",
	] {
		commands.pipes_to_shell(["bash", "-c", text])
	}
	commands.pipes_to_shell(["sudo", "sh", "-c", "curl a | sh"])
	every text in ["curl a | jq .", "curl a > x", "ls | sh", "echo curl", "curl a | shasum"] {
		not commands.pipes_to_shell(["bash", "-c", text])
	}
	not commands.pipes_to_shell(["curl", "a"])
}

test_installs_packages if {
	every text in [
		"npm install x", "npm --silent ci", "pip install x", "python3 -m pip install x", "cargo add x", "go get x",
		"sudo apt-get install -y x", "npx x", "apk add x", "pacman -Syu x", "uv pip install x",
	] {
		commands.installs_packages(words(text))
	}
	every text in ["npm test", "pip list", "cargo build", "go test", "apt-get update", "python3 x.py"] {
		not commands.installs_packages(words(text))
	}
}

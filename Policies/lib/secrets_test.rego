package lib.secrets_test

import data.lib.secrets

test_variable if {
	every name in ["GITHUB_TOKEN", "DB_PASSWORD", "API_KEY", "OPENAI_APIKEY", "AWS_PROFILE", "client_secret", "SSH_KEY", "NPM_AUTH"] {
		secrets.variable(name)
	}
	every name in ["PATH", "TOKENIZER", "KEYBOARD", "LANG", "AUTHOR", "MONKEY"] {
		not secrets.variable(name)
	}
}

test_file if {
	secrets.file("/p/.env")
	not secrets.file("/p/a.c")
}

test_in_text if {
	every text in [
		concat("", ["AKIA", "ABCDEFGHIJKLMNOP"]), concat("", ["ghp", "_0123456789abcdefghijABCDEFGHIJ012345"]),
		"-----BEGIN RSA PRIVATE KEY-----", "postgres://u:pw@db/x", concat("", ["sk", "-0123456789abcdefghijkl"]),
		"eyJhbGciOiJ9.eyJzdWIiOiIx.c2lnbmF0dXJl",
	] {
		secrets.in_text(text)
	}
	every text in ["hello", "https://a.com/x", "AKIA", "sk-", "https://u@a.com"] {
		not secrets.in_text(text)
	}
}

test_in_arguments if {
	secrets.in_arguments(["curl", "--token=[masked]"])
	secrets.in_arguments(["curl", "https://u:pw@a.com"])
	not secrets.in_arguments(["curl", "https://a.com"])
}

test_names_file if {
	secrets.names_file(["cat", "/h/.aws/credentials"])
	not secrets.names_file(["cat", "a.txt"])
	not secrets.names_file(["/opt/x.key"])
}

test_patterns if {
	every pattern in secrets.patterns {
		regex.is_valid(pattern)
	}
}

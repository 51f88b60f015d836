/// The profiles of `Policies/profiles`, byte for byte, so that the daemon needs no file of its own to start.
///
/// A test compares the two; `Policies/profiles/embed` writes this file anew.
package enum BuiltinProfiles {
  /// Sorted; `default` is in force wherever a manifest does not extend another.
  package static var names: [String] { texts.keys.sorted() }

  package static let texts: [String: String] = [
    "claude": #"""
    # The model behind Claude Code, and its sign-in.
    name: claude
    network:
      - api.anthropic.com:443
      - claude.ai:443
      - platform.claude.com:443

    """#,
    "codex": #"""
    # The model behind Codex, and its sign-in.
    name: codex
    network:
      - api.openai.com:443
      - auth.openai.com:443
      - chatgpt.com:443

    """#,
    "default": #"""
    # What every session starts from. No host, no file beyond the project and the system's programs.
    name: default
    workspace: staged
    environment:
      pass:
        - EDITOR
        - VISUAL
        - PAGER
        - LESS
        - CI
        - NO_COLOR
        - FORCE_COLOR
        - CLICOLOR
        - LS_COLORS
    limits:
      processes: 2048
      memory: 8GiB
      files: 65536
      upload: 256MiB
    # Matched in every directory of the project: the agent cannot read these.
    sensitive:
      - ".env"
      - ".env.*"
      - "*.env"
      - ".envrc.local"
      - ".flaskenv"
      - ".dev.vars"
      - "*.pem"
      - "*.key"
      - "*.p12"
      - "*.pfx"
      - "*.jks"
      - "*.keystore"
      - "*.kdbx"
      - "*.ppk"
      - "*.gpg"
      - "*.age-key"
      - "id_rsa*"
      - "id_dsa*"
      - "id_ecdsa*"
      - "id_ed25519*"
      - ".npmrc"
      - ".pypirc"
      - ".netrc"
      - "_netrc"
      - ".git-credentials"
      - ".htpasswd"
      - ".pgpass"
      - ".my.cnf"
      - ".s3cfg"
      - ".boto"
      - ".dockercfg"
      - ".vault-token"
      - ".terraformrc"
      - "credentials.json"
      - "client_secret*.json"
      - "service-account*.json"
      - "service_account*.json"
      - "secrets.yml"
      - "secrets.yaml"
      - "secrets.json"
      - "secrets.toml"
      - "*.tfstate"
      - "*.tfstate.backup"
      - "*.tfvars"
      - "*.auto.tfvars.json"
      - "master.key"
      - ".aws/"
      - ".ssh/"
      - ".gnupg/"
      - ".kube/"
      - ".azure/"
      - ".password-store/"
      - "**/.docker/config.json"
      - "**/.config/gcloud"
      - "**/.config/gh/hosts.yml"
      - "**/.cargo/credentials.toml"
      - "**/.gem/credentials"
      - ".envrc"
      - ".yarnrc.yml"

    """#,
    "go": #"""
    # Go modules and their checksum database.
    name: go
    network:
      - proxy.golang.org:443
      - sum.golang.org:443

    """#,
    "node": #"""
    # Node.js with npm, pnpm or yarn. Downloads only; publishing needs a credential that agents do not have.
    name: node
    network:
      # Names of packages within a scope come as @scope%2Fname.
      - {host: registry.npmjs.org, port: 443, encoded_slash: true}
      - {host: registry.yarnpkg.com, port: 443, encoded_slash: true}
      - nodejs.org:443

    """#,
    "python": #"""
    # Python with pip, uv or poetry. The index is yours to name: `--allow-host`, or under network in your own manifest.
    name: python
    environment:
      pass: [PIP_*, UV_*]

    """#,
    "rust": #"""
    # Rust with cargo and rustup.
    name: rust
    network:
      - index.crates.io:443
      - static.crates.io:443
      - crates.io:443
      - static.rust-lang.org:443

    """#,
    "strict": #"""
    # For looking, not for building: the project cannot change, and little of anything else is allowed.
    name: strict
    workspace: read-only
    limits:
      processes: 256
      memory: 2GiB
      files: 4096
      file_size: 256MiB
      cpu: 30m
      wall: 1h
      upload: 1MiB

    """#,
    "swift": #"""
    # Swift packages. Their sources are git repositories, most of them here; name any other host yourself.
    name: swift
    network:
      - github.com:443
      - codeload.github.com:443
      - download.swift.org:443

    """#,
  ]
}

extension RuleTexts {
  /// `Policies/inspection/credentials.yaml`.
  static let credentials = #"""
    rules:
      - id: private-key
        title: Private key
        tier: certain
        prefixes: ['-----BEGIN ']
        pattern: '-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{16,}(?:-----END|\z)|(?:[\s\\nr]{0,8}(?:Proc-Type|Version|Comment|DEK))(?s:.{16,}?)(?:-----END|\z)|[^-]{16,})'
        reach: 4096
        validator: pem
        examples:
          - "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n-----END PRIVATE KEY-----"
          - "-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEAx3pQ7Vd0nD8uH1sYwq5m2tT9rLkZ\\n-----END RSA PRIVATE KEY-----"
          - "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
        counterexamples: ['-----BEGIN PUBLIC KEY-----', '-----BEGIN PRIVATE KEY-----']
      - id: private-key-base64
        title: Private key in bare base64
        tier: certain
        prefixes: [MIIEvQIBADANBgkqhkiG9w0BAQEF, MIIEvgIBADANBgkqhkiG9w0BAQEF, MIIEvAIBADANBgkqhkiG9w0BAQEF, MIGHAgEAMBMGByqGSM49, MC4CAQAwBQYDK2Vw, MIIJQgIBADANBgkqhkiG9w0BAQEF, MIIJQwIBADANBgkqhkiG9w0BAQEF]
        pattern: 'M[A-Za-z0-9+/]{40,}={0,2}'
        reach: 4096
        examples: ['key = MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g']
        counterexamples: ['MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A']
      - id: putty-private-key
        title: PuTTY private key
        tier: certain
        prefixes: ['PuTTY-User-Key-File-']
        pattern: 'PuTTY-User-Key-File-[23]: (?s:.{20,}?)Private-Lines: \d+\r?\n[A-Za-z0-9+/=]{20,64}'
        reach: 3000
        examples:
          - "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAIHx\nPrivate-Lines: 1\nAAAAIJ1hsZ3vVpguoRK9JLsLMREScVpezJpGXA7rAMc\n"
        counterexamples: ['PuTTY-User-Key-File-3: ssh-ed25519']
      - id: jwk-private-key
        title: Private key as JWK
        tier: certain
        prefixes: ['"kty"', 'kty\"']
        pattern: '\\?"?kty\\?"\s*:\s*\\?"(?:RSA|EC|OKP|oct)\\?"(?s:.{0,900}?)\\?"(?:d|k)\\?"\s*:\s*\\?"([A-Za-z0-9_\-]{20,700})'
        reach: 3000
        around: 2
        examples: ['{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}']
        counterexamples: ['{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}']
      - id: jwk-private-key-script
        title: Private key as JWK
        tier: likely
        prefixes: ["kty: '", 'kty: "', "kty:'", "'kty': '"]
        pattern: '''?kty''?:\s?["''](?:RSA|EC|OKP|oct)["''](?s:.{0,900}?)[\s,{''](?:d|k)''?:\s?["'']([A-Za-z0-9_\-]{20,700})["'']'
        reach: 3000
        validator: mixed
        entropy: 4.0
        examples: ["{ kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }"]
        counterexamples: ["{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }"]
      - id: nats-seed
        title: Seed of a NATS key
        tier: certain
        shape: word
        digits: 58
        pattern: 'S[UAONCPX][A-Z2-7]{56}'
        validator: nkey
        examples: ['SUAIFNYO5Z7RUUBZX3YH5QRUP4DG5UEPLXDVCJCH4NAEGAACNNXFIVJ7OM']
        counterexamples: ['SUACKISU67OR3EFJ4AVN4DT3LNYXQJ4']
      - id: jwk-private-key-first
        title: Private key as JWK
        tier: certain
        prefixes: ['"d":', '"d" :']
        pattern: '"d"\s?:\s*"([A-Za-z0-9_\-]{40,700})"(?s:.{0,900}?)"kty"'
        reach: 3000
        examples: ['{"crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","kty":"OKP"}']
        counterexamples: ['{"d":"monday","kty":"OKP"}']
      - id: jwt
        title: JSON Web Token
        tier: likely
        prefixes: [eyJ]
        pattern: 'eyJ[A-Za-z0-9_\-]{12,}={0,2}\.eyJ[A-Za-z0-9_\-]{8,}={0,2}\.[A-Za-z0-9_\-]{0,800}'
        reach: 4096
        validator: jwt
        examples: ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4iLCJpYXQiOjE1MTYyMzkwMjJ9.KMUFsIDTnFmyG3nMiGM6H9FNFUROf3wh7SmqJp-QV30']
        counterexamples: ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9']
      - id: basic-authorization
        title: Credentials in an Authorization header
        tier: likely
        prefixes: ['basic ']
        ignore-case: true
        pattern: '(?i:basic) {1,3}([A-Za-z0-9+/\-_]{8,300}={0,2})'
        validator: basic
        examples: ['Authorization: Basic am9lOmg3ZktxMlpw']
        counterexamples: ['basic functionality of the thing', 'Basic information']
      - id: bearer-authorization
        title: Bearer token
        tier: likely
        prefixes: ['bearer ', 'bearer: ', 'bearer%20', 'authorization: token ', 'sso-key ', 'apikey-v1 ']
        ignore-case: true
        pattern: '(?i:bearer|token|sso-key|apikey-v1|authorization: token)(?::|%20)? {0,3}([A-Za-z0-9_.~+/:\-]{12,800}={0,2})'
        reach: 1000
        validator: assigned
        entropy: 3.0
        examples: ['Authorization: Bearer 7727d2fa5e8f7d37de25ef385ff8766d265ee2e7']
        counterexamples: ['bearer of bad news', 'Bearer AuthenticationMiddleware']
      - id: url-credentials
        title: Password in a URL
        tier: likely
        prefixes: ['://']
        pattern: '://[^\s/:@"''<>`{}()\[\]\\,;]{0,80}:([^\s/@"''<>`{}\\$]{4,200}|[^\s"''<>`{}\\/@$]{1,64}@[^\s"''<>`{}\\/@$]{1,64})@[^\s/@"''<>`]{1,200}'
        validator: password
        examples: ['postgres://app:kT9vQ2xw7LpR@db.internal.net:5432/app']
        counterexamples: ['https://user:password@example.com/', 'https://${USER}:${PASS}@host', 'see https://host:8080/path@v2']
      - id: url-token
        title: Token in a URL
        tier: likely
        prefixes: ['://']
        pattern: '://([A-Za-z0-9_\-]{16,120}):?@[a-z0-9.\-]{3,100}'
        validator: assigned
        entropy: 3.2
        examples: ['https://Toqq8z53AbKDYmGcTgRb:@pypi.fury.io/team']
        counterexamples: ['ssh://administrator@host.net']
      - id: device-password
        title: Password in the configuration of a network device
        tier: likely
        prefixes: ['enable password ', 'enable secret ', 'snmp-server community ', 'pac key ']
        pattern: '(?:enable (?:password|secret)|snmp-server community|pac key) (?:\d{1,2} )?([^\s"''<>]{4,100})(?:\s|\z)'
        validator: password
        examples: ['enable password kT9vQ2xw', 'snmp-server community pr1vate RW']
        counterexamples: ['enable password secret', 'enable secret ${SECRET}']
      - id: netrc
        title: Password in a netrc file
        tier: likely
        prefixes: ['machine ']
        pattern: 'machine\s+\S+\s+(?:login\s+\S+\s+)?password\s+([^\s"'']{4,100})'
        validator: password
        examples: ['machine ftp.host.net login joe password k7vQ2xw9']
        counterexamples: ['machine learning is fun']
      - id: docker-auth
        title: Docker registry credentials
        tier: likely
        prefixes: ['"auth"', '_auth', ':_authToken', '"_authToken"', '"_auth"', '_password']
        pattern: '"?:?_?(?:auth|authToken|password)"?\s*[:=]\s*"?([A-Za-z0-9+/_.\-]{16,400}={0,2})'
        entropy: 3.2
        validator: assigned
        examples: ['{"auths":{"r.io":{"auth":"am9lOmg3ZktxMlpwTTlz"}}}']
        counterexamples: ['"auth": "none"']
      - id: password-hash
        title: Password hash
        tier: likely
        prefixes: ['$2a$', '$2b$', '$2y$', '$1$', '$5$', '$6$', '$y$', '$8$', '$9$', '$argon2', '$krb5', '$apr1$', '$pbkdf2']
        pattern: '\$(?:2[aby]\$\d{2}\$[./A-Za-z0-9]{53}|(?:1|5|6|apr1|8|9)\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}|y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}|argon2(?:id?|d)\$v=\d+\$[mtp=,\d]+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{20,}|krb5(?:asrep|tgs|pa)\$\d+\$[^\s"'']{40,500}|pbkdf2[-\w]*\$\d+\$[./A-Za-z0-9+]+\$[./A-Za-z0-9+]{20,})'
        reach: 700
        examples: ['root:$6$52450745$k5ka2p8bFuSmoVT1tzOyyuaREkkKBcCNqoDKzYiJL9RaE8yMnPgh2XzzF0NDrUhgrcLwg78xs1w5pJiypEdFX/:1']
        counterexamples: ['costs $5$ or so', '$1$2']
      - id: connection-password
        title: Password in a connection string
        tier: likely
        prefixes: ['password=', 'pwd=', 'password =', 'pwd =', 'passwd=']
        ignore-case: true
        pattern: '(?i:password|pwd|passwd)\s?=\s?([^\s;"''<>{}$&]{3,80})(?:;|["'']|\s+[\w]+=)'
        context: ['server=', 'host=', 'data source=', 'uid=', 'user id=', 'user=', 'database=', 'provider=', 'driver=', 'dsn=', 'dbname=', 'jdbc:']
        needs-context: true
        validator: password
        examples: ['Server=db7;Database=app;User Id=svc;Password=kT9vQ2xw7;']
        counterexamples: ['Server=db;User Id=x;Password=password;', 'user = Person(password = None)']
      - id: extended-private-key
        title: Extended private key of a wallet
        tier: certain
        prefixes: [xprv, yprv, zprv, tprv]
        pattern: '[xyzt]prv[1-9A-HJ-NP-Za-km-z]{107,108}'
        validator: base58check
        examples: ['xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi']
        counterexamples: ['xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHj']
      - id: nostr-secret-key
        title: Nostr secret key
        tier: certain
        prefixes: [nsec1]
        pattern: 'nsec1[a-z0-9]{58}'
        validator: bech32
        examples: ['nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5']
        counterexamples: ['nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe6']
      - id: seed-phrase
        title: Seed phrase of a wallet
        kind: secret
        tier: certain
        shape: words
        pattern: '(?:[a-z]{3,8}[\s,]{1,2}){11,23}[a-z]{3,8}'
        validator: bip39
        examples: ['legal winner thank year wave sausage worth useful legal winner thank yellow']
        counterexamples: ['legal winner thank year wave sausage worth useful legal winner thank thank']

    """#
}

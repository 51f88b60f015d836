extension RuleTexts {
  /// `Policies/inspection/services-4.yaml`.
  static let services4 = #"""
    rules:
      - id: shortcut-token
        title: Shortcut token
        tier: certain
        prefixes: ['sct_r_', 'sct_w_', 'sct_rs_', 'sct_rw_', 'sct_rwa_']
        pattern: 'sct_(?:rwa|rw|rs|r|w)_[a-z0-9\-]{2,40}_[A-Za-z0-9_\-]{80,240}'
        examples: ['TOKEN=sct_rw_acme_Zqumpm08hsE8JNpjJOQGa2rb19FlY0mG1ylvuhfJXqIEnomef2mSJ5CMTIeg1ZTVnVv2fgKD0f6YYIgrCOX6Jhw7Hd11XzWL8MHpoKEzViXZya8cdFOcVwWBhqG5KSFdPE0SPgjtHfb1']
        counterexamples: ['sct_rw_acme']
      - id: pyx-key
        title: Astral pyx key
        tier: certain
        prefixes: ['sk-pyx-']
        pattern: 'sk-pyx-\d[A-Za-z0-9_\-]{38,80}'
        examples: ['TOKEN=sk-pyx-2F6w70WAKadYEjW1W5bSapfQ7Dh3yEg42ipqnX1fkkjbd93']
        counterexamples: ['sk-pyx-2abc']
      - id: settlemint-token
        title: SettleMint token
        tier: certain
        prefixes: ['sm_pat_', 'sm_aat_', 'sm_sat_']
        pattern: 'sm_[pas]at_[A-Za-z0-9]{16,64}'
        examples: ['TOKEN=sm_pat_oQGXy9KTUMAFGrM1']
        counterexamples: ['sm_pat_abc']
      - id: tailscale-secret
        title: Tailscale secret
        tier: likely
        prefixes: ['tskey-secret-']
        pattern: 'tskey-secret-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{18,40}'
        examples: ['TOKEN=tskey-secret-4gENAsIrsD3m-bLFecbVjafQ4gGnRfXBkg8']
        counterexamples: ['tskey-secret-abc']
      - id: sqreen-token
        title: Sqreen token
        tier: certain
        prefixes: ['org_']
        pattern: 'org_[a-f0-9]{60,64}'
        examples: ['TOKEN=org_2aa68bfcc8c928344b16103485a1c292be01e4fc2d031c41885221c25f6a']
        counterexamples: ['org_abc']
      - id: trendmicro-key
        title: Trend Micro key
        tier: certain
        prefixes: ['tmc1']
        pattern: 'tmc1[A-Za-z0-9]{27,32}:[A-Za-z0-9]{60,70}'
        examples: ['TOKEN=tmc1uEomFKB8KyVQ3JYmzSgnYNPPtPQv:v9PBmGGwYPnqwYo8kwQj1qH9CstFpS8gELRersl9a6sLABHHNBSz40ZgRCZ3IwEF']
        counterexamples: ['tmc1abc']
      - id: maxmind-key
        title: MaxMind licence key
        tier: certain
        prefixes: ['_mmk']
        pattern: '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk'
        around: 40
        examples: ['TOKEN=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']
        counterexamples: ['abc_mmk']
      - id: clickhouse-secret
        title: ClickHouse Cloud secret key
        tier: likely
        prefixes: ['4b1d']
        pattern: '4b1d[A-Za-z0-9]{38}'
        examples: ['TOKEN=4b1dhwwjhCS6jkdFKsvw8f46QqXYilvBSbELgGOBom']
        counterexamples: ['4b1dabc']
      - id: dropbox-long-token
        title: Dropbox long-lived token
        tier: certain
        prefixes: ['AAAAAAAAAA']
        pattern: '[A-Za-z0-9]{11}AAAAAAAAAA[A-Za-z0-9_=\-]{43}'
        around: 12
        examples: ['TOKEN=UOLc877EgNBAAAAAAAAAA6bfbdUwFDrzIe3mGxHoL43ScQQYK8TUkl1JYnrw8tdV']
        counterexamples: ['AAAAAAAAAAabc']
      - id: notion-legacy-token
        title: Notion token
        tier: likely
        prefixes: ['secret_']
        pattern: 'secret_[A-Za-z0-9]{43}'
        examples: ['TOKEN=secret_IIfHmxOCTQE8phIECUyUALDgxkhOFosZYG9uVqv8ExV']
        counterexamples: ['secret_abc']
      - id: sourcegraph-local-token
        title: Sourcegraph token
        tier: certain
        prefixes: ['sgp_']
        pattern: 'sgp_(?:[a-f0-9]{16}|local|[A-Za-z0-9_]{16,24})_[a-f0-9]{40}'
        examples: ['TOKEN=sgp_local_3e14be535893b80598e7d8a50f510dc6c4393a96']
        counterexamples: ['sgp_local_abc']
      - id: gitlab-routable-token
        title: GitLab token
        tier: certain
        prefixes: ['glpat-']
        pattern: 'glpat-[A-Za-z0-9_\-]{27,300}\.[0-9a-z]{2}\.[0-9a-z]{9}'
        examples: ['TOKEN=glpat-OLD5pIrRzgiQXbhGLbitAhCrNipR0HjX.01.5fv7o1zyz']
        counterexamples: ['glpat-abc']
      - id: django-secret-key
        title: Django secret key
        tier: likely
        prefixes: ['django-insecure-']
        pattern: 'django-insecure-[^\s"'']{40,60}'
        examples: ['SECRET_KEY = "django-insecure-bmncnz1hg9j7w67jkt2ie8eea0rzsj7o3b030zqxchotd7gtsg"']
        counterexamples: ['django-insecure-key']
      - id: trigger-project
        title: Project of Trigger.dev
        tier: hint
        prefixes: ['proj_']
        pattern: 'proj_[a-z]{20}'
        kind: identifier
        examples: ['ref = proj_oyngnkcajnkvjjajwuil']
        counterexamples: ['proj_abc']
      - id: zoho-client
        title: Zoho client
        tier: hint
        prefixes: ['1000.']
        pattern: '1000\.[A-Z0-9]{30}'
        kind: identifier
        examples: ['id = 1000.FMB564HVYDYTP9KOAZ5C1ZXTFCB8OY']
        counterexamples: ['1000.ABC']
      - id: imagekit-key
        title: ImageKit key
        tier: likely
        keywords: ['imagekit']
        pattern: 'private_[A-Za-z0-9+/]{20,40}={0,2}'
        examples: ['imagekit token private_GLUBiYWSnLJ2ki8zhPjGbSwmOXp=']
        counterexamples: ['imagekit private_key']
      - id: nytimes-key
        title: New York Times key
        tier: likely
        keywords: ['nytimes', 'new-york-times', 'newyorktimes', 'new_york_times']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['nytimes_key = "ybPd72QNWSF3EH6FEhcKtkErbdgVK0lE"']
        counterexamples: ['nytimes is a paper']
      - id: prefixed-hex-key
        title: Key of a service, hexadecimal, behind its kind
        tier: hint
        keywords: ['api key', 'api secret', 'api_key', 'api token']
        pattern: '[a-f0-9]{20,64}'
        examples: ['API Key 2e779eda314554f625b65a91d1cbb537']
        counterexamples: ['api key is a word']
      - id: service-number
        title: Number of an account at a service
        tier: hint
        keywords: ['discord', 'facebook', 'telegram', 'bot_id']
        pattern: '\d{15,20}'
        kind: identifier
        examples: ['discord = 24805168243907715']
        counterexamples: ['discord is a service']
      - id: travis-secure
        title: Encrypted variable of Travis CI
        tier: hint
        prefixes: ['secure: "']
        pattern: 'secure: "([A-Za-z0-9+/=\\]{60,800})"'
        reach: 900
        kind: identifier
        examples: ['- secure: "XXOc7SxBYmZvexu6QdcNW3aclJ4wcd3FkyOt9PO5kgqUFe6qEPJZjRc2DyGUQg6nEe62Dl4E7vIrxiMCzFHCRQ44"']
        counterexamples: ['secure: "yes"']
      - id: aws-identity
        title: AWS identifier of a user or role
        tier: hint
        prefixes: ['AROA', 'AIDA', 'AGPA', 'AIPA', 'ANPA', 'ANVA', 'APKA', 'ASCA']
        pattern: '(?:AROA|AIDA|AGPA|AIPA|ANPA|ANVA|APKA|ASCA)[A-Z2-7]{17}'
        kind: identifier
        examples: ['id AROAL3YTI6UOR4L7UBGSZ']
        counterexamples: ['AROAABC']
      - id: tool-host
        title: Host of a tool
        tier: hint
        prefixes: ['://bamboo', '://jira', '://confluence', '://wiki', '://tableau', '://sonar', '://grafana', '://truenas', '://gitlab', '://jenkins', '.tableau.com', '.blynk.cloud', '.dynatracelabs.com', 'api.us.nylas', 'api.eu.nylas', 'storage.googleapis.com', '.secretserver.com', '/api/v2.0/']
        pattern: '(?:[a-z][a-z0-9+]{1,8}://)?[A-Za-z0-9][A-Za-z0-9.\-]{2,120}(?::\d{2,5})?(?:/[\w.\-/]{0,80})?'
        kind: identifier
        around: 64
        reach: 128
        examples: ['https://jira.acme.net:8443/browse']
        counterexamples: ['://jira']
      - id: bucket-address
        title: Bucket
        tier: hint
        prefixes: ['s3a://', 's3n://', 'gs://']
        pattern: '(?:s3[an]|gs)://[A-Za-z0-9][\w.\-/]{2,120}'
        kind: identifier
        examples: ['s3a://acme-lake/raw']
        counterexamples: ['gs://']
      - id: age-recipient-quantum
        title: Recipient of age
        tier: hint
        prefixes: ['age1pq1']
        pattern: 'age1pq1[a-z0-9]{100,}'
        kind: identifier
        reach: 2200
        examples: ['age1pq1ghv6yc0d92pgxvspcrawwt0p0yljqhzv54euf7v3ha4kxc6u6u0dkq8nqsann2vz5ju6ll7n7h08f4zvlwxs7lxpglalg89av8qtzgualn6p2m43dxeh95c60lnvpjg2dh7tngch2dh94jctejq8xl57lw0jertkvu320z2x2389y3cfy2c4mejsxw386a5pp6926f2d']
        counterexamples: ['age1pq1abc']
      - id: nuget-key-named
        title: NuGet key
        tier: likely
        keywords: [nuget]
        pattern: '[a-z0-9]{46}'
        examples: ['nuget key = i8rvcqrgbzzc39g2h63ytkevxksxrihjqeen5ct92nqgdy']
        counterexamples: ['nuget is a registry']

    """#
}

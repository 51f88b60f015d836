extension RuleTexts {
  /// `Policies/inspection/code-2.yaml`.
  static let code2 = #"""
    rules:
      - id: codecov-token
        title: Codecov token
        tier: likely
        keywords: ['codecov']
        pattern: '(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[a-z0-9]{32})'
        examples: ['codecov_key = "7828cde8-bb29-2b50-44b4-8090bb6a5109"']
        counterexamples: ['codecov is a service']
      - id: codeclimate-token
        title: Code Climate token
        tier: likely
        keywords: ['codeclimate', 'code_climate', 'cc_test_reporter']
        pattern: '[a-f0-9]{64}'
        examples: ['codeclimate_key = "21c86c030e5615263b44a754d34e1890d91881a1978dbc8ef34b38961866d323"']
        counterexamples: ['codeclimate is a service']
      - id: coveralls-token
        title: Coveralls token
        tier: likely
        keywords: ['coveralls']
        pattern: '[A-Za-z0-9-]{32,37}'
        examples: ['coveralls_key = "I6bhgEBjZnBcwGd8n48-CBjb11OpLKgX0"']
        counterexamples: ['coveralls is a service']
      - id: travis-token
        title: Travis CI token
        tier: likely
        keywords: ['travis']
        pattern: '[A-Za-z0-9]{20,22}'
        examples: ['travis_key = "QXMBJrkrb0h7nThkKUCz8"']
        counterexamples: ['travis is a service']
      - id: jenkins-token
        title: Jenkins token
        tier: likely
        keywords: ['jenkins']
        pattern: '(?:11)?[a-f0-9]{32}'
        examples: ['jenkins_key = "11450ca44dbcd4ad3b464850fd0b4a3d23"']
        counterexamples: ['jenkins is a service']
      - id: drone-token
        title: Drone CI token
        tier: likely
        keywords: ['drone']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['drone_key = "S1AIRR1dEPYHRg7s1qNxfoUTNUyMIrf9"']
        counterexamples: ['drone is a service']
      - id: bitrise-token
        title: Bitrise token
        tier: likely
        keywords: ['bitrise']
        pattern: '[A-Za-z0-9_\-]{60,90}'
        examples: ['bitrise_key = "Pg4kJPQBf5xDqPKCaLU31PBrXV70lzc0HARGxyZP50sTmRH49cS64nmgzRx4k"']
        counterexamples: ['bitrise is a service']
      - id: appcenter-token
        title: App Center token
        tier: likely
        keywords: ['appcenter', 'app_center']
        pattern: '[a-f0-9]{40}'
        examples: ['appcenter_key = "8682ea7e13f866a3acfe9f5511785bc92164c54f"']
        counterexamples: ['appcenter is a service']
      - id: gitea-token
        title: Gitea token
        tier: likely
        keywords: ['gitea']
        pattern: '[a-f0-9]{40}'
        examples: ['gitea_key = "c206131906bda0bd9eec0b1368e463fee435755c"']
        counterexamples: ['gitea is a service']
      - id: gitter-token
        title: Gitter token
        tier: likely
        keywords: ['gitter']
        pattern: '[A-Za-z0-9_\-]{40}'
        examples: ['gitter_key = "89KjkF28uhyM5QttFXaP1qJbYDr5zfpRWFdEjBs7"']
        counterexamples: ['gitter is a service']
      - id: snyk-key
        title: Snyk key
        tier: likely
        keywords: ['snyk']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['snyk_key = "a1413cce-0693-de27-e4a8-728a1ba1b6ea"']
        counterexamples: ['snyk is a service']
      - id: sonar-login
        title: Sonar token
        tier: likely
        keywords: ['sonar']
        pattern: '[a-f0-9]{40}'
        examples: ['sonar_key = "831b754c4268d36ef45b96202d74f3d6b0acd308"']
        counterexamples: ['sonar is a service']
      - id: netlify-token
        title: Netlify token
        tier: likely
        keywords: ['netlify']
        pattern: '(?:nfp_)?[A-Za-z0-9_\-]{40,64}'
        examples: ['netlify_key = "A5e6EXhrfJE3XM6C-ggaMlFHXkevAkiTuNju4wAs"']
        counterexamples: ['netlify is a service']
      - id: vercel-token
        title: Vercel token
        tier: likely
        keywords: ['vercel']
        pattern: '[A-Za-z0-9]{24}'
        examples: ['vercel_key = "pTL0vKG57Uq8Jr7SonfvVQYs"']
        counterexamples: ['vercel is a service']
      - id: jira-token
        title: Jira token
        tier: likely
        keywords: ['jira', 'atlassian', 'confluence', 'wiki_pat']
        pattern: '(?:[A-Za-z0-9]{24}|[MNO][A-Za-z0-9+/]{43})'
        examples: ['jira_key = "Nm/ofMHxCOi+GOzE8ePtyaRe1IVXmQaoJAX2v9VQWOKf"']
        counterexamples: ['jira is a service']
      - id: figma-key
        title: Figma token
        tier: likely
        keywords: ['figma']
        pattern: '\d{4,6}-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['figma_key = "28411-44d301db-9ec7-98c6-7fc9-351df3492864"']
        counterexamples: ['figma is a service']
      - id: cypress-key
        title: Cypress key
        tier: likely
        keywords: ['cypress']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['cypress_key = "af7c52ff-fedc-91d4-7085-7ce6654b0ba0"']
        counterexamples: ['cypress is a service']
      - id: rollbar-token
        title: Rollbar token
        tier: likely
        keywords: ['rollbar']
        pattern: '[a-f0-9]{32}'
        examples: ['rollbar_key = "79028b20866c04f86832028e45aa6a33"']
        counterexamples: ['rollbar is a service']
      - id: wakatime-key
        title: WakaTime key
        tier: likely
        keywords: ['wakatime']
        pattern: '(?:waka_)?(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[a-f0-9]{36})'
        examples: ['wakatime_key = "waka_8fd6d1b3-4b9f-49d9-1c57-48966e91d623"']
        counterexamples: ['wakatime is a service']
      - id: wakatime-token
        title: WakaTime token
        tier: certain
        prefixes: ['waka_']
        pattern: 'waka_(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[a-f0-9]{36})'
        examples: ['TOKEN=waka_9d8120e6f763cbc5848390bcaa75e9ba11b7']
        counterexamples: ['waka_abc']
      - id: optimizely-token
        title: Optimizely token
        tier: likely
        keywords: ['optimizely']
        pattern: '[A-Za-z0-9_\-:]{40,60}'
        examples: ['optimizely_key = "WdLmXD9QqtVQiKhljURhnd4Vo4rDkkgfGDf78vHP6"']
        counterexamples: ['optimizely is a service']
      - id: codacy-token
        title: Codacy token
        tier: likely
        keywords: ['codacy']
        pattern: '[A-Za-z0-9]{20}'
        examples: ['codacy_key = "APLkb3XEAJGIUDsN1pZ7"']
        counterexamples: ['codacy is a service']
      - id: packagecloud-token
        title: packagecloud token
        tier: likely
        keywords: ['packagecloud']
        pattern: '[a-f0-9]{48}'
        examples: ['packagecloud_key = "8251a60a4baf29c87472e252447c6ed80ddb5541c344bec7"']
        counterexamples: ['packagecloud is a service']
      - id: hexpm-key
        title: Hex.pm key
        tier: likely
        keywords: ['hex_']
        pattern: '[a-f0-9]{32}'
        examples: ['hex__key = "2142e6907bc28c2135607f87863643c7"']
        counterexamples: ['hex_ is a service']
      - id: honeycomb-key
        title: Honeycomb key
        tier: likely
        keywords: ['honeycomb']
        pattern: '[A-Za-z0-9]{22,32}'
        examples: ['honeycomb_key = "qkphbZHD9Pq38kNrh1EJh9nk"']
        counterexamples: ['honeycomb is a service']
      - id: teamcity-token
        title: TeamCity token
        tier: likely
        keywords: ['teamcity']
        pattern: 'eyJ0eXAiOiAiVENWMiJ9\.[A-Za-z0-9_\-]{30,40}\.[A-Za-z0-9_\-]{40,60}'
        examples: ['teamcity_key = "eyJ0eXAiOiAiVENWMiJ9.-DSjLePs0tj9RsXiFh30DoT91C0JPqf.J9ifc7Dh8D4IkOLS-QpqfMXKyq8OvlyFcGn0GBXj6"']
        counterexamples: ['teamcity is a service']
      - id: teamcity-jwt
        title: TeamCity token
        tier: certain
        prefixes: ['eyJ0eXAiOiAiVENWMiJ9']
        pattern: 'eyJ0eXAiOiAiVENWMiJ9\.[A-Za-z0-9_\-]{30,40}\.[A-Za-z0-9_\-]{40,60}'
        examples: ['TOKEN=eyJ0eXAiOiAiVENWMiJ9.BDBoaD8fAb7WeS35yxW4G_VEvQt9iwo.aMHlNPo-SqeORZYLr0RywegGV5UwYKo2PKS_i-HyGd']
        counterexamples: ['eyJ0eXAiOiAiVENWMiJ9abc']

    """#
}

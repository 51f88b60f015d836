extension RuleTexts {
  /// `Policies/inspection/services-3.yaml`.
  static let services3 = #"""
    rules:
      - id: sauce-key
        title: Sauce Labs key
        tier: likely
        keywords: ['sauce']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['sauce_key = "108f85f6-0d67-b189-1d74-712aa63c6297"']
        counterexamples: ['sauce is a service']
      - id: browserstack-key
        title: BrowserStack key
        tier: likely
        keywords: ['browserstack']
        pattern: '[A-Za-z0-9]{20}'
        examples: ['browserstack_key = "d3C2pIeEs148PG4WnJRL"']
        counterexamples: ['browserstack is a service']
      - id: lokalise-token
        title: Lokalise token
        tier: likely
        keywords: ['lokalise']
        pattern: '[a-z0-9]{40}'
        examples: ['lokalise_key = "f9cdmdxneds1acstye8egd625n0fe8mmhm2pz41z"']
        counterexamples: ['lokalise is a service']
      - id: hereapi-key
        title: HERE key
        tier: likely
        keywords: ['hereapi', 'here_api']
        pattern: '[A-Za-z0-9_\-]{43}'
        examples: ['hereapi_key = "jfC-_Wf2zD9ahWt8NKfAGnkld-wBT5jqjS2QOOfAi_G"']
        counterexamples: ['hereapi is a service']
      - id: django-secret
        title: Django secret key
        tier: likely
        keywords: ['django', 'secret_key']
        pattern: '[^\s"'']{50}'
        examples: ['django_key = "bz6kfnvw2sgp5rbe38hbsE2vyEAbfr8tcDp22F8Fvhiiwyavz2"']
        counterexamples: ['django is a service']
      - id: rails-secret
        title: Rails secret
        tier: likely
        keywords: ['rails_master', 'secret_key_base']
        pattern: '(?:[a-f0-9]{32}|[a-f0-9]{64}|[a-f0-9]{128})'
        examples: ['rails_master_key = "ae5e2f86052f35eb6f3a8eaa3d7f71b4fee91875b64bc28dac86a1f923da3061"']
        counterexamples: ['rails_master is a service']
      - id: laravel-key
        title: Laravel key
        tier: likely
        keywords: ['app_key']
        pattern: '(?:base64:)?[A-Za-z0-9+/]{32,44}={0,2}'
        examples: ['app_key_key = "base64:6jm2zW4Y7wvn78v5M/Zhdbi6GUH1UVg8XC=="']
        counterexamples: ['app_key is a service']
      - id: fernet-key
        title: Fernet key
        tier: likely
        keywords: ['fernet']
        pattern: '[A-Za-z0-9_\-]{43}='
        examples: ['fernet_key = "3jfFLE-rADKHY9kiHzO1zWjRx9LJnTm6uyEo8wnMSP8="']
        counterexamples: ['fernet is a service']
      - id: wireguard-key
        title: WireGuard private key
        tier: likely
        keywords: ['privatekey', 'presharedkey']
        pattern: '[A-Za-z0-9+/]{43}='
        examples: ['privatekey_key = "/cbBL0civZBt9RkdXnq7+pLlQL0AHpm068XbchUnzmA="']
        counterexamples: ['privatekey is a service']
      - id: intercom-key
        title: Intercom token
        tier: likely
        keywords: ['intercom', 'ic_token']
        pattern: '[A-Za-z0-9+/]{50,60}={0,2}'
        examples: ['intercom_key = "Ox7DUu9KYKHmkHDuJJuHQJESqd0gKRNA2tdqettoHvw53RvWta/=="']
        counterexamples: ['intercom is a service']
      - id: squarespace-key
        title: Service key (UUID)
        tier: likely
        keywords:
          ['squarespace', 'mux_token', 'nango', 'pinecone', 'detectify', 'guardian', 'deepl', 'vapi', 'wakatime', 'tableau', 'vimeo',
           'anypoint', 'docusign', 'square', 'pingone', 'cielo', 'ark_api', 'bugsnag', 'honeybadger']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?::fx)?'
        examples: ['squarespace_key = "7aa6f3fb-9f0c-e96d-90b6-a90687e6861b:fx"']
        counterexamples: ['squarespace is a service']
      - id: service-key-hex
        title: Service key (hexadecimal)
        tier: likely
        keywords:
          ['storyblok', 'baremetrics', 'betterstack', 'statuscake', 'clearout', 'jotform', 'novu', 'mapquest', 'loops', 'private_ai',
           'privateai', 'yousign', 'webflow', 'onfido', 'pepipost', 'checkly', 'chartmogul', 'customerio', 'cio_app', 'hcaptcha', 'surge_',
           'gemstash', 'gumroad', 'linear_', 'linear.', 'kairos', 'diffbot', 'nessus', 'owlbot', 'meraki', 'strava', 'huawei', 'wechat', 'dropcontact']
        pattern: '[A-Za-z0-9_\-]{20,64}'
        examples: ['storyblok_key = "ZPCGM9DvSUOxypjC-3Giy"']
        counterexamples: ['storyblok is a service']
      - id: captcha-secret
        title: reCAPTCHA key
        tier: likely
        keywords: ['recaptcha']
        pattern: '6L[A-Za-z0-9_\-]{38}'
        examples: ['recaptcha_key = "6LRD4Kup5vLscvmxDVpp-GW9Ker_LasibqGV_iux"']
        counterexamples: ['recaptcha is a service']
      - id: agora-key
        title: Agora key
        tier: likely
        keywords: ['agora']
        pattern: '[a-f0-9]{32}'
        examples: ['agora_key = "826028ed14cf3a787ac6d3df5722a4cc"']
        counterexamples: ['agora is a service']
      - id: apollo-key
        title: Apollo key
        tier: likely
        keywords: ['apollo']
        pattern: '[A-Za-z0-9_\-]{22}'
        examples: ['apollo_key = "nZEm4ZNbdPiuV4IwRyEvcQ"']
        counterexamples: ['apollo is a service']
      - id: aiven-token
        title: Aiven token
        tier: likely
        keywords: ['aiven']
        pattern: '[A-Za-z0-9/+=]{200,400}'
        examples: ['aiven_key = "sTg/JJybbttq/v1r=rJTp4nESFyrmUOSK5O1ym=+gJu=L/R8CimFj2ZLUC4gsFpM7w2VNxQZsRmhDVcMb1jocKC502bEc6/pUi7LTq++8gWCfgG6MxOOaB95u=rnd2Vk5nOAGL1W4033iLEqUF5pwUEuz=sax8fxnhATm87NbeDxHHmr=KfchR5CeY4qxS53/zNglcmZ5"']
        counterexamples: ['aiven is a service']
      - id: akamai-token
        title: Akamai EdgeGrid token
        tier: likely
        keywords: ['client-token', 'access-token', 'client_token', 'access_token']
        pattern: 'akab-[a-z0-9\-]{16,80}|akab-[A-Za-z0-9\-]{16,80}'
        examples: ['client-token_key = "akab-Yv68dOB-MLT0HrkE"']
        counterexamples: ['client-token is a service']
      - id: airbrake-key
        title: Airbrake key
        tier: likely
        keywords: ['airbrake']
        pattern: '[A-Za-z0-9]{32,40}'
        examples: ['airbrake_key = "eeTWiPwdrbZiWzV5LR4h6X2uNpnqTvYp"']
        counterexamples: ['airbrake is a service']
      - id: adobe-secret
        title: Adobe secret
        tier: likely
        keywords: ['adobe', 'client_secret']
        pattern: '(?:p8e-[A-Za-z0-9_\-]{32}|[a-f0-9]{32})'
        examples: ['adobe_key = "05630d120af63eae732e182e80f8abe6"']
        counterexamples: ['adobe is a service']

    """#
}

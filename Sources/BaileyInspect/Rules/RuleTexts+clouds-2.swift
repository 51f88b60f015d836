extension RuleTexts {
  /// `Policies/inspection/clouds-2.yaml`.
  static let clouds2 = #"""
    rules:
      - id: heroku-key
        title: Heroku key
        tier: likely
        keywords: ['heroku']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['heroku_key = "4f399fb8-ceed-4879-8e58-3617bb3a0984"']
        counterexamples: ['heroku is a service']
      - id: datadog-key
        title: Datadog key
        tier: likely
        keywords: ['datadog', 'dd_api', 'dd_app', 'dd_application']
        pattern: '(?:[a-f0-9]{32}|[A-Za-z0-9]{40})'
        examples: ['datadog_key = "4Aij2xbTrMlXZ33Kz2w8KAbNsk4dPoCRA1lmnIWH"']
        counterexamples: ['datadog is a service']
      - id: newrelic-id
        title: New Relic key
        tier: likely
        keywords: ['newrelic', 'new_relic', 'new-relic', 'license_key']
        pattern: '(?:[a-f0-9]{40}|[a-z0-9]{4}-[a-f0-9]{42}|[a-f0-9]{64})'
        examples: ['newrelic_key = "abwu-bbd3056b59259857e640c49b4257ca927506bccbf9"']
        counterexamples: ['newrelic is a service']
      - id: alibaba-secret
        title: Alibaba Cloud secret
        tier: likely
        keywords: ['alibaba', 'aliyun']
        pattern: '[A-Za-z0-9]{30,44}'
        companion: alibaba-key
        examples: ['alibaba_key = "ICoKwSztrapeqMD78mbzyg2IEGViyuq9"']
        counterexamples: ['alibaba is a service']
      - id: tencent-secret
        title: Tencent Cloud secret
        tier: likely
        keywords: ['tencent']
        pattern: '[A-Za-z0-9]{32}'
        companion: tencent-id
        examples: ['tencent_key = "9En211zpTMzP6Wrso4kc6sTBw1Y8Q4hw"']
        counterexamples: ['tencent is a service']
      - id: ibm-key
        title: IBM Cloud key
        tier: likely
        keywords: ['ibm']
        pattern: '[A-Za-z0-9_\-]{44}'
        examples: ['ibm_key = "yBrxLrRjmRohVdpNPdmCpuIxWCmhruMh7ijx-Ngeq9eE"']
        counterexamples: ['ibm is a service']
      - id: linode-token
        title: Linode token
        tier: likely
        keywords: ['linode']
        pattern: '[a-f0-9]{64}'
        examples: ['linode_key = "d86cec90d44590af27fb8dba0fe6bcbfa68b0ff7ef05e4882c1fa6d4b7583c52"']
        counterexamples: ['linode is a service']
      - id: hetzner-token
        title: Hetzner token
        tier: likely
        keywords: ['hetzner', 'hcloud']
        pattern: '[A-Za-z0-9]{64}'
        examples: ['hetzner_key = "IPH1XJaDIFGhmdrbte60InytoOUedFDKRfSYNz6RwiMTSvSq6AFpX1x6omxL8yc3"']
        counterexamples: ['hetzner is a service']
      - id: vultr-key
        title: Vultr key
        tier: likely
        keywords: ['vultr']
        pattern: '[A-Za-z0-9]{35,36}'
        examples: ['vultr_key = "HrSWsA3pl8ABIAbT1VHXS7LLMLD2pOQyt1G"']
        counterexamples: ['vultr is a service']
      - id: civo-key
        title: Civo key
        tier: likely
        keywords: ['civo']
        pattern: '[A-Za-z0-9]{50}'
        examples: ['civo_key = "yrdSvEIbbhEhJZ76oEsGSM7FbwPyrjBlsF1PedDMr5cq18wpzS"']
        counterexamples: ['civo is a service']
      - id: scaleway-secret
        title: Scaleway secret
        tier: likely
        keywords: ['scaleway', 'scw_']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['scaleway_key = "2c17cb07-48bf-8888-0101-6eb3362b58d3"']
        counterexamples: ['scaleway is a service']
      - id: ovh-secret
        title: OVH secret
        tier: likely
        keywords: ['ovh']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['ovh_key = "U4D0xWFXwpp1ECXu9EKjuDuCaO2hwfCt"']
        counterexamples: ['ovh is a service']
      - id: equinix-token
        title: Equinix token
        tier: likely
        keywords: ['equinix', 'packet_api']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['equinix_key = "lsbl5BCHaYUWSaWl6JMhTTns0LFJcf17"']
        counterexamples: ['equinix is a service']
      - id: fastly-token
        title: Fastly token
        tier: likely
        keywords: ['fastly']
        pattern: '[A-Za-z0-9_\-]{32}'
        examples: ['fastly_key = "V-xR4ks9w4dkWwx1Q9IXXG_vADcwgMJX"']
        counterexamples: ['fastly is a service']
      - id: bunny-key
        title: bunny.net key
        tier: likely
        keywords: ['bunny']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})?'
        examples: ['bunny_key = "d4413427-8423-a6d0-0259-14f2647ac213"']
        counterexamples: ['bunny is a service']
      - id: confluent-key
        title: Confluent key
        tier: likely
        keywords: ['confluent', 'kafka']
        pattern: '(?:[A-Z0-9]{16}|(?:cflt)?[A-Za-z0-9+/]{60,64})'
        examples: ['confluent_key = "1DT9XYJWGTLRPNB3"']
        counterexamples: ['confluent is a service']
      - id: elastic-service-key
        title: Elastic service key
        tier: certain
        prefixes: ['essu_']
        pattern: 'essu_[A-Za-z0-9+/]{60,120}={0,2}'
        examples: ['TOKEN=essu_54Wi1kfK6sGbF3w+SOVf5/wbO30n9Vqcg/VORPTirERfAe0Fmu2+u8DAM8HkI==']
        counterexamples: ['essu_abc']
      - id: builderio-key
        title: Builder.io key
        tier: certain
        prefixes: ['bpk-']
        pattern: 'bpk-[a-f0-9]{32}'
        examples: ['TOKEN=bpk-d64b9449ff449e37b02b6724a144a979']
        counterexamples: ['bpk-abc']
      - id: cfxre-key
        title: Cfx.re key
        tier: certain
        prefixes: ['cfxk_']
        pattern: 'cfxk_[A-Za-z0-9]{16,40}_[A-Za-z0-9]{6}'
        examples: ['TOKEN=cfxk_XaT4SpsRN3kgsSYm_PibM3D']
        counterexamples: ['cfxk_abc']
      - id: fleetbase-key
        title: Fleetbase key
        tier: certain
        prefixes: ['flb_live_', 'flb_test_']
        pattern: 'flb_(?:live|test)_[A-Za-z0-9]{20}'
        examples: ['TOKEN=flb_live_WfsXGZfzDJHjUukPBDa7']
        counterexamples: ['flb_live_abc']
      - id: blockprotocol-key
        title: Block Protocol key
        tier: certain
        prefixes: ['b10ck5.']
        pattern: 'b10ck5\.[a-zA-Z0-9]{30,34}\.[A-Za-z0-9\-]{36}'
        examples: ['TOKEN=b10ck5.1Z2rl8WXISVbvxLprbCCMleJQOOebu.kg7rVCeWhBnQqId9la8hb4f5fjQVia19flWh']
        counterexamples: ['b10ck5.abc']
      - id: endor-key
        title: Endor Labs key
        tier: certain
        prefixes: ['endr+']
        pattern: 'endr\+[A-Za-z0-9\-]{16}'
        examples: ['TOKEN=endr+BjJlM7XarbGN2Cm6']
        counterexamples: ['endr+abc']
      - id: crossmint-key
        title: Crossmint key
        tier: certain
        prefixes: ['sk_staging_', 'ck_staging_', 'sk_production_', 'ck_production_']
        pattern: '[sc]k_(?:staging|production)_[A-Za-z0-9]{24,220}'
        examples: ['TOKEN=sk_staging_oGhobrovqxYRp62vFEZEOzIj4']
        counterexamples: ['sk_staging_abc']
      - id: courier-key
        title: Courier key
        tier: certain
        prefixes: ['dk_test_', 'dk_prod_', 'pk_prod_']
        pattern: '[dp]k_(?:test|prod)_[A-Za-z0-9]{24,40}'
        examples: ['TOKEN=dk_test_yUFmfWaXw7PiZHAnjdUvssWs']
        counterexamples: ['dk_test_abc']
      - id: duo-key
        title: Duo key
        tier: likely
        keywords: ['duo']
        pattern: '(?:DI[A-Z0-9]{18}|[A-Z0-9]{20}|[A-Za-z0-9]{40})'
        examples: ['duo_key = "DIXSKER48B2MKG7RBSG1"']
        counterexamples: ['duo is a service']
      - id: clay-key
        title: Service key (hexadecimal, 20 to 40)
        tier: likely
        keywords:
          ['clay', 'customer.io', 'flagsmith', 'tracking api', 'clickhouse', 'eventbrite', 'bitbucket', 'contentful', 'exoscale',
           'cloudinary', 'canva', 'coveralls', 'branch_key', 'branch.io', 'close_api', 'daily_api', 'daily.co', 'etsy']
        pattern: '[A-Za-z0-9_.:\-]{18,70}'
        examples: ['clay_key = "FgX6JemzfE-rbmX2fZ"']
        counterexamples: ['clay is a service']
      - id: truenas-key
        title: TrueNAS key
        tier: certain
        prefixes: ['auth.login_with_api_key']
        pattern: 'auth\.login_with_api_key"(?s:.{0,60}?)"(\d{1,3}-[A-Za-z0-9]{64})"'
        examples: ['TOKEN=auth.login_with_api_key" x "5-qRMfqPsuUXTzQevLB1OOwfY7AIOxtiBad2ggaPMkAhH2WXYBt7mo5sIu73XUMtzN"']
        counterexamples: ['auth.login_with_api_keyabc']
      - id: truenas-key-named
        title: TrueNAS key
        tier: likely
        keywords: ['truenas', 'tn_api', 'api_key', 'bearer']
        pattern: '\d{1,3}-[A-Za-z0-9]{64}'
        examples: ['truenas_key = "87-n7XTElNLPvQZcCcRKrwtFoWrtlOmrd7ikFiLxq3wL9a1Il7YLAtI9js64xvq2Bhq"']
        counterexamples: ['truenas is a service']
      - id: kubernetes-bootstrap
        title: Kubernetes bootstrap token
        tier: likely
        keywords: ['bootstrap', 'token-id']
        pattern: '[a-z0-9]{6}\.[a-z0-9]{16}'
        examples: ['bootstrap_key = "budom5.35yq6i3tt6133z4e"']
        counterexamples: ['bootstrap is a service']
      - id: thingsboard-token
        title: ThingsBoard token
        tier: certain
        prefixes: ['thingsboard.cloud/api/v1/']
        pattern: 'thingsboard\.cloud/api/v1/([a-z0-9]{20})'
        examples: ['TOKEN=thingsboard.cloud/api/v1/4pp7ay1ndhmdigzfqq4l']
        counterexamples: ['thingsboard.cloud/api/v1/abc']
      - id: google-client-secret
        title: Google client secret
        tier: likely
        keywords: ['client_secret', 'clientsecret', 'google']
        pattern: '[A-Za-z0-9_\-]{24}'
        examples: ['client_secret_key = "8C5lPP6-lxWjp85oP74C3tEu"']
        counterexamples: ['client_secret is a service']
      - id: vault-unseal
        title: Vault unseal key
        tier: likely
        keywords: ['operator unseal']
        pattern: '[A-Za-z0-9+/]{43,44}=?'
        examples: ['operator unseal_key = "z63CfExWly4IZRVgv9ObKIdGpg7UJSijoSfGSD/RrZo"']
        counterexamples: ['operator unseal is a service']
      - id: ghost-key
        title: Ghost key
        tier: likely
        keywords: ['ghost']
        pattern: '[a-f0-9]{24}:[a-f0-9]{64}'
        examples: ['ghost_key = "8e98a8dd0035f556bbf3293e:2612635ebc3b3f8225d704a879ea2450f32a4d064a9c7dd413e94bc1b23e5fdc"']
        counterexamples: ['ghost is a service']
      - id: webex-secret
        title: Webex or OneLogin key
        tier: likely
        keywords: ['webex', 'onelogin']
        pattern: '[a-z0-9_]{64,70}'
        examples: ['webex_key = "wjy8avd4uezbvwnp5eru7oygxi6_dnqztg0cv96wjlocpz78mhu9b9luaebfpcv1y"']
        counterexamples: ['webex is a service']
      - id: yahoo-secret
        title: Yahoo secret
        tier: likely
        keywords: ['yahoo']
        pattern: '[a-f0-9]{40}'
        examples: ['yahoo_key = "953ea9d2986c86cae5e70cec3a555a3ea0aa395e"']
        counterexamples: ['yahoo is a service']
      - id: statuspage-oauth
        title: Statuspage key
        tier: likely
        keywords: ['oauth']
        pattern: '[a-f0-9]{64}'
        examples: ['oauth_key = "229bf4a833cbfad822d2ea7074893d2c4edf897b7cc4a32a2e2f80f575ddaab1"']
        counterexamples: ['oauth is a service']
      - id: shortcut-key
        title: Shortcut token
        tier: certain
        prefixes: ['sct_w_', 'sct_rwa_']
        pattern: 'sct_rwa?_[a-z0-9\-]{1,40}_[A-Za-z0-9]{90,110}|sct_w_[a-z0-9\-]{1,40}_[A-Za-z0-9]{90,110}'
        examples: ['TOKEN=sct_w_96z_A2IiZQYzLo8t5fiCwRgAV8ZOEXOOLVLrGAuSQybFEIkxhub4PLcsj8vHGRr8bt960TZlilERyogLsUKEpExbUWKXqf6s']
        counterexamples: ['sct_w_abc']
      - id: scale-key
        title: Scale key
        tier: certain
        prefixes: ['live_auth_']
        pattern: 'live_auth_[a-f0-9]{32}'
        examples: ['TOKEN=live_auth_91853c01063561ea870c199c437e524f']
        counterexamples: ['live_auth_abc']
      - id: ionic-key
        title: Ionic token
        tier: certain
        prefixes: ['ion_']
        pattern: 'ion_[A-Za-z0-9]{42}'
        examples: ['TOKEN=ion_KxtgWMGBnNrBwskeF16bVKiaieptbPEJRCegnbUnEo']
        counterexamples: ['ion_abc']
      - id: gitlab-session
        title: GitLab session
        tier: likely
        prefixes: ['_gitlab_session=']
        pattern: '_gitlab_session=([a-f0-9]{32})'
        examples: ['TOKEN=_gitlab_session=1dd5bf37e3afb0fb40d1095dee31774f']
        counterexamples: ['_gitlab_session=abc']
      - id: tableau-token
        title: Tableau token
        tier: certain
        prefixes: ['X-Tableau-Auth:']
        pattern: 'X-Tableau-Auth:\s?([A-Za-z0-9+/=]{20,28}:[A-Za-z0-9]{24,40})'
        examples: ['TOKEN=X-Tableau-Auth: As3ZRDmKgTOhy4rlDwWQU+:VRKHlj1CpjWoOaqqTrdJiS2TlZ']
        counterexamples: ['X-Tableau-Auth:abc']
      - id: launchdarkly-named
        title: LaunchDarkly key
        tier: likely
        keywords: ['launchdarkly']
        pattern: '[a-z0-9\-]{36,44}'
        examples: ['launchdarkly_key = "thw3bcqdzp3j3ml6i74ox9eiogwk892y7igb"']
        counterexamples: ['launchdarkly is a service']
      - id: unleash-token
        title: Unleash token
        tier: likely
        keywords: ['unleash']
        pattern: '(?:[*a-z\-]{1,20}:[a-z0-9*\-]{1,20}\.)?(?:user:)?[a-f0-9]{48,64}'
        examples: ['unleash_key = "h:86r.user:80c6f26165991c52a731b8de5580776cb7b56a2408d67ade"']
        counterexamples: ['unleash is a service']
      - id: tink-keyset
        title: Tink keyset
        tier: certain
        prefixes: ['type.googleapis.com/google.crypto.tink.']
        pattern: 'type\.googleapis\.com/google\.crypto\.tink\.\w+Key"(?s:.{0,20}?)"value"\s?:\s?"([A-Za-z0-9+/=]{16,200})"'
        examples: ['TOKEN=type.googleapis.com/google.crypto.tink.bKey" x "value" :"YtLxJeWJ6xyjxHtQ"']
        counterexamples: ['type.googleapis.com/google.crypto.tink.abc']
      - id: telegram-named
        title: Telegram token
        tier: likely
        keywords: ['telegram']
        pattern: '\d{8,10}:[A-Za-z0-9_\-]{35}'
        examples: ['telegram_key = "44080706:mxp-A0Yofnk5bU7Nay-d-48LDCKKYvVcYw4"']
        counterexamples: ['telegram is a service']
      - id: mix-key
        title: Key on a command line
        tier: likely
        keywords: ['--key', 'hex.organization']
        pattern: '[a-f0-9]{32}'
        examples: ['--key_key = "e604cde857680c3d9380789fa3f98936"']
        counterexamples: ['--key is a service']
      - id: sidekiq-named
        title: Sidekiq credentials
        tier: likely
        keywords: ['contribsys']
        pattern: '[a-f0-9]{8}:[a-f0-9]{8}'
        examples: ['contribsys_key = "fec05fd6:4598dd92"']
        counterexamples: ['contribsys is a service']
      - id: elastic-key
        title: Elastic key
        tier: likely
        keywords: ['elastic']
        pattern: '[A-Za-z0-9_\-]{50,64}(?:==)?'
        examples: ['elastic_key = "QjIv9kJXO0BXB34xLl9_os1XGzqliLcbjXFDxbjLZvPoJuD47r=="']
        counterexamples: ['elastic is a service']
      - id: mongodb-atlas-key
        title: MongoDB Atlas key
        tier: likely
        keywords: ['atlas', 'mongodb']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['atlas_key = "78a57d89-6ec9-9e18-af03-ff5d25ced448"']
        counterexamples: ['atlas is a service']
      - id: upstash-token
        title: Upstash token
        tier: likely
        keywords: ['upstash']
        pattern: '(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[A-Za-z0-9]{30,60}={0,2})'
        examples: ['upstash_key = "050373d6-8e11-da49-00f5-ec4fb2e4811f"']
        counterexamples: ['upstash is a service']
      - id: snowflake-token
        title: Snowflake token
        tier: likely
        keywords: ['snowflake']
        pattern: '[A-Za-z0-9_\-=]{60,300}'
        examples: ['snowflake_key = "Uai7xXJrg4YLc49K4t0Jw-msk=iB9oDbuX8h7PlkqErKpYHO-y29ldLYv5=-X7"']
        counterexamples: ['snowflake is a service']
      - id: splunk-token
        title: Splunk token
        tier: likely
        keywords: ['splunk']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['splunk_key = "7f321a6d-78ec-c555-474f-919ff0246786"']
        counterexamples: ['splunk is a service']
      - id: sumologic-key
        title: Sumo Logic key
        tier: likely
        keywords: ['sumo']
        pattern: '(?:su[A-Za-z0-9]{12,14}|[A-Za-z0-9]{64})'
        examples: ['sumo_key = "WFCPxIly86Zu261y8DANVOWI74Zgx6TFzqCg250dE3YBRmkQDTlLE4OsGcuZqIKZ"']
        counterexamples: ['sumo is a service']
      - id: opsgenie-key
        title: Opsgenie key
        tier: likely
        keywords: ['opsgenie']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['opsgenie_key = "16d8e592-38b2-6273-f707-4078ebce8ac4"']
        counterexamples: ['opsgenie is a service']
      - id: pagerduty-key
        title: PagerDuty key
        tier: likely
        keywords: ['pagerduty', 'pager_duty', 'pd_key']
        pattern: '[A-Za-z0-9_+\-]{20}'
        examples: ['pagerduty_key = "xb3SfaCHFhFpMD-wa_1Q"']
        counterexamples: ['pagerduty is a service']
      - id: pingdom-token
        title: Pingdom token
        tier: likely
        keywords: ['pingdom']
        pattern: '[A-Za-z0-9_\-]{64}'
        examples: ['pingdom_key = "Z1JnS1k5A8yEEdJnh47qJSiwXDxmvq6UR-v8KdlIQiBZZmX3qkqTFkp5TtAwXwBe"']
        counterexamples: ['pingdom is a service']
      - id: statuspage-key
        title: Statuspage key
        tier: likely
        keywords: ['statuspage']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['statuspage_key = "702b359f-d646-075b-6756-2aca439bd37e"']
        counterexamples: ['statuspage is a service']
      - id: ngrok-token
        title: ngrok token
        tier: likely
        keywords: ['ngrok']
        pattern: '[A-Za-z0-9]{20,32}_[A-Za-z0-9]{20,26}'
        examples: ['ngrok_key = "wq4ssJy6UcQ8AZ8c4lQ3_vKtyJQKgUIvhB1mhkysI"']
        counterexamples: ['ngrok is a service']
      - id: influx-token
        title: InfluxDB token
        tier: likely
        keywords: ['influx']
        pattern: '[A-Za-z0-9_\-]{86}=='
        examples: ['influx_key = "GgAgGzCP1j8f1DcYHkwpcnJDhTp2emkRhzJXEEnwMPiaOEty9nsnIfGIPB2P7qG7WfMw_umcxUTAGk6viLyZX6=="']
        counterexamples: ['influx is a service']
      - id: render-key
        title: Render key
        tier: likely
        keywords: ['render_', 'render.']
        pattern: '(?:rnd_)?[A-Za-z0-9]{32}'
        examples: ['render__key = "rnd_TfTkOYq52IcO32PUOtAlIzIv4mR672cd"']
        counterexamples: ['render_ is a service']
      - id: railway-token
        title: Railway token
        tier: likely
        keywords: ['railway']
        pattern: '(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[A-Za-z0-9]{32})'
        examples: ['railway_key = "IX5oT3wlw3fnZkgu45OWDwqmK3xmziKV"']
        counterexamples: ['railway is a service']
      - id: hcp-secret
        title: HashiCorp Cloud secret
        tier: likely
        keywords: ['hcp_']
        pattern: '[A-Za-z0-9._~\-]{32,64}'
        examples: ['hcp__key = "YQV.bfi-QOUKSBRA3nGyTuo6SegpEMAG"']
        counterexamples: ['hcp_ is a service']
      - id: vault-legacy-token
        title: Vault token
        tier: likely
        keywords: ['vault']
        pattern: '[sbr]\.(?:[A-Za-z0-9]{24}|CAESI[A-Za-z0-9_\-]{70,140})'
        examples: ['vault_key = "s.y3EQggMJqWMta32ZPA8xwW5g"']
        counterexamples: ['vault is a service']
      - id: vault-unseal-key
        title: Vault unseal key
        tier: likely
        keywords: ['unseal key', 'unseal_key']
        pattern: '[A-Za-z0-9+/]{43,44}=?'
        examples: ['unseal key_key = "Y25H6+Apci/QnnrGjGdQ67Kt1FYZl+9eGlR1jpaBbhuj="']
        counterexamples: ['unseal key is a service']
      - id: vault-approle
        title: Vault AppRole
        tier: likely
        keywords: ['role_id', 'secret_id']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['role_id_key = "12069779-74ae-8fab-ff8b-7f4c5544be83"']
        counterexamples: ['role_id is a service']

    """#
}

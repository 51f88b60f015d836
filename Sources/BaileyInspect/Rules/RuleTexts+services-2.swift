extension RuleTexts {
  /// `Policies/inspection/services-2.yaml`.
  static let services2 = #"""
    rules:
      - id: thunderstore-token
        title: Thunderstore token
        tier: certain
        prefixes: ['tss_']
        pattern: 'tss_[A-Za-z0-9]{36,40}'
        examples: ['TOKEN=tss_ABoltCbO6niH1QwPRaOX48TFOVRKTy72jg3FId']
        counterexamples: ['tss_abc']
      - id: ubidots-key
        title: Ubidots key
        tier: certain
        prefixes: ['BBFF-', 'BBUS-']
        pattern: 'BB(?:FF|US)-[A-Za-z0-9]{30,40}'
        examples: ['TOKEN=BBFF-SF1A5l3d3fNxQ6E3EURW5qRQVTyqNyv']
        counterexamples: ['BBFF-abc']
      - id: seam-key
        title: Seam key
        tier: certain
        prefixes: ['seam_']
        pattern: 'seam_(?:live|test)[A-Za-z0-9]{2}_[A-Za-z0-9]{24,30}'
        examples: ['TOKEN=seam_liveE2_OFPuebn2njkk8ESI5KCploTziV']
        counterexamples: ['seam_abc']
      - id: mastra-key
        title: Mastra key
        tier: certain
        prefixes: ['msk_']
        pattern: 'msk_[A-Za-z0-9]{32}'
        examples: ['TOKEN=msk_v0J4kUL8cDNsR5h2D6HMtwyRbEy2hFk6']
        counterexamples: ['msk_abc']
      - id: permit-key
        title: Permit.io key
        tier: certain
        prefixes: ['permit_key_']
        pattern: 'permit_key_[A-Za-z0-9]{70,110}'
        examples: ['TOKEN=permit_key_8WLIbXoRm1DGBaeG46w3IQagiK5JpytbUn5xYJDgjEi0mCOOn9PFjMonoOuHTKREOjKme8si']
        counterexamples: ['permit_key_abc']
      - id: ory-token
        title: Ory token
        tier: certain
        prefixes: ['ory_wak_', 'ory_st_', 'ory_rt_', 'ory_at_', 'ory_pat_']
        pattern: 'ory_(?:wak|st|rt|at|pat)_[A-Za-z0-9_\-.]{24,80}'
        examples: ['TOKEN=ory_wak_7fLb-gNvkYsVl_aHu8hDPYWqY']
        counterexamples: ['ory_wak_abc']
      - id: age-secret-key
        title: age secret key
        tier: certain
        prefixes: ['AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-PQ-1']
        pattern: 'AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{58,80}'
        examples: ['TOKEN=AGE-SECRET-KEY-1S7U924JRJBOV3VGMX78C8860G36JFZA7ZYJRNE8L8UQJPXD7Y92QQ5J10X2Y']
        counterexamples: ['AGE-SECRET-KEY-1abc']
      - id: age-recipient
        title: age recipient
        tier: hint
        prefixes: ['age1']
        pattern: 'age1[a-z0-9]{58}'
        examples: ['TOKEN=age13khrqh63i6c9c36yr4lhmpiqlt7hly2u665ktxi4c1yvl7atevt3cmnzrb']
        counterexamples: ['age1abc']
      - id: onepassword-token
        title: 1Password service token
        tier: certain
        prefixes: ['ops_eyJ']
        pattern: 'ops_eyJ[A-Za-z0-9+/=]{200,}'
        reach: 1600
        examples: ['TOKEN=ops_eyJvd83zfc2=K03gDdhpk6yof/OWJyy31=+Z5rJGi9QKxtZtlIr1bqJUPE5vLznYx4LPaUiT/xL1xSfju3nwWafK2/6L3=szGE2J0OEYqkhqqd7PxmOH5FqZoe6uzYF634DWwJXpR3SnJ8mSYjTJZp2DfKSWIed/OKa1EegEl5hlkMwMojyw8aY2feiMONyJBAZ3nkMDzRIx']
        counterexamples: ['ops_eyJabc']
      - id: onepassword-secret-key
        title: 1Password secret key
        tier: certain
        prefixes: ['A3-']
        pattern: 'A3-[A-Z0-9]{6}-[A-Z0-9]{6,11}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}(?:-[A-Z0-9]{5})?'
        examples: ['TOKEN=A3-EY5FCH-B90BPFB3-VZHRS-D2HWJ-YCTBO']
        counterexamples: ['A3-abc']
      - id: onepassword-recovery
        title: 1Password recovery key
        tier: certain
        prefixes: ['1PRK-']
        pattern: '1PRK(?:-[A-Z0-9]{4}){13}'
        examples: ['TOKEN=1PRK-OHRD-84CX-EMFK-AWRH-JZCK-MVZX-6UPK-7K7I-AYBA-GSYU-QKY3-8HK4-3IY9']
        counterexamples: ['1PRK-abc']
      - id: arcjet-key
        title: Arcjet key
        tier: certain
        prefixes: ['ajkey_']
        pattern: 'ajkey_[a-z0-9]{26}'
        examples: ['TOKEN=ajkey_m12yclpti6nmbaom6smfd846ej']
        counterexamples: ['ajkey_abc']
      - id: authress-key
        title: Authress key
        tier: certain
        prefixes: ['sc_', 'ext_']
        pattern: '(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_\-][a-z0-9\-]{10,32}\.[A-Za-z0-9+/_=\-]{30,120}'
        examples: ['TOKEN=sc_UMX2Ay.y2u2l.acc-m5d0vypr-ncr.Gw+oomYyqlppFq7A7ArY9LKpUlItF-yN']
        counterexamples: ['sc_abc']
      - id: okta-token
        title: Okta token
        tier: certain
        prefixes: ['00']
        pattern: '00[A-Za-z0-9_\-]{39}[A-Za-z0-9_]'
        context: ['okta', 'ssws']
        needs-context: true
        examples: ['okta TOKEN=00W0utxuJ7EhhECmN7nZ-_ZSt1PpshNBQeei9hTvGd']
        counterexamples: ['00abc']
      - id: workato-token
        title: Workato token
        tier: certain
        prefixes: ['wrka']
        pattern: 'wrka-?eyJ[A-Za-z0-9_\-]{20,}\.eyJ[A-Za-z0-9_\-]{20,}\.[A-Za-z0-9_\-]{20,}'
        examples: ['TOKEN=wrka-eyJhfzh6Ktecuq5DfYbtAZnoA.eyJNlOBKrQwl3uaeICs0j_grW.unnx2roygWoMmlpEnL1G']
        counterexamples: ['wrkaabc']
      - id: telegram-url-token
        title: Telegram URL token
        tier: certain
        prefixes: ['tgram://']
        pattern: 'tgram://\d{8,10}:[A-Za-z0-9_\-]{33,36}'
        examples: ['TOKEN=tgram://1638274752:qTolVQmgjiSP0BP_O7JYb1_Zjy22zE_SI']
        counterexamples: ['tgram://abc']
      - id: okta-key
        title: Okta token
        tier: likely
        keywords: ['okta']
        pattern: '00[A-Za-z0-9_\-]{39,40}'
        examples: ['okta_key = "00rCMFdRfWYdpX-icEbgb_EouKskBdNnjuL_l6WpE"']
        counterexamples: ['okta is a service']
      - id: auth0-secret
        title: Auth0 secret
        tier: likely
        keywords: ['auth0']
        pattern: '[A-Za-z0-9_\-]{32,64}'
        examples: ['auth0_key = "KWob7oLyMvTqkYPXg-UlYOjAIn13XwZwZv"']
        counterexamples: ['auth0 is a service']
      - id: clearbit-key
        title: Clearbit key
        tier: likely
        keywords: ['clearbit']
        pattern: '[a-z0-9_]{35}'
        examples: ['clearbit_key = "c4q6tnlhlsh3rs92ue7koalduwah2ufnals"']
        counterexamples: ['clearbit is a service']
      - id: algolia-key
        title: Algolia key
        tier: likely
        keywords: ['algolia']
        pattern: '[a-z0-9]{32}'
        examples: ['algolia_key = "3fndanvekfmuo53puzubn6gni2dnnez9"']
        counterexamples: ['algolia is a service']
      - id: amplitude-key
        title: Amplitude key
        tier: likely
        keywords: ['amplitude']
        pattern: '[a-f0-9]{32}'
        examples: ['amplitude_key = "9e1fb1d1325ddb83ad3f76dc545a0438"']
        counterexamples: ['amplitude is a service']
      - id: mixpanel-key
        title: Mixpanel key
        tier: likely
        keywords: ['mixpanel']
        pattern: '[a-f0-9]{32}'
        examples: ['mixpanel_key = "e5f475298bb7eb0b042ea7b43fa53c2b"']
        counterexamples: ['mixpanel is a service']
      - id: bitly-token
        title: Bitly token
        tier: likely
        keywords: ['bitly']
        pattern: '[a-f0-9]{40}'
        examples: ['bitly_key = "ebb10040fd0c105f2721d7c6ee90c7e0c92f1104"']
        counterexamples: ['bitly is a service']
      - id: box-token
        title: Box token
        tier: likely
        keywords: ['box_']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['box__key = "EzSGTYhBB1TBetCRaPGhQ3nULPIpY4eA"']
        counterexamples: ['box_ is a service']
      - id: dropbox-key
        title: Dropbox key
        tier: likely
        keywords: ['dropbox']
        pattern: '[a-z0-9]{15}'
        examples: ['dropbox_key = "0ps2cqgbn4fx86u"']
        counterexamples: ['dropbox is a service']
      - id: facebook-secret
        title: Facebook secret
        tier: likely
        keywords: ['facebook', 'fb_', 'fbapi', 'fb-', 'fbconnect']
        pattern: '[a-f0-9]{32}'
        examples: ['facebook_key = "d8c1232d49a2b346f5ebdf63fbe1e21e"']
        counterexamples: ['facebook is a service']
      - id: flickr-key
        title: Flickr key
        tier: likely
        keywords: ['flickr']
        pattern: '[a-f0-9]{32}'
        examples: ['flickr_key = "12fecd2581371c43b7a30b20521d7257"']
        counterexamples: ['flickr is a service']
      - id: freshbooks-token
        title: FreshBooks token
        tier: likely
        keywords: ['freshbooks']
        pattern: '[a-f0-9]{64}'
        examples: ['freshbooks_key = "c985927a0cf37b05e2c0e82a0a9333cc247ff80d2d2780b43173507c9ef8c24c"']
        counterexamples: ['freshbooks is a service']
      - id: freshdesk-key
        title: Freshdesk key
        tier: likely
        keywords: ['freshdesk']
        pattern: '[A-Za-z0-9]{20}'
        examples: ['freshdesk_key = "GZG6QZNRF7NwqvAtIqpT"']
        counterexamples: ['freshdesk is a service']
      - id: twitter-key
        title: X or Twitter key
        tier: likely
        keywords: ['twitter']
        pattern: '(?:[A-Za-z0-9]{18,25}|[A-Za-z0-9]{35,50}|\d{10,20}-[A-Za-z0-9]{20,40})'
        examples: ['twitter_key = "i2SOAvhinxJZBlGPuSVDx32TOfYjBRKJUQC"']
        counterexamples: ['twitter is a service']
      - id: linkedin-secret
        title: LinkedIn key
        tier: likely
        keywords: ['linkedin']
        pattern: '[a-z0-9A-Z]{14,16}'
        examples: ['linkedin_key = "xCyD3o6NiIaqE6x9"']
        counterexamples: ['linkedin is a service']
      - id: spotify-key
        title: Spotify key
        tier: likely
        keywords: ['spotify']
        pattern: '(?:[a-f0-9]{32}|BQ[A-Za-z0-9_\-]{80,200})'
        examples: ['spotify_key = "d9c64003a0e33cf98ab6cf6f544de0de"']
        counterexamples: ['spotify is a service']
      - id: twitch-token
        title: Twitch token
        tier: likely
        keywords: ['twitch']
        pattern: '[A-Za-z0-9]{30}'
        examples: ['twitch_key = "V7OOdt0cjsdGByuOLmrhgu7YLEOjPP"']
        counterexamples: ['twitch is a service']
      - id: yelp-key
        title: Yelp key
        tier: likely
        keywords: ['yelp']
        pattern: '[A-Za-z0-9_\-]{128}'
        examples: ['yelp_key = "OztkamWhX4-tDOXtjZeDcvjN8C4qTsZpWlAKswwQVP1oujM-LblMwMP6qKQJcamMq2a72SDzLlfVwRu9VBkX-W7xmTeydQ03suvM-YJBXiCopi_Ix2WRO1e9PTgVoG0K"']
        counterexamples: ['yelp is a service']
      - id: zendesk-token
        title: Zendesk token
        tier: likely
        keywords: ['zendesk']
        pattern: '[A-Za-z0-9]{40}'
        examples: ['zendesk_key = "FbFHg25HcpB8L0verLYrzuxrVhQjRB3RAa80NRsK"']
        counterexamples: ['zendesk is a service']
      - id: zoom-secret
        title: Zoom secret
        tier: likely
        keywords: ['zoom']
        pattern: '[A-Za-z0-9]{22,36}'
        examples: ['zoom_key = "perhGLUISvZ9m6K5ndIc5iOt"']
        counterexamples: ['zoom is a service']
      - id: twilio-secret
        title: Twilio token
        tier: likely
        keywords: ['twilio']
        pattern: '[A-Fa-f0-9]{32}'
        companion: twilio-account
        examples: ['twilio_key = "257EC1ac7e8d781103f3Bc5Ab5269e89"']
        counterexamples: ['twilio is a service']
      - id: mailjet-key
        title: Mailjet key
        tier: likely
        keywords: ['mailjet']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['mailjet_key = "OLFKFDXFai6bvSDS6pnrjGcwb0GTNISV"']
        counterexamples: ['mailjet is a service']
      - id: mandrill-key
        title: Mandrill key
        tier: likely
        keywords: ['mandrill']
        pattern: '[A-Za-z0-9_\-]{22}'
        examples: ['mandrill_key = "rGhKD3HDJhgVJM_BcK84Ii"']
        counterexamples: ['mandrill is a service']
      - id: postmark-token
        title: Postmark token
        tier: likely
        keywords: ['postmark']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['postmark_key = "fc9c032e-02ff-571d-7326-7d862d4c177a"']
        counterexamples: ['postmark is a service']
      - id: sparkpost-key
        title: SparkPost key
        tier: likely
        keywords: ['sparkpost']
        pattern: '[a-f0-9]{40}'
        examples: ['sparkpost_key = "6b19ed74438788495820590552b3ead04972f93a"']
        counterexamples: ['sparkpost is a service']
      - id: messagebird-key
        title: MessageBird key
        tier: likely
        keywords: ['messagebird', 'message_bird']
        pattern: '(?:[A-Za-z0-9]{25}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})'
        examples: ['messagebird_key = "cea56941-6f18-461b-6d9f-dcaddc2e3c68"']
        counterexamples: ['messagebird is a service']
      - id: vonage-secret
        title: Vonage secret
        tier: likely
        keywords: ['vonage', 'nexmo']
        pattern: '[A-Za-z0-9]{16}'
        examples: ['vonage_key = "uXzeOu7zLD7nYPxQ"']
        counterexamples: ['vonage is a service']
      - id: plivo-token
        title: Plivo token
        tier: likely
        keywords: ['plivo']
        pattern: '[A-Za-z0-9]{40}'
        examples: ['plivo_key = "bb2FYMKfF54thxqiLVUX125spyzNTPz4THQewBdT"']
        counterexamples: ['plivo is a service']
      - id: sendbird-token
        title: Sendbird token
        tier: likely
        keywords: ['sendbird']
        pattern: '(?:[a-f0-9]{40}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})'
        examples: ['sendbird_key = "81a4c9d8e2f33f2aefe1898d1776ff8f5e1029bd"']
        counterexamples: ['sendbird is a service']
      - id: onesignal-key
        title: OneSignal key
        tier: likely
        keywords: ['onesignal']
        pattern: '(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[A-Za-z0-9]{32,48})'
        examples: ['onesignal_key = "613f3e25-9615-781c-e5bd-bbaf49c37463"']
        counterexamples: ['onesignal is a service']
      - id: pusher-secret
        title: Pusher secret
        tier: likely
        keywords: ['pusher']
        pattern: '[a-f0-9]{20}'
        examples: ['pusher_key = "47be3894db1c925fad5f"']
        counterexamples: ['pusher is a service']
      - id: mattermost-token
        title: Mattermost token
        tier: likely
        keywords: ['mattermost', 'mm_token']
        pattern: '[a-z0-9]{26}'
        examples: ['mattermost_key = "1p47g4s585szp8yqhywsy9v4aa"']
        counterexamples: ['mattermost is a service']
      - id: trello-token
        title: Trello token
        tier: likely
        keywords: ['trello']
        pattern: '(?:[a-z0-9]{32}|[a-f0-9]{64}|ATTA[a-f0-9]{60})'
        examples: ['trello_key = "ATTA74ad1b12228274d2533cf508fdd4e54196e10fce12b316ef5ccee726f720"']
        counterexamples: ['trello is a service']
      - id: asana-secret
        title: Asana key
        tier: likely
        keywords: ['asana']
        pattern: '(?:\d{16}|[A-Fa-f0-9]{32,40}|0/[a-f0-9]{32})'
        examples: ['asana_key = "0/6c1fe76430cf49fb2e7584b64a4b13af"']
        counterexamples: ['asana is a service']
      - id: monday-token
        title: monday.com token
        tier: likely
        keywords: ['monday']
        pattern: 'eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{20,}\.[A-Za-z0-9_\-]{20,}'
        examples: ['monday_key = "eyJ0kmw1cRQiHJ6.wQcmNX5nIJay8c4qhdRRa3.CZu83uByvIxHj-JQXidjku"']
        counterexamples: ['monday is a service']
      - id: todoist-token
        title: Todoist token
        tier: likely
        keywords: ['todoist']
        pattern: '[a-f0-9]{40}'
        examples: ['todoist_key = "4ff403c3991117ce726866e062167dc254bdb55b"']
        counterexamples: ['todoist is a service']
      - id: calendly-token
        title: Calendly token
        tier: likely
        keywords: ['calendly']
        pattern: 'eyJ[A-Za-z0-9_\-]{10,}\.?[A-Za-z0-9_\-.]{20,}'
        examples: ['calendly_key = "eyJz3Sny8Lohfz.eSl4IXuA-q0myhXtfCwp"']
        counterexamples: ['calendly is a service']
      - id: pipedrive-token
        title: Pipedrive token
        tier: likely
        keywords: ['pipedrive', 'x-api-token']
        pattern: '[a-f0-9]{40}'
        examples: ['pipedrive_key = "c819cbe68b6e3ed06df047a19e9b4c1fa286dedb"']
        counterexamples: ['pipedrive is a service']
      - id: uber-token
        title: Uber token
        tier: likely
        keywords: ['uber']
        pattern: '[A-Za-z0-9_\-]{40}'
        examples: ['uber_key = "jDUkClTh8da8KNJ69Tj6ifkEkgPaGzl6J87gGS0r"']
        counterexamples: ['uber is a service']
      - id: unsplash-key
        title: Unsplash key
        tier: likely
        keywords: ['unsplash']
        pattern: '[A-Za-z0-9_\-]{43}'
        examples: ['unsplash_key = "X-cHQ5sSPWWP7jdSc22CQLGV5LnbWdbdpqG4PPstw-u"']
        counterexamples: ['unsplash is a service']
      - id: shodan-key
        title: Shodan key
        tier: likely
        keywords: ['shodan']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['shodan_key = "4oSWVKt8038f1n5a2FnVVIkWygcDqV7W"']
        counterexamples: ['shodan is a service']
      - id: virustotal-key
        title: VirusTotal key
        tier: likely
        keywords: ['virustotal', 'vt_api']
        pattern: '[a-f0-9]{64}'
        examples: ['virustotal_key = "49d9f85420b715f459306e01a20c92f25e741ce912b36156f561290e8db8d8d7"']
        counterexamples: ['virustotal is a service']
      - id: urlscan-key
        title: urlscan key
        tier: likely
        keywords: ['urlscan']
        pattern: '(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[a-f0-9]{32})'
        examples: ['urlscan_key = "bcec471314717c012ea9653dbe1b1a67"']
        counterexamples: ['urlscan is a service']
      - id: censys-key
        title: Censys key
        tier: likely
        keywords: ['censys']
        pattern: '(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[A-Za-z0-9]{32})'
        examples: ['censys_key = "8kkuKESgxB48DBew1iUlMKTsnGJvnkir"']
        counterexamples: ['censys is a service']
      - id: abuseipdb-key
        title: AbuseIPDB key
        tier: likely
        keywords: ['abuseipdb']
        pattern: '[a-f0-9]{80}'
        examples: ['abuseipdb_key = "e25c78e815dd1927efd1f20fbfaa518585e9d602100f8b8bd444afafc1e4f743c10c7de10c1aa1e1"']
        counterexamples: ['abuseipdb is a service']
      - id: hunter-key
        title: Hunter key
        tier: likely
        keywords: ['hunter']
        pattern: '[a-f0-9]{40}'
        examples: ['hunter_key = "62a846a50648d41966f8f6e8df584f1b784ccaec"']
        counterexamples: ['hunter is a service']
      - id: nasa-key
        title: NASA or data.gov key
        tier: likely
        keywords: ['nasa', 'data.gov']
        pattern: '[A-Za-z0-9]{40}'
        examples: ['nasa_key = "gcZgs1G0wrKwaPYBMuJrmBAbJPwLwSGIUFBehaiY"']
        counterexamples: ['nasa is a service']
      - id: newsapi-key
        title: News API key
        tier: likely
        keywords: ['newsapi']
        pattern: '[a-f0-9]{32}'
        examples: ['newsapi_key = "3466c876fde8833f43d0b9e3fed3cebb"']
        counterexamples: ['newsapi is a service']
      - id: openweather-key
        title: OpenWeather key
        tier: likely
        keywords: ['openweather', 'owm']
        pattern: '[a-z0-9]{32}'
        examples: ['openweather_key = "tojmjauhzwxm30pqru2xgao0kfbdmrmu"']
        counterexamples: ['openweather is a service']
      - id: currency-api-key
        title: Currency or mail API key
        tier: likely
        keywords:
          ['apilayer', 'currencylayer', 'coinlayer', 'fixer', 'ipstack', 'positionstack', 'numverify', 'pdflayer', 'aviationstack',
           'weatherapi', 'zerobounce', 'geoapify', 'abstractapi', 'uptimerobot', 'mailboxlayer', 'marketstack']
        pattern: '[a-z0-9]{24,34}'
        examples: ['apilayer_key = "5mag1jvvmpjuncght0ilkcyd"']
        counterexamples: ['apilayer is a service']
      - id: rapidapi-key
        title: RapidAPI key
        tier: likely
        keywords: ['rapidapi']
        pattern: '[A-Za-z0-9]{50}'
        examples: ['rapidapi_key = "KARKZkCP7MeOVncIBs5ULr5zewKKVpHwLS55P3bfS5Tl6fzVmy"']
        counterexamples: ['rapidapi is a service']
      - id: particle-token
        title: Particle token
        tier: likely
        keywords: ['particle']
        pattern: '[a-f0-9]{40}'
        examples: ['particle_key = "a26f54ae5bf643401388fa133c6fbe2893dec511"']
        counterexamples: ['particle is a service']

    """#
}

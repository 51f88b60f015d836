extension RuleTexts {
  /// `Policies/inspection/services.yaml`.
  static let services = #"""
    rules:
      - id: slack-bot-token
        title: Slack bot token
        tier: certain
        prefixes: ['xoxb-']
        pattern: 'xoxb-[A-Za-z0-9]{8,14}-[A-Za-z0-9\-]{18,60}'
        examples: ['TOKEN=xoxb-2ZCGVJu92-2aDZhP11pc9Lh5z9jPg']
        counterexamples: ['xoxb-abc']
      - id: slack-user-token
        title: Slack token
        tier: certain
        prefixes: ['xoxp-', 'xoxa-', 'xoxe-', 'xoxc-', 'xoxr-', 'xoxs-', 'xoxo-']
        pattern: 'xox[paecrso]-[A-Za-z0-9\-]{10,200}'
        examples: ['TOKEN=xoxp-AHt97rZHsb']
        counterexamples: ['xoxp-abc']
      - id: slack-cookie
        title: Slack session cookie
        tier: certain
        prefixes: ['xoxd-']
        pattern: 'xoxd-[A-Za-z0-9%+/=]{60,300}'
        examples: ['TOKEN=xoxd-IZxAUttiMyJqN+MqTYJHQTVDpKDFPonJ3UZVJr5%rIRuCtTMlxRv0KT9nx2Jr']
        counterexamples: ['xoxd-abc']
      - id: slack-app-token
        title: Slack app token
        tier: certain
        prefixes: ['xapp-']
        pattern: 'xapp-[A-Za-z0-9\-/]{20,120}'
        examples: ['TOKEN=xapp-BYDKHwZeAWmyHEhbkb7Pb']
        counterexamples: ['xapp-abc']
      - id: slack-config-token
        title: Slack configuration token
        tier: certain
        prefixes: ['xoxe.xox']
        pattern: 'xoxe\.xox[bp]-\d-[A-Za-z0-9]{140,180}'
        examples: ['TOKEN=xoxe.xoxp-1-GKqjCvYz2GS8diVQuAvGSxTrBpMzi3OCb3pxtbzrXU9xgj9RYKBfc5Cd49U2ph0IYx9usVawqSYSKY1GRAIxfWBIz7lKcolIYGaIl8PcgYUzkDKHiGjC4jGsJCRoIa0Re4cObYFBR11Pz']
        counterexamples: ['xoxe.xoxabc']
      - id: slack-webhook
        title: Slack webhook
        tier: certain
        prefixes: ['hooks.slack.com/']
        pattern: 'hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9]{8,12}/[A-Za-z0-9]{8,14}/[A-Za-z0-9]{18,48}'
        examples: ['TOKEN=hooks.slack.com/services/oL6pzYvj1P/1DpgR869/qtivrFyGlK20webop3eN']
        counterexamples: ['hooks.slack.com/abc']
      - id: discord-webhook
        title: Discord webhook
        tier: certain
        prefixes: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/']
        pattern: 'discord(?:app)?\.com/api/webhooks/\d{16,20}/[A-Za-z0-9_\-]{60,70}'
        examples: ['TOKEN=discord.com/api/webhooks/915796578945522138/JkOpWIT-P4KXxlpslEecVlDe1l8q5O3EXfxwgPGTSNM5F-Txa3PPQxD1-lEg']
        counterexamples: ['discord.com/api/webhooks/abc']
      - id: discord-mfa-token
        title: Discord token
        tier: certain
        prefixes: ['mfa.']
        pattern: 'mfa\.[A-Za-z0-9_\-]{50,84}'
        examples: ['TOKEN=mfa.p-9FWVT_Ad4WJqTUQVD9y8qx3OFOL96AXJ_7pRpu8kazILzW3L']
        counterexamples: ['mfa.abc']
      - id: discord-bot-token
        title: Discord bot token
        tier: likely
        keywords: ['discord', 'bot_token', 'apikey', 'bot ', 'token']
        pattern: '[MNO][A-Za-z0-9]{23,25}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,38}'
        examples: ['discord_key = "Mu6x7Gb4bLNFl8A1CF43FQ5Qj.kVEa-a.v1JyXn6AGJNoM_bSKPz5V7RWOHn"']
        counterexamples: ['discord is a service']
      - id: teams-webhook
        title: Microsoft Teams webhook
        tier: certain
        prefixes: ['.office.com/webhook']
        pattern: '\.office\.com/webhook(?:b2)?/[0-9a-zA-Z\-]{36}@[0-9a-zA-Z\-]{36}/IncomingWebhook/[a-zA-Z0-9]{32}/[0-9a-zA-Z\-]{36}'
        examples: ['.office.com/webhook/GQ2ah1yCDSTmRoUrGPIRSqd21Qzvx-fr5bI7@uG-eAsUIJqEkbidP6Vpz3VZUpznIT09MM3ZU/IncomingWebhook/oMuG4ZjcJzRmrvOSnlTeaAPQxgFexT8G/ZGqeH2n0QD4uBfgdo1wsKPX8hYMP1Ht0W9bO']
        counterexamples: ['.office.com/webhookabc']
      - id: telegram-bot-token
        title: Telegram bot token
        tier: certain
        prefixes: [':AA']
        pattern: '\d{8,10}:AA[A-Za-z0-9_\-]{32,34}'
        around: 11
        examples: ['TOKEN=02988199:AA8qpFtTbsQnJiBsSzTPvut8IvD0CMCm9g']
        counterexamples: [':AAabc']
      - id: twilio-api-key
        title: Twilio API key
        tier: likely
        prefixes: ['SK']
        pattern: 'SK[a-f0-9]{32}'
        companion: twilio-account
        examples: ['TOKEN=SK2098fe27b33c108abfc2b05561a8d840']
        counterexamples: ['SKabc']
      - id: twilio-account
        title: Twilio account SID
        tier: hint
        prefixes: ['AC']
        pattern: 'AC[a-f0-9]{32}'
        examples: ['TOKEN=AC3a41300edc7b0ce306843ef66548c9a6']
        counterexamples: ['ACabc']
      - id: sendgrid-key
        title: SendGrid key
        tier: certain
        prefixes: ['SG.']
        pattern: 'SG\.[A-Za-z0-9_\-]{20,24}\.[A-Za-z0-9_\-]{39,50}'
        examples: ['TOKEN=SG.njAErvIh5UGTNsGv9wpkQ.2olkWmmlvN-9sEJqyUI6iLM4FuXquCzrSlIykpQ4']
        counterexamples: ['SG.abc']
      - id: mailgun-key
        title: Mailgun key
        tier: certain
        prefixes: ['key-']
        pattern: 'key-[a-f0-9]{32}'
        examples: ['TOKEN=key-b84cce769be43f6245b53ccd6840dd3a']
        counterexamples: ['key-abc']
      - id: mailchimp-key
        title: Mailchimp key
        tier: certain
        prefixes: ['-us']
        pattern: '[a-f0-9]{32}-us\d{1,2}'
        around: 32
        examples: ['TOKEN=3369d53346c2edacf8281087cb8dc7a0-us9']
        counterexamples: ['-usabc']
      - id: brevo-key
        title: Brevo key
        tier: certain
        prefixes: ['xkeysib-', 'xsmtpsib-']
        pattern: 'x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{6,16}'
        examples: ['TOKEN=xkeysib-32c39370139f00e66a67d9fd1ab9c6b3fdf4f7b0292cdecdc738d394e0fbf309-rYCVwje9']
        counterexamples: ['xkeysib-abc']
      - id: mailersend-token
        title: MailerSend token
        tier: certain
        prefixes: ['mlsn.']
        pattern: 'mlsn\.[A-Za-z0-9]{40,80}'
        examples: ['TOKEN=mlsn.rlwC7WOPvJpxkYP3eGHMEW3IyDbfg8t1FeR4tnHS']
        counterexamples: ['mlsn.abc']
      - id: resend-key
        title: Resend key
        tier: certain
        prefixes: ['re_']
        pattern: 're_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}'
        examples: ['TOKEN=re_wpRJlUoP_xTwZdbBbYVZBUa8AklMvXpnA']
        counterexamples: ['re_abc']
      - id: intercom-token
        title: Intercom token
        tier: certain
        prefixes: ['dG9rO']
        pattern: 'dG9rO[A-Za-z0-9+/]{54}=?'
        examples: ['TOKEN=dG9rOpYheN+zqYphvEKXBi1mgQsykLNI2mk2RCHoQNCnpoaAZorZ+dADpfr=']
        counterexamples: ['dG9rOabc']
      - id: hubspot-pat
        title: HubSpot token
        tier: certain
        prefixes: ['pat-na1-', 'pat-na2-', 'pat-eu1-']
        pattern: 'pat-(?:na|eu)\d-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=pat-na1-e83c5191-f9cc-b720-a113-a46325802af2']
        counterexamples: ['pat-na1-abc']
      - id: telnyx-key
        title: Telnyx key
        tier: certain
        prefixes: ['KEY0']
        pattern: 'KEY0[A-F0-9]{32,36}_[A-Za-z0-9]{20,24}'
        examples: ['TOKEN=KEY0A3F5491BCA8DB275FC035230E0534D1D9C_iZPSMHbmlncOL5ahbf3I']
        counterexamples: ['KEY0abc']
      - id: facebook-token
        title: Facebook access token
        tier: likely
        prefixes: ['EAA']
        pattern: 'EAA[A-Za-z0-9]{40,300}'
        examples: ['TOKEN=EAA2XpAz7U1t9RoarM5sRhfD7FQI8KmLlPr6ALRHNi56G']
        counterexamples: ['EAAabc']
      - id: instagram-token
        title: Instagram token
        tier: certain
        prefixes: ['IGQV']
        pattern: 'IGQV[A-Za-z0-9_\-]{40,300}'
        examples: ['TOKEN=IGQVb2e-aKS6Nr72DdaEepeHHeD_qyKP5s_l8PVdXV48e']
        counterexamples: ['IGQVabc']
      - id: twitter-bearer
        title: X bearer token
        tier: certain
        prefixes: ['AAAAAAAAAAAAA']
        pattern: 'A{13,22}[A-Za-z0-9%_\-]{60,120}'
        examples: ['TOKEN=AAAAAAAAAAAAAAAPS8yiCEtnWeWIJkz_4e6c7txvBZTWYIupYFwcNX4yVQ8KZ2tf7p7PpLq-oyqv']
        counterexamples: ['AAAAAAAAAAAAAabc']
      - id: vk-token
        title: VK token
        tier: certain
        prefixes: ['vk1.a.']
        pattern: 'vk1\.a\.[A-Za-z0-9_\-]{60,300}'
        examples: ['TOKEN=vk1.a.cxSOq0WdUvS9x2MybqN_EvFXjP9vKcZKlcTXSnk7Q1tPCOmLPF3e8Wqk_-bNh']
        counterexamples: ['vk1.a.abc']
      - id: dropbox-token
        title: Dropbox token
        tier: certain
        prefixes: ['sl.']
        pattern: 'sl\.(?:u\.)?[A-Za-z0-9_\-]{100,}'
        reach: 1500
        examples: ['TOKEN=sl.1N2sqMJ5c7RJ2HDgl6-6dpFUd7FhrJPsrS2z0MSicDXpiH9k1pqrIvnIQNsN6G7_B6vFWnBXvdFvdqc3C_DXn_n91krOG6wI9XTyYr']
        counterexamples: ['sl.abc']
      - id: pinterest-token
        title: Pinterest token
        tier: certain
        prefixes: ['pina_', 'pinr_']
        pattern: 'pin[ar]_[A-Za-z0-9_.\-]{50,200}'
        examples: ['TOKEN=pina_-OjeBi0nYP2LysO7fn_srnqvH1_l8h6c-1lr4J1Mwpv0T48ETn']
        counterexamples: ['pina_abc']
      - id: pushbullet-token
        title: Pushbullet token
        tier: likely
        prefixes: ['o.']
        pattern: 'o\.[A-Za-z0-9]{32}'
        examples: ['TOKEN=o.Ka84rdLrnlT2tRbe32JS4VbHepF0FB9Q']
        counterexamples: ['o.abc']
      - id: zapier-webhook
        title: Zapier webhook
        tier: certain
        prefixes: ['hooks.zapier.com/hooks/catch/']
        pattern: 'hooks\.zapier\.com/hooks/catch/\d{5,12}/[a-z0-9]{5,10}'
        examples: ['TOKEN=hooks.zapier.com/hooks/catch/403711/j5y66']
        counterexamples: ['hooks.zapier.com/hooks/catch/abc']
      - id: ifttt-webhook
        title: IFTTT webhook
        tier: certain
        prefixes: ['maker.ifttt.com/trigger/']
        pattern: 'maker\.ifttt\.com/trigger/[\w\-]{1,60}/(?:json/)?with/key/[A-Za-z0-9_\-]{20,50}'
        examples: ['TOKEN=maker.ifttt.com/trigger/c91/json/with/key/hGh17vjggO70XAXOc_sy']
        counterexamples: ['maker.ifttt.com/trigger/abc']
      - id: twitch-stream-key
        title: Twitch stream key
        tier: certain
        prefixes: ['live_']
        pattern: 'live_\d{8,12}_[A-Za-z0-9]{30}'
        examples: ['TOKEN=live_915354788_ElJFPsGd5qGwSji4H6DsxgiBKpumHa']
        counterexamples: ['live_abc']
      - id: fcm-key
        title: Firebase server key
        tier: certain
        prefixes: [':APA91b']
        pattern: '[A-Za-z0-9_\-]{11,22}:APA91b[A-Za-z0-9_\-]{60,140}'
        around: 24
        examples: ['TOKEN=gbI0uxFB2xU:APA91bgtMZR0o2mA9eVBECVfhBSrIUdeSef6US_c9uFH3kvbUcowm5zjFdhuFIzDQQ']
        counterexamples: [':APA91babc']
      - id: mapbox-token
        title: Mapbox secret token
        tier: certain
        prefixes: ['sk.eyJ1Ijoi', 'tk.eyJ1Ijoi']
        pattern: '[st]k\.eyJ1Ijoi[A-Za-z0-9]{20,200}\.[A-Za-z0-9_\-]{20,24}'
        examples: ['TOKEN=sk.eyJ1IjoiIKGDbB2FX1QQgB2mvk78b.Wqj4Mfa1xVdrFAt675Boy']
        counterexamples: ['sk.eyJ1Ijoiabc']
      - id: mapbox-public-token
        title: Mapbox public token
        tier: hint
        prefixes: ['pk.eyJ1Ijoi']
        pattern: 'pk\.eyJ1Ijoi[A-Za-z0-9]{20,200}\.[A-Za-z0-9_\-]{20,24}'
        examples: ['TOKEN=pk.eyJ1Ijoi0jZuwLwRtLOIJUkqWWljzl.nEqs4TRFAcBVOYZiMhxJ']
        counterexamples: ['pk.eyJ1Ijoiabc']
      - id: salesforce-token
        title: Salesforce session
        tier: certain
        prefixes: ['00D']
        pattern: '00D[A-Za-z0-9]{12,15}![A-Za-z0-9_.]{90,130}'
        examples: ['TOKEN=00DbGym1bHIDLNVC!bOYEgoaPdV60h1d6CLFeHRnco83Ea_JcF0W_3CjPxi7Ta8mHloML8Wlq7xBKHciZOrSvJ1_gh1Pc9itQ22IDfAPqLRCA']
        counterexamples: ['00Dabc']
      - id: salesforce-refresh
        title: Salesforce refresh token
        tier: certain
        prefixes: ['5Aep861']
        pattern: '5Aep861[A-Za-z0-9_.]{60,90}'
        examples: ['TOKEN=5Aep8613kwKDE05z4eNcS5bFBQ7ex8Y7TvXAk6v_k5RDKHznXvuyEwT.ex9qlWigaYrAW']
        counterexamples: ['5Aep861abc']
      - id: salesforce-consumer-key
        title: Salesforce consumer key
        tier: certain
        prefixes: ['3MVG9']
        pattern: '3MVG9[A-Za-z0-9_.]{80,110}'
        examples: ['TOKEN=3MVG9hVoHgM56ObB5CGLpfHxMh4INLZH_0W_mj2YaNIsVXDp3Ag5eogs6IgTkOoPWQjctSgeHA_yPsdtrq77MSh']
        counterexamples: ['3MVG9abc']
      - id: contentful-pat
        title: Contentful token
        tier: certain
        prefixes: ['CFPAT-']
        pattern: 'CFPAT-[A-Za-z0-9_\-]{43}'
        examples: ['TOKEN=CFPAT-btgpcwJZ4uKXx35xYqGHdZiXJjK_mUIF5UFMoj41SkY']
        counterexamples: ['CFPAT-abc']
      - id: contentstack-token
        title: Contentstack token
        tier: likely
        prefixes: ['cs']
        pattern: 'cs[a-f0-9]{32}'
        examples: ['TOKEN=cs0b432aef36929bb6fa6b6ec9e592f25a']
        counterexamples: ['csabc']
      - id: typeform-token
        title: Typeform token
        tier: certain
        prefixes: ['tfp_']
        pattern: 'tfp_[A-Za-z0-9_\-.=]{40,60}'
        examples: ['TOKEN=tfp_MK2Umz2v6QRKleXfL1NFydmU=vqeUIX644EgHfdYIe']
        counterexamples: ['tfp_abc']
      - id: klaviyo-key
        title: Klaviyo key
        tier: certain
        prefixes: ['pk_']
        pattern: 'pk_[a-f0-9]{34}'
        examples: ['TOKEN=pk_2d76ed83b96af115f1e82e3768ebdabe40']
        counterexamples: ['pk_abc']
      - id: clickup-token
        title: ClickUp token
        tier: certain
        prefixes: ['pk_']
        pattern: 'pk_\d{6,10}_[A-Z0-9]{32}'
        examples: ['TOKEN=pk_4263912_A2Y3DAIYMZ97W6M0DWSR2OI3A7VAP92L']
        counterexamples: ['pk_abc']
      - id: asana-token
        title: Asana token
        tier: certain
        prefixes: ['1/', '2/']
        pattern: '(?:1/\d{12,20}|2/\d{12,20}/\d{12,20}):[a-f0-9]{32}'
        examples: ['TOKEN=1/7174582704772:dbe699c9e5ebfc30c5467943c96a816e']
        counterexamples: ['1/abc']
      - id: apify-token
        title: Apify token
        tier: certain
        prefixes: ['apify_api_']
        pattern: 'apify_api_[A-Za-z0-9]{36}'
        examples: ['TOKEN=apify_api_P5ZP0aRU2FfqEr1LpmFP5IHjeFHZ8Enlpzvd']
        counterexamples: ['apify_api_abc']
      - id: adafruit-key
        title: Adafruit IO key
        tier: certain
        prefixes: ['aio_']
        pattern: 'aio_[A-Za-z0-9]{28}'
        examples: ['TOKEN=aio_HOoOhFz1di6gd19Ta7QARYUxyZHM']
        counterexamples: ['aio_abc']
      - id: lichess-token
        title: Lichess token
        tier: certain
        prefixes: ['lip_']
        pattern: 'lip_[A-Za-z0-9]{20}'
        examples: ['TOKEN=lip_h6RTEMIIPhoYYCdqO2ND']
        counterexamples: ['lip_abc']
      - id: riot-key
        title: Riot key
        tier: certain
        prefixes: ['RGAPI-']
        pattern: 'RGAPI-[a-f0-9A-Za-z]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'
        examples: ['TOKEN=RGAPI-uY2i81j2-ed08-9106-e83e-17eafae3897a']
        counterexamples: ['RGAPI-abc']
      - id: calcom-key
        title: Cal.com key
        tier: certain
        prefixes: ['cal_live_', 'cal_test_']
        pattern: 'cal_(?:live|test)_[a-f0-9]{32}'
        examples: ['TOKEN=cal_live_b1719a0c1f6c5b41312f5d7d9e618689']
        counterexamples: ['cal_live_abc']
      - id: frameio-token
        title: Frame.io token
        tier: certain
        prefixes: ['fio-u-']
        pattern: 'fio-u-[A-Za-z0-9_\-]{64}'
        examples: ['TOKEN=fio-u-XmkMhNcFuCIKj4g3La9t2WnDfyBQ6kFI5QjpOGYbIZU0JOgcjzDlhtPGGVMcvgDt']
        counterexamples: ['fio-u-abc']
      - id: beamer-token
        title: Beamer token
        tier: likely
        prefixes: ['b_']
        pattern: 'b_[A-Za-z0-9=_/\-]{44}'
        context: [beamer]
        needs-context: true
        examples: ['beamer TOKEN=b_KFRP=HjsZuYjT_XElH=kmTBaLcsHY-PsYA/jucvwrox_']
        counterexamples: ['b_abc']
      - id: scalingo-token
        title: Scalingo token
        tier: certain
        prefixes: ['tk-us-']
        pattern: 'tk-us-[A-Za-z0-9_\-]{48}'
        examples: ['TOKEN=tk-us-VhHqZRA7eYHq8WkgmutrpF_CYUcBB8b5Pidyu_NL9l0nQ4aD']
        counterexamples: ['tk-us-abc']
      - id: dub-key
        title: Dub key
        tier: certain
        prefixes: ['dub_']
        pattern: 'dub_[A-Za-z0-9]{24}'
        examples: ['TOKEN=dub_RfbPPOSvHeSLArYR8KZcZEv4']
        counterexamples: ['dub_abc']
      - id: segment-token
        title: Segment token
        tier: certain
        prefixes: ['sgp_']
        pattern: 'sgp_[A-Za-z0-9]{64}'
        examples: ['TOKEN=sgp_9c2u9DlnO2vSgKvjoVGDjwATKMyAYK97UZu9Vtf7WVXxfRA6SVBe4O8sSagq7y9a']
        counterexamples: ['sgp_abc']
      - id: sidekiq-url
        title: Sidekiq credentials
        tier: certain
        prefixes: ['@gems.contribsys.com', '@enterprise.contribsys.com']
        pattern: '[a-f0-9]{8}:[a-f0-9]{8}@(?:gems|enterprise)\.contribsys\.com'
        around: 20
        examples: ['TOKEN=9d14bcab:9771e12a@gems.contribsys.com']
        counterexamples: ['@gems.contribsys.comabc']
      - id: zuplo-key
        title: Zuplo key
        tier: certain
        prefixes: ['zpka_']
        pattern: 'zpka_[a-f0-9]{32}_[a-f0-9]{8}'
        examples: ['TOKEN=zpka_61f30153683ecf498c838ffb4ec8d725_8d90892d']
        counterexamples: ['zpka_abc']
      - id: amazon-client-id
        title: Login with Amazon client
        tier: certain
        prefixes: ['amzn1.application-oa2-client.']
        pattern: 'amzn1\.application-oa2-client\.[a-f0-9]{32}'
        examples: ['TOKEN=amzn1.application-oa2-client.dd7fa5f38702a2efeac905e8836cb509']
        counterexamples: ['amzn1.application-oa2-client.abc']
      - id: amazon-client-secret
        title: Login with Amazon secret
        tier: certain
        prefixes: ['amzn1.oa2-cs.v1.']
        pattern: 'amzn1\.oa2-cs\.v1\.[a-f0-9]{64}'
        examples: ['TOKEN=amzn1.oa2-cs.v1.345717a7550158d38ddaf0baa3a34d8f0c4651593ec6a7ffa0261f481b5b9921']
        counterexamples: ['amzn1.oa2-cs.v1.abc']
      - id: canva-secret
        title: Canva secret
        tier: certain
        prefixes: ['cnvca']
        pattern: 'cnvca[A-Za-z0-9_\-]{50,56}'
        examples: ['TOKEN=cnvca7ewHy6geRA4X4MlY_CU5x0c7J2ZSEi-ALdQBVYH-oThVQVlFJp94']
        counterexamples: ['cnvcaabc']
      - id: yahoo-client
        title: Yahoo client ID
        tier: certain
        prefixes: ['dj0yJmk9']
        pattern: 'dj0yJmk9[A-Za-z0-9]{60,110}'
        examples: ['TOKEN=dj0yJmk94rgTvwqYYXoBZH76oXss1qGPsLFEJkJiGjdzlMsY3z6PRESBc8mEGf9fXXYc0']
        counterexamples: ['dj0yJmk9abc']
      - id: zoho-token
        title: Zoho token
        tier: certain
        prefixes: ['1000.']
        pattern: '1000\.[a-f0-9]{32,33}\.[a-f0-9]{30,32}'
        examples: ['TOKEN=1000.7c4f9472af68a4f2f28562c7a17cc6f0.9a845e64396c751f76aad2f3e7b708']
        counterexamples: ['1000.abc']
      - id: blynk-client
        title: Blynk client
        tier: certain
        prefixes: ['oa2-client-id_']
        pattern: 'oa2-client-id_[A-Za-z0-9_\-]{32}(?::[A-Za-z0-9_\-]{40})?'
        examples: ['TOKEN=oa2-client-id__je6EfXB86SDibImRVUHA8j-HsFS7WZW:nsrIIJKwKhHsmeNLiuq7UK5ZBd78IdtB2fw4qo-1']
        counterexamples: ['oa2-client-id_abc']
      - id: voiceflow-key
        title: Voiceflow key
        tier: certain
        prefixes: ['VF.DM.', 'VF.WS.']
        pattern: 'VF\.(?:DM|WS)\.[a-f0-9]{24}\.[A-Za-z0-9]{16}'
        examples: ['TOKEN=VF.DM.5c70ac1651898ea88ba8f892.dDyPZxN9GfvMKIM2']
        counterexamples: ['VF.DM.abc']
      - id: sanity-token
        title: Sanity token
        tier: likely
        prefixes: ['sk']
        pattern: 'sk[A-Za-z0-9]{80,180}'
        examples: ['TOKEN=skaqDjd7mLJSuU3bFjexPvH7mE3keUn5ZtwjUTrP9oMrdq1G4AT0nNoUe3hOq6FeXQUvbQ67b2qiL4T2P9']
        counterexamples: ['skabc']
      - id: stytch-secret
        title: Stytch secret
        tier: certain
        prefixes: ['secret-test-', 'secret-live-']
        pattern: 'secret-(?:test|live)-[A-Za-z0-9_\-]{35,36}=?'
        examples: ['TOKEN=secret-test-EVhtnittUykUUTKcPI_rZMm_tK6pdGhc8fc=']
        counterexamples: ['secret-test-abc']
      - id: statsig-key
        title: Statsig key
        tier: certain
        prefixes: ['secret-']
        pattern: 'secret-[A-Za-z0-9]{40,46}'
        examples: ['TOKEN=secret-5POQYpL42XJ0qDz036YLpgjZMumXQmpJP3H3WwyyIe']
        counterexamples: ['secret-abc']
      - id: pubnub-key
        title: PubNub key
        tier: certain
        prefixes: ['pub-c-', 'sub-c-', 'sec-c-']
        pattern: '(?:pub|sub|sec)-c-[A-Za-z0-9\-]{36,60}'
        examples: ['TOKEN=pub-c-jpwzeLxWVdn1ZJ40U9ImCgvvH3g2w1JQA5FL']
        counterexamples: ['pub-c-abc']
      - id: samsara-token
        title: Samsara token
        tier: certain
        prefixes: ['samsara_api_']
        pattern: 'samsara_api_[A-Za-z0-9]{28,40}'
        examples: ['TOKEN=samsara_api_quynjfE0jYoStGuuyiMygp7Hs3UH2']
        counterexamples: ['samsara_api_abc']
      - id: tinybird-token
        title: Tinybird token
        tier: certain
        prefixes: ['p.eyJ1Ijo']
        pattern: 'p\.eyJ1Ijo[A-Za-z0-9]{40,300}\.[A-Za-z0-9_\-]{40,50}'
        examples: ['TOKEN=p.eyJ1Ijo6PWEyWOujXERdN9ptgxymGl3qOUIcK3y2dxSqHh6._5-EJPvOoJ-vyuIygR-703sSQZDRQDTKjnHkjbTWm']
        counterexamples: ['p.eyJ1Ijoabc']
      - id: tolgee-key
        title: Tolgee key
        tier: certain
        prefixes: ['tgpak_', 'tgpat_']
        pattern: 'tgpa[kt]_[a-z0-9]{40,60}'
        examples: ['TOKEN=tgpak_xtbqv4lntq7k7ksaosatuphmrp916dvw6qlomprm']
        counterexamples: ['tgpak_abc']

    """#
}

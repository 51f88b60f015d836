extension RuleTexts {
  /// `Policies/inspection/clouds.yaml`.
  static let clouds = #"""
    rules:
      - id: aws-access-key
        title: AWS access key ID
        tier: certain
        prefixes: ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T']
        pattern: '(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}'
        examples: ['TOKEN=AKIAVWTIBIMT1PCISA0I']
        counterexamples: ['AKIAabc']
      - id: aws-key-pair
        title: AWS secret key beside its ID
        tier: certain
        prefixes: ['AKIA', 'ASIA']
        pattern: '(?:AKIA|ASIA)[A-Z0-9]{16}(?s:.{1,160}?)["''\s:=>,]([A-Za-z0-9/+]{40})(?:["''\s,;<]|\z)'
        entropy: 4.0
        examples: ['AKIAGX7JVL3TBWNR5GN6 x ''K4k7a/c7KOr6LyUMzf78ysLPCixCFyTrZJ66JTg/']
        counterexamples: ['AKIAabc']
      - id: aws-bedrock-key
        title: AWS Bedrock key
        tier: certain
        prefixes: ['ABSK', 'bedrock-api-key-']
        pattern: '(?:ABSK[A-Za-z0-9+/]{80,160}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{60,})'
        reach: 2200
        examples: ['TOKEN=ABSKQOh8xSJ8DJfFYvq6De9095cg0VH1HONWUz6olXIONBGod0i2bzAH9WvMe4QSEATyOL8eFf39aXwsEps8m==']
        counterexamples: ['ABSKabc']
      - id: aws-mws-token
        title: Amazon MWS token
        tier: certain
        prefixes: ['amzn.mws.']
        pattern: 'amzn\.mws\.[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=amzn.mws.ba237ec0-f653-a23a-abf1-66e1ce123acc']
        counterexamples: ['amzn.mws.abc']
      - id: aws-appsync-key
        title: AWS AppSync key
        tier: certain
        prefixes: ['da2-']
        pattern: 'da2-[a-z0-9]{26}'
        examples: ['TOKEN=da2-3ainickrivysukvhxjm6l4uy18']
        counterexamples: ['da2-abc']
      - id: aws-secret-key
        title: AWS secret access key
        tier: likely
        keywords:
          ['aws_secret', 'awssecret', 'secret_access_key', 'secretaccesskey', 'aws-secret', 'secretkey', 'secret_key', 'aws_sec',
           'secret key', 'aws_key']
        pattern: '[A-Za-z0-9/+]{40}'
        entropy: 4.1
        companion: aws-access-key
        examples: ['aws_secret_key = "nZg6dw+/6vxsLPaS3nyJa0rYqixgRKmg19e8bKDJ"']
        counterexamples: ['aws_secret is a service']
      - id: aws-session-token
        title: AWS session token
        tier: likely
        keywords: ['aws_session_token', 'awssessiontoken', 'session_token', 'sessiontoken', 'security_token']
        pattern: '[A-Za-z0-9/+]{100,1000}={0,2}'
        reach: 1200
        companion: aws-access-key
        examples: ['aws_session_token_key = "7atmgoJjP+JK5L27Ouc0r2yXuS6mPwcROzteiPeplBLUZderVLrp8OdaxkbaFKVWjlh6usekUKdo7W+0XDWkCzqsKp5HQGVeJKDHp=="']
        counterexamples: ['aws_session_token is a service']
      - id: google-api-key
        title: Google API key
        tier: certain
        prefixes: ['AIza']
        pattern: 'AIza[A-Za-z0-9_\-]{35}'
        examples: ['TOKEN=AIzaGISYkPC4GWHgVMrIkFu80lkWTx0KjNN8o4A']
        counterexamples: ['AIzaabc']
      - id: google-oauth-secret
        title: Google OAuth client secret
        tier: certain
        prefixes: ['GOCSPX-']
        pattern: 'GOCSPX-[A-Za-z0-9_\-]{28}'
        examples: ['TOKEN=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']
        counterexamples: ['GOCSPX-abc']
      - id: google-oauth-token
        title: Google OAuth access token
        tier: likely
        prefixes: ['ya29.']
        pattern: 'ya29\.[A-Za-z0-9_\-]{20,300}'
        examples: ['TOKEN=ya29.oUTlaL39_VKRH8tkOeFvM6']
        counterexamples: ['ya29.abc']
      - id: google-oauth-client
        title: Google OAuth client ID
        tier: hint
        prefixes: ['.apps.googleusercontent.com']
        pattern: '\d{6,20}-[a-z0-9_]{20,40}\.apps\.googleusercontent\.com'
        around: 64
        examples: ['TOKEN=9795180-rtrlkqu7mba1xk9aj80opv.apps.googleusercontent.com']
        counterexamples: ['.apps.googleusercontent.comabc']
      - id: google-refresh-token
        title: Google refresh token
        tier: certain
        prefixes: ['1//0']
        pattern: '1//0[A-Za-z0-9_\-]{40,100}'
        examples: ['TOKEN=1//0VuR3KkVWLbLZ3wg4fQoC1iA5IySmDzi6126wy2sb']
        counterexamples: ['1//0abc']
      - id: google-vertex-key
        title: Google Cloud bound API key
        tier: certain
        prefixes: ['AQ.Ab8R']
        pattern: 'AQ\.Ab8R[A-Za-z0-9_\-]{40,60}'
        examples: ['TOKEN=AQ.Ab8RsK-Dqt02DUyxbt44UUF5ndjoPllVr-JhdgTgOBI4']
        counterexamples: ['AQ.Ab8Rabc']
      - id: gcs-hmac-key
        title: Google Cloud Storage HMAC ID
        tier: certain
        prefixes: ['GOOG']
        pattern: 'GOOG[A-Z0-9]{57}'
        examples: ['TOKEN=GOOGV2JMPMRQS2858QP8HK1VV18ALPOPD3J8FL3EI8FNWKC5DAHVIE9O4O9AF']
        counterexamples: ['GOOGabc']
      - id: gcp-service-account
        title: Google service account
        tier: certain
        prefixes: ['"type": "service_account"', '"type":"service_account"']
        pattern: '"type":\s?"service_account"(?s:.{0,400}?)"private_key_id":\s?"([a-f0-9]{40})'
        examples: ['TOKEN="type": "service_account" x "private_key_id":"bf6a681446e5785acb6d212c9adc8fc01b88f9a5']
        counterexamples: ['"type": "service_account"abc']
      - id: azure-storage-key
        title: Azure storage key
        tier: certain
        prefixes: ['AccountKey=']
        pattern: 'AccountKey=([A-Za-z0-9+/]{86}==)'
        examples: ['TOKEN=AccountKey=J53yfeAuOP9XGDsEmn/cERH4nI/pAW/EoaN0ZFoZkWmikUqH83nZ0Bq3S+8eMJH4ESUODnRAXg1M4nkpSSAif7==']
        counterexamples: ['AccountKey=abc']
      - id: azure-client-secret
        title: Azure client secret
        tier: certain
        prefixes: ['Q~']
        pattern: '[A-Za-z0-9_.~\-]{3}\dQ~[A-Za-z0-9_.~\-]{29,36}'
        around: 4
        examples: ['TOKEN=ZCr6Q~7WrgBdpq~oahrHo_f1fhHoeKN_b6iA']
        counterexamples: ['Q~abc']
      - id: azure-sas
        title: Azure shared access signature
        tier: certain
        prefixes: ['sig=']
        pattern: 'sig=([A-Za-z0-9%+/]{43,63}(?:%3[Dd]|=))'
        context: ['sv=', 'se=', 'sr=', 'azure', 'windows.net', 'SharedAccessSignature']
        needs-context: true
        examples: ['sv= TOKEN=sig=+VMsxpuG1lF8szd6pHQoDpzmRB2FQS5H3CszTyucR%d=']
        counterexamples: ['sig=abc']
      - id: azure-shared-access-key
        title: Azure shared access key
        tier: certain
        prefixes: ['SharedAccessKey=']
        pattern: 'SharedAccessKey=([A-Za-z0-9+/]{43}=)'
        examples: ['TOKEN=SharedAccessKey=011hz4yXV16C0tHpJLVQREh+KhueqWjOObQUrygRGpy=']
        counterexamples: ['SharedAccessKey=abc']
      - id: azure-appconfig
        title: Azure App Configuration connection
        tier: certain
        prefixes: ['.azconfig.io;Id=']
        pattern: '\.azconfig\.io;Id=[A-Za-z0-9+/:\-]{10,50};Secret=([A-Za-z0-9+/=]{40,100})'
        examples: ['.azconfig.io;Id=oGn7aPmnQRUA;Secret=+8vvDjxhUNI01=cICOrN264jbyzu/qyjh4qOj9aBdj']
        counterexamples: ['.azconfig.io;Id=abc']
      - id: azure-accesskey
        title: Azure access key
        tier: certain
        prefixes: [';AccessKey=', ';accesskey=']
        pattern: ';(?i:accesskey)=([A-Za-z0-9+/]{40,88}={0,2})'
        examples: [';AccessKey=OaOBEkChUQFZJsLw5P+nCdWiudYlTgMLZB8f0Mk/z==']
        counterexamples: [';AccessKey=abc']
      - id: azure-function-key
        title: Azure Functions key
        tier: certain
        prefixes: ['?code=', '&code=']
        pattern: '[?&]code=([A-Za-z0-9+/_\-]{36,60}={0,2})'
        context: ['azurewebsites']
        needs-context: true
        examples: ['azurewebsites ?code=rDFX85f9T52j6Y_igGHR8gP4bVyhi/auEjUMM==']
        counterexamples: ['?code=abc']
      - id: azure-batch-key
        title: Azure key of 86 letters
        tier: certain
        prefixes: ['+ASt', '+ABa', '+AMC', 'AzSe', 'AzFu', 'ACDb', '+ACR', 'APIM', 'AZEG', 'AIoT']
        pattern: '[A-Za-z0-9+/]{30,80}(?:\+ASt|\+ABa|\+AMC|AzSe|AzFu|ACDb|\+ACR|APIM|AZEG|AIoT)[A-Za-z0-9+/]{3,32}={0,2}'
        around: 90
        examples: ['TOKEN=+AStI6hEE3+ubVsGxgM+qyGY9JwGZ0V+ABaWBsO==']
        counterexamples: ['+AStabc']
      - id: azure-key
        title: Azure key
        tier: likely
        keywords: ['azure', 'documentdb', 'aeg-sas-key', 'x-functions-key', 'hubaccesskey', 'cosmos', 'speech_sub', 'translator_sub']
        pattern: '(?:[A-Za-z0-9+/_\-]{43,88}={0,2}|[A-Za-z0-9]{32})'
        examples: ['azure_key = "ARIqrYq1lK+eJnpyZsDQScVqpvjKMMHBL4gX5j+E1Nga=="']
        counterexamples: ['azure is a service']
      - id: digitalocean-token
        title: DigitalOcean token
        tier: certain
        prefixes: ['dop_v1_', 'doo_v1_', 'dor_v1_']
        pattern: 'do[opr]_v1_[a-f0-9]{64}'
        examples: ['TOKEN=dop_v1_39a004418a555cc7ecc74e20810cf2194aa885cd24600e1d01a674d08ff9f518']
        counterexamples: ['dop_v1_abc']
      - id: alibaba-key
        title: Alibaba Cloud access key ID
        tier: certain
        prefixes: ['LTAI']
        pattern: 'LTAI[A-Za-z0-9]{12,26}'
        examples: ['TOKEN=LTAIVfFHU2DXjz2x']
        counterexamples: ['LTAIabc']
      - id: alibaba-sts
        title: Alibaba Cloud STS key ID
        tier: certain
        prefixes: ['STS.']
        pattern: 'STS\.[A-Za-z0-9]{20,30}'
        examples: ['TOKEN=STS.jTOkayhpL0cPmSpCA0w49']
        counterexamples: ['STS.abc']
      - id: tencent-id
        title: Tencent Cloud secret ID
        tier: certain
        prefixes: ['AKID']
        pattern: 'AKID[A-Za-z0-9]{32}'
        examples: ['TOKEN=AKIDoOeiFRRtakV29hsHBTtvNBlPoIuEm0SN']
        counterexamples: ['AKIDabc']
      - id: volcengine-key
        title: Volcengine access key
        tier: certain
        prefixes: ['AKLT']
        pattern: 'AKLT[A-Za-z0-9]{40,60}'
        examples: ['TOKEN=AKLTFlhojQ94EDWmQc2z5o1IkPICj6oXJjE6F2eE15eWh']
        counterexamples: ['AKLTabc']
      - id: yandex-key
        title: Yandex Cloud key
        tier: certain
        prefixes: ['AQVN']
        pattern: 'AQVN[A-Za-z0-9_\-]{35,38}'
        examples: ['TOKEN=AQVNtXq2euBI6f9QFhfARa-48rrtc5O1mxnZR7TV']
        counterexamples: ['AQVNabc']
      - id: yandex-static-key
        title: Yandex Cloud static key
        tier: likely
        prefixes: ['YCA', 'YCM', 'YCN', 'YCO', 'YCP']
        pattern: 'YC[A-Z][A-Za-z0-9_\-]{36,37}'
        examples: ['TOKEN=YCAPwuwwfNka64ux7-CwO-EbKywlrygTlcGDm1t']
        counterexamples: ['YCAabc']
      - id: yandex-iam
        title: Yandex IAM token
        tier: certain
        prefixes: ['t1.']
        pattern: 't1\.[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{60,100}'
        examples: ['TOKEN=t1.MLH2YjAjHQg.Z37HaQewtVDTyKLvj7gdeLvzJl8Rs7wUo603y8kM7oC8owmpBQ1DU4cp8Hg7-']
        counterexamples: ['t1.abc']
      - id: fly-token
        title: Fly.io token
        tier: certain
        prefixes: ['FlyV1 ', 'fm2_', 'fo1_']
        pattern: '(?:FlyV1 fm[12]_[A-Za-z0-9+/=,_]{60,900}|fm2_[A-Za-z0-9+/=]{80,900}|fo1_[A-Za-z0-9_\-]{43})'
        reach: 1000
        examples: ['TOKEN=FlyV1 fm2_Js+fFKb1Ve4A88=XD4sJ7KC20dZb9oCCuLWVHTBFj/4v6IKlXkop9oxTlG92']
        counterexamples: ['FlyV1 abc']
      - id: heroku-token
        title: Heroku token
        tier: certain
        prefixes: ['HRKU-']
        pattern: 'HRKU-[A-Za-z0-9_\-]{36,64}'
        examples: ['TOKEN=HRKU-DqRlWpmnnZYmLqJfjgtW7Aasoc_ByTc7DPdXO']
        counterexamples: ['HRKU-abc']
      - id: vercel-prefixed
        title: Vercel token
        tier: certain
        prefixes: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_']
        pattern: 'vc[piark]_[A-Za-z0-9]{56}'
        examples: ['TOKEN=vcp_eazlNhLXkGQEg0gorO68FpAuRIdRpoUWjN1gO9Q7tfSBmlsFiGLsB5WW']
        counterexamples: ['vcp_abc']
      - id: netlify-pat
        title: Netlify token
        tier: certain
        prefixes: ['nfp_']
        pattern: 'nfp_[A-Za-z0-9]{40}'
        examples: ['TOKEN=nfp_3H1F2Tz2Exaj6fQXTLeNYFaEXtQHKic62zTUiite']
        counterexamples: ['nfp_abc']
      - id: supabase-token
        title: Supabase token
        tier: certain
        prefixes: ['sbp_']
        pattern: 'sbp_[a-f0-9]{40}'
        examples: ['TOKEN=sbp_59e834bad6bb5f9bc82d545832765dd71a329947']
        counterexamples: ['sbp_abc']
      - id: supabase-secret
        title: Supabase secret key
        tier: certain
        prefixes: ['sb_secret_']
        pattern: 'sb_secret_[A-Za-z0-9_\-]{28,40}'
        examples: ['TOKEN=sb_secret_eXdW2EnjZj8ycF7c2gstA3mZbOaf']
        counterexamples: ['sb_secret_abc']
      - id: planetscale-token
        title: PlanetScale token
        tier: certain
        prefixes: ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_']
        pattern: 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_\-.=]{32,64}'
        examples: ['TOKEN=pscale_tkn_mALhqKaXmIp6uqu.IMsYAv=ISpE.2G5Gi']
        counterexamples: ['pscale_tkn_abc']
      - id: neon-key
        title: Neon API key
        tier: certain
        prefixes: ['napi_']
        pattern: 'napi_[a-z0-9]{60,70}'
        examples: ['TOKEN=napi_z2b6tdi6ghakujhs7jb0t2d30aqzzwfn646jnc6mjrnc1a5529z54vyizl4tm']
        counterexamples: ['napi_abc']
      - id: databricks-token
        title: Databricks token
        tier: certain
        prefixes: ['dapi']
        pattern: 'dapi[a-f0-9]{32}(?:-\d)?'
        examples: ['TOKEN=dapia6028e6f4d23a69beef3dd576cc28564']
        counterexamples: ['dapiabc']
      - id: datastax-token
        title: DataStax Astra token
        tier: certain
        prefixes: ['AstraCS:']
        pattern: 'AstraCS:[A-Za-z0-9+/=:]{40,140}'
        examples: ['TOKEN=AstraCS:GI5V04tpKanCtHUUdrwinJcYd1+Q6cT5zxWnPPEY1']
        counterexamples: ['AstraCS:abc']
      - id: cockroach-key
        title: CockroachDB key
        tier: certain
        prefixes: ['CCDB1_']
        pattern: 'CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}'
        examples: ['TOKEN=CCDB1_6FJopRxuLjL8maymGh0CcZ_CZjzhuxAs59MoGUWL4VilaMQoYC27N6wcj3ZvOsw']
        counterexamples: ['CCDB1_abc']
      - id: atlas-service-key
        title: MongoDB Atlas service secret
        tier: certain
        prefixes: ['mdb_sa_sk_']
        pattern: 'mdb_sa_sk_[A-Za-z0-9_\-]{40}'
        examples: ['TOKEN=mdb_sa_sk_ErQIDr3ySxCeVA1MazFSoJm1R4_a52vHXtpUdZ3G']
        counterexamples: ['mdb_sa_sk_abc']
      - id: exoscale-key
        title: Exoscale key
        tier: likely
        prefixes: ['EXO']
        pattern: 'EXO[a-f0-9]{26}'
        examples: ['TOKEN=EXOe413ef1a03002407cf0f202f4a']
        counterexamples: ['EXOabc']
      - id: tailscale-key
        title: Tailscale key
        tier: certain
        prefixes: ['tskey-']
        pattern: 'tskey-(?:api|auth|client|scim|webhook)?-?[A-Za-z0-9]{10,}-[A-Za-z0-9]{18,40}'
        examples: ['TOKEN=tskey-t44ASzweJxB-cXYfPYvP6UCn3TkJnE']
        counterexamples: ['tskey-abc']
      - id: defined-net-key
        title: Defined Networking key
        tier: certain
        prefixes: ['dnkey-']
        pattern: 'dnkey-[A-Z0-9]{26}-[A-Z0-9]{52}'
        examples: ['TOKEN=dnkey-YMN4LANAGR5HFKDWLIHW05V22B-RE3D85XZ4OO42GG04K1IJIK1WHIQU9WOGJURG94QFVEXYDUC7K43']
        counterexamples: ['dnkey-abc']
      - id: upcloud-token
        title: UpCloud token
        tier: certain
        prefixes: ['ucat_']
        pattern: 'ucat_[A-Z0-9]{26}'
        examples: ['TOKEN=ucat_KIZJKL35H1P2K9GF1F3V68GB3Z']
        counterexamples: ['ucat_abc']
      - id: tigris-key
        title: Tigris key
        tier: certain
        prefixes: ['tid_', 'tsec_']
        pattern: '(?:tid|tsec)_[A-Za-z0-9_+\-]{40,80}'
        examples: ['TOKEN=tid_Cz_7AEGEM0MPM8IcVKTnXEvtVP0tBtWJQBE5BGqn']
        counterexamples: ['tid_abc']
      - id: cloudflare-ca-key
        title: Cloudflare origin CA key
        tier: certain
        prefixes: ['v1.0-']
        pattern: 'v1\.0-[a-f0-9]{24}-[a-f0-9]{140,150}'
        examples: ['TOKEN=v1.0-f6f2bdb75ceabb0faaea9f8b-9c4c4b54348798934db344635565d7ba14576f75db31bdd395887513355c45d57677a6a84711a65f9f15ee3f9b9565eab6439c5d3d289d85fd181d0c2fd3b02e29c338f3f8a23']
        counterexamples: ['v1.0-abc']
      - id: cloudflare-token
        title: Cloudflare token
        tier: certain
        prefixes: ['cfut_', 'cfat_']
        pattern: 'cf[ua]t_[A-Za-z0-9]{36,60}'
        examples: ['TOKEN=cfut_FPIiXOHlApQzKHmBTISyO0DUF5gBWtWfm0hNO']
        counterexamples: ['cfut_abc']
      - id: scaleway-key
        title: Scaleway access key
        tier: likely
        prefixes: ['SCW']
        pattern: 'SCW[A-Z0-9]{17}'
        examples: ['TOKEN=SCW97W5D0H9SA4YRF4XC']
        counterexamples: ['SCWabc']
      - id: portainer-key
        title: Portainer key
        tier: likely
        prefixes: ['ptr_']
        pattern: 'ptr_[A-Za-z0-9+/=_\-]{40,50}'
        examples: ['TOKEN=ptr_zrtWCQWGyiN2W8N7zBD-ii9e-QlnxtsJ46VkcKHWH']
        counterexamples: ['ptr_abc']
      - id: openshift-token
        title: OpenShift token
        tier: certain
        prefixes: ['sha256~']
        pattern: 'sha256~[A-Za-z0-9_\-]{43}'
        examples: ['TOKEN=sha256~2BL_mFoeWDc-9tOtXJO89YcrwHfd1twNrLmamUQUBY4']
        counterexamples: ['sha256~abc']
      - id: axiom-token
        title: Axiom token
        tier: certain
        prefixes: ['xaat-', 'xapt-']
        pattern: 'xa(?:at|pt)-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=xaat-64c33b92-963b-2c1f-bb58-d3ebc7f1f1f7']
        counterexamples: ['xaat-abc']
      - id: dynatrace-token
        title: Dynatrace token
        tier: certain
        prefixes: ['dt0c01.', 'dt0s01.', 'dt0s02.', 'dt0s03.', 'dt0s04.', 'dt0s06.', 'dt0s08.', 'dt0s16.']
        pattern: 'dt0[a-z]\d{2}\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}'
        examples: ['TOKEN=dt0c01.0EIPXBBZ.GGGJ0D78IP4PRLLCINKMMYN5GOB6XDMEBZ26Y49EQO665E6TYDKT3CFBOCCRG5EF']
        counterexamples: ['dt0c01.abc']
      - id: newrelic-key
        title: New Relic key
        tier: certain
        prefixes: ['NRAK-', 'NRAA-', 'NRII-', 'NRIQ-', 'NRRA-', 'NRSP-', 'NRJS-']
        pattern: 'NR(?:AK-[A-Z0-9]{27}|AA-[a-f0-9]{27}|I[IQ]-[A-Za-z0-9_\-]{32}|RA-[a-f0-9]{42}|JS-[a-f0-9]{19}|SP-[a-z0-9]{20,40})'
        examples: ['TOKEN=NRAK-LOEFMKT38BG0IVWRLA4WLKINC0H']
        counterexamples: ['NRAK-abc']
      - id: newrelic-licence
        title: New Relic licence key
        tier: certain
        prefixes: ['NRAL']
        pattern: '(?:[a-f0-9]{36}|[a-z]{2}\d{2}xx[a-f0-9]{30})NRAL'
        around: 40
        examples: ['TOKEN=my84xxa1d00ff2b5de4bd7175867728f8a0aNRAL']
        counterexamples: ['NRALabc']
      - id: pixie-key
        title: Pixie key
        tier: certain
        prefixes: ['px-api-', 'px-dep-']
        pattern: 'px-(?:api|dep)-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=px-api-e0848c06-d4c5-3a4c-e01f-ae1e285596eb']
        counterexamples: ['px-api-abc']
      - id: sentry-token
        title: Sentry token
        tier: certain
        prefixes: ['sntrys_', 'sntryu_']
        pattern: 'sntry(?:s_eyJ[A-Za-z0-9+/=_\-]{60,300}|u_[a-f0-9]{64})'
        examples: ['TOKEN=sntrys_eyJ4EaC2b+pg3wWUDalBwK+YZnaRqZI/VThLzS4qkYcrxe90yURE2Jsc9aJAhgJ']
        counterexamples: ['sntrys_abc']
      - id: sentry-dsn
        title: Sentry DSN
        tier: hint
        prefixes: ['sentry.io/', 'ingest.']
        pattern: 'https://[a-f0-9]{32}(?::[a-f0-9]{32})?@[\w.\-]*(?:sentry\.io|ingest\.[\w.\-]+)/\d+'
        around: 110
        examples: ['TOKEN=https://b5a62f880358771118944fb8818e56da@9__Xa-absentry.io/2']
        counterexamples: ['sentry.io/abc']
      - id: datadog-rum
        title: Datadog client token
        tier: likely
        prefixes: ['pub']
        pattern: 'pub[a-f0-9]{32}'
        examples: ['TOKEN=pubacb62cbcc59f6f10c28d15e6fbfebcdc']
        counterexamples: ['pubabc']
      - id: posthog-key
        title: PostHog key
        tier: certain
        prefixes: ['phc_', 'phx_', 'phs_', 'pha_', 'phr_']
        pattern: 'ph[cxsar]_[A-Za-z0-9]{43,48}'
        examples: ['TOKEN=phc_Co0RVYTT97hjirkx9f7shubgfUNVUYotAUVwnWyRJ7f']
        counterexamples: ['phc_abc']
      - id: lacework-key
        title: Lacework key
        tier: certain
        prefixes: ['PRODACCT_']
        pattern: '[A-Z0-9_]{0,20}PRODACCT_[A-F0-9]{30,60}'
        around: 20
        examples: ['TOKEN=CTJ4MO2KPRODACCT_19E1645C6FEE3C5A599FEED0DA2F14F']
        counterexamples: ['PRODACCT_abc']
      - id: localstack-key
        title: LocalStack key
        tier: certain
        prefixes: ['LKIA']
        pattern: 'LKIAQ[A-Z0-9]{15}'
        examples: ['TOKEN=LKIAQQ9W73GE9M5F9SDD']
        counterexamples: ['LKIAabc']
      - id: warpstream-key
        title: WarpStream key
        tier: certain
        prefixes: ['aks_']
        pattern: 'aks_[a-f0-9]{64}'
        examples: ['TOKEN=aks_dc1d3bcd7af4df540d12d055f6a84fd8a8a33d5d8e769f579d56a618bcbb47e4']
        counterexamples: ['aks_abc']
      - id: infracost-key
        title: Infracost key
        tier: certain
        prefixes: ['ico-']
        pattern: 'ico-[A-Za-z0-9]{32}'
        examples: ['TOKEN=ico-vNVI5Df5Xl2EX2tkWxxWedrpb636D1kU']
        counterexamples: ['ico-abc']
      - id: hop-key
        title: Hop token
        tier: certain
        prefixes: ['ptk_', 'hop_pat_']
        pattern: '(?:ptk|hop_pat)_[A-Za-z0-9_]{24,90}'
        examples: ['TOKEN=ptk_QCmZiqZY6M5NBQRfQ1_X9dk6g']
        counterexamples: ['ptk_abc']
      - id: mercury-key
        title: Mercury token
        tier: certain
        prefixes: ['secret-token:']
        pattern: 'secret-token:[A-Za-z0-9_.\-]{30,100}'
        examples: ['TOKEN=secret-token:_YRT0jBJGBNsdDqx5g7QHSQnr._DEAB']
        counterexamples: ['secret-token:abc']
      - id: cloudflare-key
        title: Cloudflare key
        tier: likely
        keywords: ['cloudflare', 'cf_api', 'x-auth-key']
        pattern: '(?:[A-Za-z0-9_\-]{40}|[a-f0-9]{37})'
        examples: ['cloudflare_key = "3ec14308c0a9ab259d5d9e857b0b30208b307"']
        counterexamples: ['cloudflare is a service']

    """#
}

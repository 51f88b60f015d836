extension RuleTexts {
  /// `Policies/inspection/payments.yaml`.
  static let payments = #"""
    rules:
      - id: stripe-key
        title: Stripe secret key
        tier: certain
        prefixes: ['sk_live_', 'rk_live_']
        pattern: '[sr]k_live_[A-Za-z0-9]{20,247}'
        examples: ['TOKEN=sk_live_2zbvhWabFbSCqx4BYQ4N']
        counterexamples: ['sk_live_abc']
      - id: stripe-test-key
        title: Stripe test key
        tier: likely
        prefixes: ['sk_test_', 'rk_test_']
        pattern: '[sr]k_test_[A-Za-z0-9]{20,247}'
        companion: stripe-webhook-secret
        examples: ['TOKEN=sk_test_6watgrNdqzOGK3frRyshBO']
        counterexamples: ['sk_test_abc']
      - id: environment-key
        title: Secret key that names its environment
        tier: likely
        prefixes: ['sk-test-', 'sk-live-', 'sk-prod-']
        pattern: 'sk-(?:test|live|prod)-[A-Za-z0-9]{20,64}'
        entropy: 3.5
        examples: ['TOKEN=sk-test-6watgrNdqzOGK3frRyshBO']
        counterexamples: ['sk-test-abc', 'sk-live-xxxxxxxxxxxxxxxxxxxxxxxx']
      - id: stripe-public-key
        title: Stripe publishable key
        tier: hint
        prefixes: ['pk_live_', 'pk_test_']
        pattern: 'pk_(?:live|test)_[A-Za-z0-9]{20,247}'
        examples: ['TOKEN=pk_live_ySmvLXfSvo48KlaN5Tq1U']
        counterexamples: ['pk_live_abc']
      - id: stripe-webhook-secret
        title: Webhook signing secret
        tier: certain
        prefixes: ['whsec_']
        pattern: 'whsec_[A-Za-z0-9+/]{32,64}={0,2}'
        examples: ['TOKEN=whsec_roR6anU16J2WDBwye6XQ7TTZuS1VHkkWBP==']
        counterexamples: ['whsec_abc']
      - id: square-token
        title: Square access token
        tier: certain
        prefixes: ['sq0atp-', 'EAAA']
        pattern: '(?:sq0atp-[A-Za-z0-9_\-]{22}|EAAA[A-Za-z0-9_\-]{60})'
        # Zeros in base 64 are a row of A.
        entropy: 4.0
        examples: ['TOKEN=sq0atp-7ZZ56T6v3n0pWTiry_5NnS']
        counterexamples: ['sq0atp-abc', 'AAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVQI12NgAAIABQABNjN9GQAAAAlwSFlzAAAWJQ==']
      - id: square-secret
        title: Square OAuth secret
        tier: certain
        prefixes: ['sq0csp-']
        pattern: 'sq0csp-[A-Za-z0-9_\-]{43}'
        examples: ['TOKEN=sq0csp-NILbP4F4bOgRMcm7NpJqoQXJNDHe_AkLmh45deVb-oi']
        counterexamples: ['sq0csp-abc']
      - id: shopify-token
        title: Shopify token
        tier: certain
        prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_']
        pattern: 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}'
        examples: ['TOKEN=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']
        counterexamples: ['shpat_abc']
      - id: paypal-braintree-token
        title: Braintree token
        tier: certain
        prefixes: ['access_token$production$', 'access_token$sandbox$']
        pattern: 'access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}'
        examples: ['TOKEN=access_token$production$zfkm684nf1jzmy6l$3c83d1d02a7582701ac554e34cf25c56']
        counterexamples: ['access_token$production$abc']
      - id: adyen-key
        title: Adyen key
        tier: likely
        prefixes: ['AQE']
        pattern: 'AQE[a-z][A-Za-z0-9+/=\-]{60,200}'
        examples: ['TOKEN=AQEb5pMVXPCe+1M7Ee4pDaGe3scDDXCiq0neLgycF+2U0kWKi+UuaoMz8y86oh8ns7']
        counterexamples: ['AQEabc']
      - id: razorpay-key
        title: Razorpay key
        tier: certain
        prefixes: ['rzp_live_', 'rzp_test_']
        pattern: 'rzp_(?:live|test)_[A-Za-z0-9]{14}'
        examples: ['TOKEN=rzp_live_bWZzMbV7QDCGh0']
        counterexamples: ['rzp_live_abc']
      - id: flutterwave-key
        title: Flutterwave key
        tier: certain
        prefixes: ['FLWSECK-', 'FLWSECK_TEST-', 'FLWPUBK-']
        pattern: 'FLW(?:SECK|PUBK)(?:_TEST)?-[a-f0-9]{32}-X'
        examples: ['TOKEN=FLWSECK-8823365892e597e60210a6dafc273483-X']
        counterexamples: ['FLWSECK-abc']
      - id: flutterwave-test-key
        title: Flutterwave public test key
        tier: certain
        prefixes: ['FLWPUBK_TEST-']
        pattern: 'FLWPUBK_TEST-[a-f0-9]{32}-X'
        examples: ['TOKEN=FLWPUBK_TEST-ffefa639eba3087604c93db69968b89d-X']
        counterexamples: ['FLWPUBK_TEST-abc']
      - id: mercadopago-token
        title: Mercado Pago token
        tier: certain
        prefixes: ['APP_USR-', 'TEST-']
        pattern: '(?:APP_USR|TEST)-\d{12,20}-\d{6}-[a-f0-9]{32}-\d{6,12}'
        examples: ['TOKEN=APP_USR-87046214652929-754001-5865d9ebd14f6a0c6b19d907482d1974-644350']
        counterexamples: ['APP_USR-abc']
      - id: checkout-key
        title: Checkout.com key
        tier: certain
        prefixes: ['sk_', 'sk_test_']
        pattern: 'sk_(?:test_|sbox_)?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=sk_82fd11ad-26ac-0714-46c9-25430129f6c4']
        counterexamples: ['sk_abc']
      - id: asaas-token
        title: Asaas token
        tier: certain
        prefixes: ['$aact_']
        pattern: '\$aact_(?:prod_|hmlg_)?[A-Za-z0-9:=_]{30,200}'
        examples: ['TOKEN=$aact_hmlg_G8te47wq=XAHEtr5RG24y5PKeLEfQeN']
        counterexamples: ['$aact_abc']
      - id: midtrans-key
        title: Midtrans server key
        tier: certain
        prefixes: ['Mid-server-']
        pattern: '(?:SB-)?Mid-server-[A-Za-z0-9_\-]{16,24}'
        examples: ['TOKEN=SB-Mid-server-JJIqaOYTiFyH_qR5J']
        counterexamples: ['Mid-server-abc']
      - id: xendit-key
        title: Xendit key
        tier: certain
        prefixes: ['xnd_production_', 'xnd_development_']
        pattern: 'xnd_(?:production|development)_[A-Za-z0-9]{40,64}'
        examples: ['TOKEN=xnd_production_KAXqxq5e44qMv43moqcTrjfnFwhm5UM1jyipVHaZ']
        counterexamples: ['xnd_production_abc']
      - id: lob-key
        title: Lob key
        tier: certain
        prefixes: ['live_', 'test_']
        pattern: '(?:live|test)_(?:pub_)?[a-f0-9]{31,35}'
        examples: ['TOKEN=live_2faf30b2da0a0aac620534cd3a58e04c']
        counterexamples: ['live_abc']
      - id: paddle-key
        title: Paddle key
        tier: certain
        prefixes: ['pdl_']
        pattern: 'pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}'
        examples: ['TOKEN=pdl_sdbx_apikey_fbvh32tck9za9yz8bgvtq1rhr4_RuTPeYqwkdC5NvlOm9fnO8_GUr']
        counterexamples: ['pdl_abc']
      - id: plaid-token
        title: Plaid access token
        tier: certain
        prefixes: ['access-sandbox-', 'access-production-', 'access-development-']
        pattern: 'access-(?:sandbox|production|development)-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=access-sandbox-10c7ae8d-a044-6234-844a-57a6bce17121']
        counterexamples: ['access-sandbox-abc']
      - id: wepay-token
        title: WePay token
        tier: certain
        prefixes: ['STAGE_', 'PRODUCTION_']
        pattern: '(?:STAGE|PRODUCTION)_[a-f0-9]{64}'
        examples: ['TOKEN=STAGE_0b2ad0a4ba589b9d6734b089320053313d8a091a92dc4457ad3549f319022616']
        counterexamples: ['STAGE_abc']
      - id: woocommerce-key
        title: WooCommerce key
        tier: likely
        prefixes: ['ck_', 'cs_']
        pattern: 'c[ks]_[a-f0-9]{40}'
        examples: ['TOKEN=ck_68cf8e5e9a15d60211d24de0abb8c1dd36cc4e64']
        counterexamples: ['ck_abc']
      - id: rainforest-key
        title: Rainforest Pay key
        tier: certain
        prefixes: ['sbx_apikey_', 'prod_apikey_']
        pattern: '(?:sbx|prod)_apikey_[a-f0-9]{64}'
        examples: ['TOKEN=sbx_apikey_71e1f1b824e29e8b6159bb1b9f6cdb928b2d3591670da23096d3a958e37292e6']
        counterexamples: ['sbx_apikey_abc']
      - id: ramp-secret
        title: Ramp secret
        tier: certain
        prefixes: ['ramp_sec_', 'ramp_id_', 'ramp_business_tok_']
        pattern: 'ramp_(?:sec|id|business_tok)_[A-Za-z0-9]{40,60}'
        examples: ['TOKEN=ramp_sec_9TJPSkAURMSicsQuoacv3MJvLcB2SB986yfnAfH9l']
        counterexamples: ['ramp_sec_abc']
      - id: duffel-token
        title: Duffel token
        tier: certain
        prefixes: ['duffel_test_', 'duffel_live_']
        pattern: 'duffel_(?:test|live)_[A-Za-z0-9_\-=]{43}'
        examples: ['TOKEN=duffel_test_at61W95-Dk3rkho2Q5VHvKMC11LAvfcX9IkryuH4M7l']
        counterexamples: ['duffel_test_abc']
      - id: easypost-key
        title: EasyPost key
        tier: certain
        prefixes: ['EZAK', 'EZTK']
        pattern: 'EZ[AT]K[A-Za-z0-9]{54}'
        examples: ['TOKEN=EZAKJS6BiqLFFeM6yq1zc3iNrfG19DNI5gjkeiRCXdcjAKqWAof6dXpAAs']
        counterexamples: ['EZAKabc']
      - id: shippo-token
        title: Shippo token
        tier: certain
        prefixes: ['shippo_live_', 'shippo_test_']
        pattern: 'shippo_(?:live|test)_[a-f0-9]{40}'
        examples: ['TOKEN=shippo_live_94e65c49fa195870a767c4312cffac6fe20595af']
        counterexamples: ['shippo_live_abc']
      - id: heartland-key
        title: Heartland key
        tier: certain
        prefixes: ['skapi_']
        pattern: 'skapi_(?:cert|prod)_[A-Za-z0-9]{20,60}'
        examples: ['TOKEN=skapi_prod_VYvw6FXVClVNxQvA34ym']
        counterexamples: ['skapi_abc']
      - id: persona-key
        title: Persona key
        tier: certain
        prefixes: ['persona_sandbox_', 'persona_production_']
        pattern: 'persona_(?:sandbox|production)_[A-Za-z0-9\-]{24,60}'
        examples: ['TOKEN=persona_sandbox_lyUjRDbqRcJcScCwAVIj5PM7']
        counterexamples: ['persona_sandbox_abc']
      - id: polar-token
        title: Polar token
        tier: certain
        prefixes: ['polar_at_', 'polar_oat_', 'polar_pat_']
        pattern: 'polar_[a-z]{2,3}_[A-Za-z0-9]{20,60}'
        examples: ['TOKEN=polar_at_HuUVXRdtZA9oalGItyFIn']
        counterexamples: ['polar_at_abc']
      - id: onfido-token
        title: Onfido token
        tier: certain
        prefixes: ['api_live.', 'api_sandbox.', 'api_live_us.']
        pattern: 'api_(?:live|sandbox)(?:_(?:us|ca))?\.[A-Za-z0-9_\-]{11,32}(?:\.[A-Za-z0-9_\-]{32})?'
        examples: ['TOKEN=api_live.jyK8J7jIqQI.-uaZxPR7hWMBTjvfsp998qVSDk_xER84']
        counterexamples: ['api_live.abc']
      - id: branchio-key
        title: Branch key
        tier: certain
        prefixes: ['key_live_', 'key_test_']
        pattern: 'key_(?:live|test)_[A-Za-z0-9]{32}'
        examples: ['TOKEN=key_live_gk6IeqKDvUPdhylQgUTORphZDsmf4YPJ']
        counterexamples: ['key_live_abc']
      - id: robinhood-key
        title: Robinhood key
        tier: certain
        prefixes: ['rh-api-']
        pattern: 'rh-api-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=rh-api-78c8960c-203d-5ab6-cac2-b0c34402337c']
        counterexamples: ['rh-api-abc']
      - id: moneywave-key
        title: Moneywave key
        tier: likely
        prefixes: ['ts_', 'lv_']
        pattern: '(?:ts|lv)_[A-Z0-9]{28}'
        examples: ['TOKEN=ts_B7O3SY2KVDL7MLANPVZF6C79CU74']
        counterexamples: ['ts_abc']
      - id: paypal-secret
        title: PayPal secret
        tier: likely
        keywords: ['paypal']
        pattern: '[AE][A-Za-z0-9_\-]{70,90}'
        examples: ['paypal_key = "EKpqSs7oAl6cQQYd79tETYNDmOAjtn3xzwDlN9RcBQkTeaF9pRl2cq6hDPi2qvA146iPlLwx"']
        counterexamples: ['paypal is a service']
      - id: braintree-token
        title: Braintree token
        tier: likely
        keywords: ['braintree']
        pattern: '(?:production|sandbox)_[a-z0-9]{8}_[a-z0-9]{16,20}'
        examples: ['braintree_key = "production_6zb2v9s4_xl5lysj64dfao0hp7"']
        counterexamples: ['braintree is a service']
      - id: gocardless-token
        title: GoCardless token
        tier: likely
        keywords: ['gocardless']
        pattern: '(?:live|sandbox)_[A-Za-z0-9_=\-]{40}'
        examples: ['gocardless_key = "sandbox_OAIlKD58rLb_6xUFW3NNj8ejTYQKsJ9xU=CWKXQH"']
        counterexamples: ['gocardless is a service']
      - id: plaid-secret
        title: Plaid secret
        tier: likely
        keywords: ['plaid']
        pattern: '(?:[a-z0-9]{24}|[a-z0-9]{30})'
        examples: ['plaid_key = "vtd312pkxgdn9p1s1b8wv8lc"']
        counterexamples: ['plaid is a service']
      - id: paystack-key
        title: Paystack key
        tier: likely
        keywords: ['paystack']
        pattern: 'sk_(?:test|live)_[A-Za-z0-9]{40}'
        examples: ['paystack_key = "sk_test_neANTwzmcsIimNTd4ruxjqqYmlDUuUTNtG5zskQH"']
        counterexamples: ['paystack is a service']
      - id: coinbase-key
        title: Coinbase key
        tier: likely
        keywords: ['coinbase']
        pattern: '[A-Za-z0-9_\-]{32,64}'
        examples: ['coinbase_key = "2TlWWMXTM68fstz2QgJbS_O94ZS3iK7bn"']
        counterexamples: ['coinbase is a service']
      - id: kraken-key
        title: Kraken key
        tier: likely
        keywords: ['kraken']
        pattern: '[A-Za-z0-9+/=]{32,90}'
        examples: ['kraken_key = "Li5dTbOlPqbWVTPsHM5hkJw3Pq2OeA6TEo"']
        counterexamples: ['kraken is a service']
      - id: kucoin-key
        title: KuCoin key
        tier: likely
        keywords: ['kucoin']
        pattern: '(?:[a-f0-9]{24}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})'
        examples: ['kucoin_key = "c742db8f-7521-2151-5647-f4cd1568d58b"']
        counterexamples: ['kucoin is a service']
      - id: bitfinex-key
        title: Bitfinex key
        tier: likely
        keywords: ['bitfinex']
        pattern: '[A-Za-z0-9_\-]{43}'
        examples: ['bitfinex_key = "ErB-pvS7AT8Bz6iwQqhT0ND9QBGbNeV3c9lPIxr3zpE"']
        counterexamples: ['bitfinex is a service']
      - id: bittrex-key
        title: Bittrex key
        tier: likely
        keywords: ['bittrex']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['bittrex_key = "R9Q2PGOwHOFI3vUliChzE8vF2PDJiqDR"']
        counterexamples: ['bittrex is a service']
      - id: binance-key
        title: Binance key
        tier: likely
        keywords: ['binance']
        pattern: '[A-Za-z0-9]{64}'
        examples: ['binance_key = "nb4HVgWZyouuMB3kExGsh5m17PRODkkM4aPr2ClY0dZkGyDC1KW5fS8Wk0w50Ml5"']
        counterexamples: ['binance is a service']
      - id: etherscan-key
        title: Etherscan key
        tier: likely
        keywords: ['etherscan']
        pattern: '[A-Z0-9]{34}'
        examples: ['etherscan_key = "W33Q7KM4JYY9OORV3R81FN7DK4SQZOOPAJ"']
        counterexamples: ['etherscan is a service']
      - id: infura-key
        title: Infura key
        tier: likely
        keywords: ['infura']
        pattern: '[a-f0-9]{32}'
        examples: ['infura_key = "80e06e249cdb52d203674b14af73c825"']
        counterexamples: ['infura is a service']
      - id: alchemy-key
        title: Alchemy key
        tier: likely
        keywords: ['alchemy']
        pattern: '[A-Za-z0-9_\-]{32}'
        examples: ['alchemy_key = "F2a4Itn4r_3ClwToQYW9EHAKO_LJo2DA"']
        counterexamples: ['alchemy is a service']
      - id: moralis-key
        title: Moralis key
        tier: likely
        keywords: ['moralis']
        pattern: '[A-Za-z0-9]{64}'
        examples: ['moralis_key = "KcPjtxZkvxLevACrFjtd98SPiL0ld3BzOuNrOPjMDRuRwdmAEEP7wdhZ9zIWeXDl"']
        counterexamples: ['moralis is a service']
      - id: dwolla-key
        title: Dwolla key
        tier: likely
        keywords: ['dwolla']
        pattern: '[A-Za-z0-9=]{46,50}'
        examples: ['dwolla_key = "FhSVm6Ya5yRx84zw8GtBq4Yu5P=htMlyEqxkuSioiOo3kpih"']
        counterexamples: ['dwolla is a service']
      - id: finicity-token
        title: Finicity token
        tier: likely
        keywords: ['finicity']
        pattern: '(?:[a-f0-9]{32}|[A-Za-z0-9]{20})'
        examples: ['finicity_key = "J9IoeSBcYoUvKyfY5q4p"']
        counterexamples: ['finicity is a service']
      - id: private-key-hex
        title: Private key of a wallet
        tier: likely
        keywords: ['private_key', 'privatekey', 'eth_key', 'evm_', 'wallet_key']
        pattern: '(?:0x)?[a-f0-9]{64}'
        examples: ['private_key_key = "0x6dde46ea273b630dcf54154778bdef81678724b3118e00f8e59be86f9e8bbae4"']
        counterexamples: ['private_key is a service']

    """#
}

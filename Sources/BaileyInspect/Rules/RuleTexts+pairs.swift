extension RuleTexts {
  /// `Policies/inspection/pairs.yaml`.
  static let pairs = #"""
    rules:
      - id: azure-identifier
        title: Identifier of a directory or an application of Azure
        kind: identifier
        tier: hint
        keywords: [tenant, client_id, clientid, client-id, app_id, appid, 'application id', arm_client]
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['AZURE_TENANT_ID=9a3c51f0-7be4-4d26-8f05-c2a9d3e6b781']
        counterexamples: ['tenant_id=acme']
      - id: azure-directory-secret
        title: Secret of an application of Azure beside its identifier
        tier: likely
        keywords: [client_secret, clientsecret, client-secret, 'client secret']
        pattern: '[A-Za-z0-9_.~+/=\-]{32,44}'
        companion: azure-identifier
        needs-companion: true
        validator: assigned
        entropy: 3.5
        examples: ['ARM_CLIENT_ID="9a3c51f0-7be4-4d26-8f05-c2a9d3e6b781" ARM_CLIENT_SECRET="aEhWzjRci8hIoTWijVcQdioIUCHAnLfhbX84zvmn"']
        counterexamples: ['ARM_CLIENT_SECRET="vzxM9pnUnALQJd9d1lwinj1YybfVH3CPZnnYBUxm"']
      - id: gcs-hmac-secret
        title: Secret of Google Cloud Storage beside its identifier
        tier: certain
        keywords: [secret]
        pattern: '[A-Za-z0-9/+]{40}'
        companion: gcs-hmac-key
        needs-companion: true
        entropy: 4.0
        examples: ['id: GOOG1EKUHPBIKJKSMPUUKGXDZYJFRTRVJCFGAZTLWDVMJJUGDOGZKOMZBRWDI, secret: mpyzQut8h+JV/eo/r+dG/8SEbmWK5wfqpgAyMx6Z']
        counterexamples: ['secret: Dy7N7PrVpSyLWvfp2AsFWNA2NFIee8JHz3UAZe4X']
      - id: alibaba-pair-secret
        title: Secret of Alibaba Cloud beside its identifier
        tier: certain
        keywords: [secret]
        pattern: '[A-Za-z0-9]{30}'
        companion: alibaba-key
        needs-companion: true
        entropy: 3.8
        examples: ['accessKeyId=LTAITmpnuwtS9xhXnep4NSE4, accessKeySecret=FC7PrQlAceEjtZE1aaryrWst46pLtz']
        counterexamples: ['accessKeySecret=5XopMj2OIXu2gQKTmbx6IF8tREH82q']
      - id: tencent-pair-secret
        title: Secret of Tencent Cloud beside its identifier
        tier: certain
        keywords: [secretkey, secret_key, secret-key]
        pattern: '[A-Za-z0-9]{32}'
        companion: tencent-id
        needs-companion: true
        entropy: 3.8
        examples: ['SecretId: AKIDtYyzRnJ4oXAd0Kp9Tpd29AR6urgYJdup, SecretKey: UFWBjXdtuZc7AoI3CIjebFZECrEWEQRa']
        counterexamples: ['SecretKey: 5R0UPvpkfD2wd7Kz63uNymAo8dR31Cc4']
      - id: twilio-auth-token
        title: Token of Twilio beside its account
        tier: certain
        keywords: [auth_token, authtoken, auth-token, 'auth token']
        pattern: '[a-f0-9]{32}'
        companion: twilio-account
        needs-companion: true
        examples: ['sid = "ACdec4ad782e14964ce78aada8eda25785"; auth_token = "3398ed623affb4df418aa91a375849ce"']
        counterexamples: ['auth_token = "a82544f4de55e4bcf6fa0fb64f9563ef"']
      - id: cloud-pair-secret
        title: Secret of AWS beside its identifier
        tier: certain
        keywords: [secret, aws_sec]
        pattern: '[A-Za-z0-9/+]{40}'
        companion: aws-access-key
        needs-companion: true
        entropy: 4.0
        examples: ['secret = "SrjLvimcgSxEjV01MgMZmimZuLueSjsYKmPFF8T0"; id = "AKIA3KQAPNBJGRM7OW5K"']
        counterexamples: ['secret = "K7UDJTI7RWz31fc7R81k7/daEgYKYJl5Fu5FYx+D"']

    """#
}

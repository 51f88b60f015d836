extension RuleTexts {
  /// `Policies/inspection/hosts.yaml`.
  static let hosts = #"""
    rules:
      - id: tenant-host
        title: Host of an organisation at a service
        kind: identifier
        tier: hint
        prefixes: [.jfrog.io, .okta.com, .auth0.com, .zendesk.com, .freshdesk.com, .myshopify.com, .azurecr.io, .atlassian.net, .onelogin.com, .jamfcloud.com,
          .salesforce.com, .snowflakecomputing.com, .azure-devices.net, .servicebus.windows.net, .openai.azure.com, .search.windows.net, .azure-api.net,
          .blob.core.windows.net, .database.windows.net, .documents.azure.com, .batch.azure.com, .azurewebsites.net, .cloud.databricks.com,
          .live.dynatrace.com, .supabase.co, .upstash.io, .livekit.cloud, .s3.amazonaws.com, .amazonaws.com, .saucelabs.com, .akamaiapis.net,
          .docusign.com, .webhook.office.com, .api.riotgames.com, .sentry.io, .firebaseio.com]
        pattern: '(?:[A-Za-z0-9][A-Za-z0-9\-]{0,62}\.){1,4}(?:io|com|net|co|cloud|windows\.net)\b'
        around: 64
        reach: 64
        examples: ['https://acme-corp.okta.com/login']
        counterexamples: ['okta.com']
      - id: organisation-path
        title: Organisation at a service
        kind: identifier
        tier: hint
        prefixes: [dev.azure.com/, s3.amazonaws.com/, 's3://', coveralls.io/, repo.packagist.com/, .visualstudio.com/]
        pattern: '(?:s3://|[\w.]{0,20}[./]?(?:azure|amazonaws|coveralls|packagist|visualstudio)\.(?:com|io)/)([A-Za-z0-9][\w.\-/]{2,100})'
        around: 24
        examples: ['git clone https://dev.azure.com/acme-team/app']
        counterexamples: ['dev.azure.com/']
      - id: cloud-resource-name
        title: Name of a cloud resource
        kind: identifier
        tier: hint
        prefixes: ['arn:aws']
        pattern: 'arn:aws[a-z\-]{0,12}:[a-z0-9\-]{2,30}:[a-z0-9\-]{0,20}:\d{0,12}:[\w/.:*{}\-]{1,200}'
        examples: ['arn:aws:kms:us-east-2:324320755747:key/54348bc1']
        counterexamples: ['arn:aws:']

    """#
}

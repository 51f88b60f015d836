extension RuleTexts {
  /// `Policies/inspection/unnamed.yaml`.
  static let unnamed = #"""
    rules:
      - id: assigned-password
        title: Password in an assignment
        tier: likely
        prefixes: [password, passwd, passphrase, passwort, pwd, _pass, '.pass', pass_, userpass]
        ignore-case: true
        pattern: '(?i:pass|pwd)[\w.\-]{0,24}\\?["''`\])]{0,3}\s{0,12}(?:=>|:=|[!=]?==?|:|,|\s(?:(?:for|of)\s[^\n]{1,40})?(?:is|was)\s|[\w\s]{0,30}\s|\s)\s{0,4}(?:[rbufn]{1,2})?\\?["''`]([^"''`\n\r<>\\]{4,120})\\?["''`]'
        validator: assigned
        reach: 256
        examples: ['db_password = "kT9vQ2xw7LpR"', "'password' => 'kT9vQ2xw7LpR',"]
        counterexamples: ['password = "password"', 'password: getPassword()', 'password = os.environ["PW"]', 'Password: "${DB_PASSWORD}"']
      - id: assigned-password-bare
        title: Password in a setting
        tier: likely
        prefixes: [password, passwd, passphrase, passwort, pwd, _pass, '.pass', pass_]
        ignore-case: true
        pattern: '(?i:pass|pwd|_pass|\.pass)[\w.\-]{0,24}["''`]{0,1}\s?(?:=|:|\s)\s?([^\s"''`<>;,(){}\[\]\\]{6,120})(?:[\s;,<&"'']|\z)'
        validator: assigned
        entropy: 3.3
        reach: 256
        examples: ['DB_PASSWORD=kT9vQ2xw7LpR', 'password: kT9vQ2xw7LpR4m']
        counterexamples: ['password=password', 'password: string', 'password=$PASSWORD']
      - id: assigned-secret
        title: Secret in an assignment
        tier: likely
        prefixes: [secret, token, api_key, apikey, api-key, 'api key', access_key, accesskey, access-key, auth_key, authkey, private_key, privatekey, credential, encryption_key, signing_key, license_key, licensekey, shared_key, sharedkey, master_key, service_key, account_key, accountkey, consumer_key, webhook_key, deploy_key, passcode, _key, -key, authorization, x-auth, x-api]
        ignore-case: true
        pattern: '[^\s"''=:]{3,20}[\w.\-]{0,24}\\?["''`\])]{0,3}\s{0,12}(?:=>|:=|[!=]?==?|:|,|\()\s{0,4}(?:[rbufn]{1,2})?\\?["''`]{1,2}([A-Za-z0-9_+/.=~!@#$%^&*:|\-]{8,300})\\?["''`]'
        validator: assigned
        entropy: 3.4
        reach: 400
        examples: ['client_secret: "6fb1cff7690db9ac066cadbbde8e3c07"', 'API_KEY = "951bc382db9abad29c68634761dd6e19"']
        counterexamples: ['token = "your_token_here"', 'secret: "process.env.SECRET"', 'api_key = "xxxxxxxxxxxxxxxx"']
      - id: assigned-secret-bare
        title: Secret in a setting
        tier: likely
        prefixes: [secret, token, api_key, apikey, api-key, access_key, accesskey, access-key, auth_key, authkey, private_key, credential, encryption_key, signing_key, license_key, shared_key, master_key, service_key, account_key, accountkey, consumer_key, deploy_key, _key, -key, _pat, _sid]
        ignore-case: true
        pattern: '[^\s"''=:]{3,20}[\w.\-]{0,24}\s?(?:=|:|\s=>)\s?([A-Za-z0-9_+/.=~\-]{8,300})(?:[\s;,<&"''\\)]|\z)'
        validator: assigned
        entropy: 3.5
        reach: 400
        examples: ['CLIENT_SECRET=6fb1cff7690db9ac066cadbbde8e3c07', 'token: 951bc382db9abad29c68634761dd6e19']
        counterexamples: ['token=$TOKEN', 'secret_key: secret_key', 'api_key = settings.api_key']
      - id: assigned-key-query
        title: Secret in a query
        tier: likely
        prefixes: ['key=', 'token=', 'secret=', 'signature=', 'sig=', 'auth=', 'apikey=', 'code=', 'password=', 'pwd=']
        ignore-case: true
        pattern: '\w{2,12}=([A-Za-z0-9_+/.%~\-]{12,300})(?:[&\s"''#<>);,]|\z)'
        validator: assigned
        entropy: 3.6
        reach: 400
        examples: ['https://host.net/x?api_key=fWfSMcDzyHfMuH8BW6jiIUBYaj0hKRyK']
        counterexamples: ['?token=TOKEN', 'key=value1234567']
      - id: assigned-identifier
        title: Identifier of an account
        kind: identifier
        tier: hint
        prefixes: [client_id, clientid, client-id, app_id, appid, tenant_id, tenantid, tenant, account_id, accountid, account_name, project_id, projectid, organization, org_id, key_id, keyid, access_id, user_name, username, _user, login, _email, _domain, _host, _endpoint, _url, _uri, _site, _region, server, subdomain]
        ignore-case: true
        pattern: '[^\s"''=:]{3,20}[\w.\-]{0,24}["''`\])]{0,3}\s{0,3}(?:=>|=|:)\s{0,3}["''`]?([A-Za-z0-9_.:/@\-]{4,160})(?:[\s"''`;,<]|\z)'
        reach: 256
        examples: ['AUTH_CLIENT_ID=ptk5mAig7ibFKW1vhJPNTfEkN5lHQPw8']
      - id: command-password
        title: Password on a command line
        tier: likely
        prefixes: [' -p ', ' --password ', ' --password=', ' -password ', ' --token ', ' --token=', ' --api-key ', ' /pass:', ' /rp ', ' -u ', ' --user ', ' /user:', ' --apikey=']
        pattern: ' (?:-{1,2}|/)[\w\-]{1,12}(?:[ =:])["'']?([^\s"''<>$]{4,200})'
        validator: userinfo
        entropy: 3.0
        examples: ['docker login -u joe -p kT9vQ2xw7LpR']
        counterexamples: ['mkdir -p build/output', 'cp -p src dest', 'grep -u foobar']
      - id: quoted-call-password
        title: Password in a call
        tier: likely
        prefixes: ['networkcredential(', 'directoryentry(', 'mysql_connect(', 'pg_connect(', 'mysqli(', 'dbi->connect(', 'dbi.connect(', 'getconnection(', 'pymysql.connect(', 'psycopg2.connect(', 'networkcredential]::new(', 'securestring', 'identified by', 'with password', 'createuser']
        ignore-case: true
        pattern: '(?i:[\w.>\-:\]\s]{8,24})\(?(?s:.{0,120}?)["'']([^"''\s]{4,80})["'']\s{0,2}(?:,\s?[\w.]+\s{0,2})?(?:\)|-|;)'
        validator: userinfo
        examples: ['c = new NetworkCredential("joe@host.net", "vz7hlaquk9riqlht");']
        counterexamples: ['new NetworkCredential("user", "password");', 'NetworkCredential(user, pass)']
      - id: xml-password
        title: Password in XML
        tier: likely
        prefixes: ['password>', 'secret>', 'apikey>', 'token>', 'passwd>', 'consumersecret>', 'consumerkey>', 'validationkey=', 'decryptionkey=', 'cpassword=', 'value>']
        ignore-case: true
        pattern: '\w{5,18}(?:>|=")\s{0,8}(?:<Value>)?([^\s<>"$]{6,260})(?:</|")'
        validator: assigned
        reach: 400
        examples: ['<password>kT9vQ2xw7LpR</password>']
        counterexamples: ['<password>password</password>', '<token>${env.TOKEN}</token>']
      - id: key-value-password
        title: Password beside its name in XML
        tier: likely
        prefixes: ['password" value="', 'secret" value="', 'token" value="', 'key" value="', 'pwd" value="', 'password"  value="', 'connectionstring" value="']
        ignore-case: true
        pattern: '(?i:\w{3,16}"\s{1,2}value=")([^"\s]{6,260})"'
        validator: assigned
        reach: 400
        examples: ['<add key="MailPassword" value="kT9vQ2xw7LpR"/>']
        counterexamples: ['<add key="MailPassword" value="password"/>']

    """#
}

extension RuleTexts {
  /// `Policies/inspection/unnamed.yaml`.
  static let unnamed = #"""
    rules:
      - id: assigned-password
        title: Password in an assignment
        tier: likely
        prefixes: [password, passwd, passphrase, passwort, pwd, '_pass', '.pass', userpass, '"pass"', "'pass'", 'pass =', 'pass:', 'pass=', securestring]
        ignore-case: true
        pattern: '(?:(?i:pass(?:word|wd|phrase|wort)|pwd|securestring)(?:[_\d.\-]{0,3}(?i:value|val|mock|text|plain|default|confirmation)?)(?:\\?["''`\])]{0,3}\s{0,12}(?::\s?[\w?]{1,12}\s?=|=>|:=|[!=]?==?|:)|\(|\s)|[._"'']?(?i:pass)(?:[_\d.\-]{0,3}(?i:value|val|mock|text|plain|default|confirmation)?)\\?["''`\])]{0,3}\s{0,12}(?::\s?[\w?]{1,12}\s?=|=>|:=|[!=]?==?|:))\s{0,4}(?:(?i:some|string|new \w{1,12}|just|b|r|u|f|n|env)\(?)?\\?["''`]{1,2}([^"''`\n\r<>\\]{4,120})\\?["''`](?:\s?[^\s:\w]|\s+[^:]|\s*\z)'
        validator: password
        reach: 256
        examples: ['db_password = "kT9vQ2xw7LpR"', "'password' => 'kT9vQ2xw7LpR',", 'password = Some("banana")', 'setPassword("hunter2")']
        counterexamples: ['password = "password"', 'password: getPassword()', 'password = os.environ["PW"]', 'Password: "${DB_PASSWORD}"', 'passwordLabel: "Kennwort"', 'password: "Invalid password"']
      - id: environment-password
        title: Password as the default of a variable
        tier: likely
        prefixes: ['PASSWORD"', "PASSWORD'", 'PASS"', "PASS'", 'PASSWD"', "PASSWD'", 'PWD"', "PWD'"]
        pattern: '(?:PASSWORD|PASSWD|PASS|PWD)["'']\]?\s?(?:,|\)\s?(?:\|\||\?\?|\?:|or)|\|\||\?\?|or)\s?["'']([^"''\n\r<>\\]{4,80})["'']\s?[);,\n]'
        around: 24
        validator: password
        context: [env, 'get(', default, config, setting]
        needs-context: true
        reach: 160
        examples: ["os.environ.get('ADMIN_PASSWORD', 'kT9vQ2xw')"]
        counterexamples: ["WORDS = ['PASS', 'PRINT', 'PUT']", "getenv('DB_PASSWORD', '')"]
      - id: assigned-password-bare
        title: Password in a setting
        tier: likely
        prefixes: ['password=', 'passwd=', 'pwd=', '_pw=', 'pass=', 'passphrase=', 'password:', 'passwd:', 'pwd:', 'pass:', 'password1=', 'passphrase:', 'password :']
        ignore-case: true
        pattern: '(?i:_?pw|pass(?:word|wd|phrase)?|pwd)\d?(?:=([^\s"''`;,<>(){}\[\]\\$&|#/*:][^\s"''`;,<>(){}\[\]\\$&|]{3,80})(?:[\s"''&;\\]|\z)|\s{0,2}:\s{1,3}([^\s"''`;,<>(){}\[\]\\$&|#*]{4,80})[ \t]*(?:\r?\n|\z|#|\\n|&))'
        validator: setting
        reach: 160
        examples: ['DB_PASSWORD=kT9vQ2xw7LpR', 'password: kT9vQ2xw7LpR4m', 'ADMIN_PASSWORD=welcome7']
        counterexamples: ['password=password', 'password: string', 'password=$PASSWORD', 'connect(password=secret)', 'password=self.password']
      - id: assigned-password-spaced
        title: Password in a setting
        tier: likely
        prefixes: ['password =', 'passwd =', 'password  =', 'pwd =', 'pass =', 'passphrase =']
        ignore-case: true
        pattern: '(?i:pass(?:word|wd|phrase)?|pwd)\s{1,2}=\s{1,3}([^\s"''`;,<>(){}\[\]\\$&|#*]{6,80})[ \t]*(?:\r?\n|\z|#|\\n)'
        validator: assigned
        reach: 160
        examples: ['db_password = kT9vQ2xw7LpR']
        counterexamples: ['username, password = credentials', 'password = split']
      - id: stated-password
        title: Password in a sentence
        tier: likely
        prefixes: ['password is ', 'password was ', 'password to ', 'password for ', 'passwort ist ', 'pwd is ', 'password of ']
        ignore-case: true
        pattern: '(?i:passwor[dt]|pwd)\s(?:(?:for|of)\s[^\n]{1,40}\s)?(?i:is|was|to|ist)\s(?:now\s)?:?["''`]([^\s"''`,;<>(){}]{4,60})["''`]'
        validator: password
        reach: 160
        examples: ["your password is 'kT9vQ2xw7LpR'"]
        counterexamples: ['the password is required', "the password is 'secret'"]
      - id: assigned-password-code
        title: Password in a program, perhaps by its name
        tier: hint
        prefixes: [password, passwd, passphrase, pwd]
        ignore-case: true
        pattern: '(?i:pass(?:word|wd|phrase)|pwd)["''`]?\s{0,4}[:=]?[\s"''`]{1,4}([^\s"''`;,<>(){}]{4,80})'
        validator: setting
        reach: 160
        examples: ['$password = goodspec;']
      - id: assigned-secret
        title: Secret in an assignment
        tier: likely
        prefixes: [secret, token, api_key, apikey, api-key, 'api key', access_key, accesskey, access-key, auth_key, authkey, private_key, privatekey, credential, encryption_key, signing_key, license_key, licensekey, shared_key, sharedkey, master_key, service_key, account_key, accountkey, consumer_key, webhook_key, deploy_key, passcode, _key, -key, authorization, x-auth, x-api]
        ignore-case: true
        pattern: '(?:(?i:api key)|[\w.\-]{3,20})[\w.\-]{0,24}\\?["''`\])]{0,3}\s{0,12}(?:=>|:=|[!=]?==?|:|\()\s{0,4}(?:[rbufn]{1,2})?\\?["''`]{1,2}([A-Za-z0-9_+/.=~!@#$%^&*:|\-]{8,300})\\?["''`]'
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
        pattern: '(?:(?i:api key)|[\w.\-]{3,20})[\w.\-]{0,24}\s?(?:=|:|\s=>)\s?([A-Za-z0-9_+/.=~\-]{8,300})(?:[\s;,<&"''\\)]|\z)'
        validator: assigned
        entropy: 3.5
        reach: 400
        examples: ['CLIENT_SECRET=6fb1cff7690db9ac066cadbbde8e3c07', 'token: 951bc382db9abad29c68634761dd6e19']
        counterexamples: ['token=$TOKEN', 'secret_key: secret_key', 'api_key = settings.api_key']
      - id: assigned-key-query
        title: Secret in a query
        tier: likely
        prefixes: ['key=', 'token=', 'secret=', 'signature=', 'sig=', 'auth=', 'apikey=', 'password=', 'pwd=']
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
        prefixes: [application_id, env_id, bot_id, project_ref, projectref, cloud_name, accountname, storage_name, hubpath, hubname, account_number, api_base, 'app id', 'client id', '_id', -public, product, 'user ', client_id, clientid, client-id, app_id, appid, tenant_id, tenantid, tenant, account_id, accountid, account_name, project_id, projectid, organization, org_id, key_id, keyid, access_id, user_name, username, _user, login, _email, _domain, _host, _endpoint, _url, _uri, _site, _region, server, subdomain]
        ignore-case: true
        pattern: '(?:(?i:api key)|[\w.\-]{3,20})[\w.\-]{0,24}["''`\])]{0,3}\s{0,3}(?:=>|=|:)\s{0,3}["''`]?([A-Za-z0-9_.:/@\-]{4,160})(?:[\s"''`;,<]|\z)'
        reach: 256
        examples: ['AUTH_CLIENT_ID=ptk5mAig7ibFKW1vhJPNTfEkN5lHQPw8']
      - id: command-password
        title: Password on a command line
        tier: likely
        prefixes: [' --password ', ' --password=', ' --passwd ', ' --passwd=', ' -password ', ' -pass ', ' --pass ', ' --pass=', ' --token ', ' --token=', ' --api-key ', ' --api-key=', ' --apikey=', ' --secret ', ' --secret=', ' /pass:', ' /password:', ' /rp ', ' -hexpass ', ' --db-password=', ' --db-password ']
        ignore-case: true
        pattern: ' (?:-{1,2}|/)[\w\-]{1,12}[ =:]["'']?([^\s"''<>$`\-|(\[{][^\s"''<>$`|]{3,200})'
        validator: assigned
        examples: ['docker login --username joe --password kT9vQ2xw7LpR']
        counterexamples: ['docker login --password-stdin', 'tool --password $PW', 'tool --token TOKEN']
      - id: command-password-short
        title: Password on a command line
        tier: likely
        prefixes: [' -p ', ' -P ', ' -w ']
        pattern: ' -[pPw] ["'']?([^\s"''<>$`\-|(\[{/.][^\s"''<>$`|/:=]{3,100})["'']?(?:\s|\z)'
        validator: assigned
        context: [' -u ', ' -u', '--user', '--username', 'login', ' -user']
        needs-context: true
        reach: 160
        examples: ['docker login -u joe -p kT9vQ2xw7LpR']
        counterexamples: ['mkdir -p build/output', 'cp -p src dest', 'docker run -u root -p 8080:80', 'psql -U joe -p 5432']
      - id: command-password-windows
        title: Password on a command line
        tier: likely
        prefixes: [' /user:']
        ignore-case: true
        pattern: ' (?i:/user:)[\w.\\@\-]{1,60} ([^\s"''<>$%/|`][^\s"''<>$%|`]{3,80})(?:\s|\z)'
        validator: assigned
        entropy: 2.5
        reach: 200
        examples: ['net use Z: \\server\share /user:DOMAIN\joe kT9vQ2xw7LpR']
        counterexamples: ['runas /user:DOMAIN\joe cmd.exe', 'net use \\server /user:joe password']
      - id: session-cookie
        title: Session in a cookie
        tier: likely
        prefixes: ['sid=', 'sessionid=', 'session=', 'session_id=', '_session=', 'sess=']
        ignore-case: true
        pattern: '\w{3,10}=([A-Za-z0-9%._\-]{24,400})(?:[;\s"''&]|\z)'
        validator: assigned
        entropy: 3.6
        reach: 440
        examples: ['Cookie: connect.sid=s%3AkT9vQ2xw7LpR8mZ3bN5cV1aS4dF6gH; path=/']
        counterexamples: ['session=example-session-of-the-manual']
      - id: assigned-key
        title: Key in an assignment
        tier: likely
        prefixes: ['key =', 'key:', '"key"', "'key'", 'key=', 'key :', 'keyauth', 'cipherkey(']
        ignore-case: true
        pattern: '(?i:["'']?key(?:auth)?|cipherkey\([\w.]{0,24})["'']?\s{0,8}(?:=>|:=|=|:|\()\s{0,4}["''`]([A-Za-z0-9_+/\-]{22,300}={0,2})["''`]'
        validator: assigned
        entropy: 3.4
        reach: 400
        examples: ['key = "q9Tz2LmXv7RkWc4BnY8sHd3F"', "'key' => '1722d6f96c5ea61010df3b47b3020afa',"]
        counterexamples: ['key: "com.acme.product.release.name"', 'key = "341b2d76-feab-4911-b5de-fbdd92b21aa7"']
      - id: assigned-token-list
        title: Tokens in a list
        tier: likely
        prefixes: ['tokens":', 'secrets":', 'api_keys":', 'tokens:', 'tokens =']
        ignore-case: true
        pattern: '\w{5,8}\\?"?\s?[:=]\s?\[\s?\\?["'']([A-Za-z0-9_+/.=\-]{16,300})\\?["'']'
        validator: assigned
        entropy: 2.9
        reach: 400
        examples: ['{"tokens":["7b43aaa593eadc06","8bb309c15ace2ce4"]}']
        counterexamples: ['"tokens": ["identifier","keyword_argument"]']
      - id: command-user-password
        title: Name and password on a command line
        tier: likely
        prefixes: [' -u ', ' -u', ' --user ', ' --user=', ' --creds ', ' --proxy-user ', ' -U ']
        pattern: ' (?:-[uU] ?|--(?:proxy-)?user[ =]|--creds )["'']?[\w.@%\\\-]{1,40}:([^\s"''<>$@:/`{(*][^\s"''<>$@:/`{(]{3,80})'
        validator: password
        context: [curl, http, wget, ab]
        needs-context: true
        reach: 160
        examples: ['curl -u joe:kT9vQ2xw7LpR http://host/']
        counterexamples: ['docker run -u 1000:1000 image', 'curl -u $USER:$PASS http://host/', 'docker run -u root:root image']
      - id: sql-password
        title: Password in a statement of SQL
        tier: likely
        prefixes: ['identified by ', 'with password ', 'encrypted password ', 'password(', 'identified with ', 'set password ']
        ignore-case: true
        pattern: '(?i:identified (?:by|with \w{1,24} by)|(?:with|set) password|encrypted password|password\()\s?=?\s?N?["'']{1,4}([^"''\n\r<>]{4,80})["'']'
        validator: password
        context: [user, role, login, grant, alter, create, mysql, sql, password]
        needs-context: true
        reach: 160
        examples: ["CREATE USER 'a'@'%' IDENTIFIED BY 'kT9vQ2xw'"]
        counterexamples: ["identified by 'password'", 'protected with password hashing']
      - id: sql-password-bare
        title: Password in a statement of SQL
        tier: likely
        prefixes: ['identified by ']
        ignore-case: true
        pattern: '(?i:identified by )"?([^\s"''<>;,()$:@&]{4,80})(?:"|;|\s?\\?\n|\s(?i:container|account|default|quota|profile|temporary|password|with|require)\b|\z)'
        validator: setting
        context: ['user ', 'role ', 'login ', 'grant ']
        needs-context: true
        reach: 160
        examples: ['alter user sys identified by hunter2;']
        counterexamples: ['a user identified by its name', 'create user x identified by "&password";']
      - id: quoted-call-password
        title: Password in a call
        tier: likely
        prefixes: ['networkcredential(', 'directoryentry(', 'mysql_connect(', 'pg_connect(', 'mysqli(', 'dbi->connect(', 'dbi.connect(', 'getconnection(', 'pymysql.connect(', 'psycopg2.connect(', 'networkcredential]::new(']
        ignore-case: true
        pattern: '(?i:[\w.>\-:\]\s]{8,24})\(?(?s:.{0,120}?)["'']([^"''\s]{4,80})["'']\s{0,2}(?:,\s?[\w.]+\s{0,2})?(?:\)|-|;)'
        validator: password
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
      - id: assigned-secret-signs
        title: Secret of all signs in an assignment
        tier: hint
        prefixes: [secret, secret_key, signing_key]
        ignore-case: true
        pattern: '(?i:secret|signing_key)[\w.\-]{0,12}["'']?\s?[:=]\s{0,3}(?:"([!#-~]{24,200})"|''([!-&(-~]{24,200})'')'
        entropy: 4.2
        reach: 300
        examples: ['secret: "7Q)D.;W[5EBrf;_&k>qX?*]G&3CF=;@vyrVB"']

    """#
}

extension RuleTexts {
  /// `Policies/inspection/personal.yaml`.
  static let personal = #"""
    rules:
      - id: email
        title: Address of mail
        kind: personal
        tier: hint
        shape: address
        pattern: '[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,24}'
        examples: ['mail to jane.roe@mail.host.net now']
        counterexamples: ['@Override', 'user@localhost']
      - id: payment-card
        title: Number of a payment card
        kind: financial
        tier: likely
        shape: number
        digits: 13-19
        pattern: '\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5}'
        validator: card
        context: [card, visa, mastercard, amex, credit, debit, payment, 'cc ', cc_, pan]
        examples: ['card 4242 4242 4242 4242', '5555-5555-5555-4444', '3782 822463 10005']
        counterexamples: ['4242 4242 4242 4243', '1234 5678 1234 5678']
      - id: payment-card-bare
        title: Number of a payment card
        kind: financial
        tier: hint
        shape: number
        digits: 12-19
        pattern: '\d{12,19}'
        validator: card
        context: [card, visa, mastercard, amex, credit, debit, payment, 'cc ', cc_, pan]
        examples: ['card=4242424242424242', '378282246310005']
        counterexamples: ['card=4242424242424243', '1234567812345678', 'card 9999999999999995']
      - id: iban
        title: International bank account number
        kind: financial
        tier: certain
        shape: account
        pattern: '[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?'
        validator: iban
        examples: ['IBAN GB29 NWBK 6016 1331 9268 19', 'DE89370400440532013000', 'FR1420041010050500013M02606']
        counterexamples: ['GB29 NWBK 6016 1331 9268 18', 'DE89370400440532013001']
      - id: iban-small
        title: International bank account number
        kind: financial
        tier: certain
        keywords: [iban, konto, account]
        pattern: '[a-z]{2}\d{2}(?:[ ]?[a-z0-9]{4}){2,7}(?:[ ]?[a-z0-9]{1,4})?'
        validator: iban
        examples: ['my iban is gb29nwbk60161331926819']
        counterexamples: ['my iban is gb29nwbk60161331926818']
      - id: phone-international
        title: Telephone number
        kind: personal
        tier: hint
        shape: number
        digits: 9-15
        pattern: '\+[1-9]\d{0,2}[ .\-]?(?:\(0\) ?)?\(?\d{1,5}\)?(?:[ .\-/]?\d{2,5}){1,4}'
        examples: ['call +49 30 901820', '+1 415-555-2671', '+44 20 7946 0958']
        counterexamples: ['+12']
      - id: phone-north-america
        title: Telephone number (North America)
        kind: personal
        tier: hint
        shape: number
        digits: 10-11
        pattern: '(?:1[ .\-])?\(?[2-9]\d{2}\)?[ .\-]\d{3}[ .\-]\d{4}(?:x\d{1,6})?'
        examples: ['(415) 555-2671', '415-555-2671', '1-415-555-2671']
        counterexamples: ['115-555-2671']
      - id: phone-national
        title: Telephone number (national form)
        kind: personal
        tier: hint
        shape: number
        digits: 7-12
        pattern: '\(?0\d{1,5}\)?(?:[ .\-/]\(?\d{1,6}\)?){1,5}|0\d{9,10}|[2-9]\d{9}|\(?\d{2,3}\)? \d{3}[ .\-]\d{3,4}(?:[ .\-]\d{3,4})?|\d{2}(?:[ .\-]\d{2}){3}|[2-9]\d{2}[ \-]\d{4}|\d{2,3} \d{3} \d{3}|\d{3} \d{2} \d{3}|[569]\d{2}[ .]?\d{3}[ .]?\d{3}|\d{2}(?:[ .]\d{2}){4}|\d{3}[ .\-]\d{4}[ .\-]\d{4}|\d{4} \d{4}|\(\d{2}\) \d{4,5}-\d{4}|[6-9]\d{4}[ \-]\d{5}'
        context: [phone, tel, call, mobile, fax, cell, telefon, handy, teléfono, portable, sms, contact, office, desk, 'messages to', 'answering at', number]
        needs-context: true
        examples: ['tel 030 901820', 'Phone 020 7946 0958', 'telefon 06 12 34 56 78', 'call 98765 43210', 'tel 03-1234-5678', 'phone 04 1234 5678', 'telefon 612 345 678', 'telephone (11) 91234-5678', 'mobile 612.345.678', 'call 0470 12 34 56', 'phone 9123 4567']
        counterexamples: ['version 030 901820']
      - id: ip-v4
        title: Address of a host (IPv4)
        kind: personal
        tier: hint
        shape: number
        digits: 4-12
        pattern: '\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}'
        validator: address
        examples: ['from 85.214.132.117 port']
        counterexamples: ['127.0.0.1', '1.2.3.444']
      - id: ip-v6
        title: Address of a host (IPv6)
        kind: personal
        tier: hint
        prefixes: ['2001:', '2003:', '2400:', '2401:', '2402:', '2403:', '2404:', '2405:', '2406:', '2407:', '2408:', '2409:', '2600:', '2601:', '2602:',
          '2603:', '2604:', '2605:', '2606:', '2607:', '2620:', '2800:', '2804:', '2a00:', '2a01:', '2a02:', '2a03:', '2a04:', '2a05:', '2a06:', '2a07:',
          '2a0a:', '2a0b:', '2a0c:', '2a0d:', '2a0e:', '2c0f:', 'fe80:', 'fd00:']
        ignore-case: true
        pattern: '(?i)[0-9a-f]{4}(?::[0-9a-f]{1,4}){7}|(?i)[0-9a-f]{4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?'
        reach: 64
        examples: ['from 2a00:1450:4001:81b::200e']
        counterexamples: ['2001:year']
      - id: wallet-bitcoin
        title: Address of a wallet (base58)
        kind: financial
        tier: likely
        shape: word
        digits: 26-35
        pattern: '[13LMDT29A][1-9A-HJ-NP-Za-km-z]{25,34}'
        validator: base58check
        examples: ['pay 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy']
        counterexamples: ['1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3']
      - id: wallet-bech32
        title: Address of a wallet (bech32)
        kind: financial
        tier: likely
        shape: word
        digits: 28-110
        pattern: '(?:bc|tb|ltc|addr|cosmos|osmo)1[02-9ac-hj-np-z]{25,100}'
        validator: bech32
        examples: ['pay bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4']
        counterexamples: ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5']
      - id: wallet-ethereum
        title: Address of a wallet (Ethereum)
        kind: financial
        tier: likely
        shape: word
        digits: 42
        pattern: '0x[0-9a-fA-F]{40}'
        validator: eip55
        examples: ['to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed']
        counterexamples: ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD']
      - id: wallet-private-key
        title: Private key of a wallet (WIF)
        kind: secret
        tier: certain
        shape: word
        digits: 51-52
        pattern: '[5KL][1-9A-HJ-NP-Za-km-z]{50,51}'
        validator: base58check
        examples: ['5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ']
        counterexamples: ['5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK']

    """#
}

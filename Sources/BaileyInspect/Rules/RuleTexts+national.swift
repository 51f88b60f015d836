extension RuleTexts {
  /// `Policies/inspection/national.yaml`.
  static let national = #"""
    rules:
      - id: id-nhs
        title: United Kingdom, NHS number
        kind: personal
        tier: likely
        shape: number
        digits: 10
        pattern: '\d{3}[ -]?\d{3}[ -]?\d{4}'
        validator: nhs
        context: ['nhs', 'patient']
        needs-context: true
        examples: ['nhs 6426212997']
        counterexamples: ['order 6426212997', 'nhs 0426212997']
      - id: id-bsn
        title: Netherlands, BSN
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{9}|\d{4}\.\d{2}\.\d{3}'
        validator: bsn
        context: ['bsn', 'burgerservice', 'sofi']
        needs-context: true
        examples: ['bsn 652064279']
        counterexamples: ['order 652064279', 'bsn 052064279']
      - id: id-pesel
        title: Poland, PESEL
        kind: personal
        tier: likely
        shape: number
        digits: 11
        pattern: '\d{11}'
        validator: pesel
        context: ['pesel']
        needs-context: true
        examples: ['pesel 92050136897']
        counterexamples: ['order 92050136897', 'pesel 02050136897']
      - id: id-steuerid
        title: Germany, tax number
        kind: personal
        tier: likely
        shape: number
        digits: 11
        pattern: '\d{11}|\d{2} \d{3} \d{3} \d{3}'
        validator: steuerid
        context: ['steuer', 'idnr', 'tax', 'tin']
        needs-context: true
        examples: ['steuer 17694098322']
        counterexamples: ['order 17694098322', 'steuer 07694098322']
      - id: id-nir
        title: France, NIR
        kind: personal
        tier: likely
        shape: number
        digits: 15
        pattern: '[12][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}'
        validator: nir
        context: ['sécu', 'secu', 'nir', 'insee', 'numéro']
        needs-context: true
        examples: ['sécu 165060036569854']
        counterexamples: ['order 165060036569854', 'sécu 065060036569854']
      - id: id-fodselsnummer
        title: Norway, fødselsnummer
        kind: personal
        tier: likely
        shape: number
        digits: 11
        pattern: '\d{6}[ ]?\d{5}'
        validator: fodselsnummer
        context: ['fødsel', 'fodsel', 'personnummer', 'fnr']
        needs-context: true
        examples: ['fødsel 20019764959']
        counterexamples: ['order 20019764959', 'fødsel 00019764959']
      - id: id-belgian
        title: Belgium, national number
        kind: personal
        tier: likely
        shape: number
        digits: 11
        pattern: '\d{2}\.?\d{2}\.?\d{2}[ .\-]?\d{3}\.?[ ]?\d{2}'
        validator: belgian-number
        context: ['rijksregister', 'registre', 'national', 'insz', 'niss']
        needs-context: true
        examples: ['rijksregister 43082547426']
        counterexamples: ['order 43082547426', 'rijksregister 03082547426']
      - id: id-nif
        title: Portugal, NIF
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{3}[ ]?\d{3}[ ]?\d{3}'
        validator: nif
        context: ['nif', 'contribuinte']
        needs-context: true
        examples: ['nif 207368708']
        counterexamples: ['order 207368708', 'nif 007368708']
      - id: id-cpf
        title: Brazil, CPF
        kind: personal
        tier: likely
        shape: number
        digits: 11
        pattern: '\d{3}\.?\d{3}\.?\d{3}-?\d{2}'
        validator: cpf
        context: ['cpf']
        needs-context: true
        examples: ['cpf 30404972780']
        counterexamples: ['order 30404972780', 'cpf 00404972780']
      - id: id-cnpj
        title: Brazil, CNPJ
        kind: personal
        tier: likely
        shape: number
        digits: 14
        pattern: '\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}'
        validator: cnpj
        context: ['cnpj']
        needs-context: true
        examples: ['cnpj 05822687201143']
        counterexamples: ['order 05822687201143', 'cnpj 15822687201143']
      - id: id-tfn
        title: Australia, tax file number
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{3}[ ]?\d{3}[ ]?\d{3}'
        validator: tfn
        context: ['tfn', 'tax file']
        needs-context: true
        examples: ['tfn 500045610']
        counterexamples: ['order 500045610', 'tfn 000045610']
      - id: id-aadhaar
        title: India, Aadhaar
        kind: personal
        tier: likely
        shape: number
        digits: 12
        pattern: '\d{4}[ -]?\d{4}[ -]?\d{4}'
        validator: aadhaar
        context: ['aadhaar', 'aadhar', 'uidai']
        needs-context: true
        examples: ['aadhaar 257150435109']
        counterexamples: ['order 257150435109', 'aadhaar 057150435109']
      - id: id-tckn
        title: Turkey, TCKN
        kind: personal
        tier: likely
        shape: number
        digits: 11
        pattern: '\d{11}'
        validator: tckn
        context: ['tckn', 'kimlik', 't.c.']
        needs-context: true
        examples: ['tckn 38071657748']
        counterexamples: ['order 38071657748', 'tckn 08071657748']
      - id: id-cuit
        title: Argentina, CUIT
        kind: personal
        tier: likely
        shape: number
        digits: 11
        pattern: '\d{2}-?\d{8}-?\d'
        validator: cuit
        context: ['cuit', 'cuil']
        needs-context: true
        examples: ['cuit 30614488111']
        counterexamples: ['order 30614488111', 'cuit 00614488111']
      - id: id-cnp
        title: Romania, CNP
        kind: personal
        tier: likely
        shape: number
        digits: 13
        pattern: '\d{13}'
        validator: cnp
        context: ['cnp', 'cod numeric']
        needs-context: true
        examples: ['cnp 6860801400441']
        counterexamples: ['order 6860801400441', 'cnp 0860801400441']
      - id: id-korean
        title: Korea, resident number
        kind: personal
        tier: likely
        shape: number
        digits: 13
        pattern: '\d{6}-?\d{7}'
        validator: korean-number
        context: ['rrn', 'resident', '주민']
        needs-context: true
        examples: ['rrn 8308262118394']
        counterexamples: ['order 8308262118394', 'rrn 0308262118394']
      - id: id-ssn
        title: United States, Social Security number
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{3}[ -]\d{2}[ -]\d{4}|\d{9}'
        validator: ssn
        context: ['ssn', 'social security', 'social-security', 'socialsecurity']
        needs-context: true
        examples: ['ssn 449-03-7124']
        counterexamples: ['order 449037124', 'ssn 000-12-3456']
      - id: id-aba
        title: United States, routing number
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{9}'
        validator: aba
        context: ['routing', 'aba', 'transit']
        needs-context: true
        examples: ['routing 021476435']
        counterexamples: ['order 021476435', 'routing 121476435']
      - id: id-sin
        title: Canada, SIN
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{3}[ -]?\d{3}[ -]?\d{3}'
        validator: luhn
        context: ['sin', 'social insurance']
        needs-context: true
        examples: ['sin 753259092']
        counterexamples: ['order 753259092', 'sin 053259092']
      - id: id-personnummer
        title: Sweden, personnummer
        kind: personal
        tier: likely
        shape: number
        digits: 10
        pattern: '\d{6}[-+]?\d{4}'
        validator: luhn
        context: ['personnummer', 'pnr']
        needs-context: true
        examples: ['personnummer 9055792478']
        counterexamples: ['order 9055792478', 'personnummer 0055792478']
      - id: id-rsa-id
        title: South Africa, identity number
        kind: personal
        tier: likely
        shape: number
        digits: 13
        pattern: '\d{13}'
        validator: luhn
        context: ['identity', 'id number', 'rsa id', 'id no']
        needs-context: true
        examples: ['identity 8408727959998']
        counterexamples: ['order 8408727959998', 'identity 0408727959998']
      - id: id-siren
        title: France, SIREN
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{3}[ ]?\d{3}[ ]?\d{3}'
        validator: luhn
        context: ['siren']
        needs-context: true
        examples: ['siren 861400372']
        counterexamples: ['order 861400372', 'siren 061400372']
      - id: id-teudat
        title: Israel, identity number
        kind: personal
        tier: likely
        shape: number
        digits: 9
        pattern: '\d{9}'
        validator: luhn
        context: ['teudat', 'israeli id']
        needs-context: true
        examples: ['teudat 213910953']
        counterexamples: ['order 213910953', 'teudat 013910953']
      - id: id-dni
        title: Spain, DNI or NIE
        kind: personal
        keywords: [dni, 'nie ', 'nie:', nif]
        pattern: '(?:\d{8}|[XYZ]\d{7})-?[A-Z]'
        validator: dni
        examples: ['DNI: 12345678Z']
        counterexamples: ['DNI: 12345678A']
      - id: id-hetu
        title: Finland, henkilötunnus
        kind: personal
        keywords: [hetu, henkil]
        pattern: '\d{6}[-+ABCDEFYXWVU]\d{3}[0-9A-Y]'
        validator: hetu
        examples: ['hetu: 131052-308T']
        counterexamples: ['hetu: 131052-308U']
      - id: id-china
        title: China, resident number
        kind: personal
        keywords: [身份证, 'id card', idcard, id_card, sfz, 'resident id']
        pattern: '\d{17}[0-9Xx]'
        validator: chinese-number
        examples: ['ID card: 11010519491231002X']
        counterexamples: ['ID card: 110105194912310021']
      - id: id-rut
        title: Chile, RUT
        kind: personal
        keywords: ['rut ', 'rut:', 'rut=']
        pattern: '\d{1,2}\.?\d{3}\.?\d{3}-[0-9Kk]'
        validator: rut
        examples: ['su rut: 12.345.678-5']
        counterexamples: ['su rut: 12.345.678-6']
      - id: id-codice-fiscale
        title: Italy, codice fiscale
        kind: personal
        tier: likely
        shape: word
        digits: 16
        pattern: '[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]'
        validator: codice-fiscale
        examples: ['codice RSSMRA85T10A562S']
        counterexamples: ['codice RSSMRA85T10A562T']

    """#
}

extension RuleTexts {
  /// `Policies/inspection/code.yaml`.
  static let code = #"""
    rules:
      - id: github-pat
        title: GitHub token
        tier: certain
        prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_']
        pattern: 'gh[opsu]_[A-Za-z0-9]{36}'
        validator: crc32-base62
        examples: ['TOKEN=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']
        counterexamples: ['ghp_abc']
      - id: github-refresh-token
        title: GitHub refresh token
        tier: certain
        prefixes: ['ghr_']
        pattern: 'ghr_[A-Za-z0-9]{36,76}'
        examples: ['TOKEN=ghr_qz9Iuq5jjdCoRpGMT6MpNHAJl25OXfk9DC3PMy']
        counterexamples: ['ghr_abc']
      - id: github-fine-grained-pat
        title: GitHub fine-grained token
        tier: certain
        prefixes: ['github_pat_']
        pattern: 'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'
        examples: ['TOKEN=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']
        counterexamples: ['github_pat_abc']
      - id: github-app-jwt
        title: GitHub installation token
        tier: certain
        prefixes: ['ghs_']
        pattern: 'ghs_\d{1,10}_eyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}'
        examples: ['TOKEN=ghs_94_eyJIB7A_YzkCH.eyJ0losoWXU3J.3fEcXx9acU']
        counterexamples: ['ghs_abc']
      - id: gitlab-pat
        title: GitLab token
        tier: certain
        prefixes: ['glpat-']
        pattern: 'glpat-(?:[A-Za-z0-9_\-]{20}|[A-Za-z0-9_\-]{27,50}\.[0-9a-z]{2}\.[0-9a-z]{7,9})'
        examples: ['TOKEN=glpat-_j_G7sdhYDpW1yNKfGkI']
        counterexamples: ['glpat-abc']
      - id: gitlab-runner-token
        title: GitLab runner token
        tier: certain
        prefixes: ['glrt-']
        pattern: 'glrt-(?:t\d_)?[A-Za-z0-9_\-]{20,40}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7,9})?'
        examples: ['TOKEN=glrt-AbJWA1rc7UmV2mRD5emD']
        counterexamples: ['glrt-abc']
      - id: gitlab-trigger-token
        title: GitLab trigger token
        tier: certain
        prefixes: ['glptt-']
        pattern: 'glptt-[a-f0-9]{40}'
        examples: ['TOKEN=glptt-dc4737160605fe5651719bfb5d5153fe726aea88']
        counterexamples: ['glptt-abc']
      - id: gitlab-other-token
        title: GitLab token
        tier: certain
        prefixes: ['gldt-', 'glft-', 'glimt-', 'glagent-', 'gloas-', 'glsoat-', 'glffct-', 'GR1348941']
        pattern: '(?:gl(?:dt|ft|imt|agent|oas|soat|ffct)-|GR1348941)[A-Za-z0-9_\-]{20,64}'
        examples: ['TOKEN=gldt-8941BF4X16xZgEaPHweit6J0p1']
        counterexamples: ['gldt-abc']
      - id: gitlab-ci-job-token
        title: GitLab CI job token
        tier: certain
        prefixes: ['glcbt-']
        pattern: 'glcbt-[0-9a-zA-Z]{1,5}_[A-Za-z0-9_\-]{20}'
        examples: ['TOKEN=glcbt-vH_uEfcXX4fRkV2Pi33cG7q']
        counterexamples: ['glcbt-abc']
      - id: bitbucket-app-password
        title: Bitbucket app password
        tier: certain
        prefixes: ['ATBB']
        pattern: 'ATBB[A-Za-z0-9]{24}[A-F0-9]{8}'
        examples: ['TOKEN=ATBBE8foOW16dNzEmiH0UOp2Qgn3E6C91F99']
        counterexamples: ['ATBBabc']
      - id: bitbucket-token
        title: Bitbucket access token
        tier: certain
        prefixes: ['ATCTT3xFfGN0']
        pattern: 'ATCTT3xFfGN0[A-Za-z0-9_\-=]{100,200}'
        examples: ['TOKEN=ATCTT3xFfGN0X6H=E=B1exe7vQTObVWwWEiUYkytJ4B_wHtC8ZJ7MsXmlPor6fh=DWTfW=kJD8NWGLL66tfT9wTiNc=cZEtj-Fj-ry25AFJUvWNabS']
        counterexamples: ['ATCTT3xFfGN0abc']
      - id: bitbucket-dc-token
        title: Bitbucket Data Center token
        tier: certain
        prefixes: ['BBDC-']
        pattern: 'BBDC-[MNO][A-Za-z0-9+/]{43}'
        examples: ['TOKEN=BBDC-OQ6rwaafH5t79Ov363PVTUmDSeJEd/TWOTRbpreBHnjd']
        counterexamples: ['BBDC-abc']
      - id: atlassian-token
        title: Atlassian API token
        tier: certain
        prefixes: ['ATATT3xFfGF0']
        pattern: 'ATATT3xFfGF0[A-Za-z0-9_\-=]{100,240}'
        examples: ['TOKEN=ATATT3xFfGF0WVw3WCWEE4SaN1l-7dKgkU0s-rsnRXf=jUlAK8kvk7gZCAOtPgwgGvfDkvJ2H=IEGyUhfmYhfFQyE37dm_KMNfwG33w91GSDxO2F00']
        counterexamples: ['ATATT3xFfGF0abc']
      - id: atlassian-connect-secret
        title: Atlassian Connect secret
        tier: certain
        prefixes: ['ATCO']
        pattern: 'ATCO[A-Za-z0-9_\-]{50,100}'
        examples: ['TOKEN=ATCOKXI_uGXyL1npgmbUvpX6MkZql3cAqrW2mixfnea2eUPm_Xo7I3f']
        counterexamples: ['ATCOabc']
      - id: npm-token
        title: npm token
        tier: certain
        prefixes: ['npm_']
        pattern: 'npm_[A-Za-z0-9]{36}'
        validator: crc32-base62
        examples: ['TOKEN=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']
        counterexamples: ['npm_abc']
      - id: pypi-token
        title: PyPI token
        tier: certain
        prefixes: ['pypi-AgEIcHlwaS5vcmc', 'pypi-AgENdGVzdC5weXBpLm9yZw']
        pattern: 'pypi-Ag[A-Za-z0-9_\-]{50,1000}'
        reach: 1200
        examples: ['TOKEN=pypi-AgEIcHlwaS5vcmcKGxsXa6AEqGaOS9g6UcgcAvQo8mFxzzouT-lL2']
        counterexamples: ['pypi-AgEIcHlwaS5vcmcabc']
      - id: rubygems-key
        title: RubyGems key
        tier: certain
        prefixes: ['rubygems_']
        pattern: 'rubygems_[a-f0-9]{48}'
        examples: ['TOKEN=rubygems_c556b78f0c707cee5dc643c9d1a3315fbcf5b610a5616ea4']
        counterexamples: ['rubygems_abc']
      - id: crates-token
        title: crates.io token
        tier: likely
        prefixes: ['cio']
        pattern: 'cio[A-Za-z0-9]{32}'
        examples: ['TOKEN=cioF4tiH88t1M4BLMeD6fIzV6uo6cgP5JD7']
        counterexamples: ['cioabc']
      - id: nuget-key
        title: NuGet key
        tier: certain
        prefixes: ['oy2']
        pattern: 'oy2[a-z0-9]{43}'
        examples: ['TOKEN=oy2gf3kgkhl6apx8u5to2u6xndquzxq4jddcmpxtbvvu35']
        counterexamples: ['oy2abc']
      - id: clojars-token
        title: Clojars token
        tier: certain
        prefixes: ['CLOJARS_']
        pattern: 'CLOJARS_[a-z0-9]{60}'
        examples: ['TOKEN=CLOJARS_1fbdu7xto1py916ip954yy626ba7a0y5vgshxmo2rrqhbcgg4h06dt7uxf26']
        counterexamples: ['CLOJARS_abc']
      - id: packagist-token
        title: Packagist token
        tier: certain
        prefixes: ['packagist_']
        pattern: 'packagist_(?:ack_[a-f0-9]{32}|(?:acs|ort|out|uut|cut)_[a-f0-9]{64,96})'
        examples: ['TOKEN=packagist_ack_facd8e233d3c4ee6611259dbbd13f6f8']
        counterexamples: ['packagist_abc']
      - id: openvsx-token
        title: Open VSX token
        tier: certain
        prefixes: ['ovsxp_']
        pattern: 'ovsxp_[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=ovsxp_96e15a80-f096-2bf4-d129-f7170680ed4c']
        counterexamples: ['ovsxp_abc']
      - id: jsr-token
        title: JSR token
        tier: certain
        prefixes: ['jsrd_', 'jsrp_']
        pattern: 'jsr[dp]_[A-Za-z0-9]{32,44}'
        examples: ['TOKEN=jsrd_YvFUbmiq0epy65jFew6TyzwLviZWFDVw8g']
        counterexamples: ['jsrd_abc']
      - id: docker-hub-token
        title: Docker Hub token
        tier: certain
        prefixes: ['dckr_pat_', 'dckr_oat_']
        pattern: 'dckr_[po]at_[A-Za-z0-9_\-]{27,40}'
        examples: ['TOKEN=dckr_pat_JFDOqfZ5B-32Lj7KlYAGDX8ZgOJ']
        counterexamples: ['dckr_pat_abc']
      - id: swarm-key
        title: Docker Swarm key
        tier: certain
        prefixes: ['SWMTKN-1-', 'SWMKEY-1-']
        pattern: 'SWM(?:TKN-1-[a-z0-9]{40,52}-[a-z0-9]{20,28}|KEY-1-[A-Za-z0-9+/]{40,44})'
        examples: ['TOKEN=SWMTKN-1-m12woxmc757wyyy22fa1xjdix2056j83v2dzfvhqfc-cd00r000ii0klr1c41g8']
        counterexamples: ['SWMTKN-1-abc']
      - id: artifactory-key
        title: Artifactory API key
        tier: certain
        prefixes: ['AKCp']
        pattern: 'AKCp[A-Za-z0-9]{69}'
        examples: ['TOKEN=AKCpOAE8MEQGZGzN6Ust75CKiW0amBQlW9SHWvSUqrN73FeOZiMGSZ7691cTXFpwTAEe6Ulhu']
        counterexamples: ['AKCpabc']
      - id: artifactory-token
        title: Artifactory reference token
        tier: likely
        prefixes: ['cmVmd']
        pattern: 'cmVmd[A-Za-z0-9]{59}'
        examples: ['TOKEN=cmVmdA9LAMwAVKjrMqvTpahmTvpvTQ3B2JvEpsIUXVRTjAk6alnlOJs5sl9ZWj9B']
        counterexamples: ['cmVmdabc']
      - id: buildkite-token
        title: Buildkite token
        tier: certain
        prefixes: ['bkua_', 'bkar_', 'bkct_', 'bkaj_']
        pattern: 'bk(?:ua|ar|ct|aj)_[a-f0-9]{40}'
        examples: ['TOKEN=bkua_56794aa752cbe5dd45b0bea68353e896d5c5d67f']
        counterexamples: ['bkua_abc']
      - id: circleci-token
        title: CircleCI token
        tier: certain
        prefixes: ['CCIPAT_', 'CCIPRJ_']
        pattern: 'CCIP(?:AT|RJ)_[A-Za-z0-9]{16,26}_[a-f0-9]{40}'
        examples: ['TOKEN=CCIPAT_dQCg18biQ3p5VubNz_e890a0a3796950a66a759a15c18515c13271516d']
        counterexamples: ['CCIPAT_abc']
      - id: sonarqube-token
        title: SonarQube token
        tier: certain
        prefixes: ['sqp_', 'squ_', 'sqa_']
        pattern: 'sq[pua]_[a-f0-9]{40}'
        examples: ['TOKEN=sqp_a44038ddd5af83b96c51d1c84d0b7d0c0b9d7659']
        counterexamples: ['sqp_abc']
      - id: sourcegraph-token
        title: Sourcegraph token
        tier: certain
        prefixes: ['sgp_']
        pattern: 'sgp_(?:(?:[a-f0-9]{16}|local)_)?[a-fA-F0-9]{40}'
        examples: ['TOKEN=sgp_local_9bd2B7D5dFaaB1fcCeeA4F2af28Fda5Ff68d41c5']
        counterexamples: ['sgp_abc']
      - id: sourcegraph-license
        title: Sourcegraph licence key
        tier: certain
        prefixes: ['slk_']
        pattern: 'slk_[a-f0-9]{64}'
        examples: ['TOKEN=slk_ec96ecd70a67452589125501c78b1c4c7d27a7543a237481ff1ac75688431ebe']
        counterexamples: ['slk_abc']
      - id: pulumi-token
        title: Pulumi token
        tier: certain
        prefixes: ['pul-']
        pattern: 'pul-[a-f0-9]{40}'
        examples: ['TOKEN=pul-a1a67dd8ea8797fdf3241f34e89b3b15e72fc8d6']
        counterexamples: ['pul-abc']
      - id: terraform-token
        title: Terraform Cloud token
        tier: certain
        prefixes: ['.atlasv1.']
        pattern: '[A-Za-z0-9]{6,14}\.atlasv1\.[A-Za-z0-9_\-]{60,70}'
        around: 14
        examples: ['TOKEN=enZWgxf9.atlasv1.sCPPrgNxl9-zKU-_2xXXgLUmgzKrNjHkV2kctN69p0sU2kW92FPQMAhEoJiN']
        counterexamples: ['.atlasv1.abc']
      - id: doppler-token
        title: Doppler token
        tier: certain
        prefixes: ['dp.ct.', 'dp.pt.', 'dp.sa.', 'dp.scim.', 'dp.audit.']
        pattern: 'dp\.(?:ct|pt|sa|scim|audit)\.[A-Za-z0-9]{40,44}'
        examples: ['TOKEN=dp.ct.oEeeRSlFee9MQiW2O8CNKWuTyLuF08G0MxnZhJpr']
        counterexamples: ['dp.ct.abc']
      - id: doppler-service-token
        title: Doppler service token
        tier: certain
        prefixes: ['dp.st.']
        pattern: 'dp\.st\.(?:[a-z0-9_\-]{2,35}\.)?[A-Za-z0-9]{40,44}'
        examples: ['TOKEN=dp.st.7pg.VNp5hk91GamfvogR49AiKb6r5aLdxRj1BOz8ETZ3EM']
        counterexamples: ['dp.st.abc']
      - id: infisical-token
        title: Infisical token
        tier: likely
        prefixes: ['st.']
        pattern: 'st\.[a-f0-9]{8,24}\.[a-f0-9]{8,32}\.[a-f0-9]{16,32}'
        examples: ['TOKEN=st.0fe6ac25.e8beef6cd0.4626a75cf6c90713']
        counterexamples: ['st.abc']
      - id: vault-token
        title: HashiCorp Vault token
        tier: certain
        prefixes: ['hvs.', 'hvb.', 'hvr.']
        pattern: 'hv[sbr]\.[A-Za-z0-9_\-]{80,300}'
        examples: ['TOKEN=hvs.dnXRIL3rAVgd5mFVj7nsCuYKt8c8ubKKPDHIg37lExsYyv4G6SNrOuya4FxR6NZRVzCMt4A4aD5Y2fIBPbv62H9mAHw']
        counterexamples: ['hvs.abc']
      - id: postman-key
        title: Postman API key
        tier: certain
        prefixes: ['PMAK-']
        pattern: 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}'
        examples: ['TOKEN=PMAK-c7c0e8b020dbb6cdf0952ca1-0e7c2c844fd8560e9d8a775f53466f1f95']
        counterexamples: ['PMAK-abc']
      - id: postman-token
        title: Postman access token
        tier: certain
        prefixes: ['PMAT-']
        pattern: 'PMAT-[A-Z0-9]{26}'
        examples: ['TOKEN=PMAT-5KVXR5W58EQ81PG85K0UJHKF1F']
        counterexamples: ['PMAT-abc']
      - id: readme-key
        title: ReadMe API key
        tier: certain
        prefixes: ['rdme_']
        pattern: 'rdme_[a-z0-9]{70}'
        examples: ['TOKEN=rdme_oi0u0d89sendq17we4i13s1bswvojxdfm1wkwiutopf1dwnxliiqs9es7s5h846n5ds22o']
        counterexamples: ['rdme_abc']
      - id: prefect-token
        title: Prefect token
        tier: certain
        prefixes: ['pnu_', 'pnb_']
        pattern: 'pn[ub]_[A-Za-z0-9]{36}'
        examples: ['TOKEN=pnu_AX0SZPuB8spieuUBmkJgdSWR3R6LZSc0TQRD']
        counterexamples: ['pnu_abc']
      - id: launchdarkly-key
        title: LaunchDarkly key
        tier: certain
        prefixes: ['sdk-', 'mob-', 'api-']
        pattern: '(?:sdk|mob|api)-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=sdk-a4b06b6c-a27e-616b-dc05-5ffe09d6b56e']
        counterexamples: ['sdk-abc']
      - id: linear-key
        title: Linear API key
        tier: certain
        prefixes: ['lin_api_', 'lin_oauth_']
        pattern: 'lin_(?:api_[A-Za-z0-9]{40}|oauth_[a-f0-9]{64})'
        examples: ['TOKEN=lin_api_DcRzRcewpNB2YkU7KrGAYAMBzHP9L2um2l5VW1hd']
        counterexamples: ['lin_api_abc']
      - id: notion-token
        title: Notion token
        tier: certain
        prefixes: ['ntn_', 'nrt_']
        pattern: '(?:ntn_[A-Za-z0-9]{43,50}|nrt_[A-Za-z0-9]{40,60})'
        examples: ['TOKEN=ntn_b1PjdyAFEYQTyzqh6XZ6ESgLmGoA75RAEaCnlm8jikL4r']
        counterexamples: ['ntn_abc']
      - id: figma-token
        title: Figma token
        tier: certain
        prefixes: ['figd_', 'figdh_']
        pattern: 'figdh?_[A-Za-z0-9_\-]{40}'
        examples: ['TOKEN=figd_VAI99Rk3SKCgedjO61m7tF5QPQnoeufLaT0xv5Mi']
        counterexamples: ['figd_abc']
      - id: airtable-pat
        title: Airtable token
        tier: certain
        prefixes: ['pat']
        pattern: 'pat[A-Za-z0-9]{14}\.[a-f0-9]{64}'
        examples: ['TOKEN=patm0x1Gfwwk6Djnx.ccd97fcfd3369f2e5d3094b574c062b612200ec6668e5f396d4bef57588de26b']
        counterexamples: ['patabc']
      - id: devcycle-key
        title: DevCycle key
        tier: certain
        prefixes: ['dvc_server_', 'dvc_client_', 'dvc_mobile_']
        pattern: 'dvc_(?:server|client|mobile)_[A-Za-z0-9_]{8,60}'
        examples: ['TOKEN=dvc_server_109pfmO7L']
        counterexamples: ['dvc_server_abc']
      - id: dependency-track-key
        title: Dependency-Track key
        tier: certain
        prefixes: ['odt_']
        pattern: 'odt_(?:[A-Za-z0-9]{36}|[A-Za-z0-9]{32})'
        examples: ['TOKEN=odt_fJbbvNlJoHhx9ldwVPSqagXIDaU7sh3T']
        counterexamples: ['odt_abc']
      - id: nightfall-key
        title: Nightfall key
        tier: likely
        prefixes: ['NF-']
        pattern: 'NF-[A-Za-z0-9]{32}'
        examples: ['TOKEN=NF-I1EW144vR8TctNKT1B7Bz5AnGIEWNPge']
        counterexamples: ['NF-abc']
      - id: stackhawk-key
        title: StackHawk key
        tier: certain
        prefixes: ['hawk.']
        pattern: 'hawk\.[A-Za-z0-9_\-]{20}\.[A-Za-z0-9_\-]{20}'
        examples: ['TOKEN=hawk.FAWRcM3hIeybSzO2LdrQ.CSyYAadiBok5zBW0O594']
        counterexamples: ['hawk.abc']
      - id: testkube-key
        title: Testkube key
        tier: certain
        prefixes: ['tkcapi_']
        pattern: 'tkcapi_[a-z0-9]{30}'
        examples: ['TOKEN=tkcapi_71m30hq78vgepqvs6plgik57acvn9j']
        counterexamples: ['tkcapi_abc']
      - id: snyk-token
        title: Snyk token
        tier: certain
        prefixes: ['snyk_uat.', 'snyk_sat.']
        pattern: 'snyk_[us]at\.[a-z0-9]{8}\.[A-Za-z0-9_\-.]{40,120}'
        examples: ['TOKEN=snyk_uat.0t9gnxtc.9GdZ0.Pg0gVKXCiJTxqZzaQaiojA5T5-CNi.Ydmo']
        counterexamples: ['snyk_uat.abc']
      - id: mergify-key
        title: Mergify key
        tier: certain
        prefixes: ['mergify_application_key_']
        pattern: 'mergify_application_key_[A-Za-z0-9_\-]{60,80}'
        examples: ['TOKEN=mergify_application_key_INltYTb9kwG0zT28mhRxzTTQys47i55DkiVqiC_PqfX1LDPsQK9qAh85HZVKHH']
        counterexamples: ['mergify_application_key_abc']
      - id: iterative-token
        title: Iterative Studio token
        tier: certain
        prefixes: ['isat_']
        pattern: 'isat_[A-Za-z0-9\-]{36,44}'
        examples: ['TOKEN=isat_O4Zc9bQchnwfxmR7f8NjkW9Aw0aMzpqzb0p17']
        counterexamples: ['isat_abc']
      - id: aikido-token
        title: Aikido token
        tier: certain
        prefixes: ['AIK_CI_', 'AIK_SECRET_', 'AIK_CLIENT_']
        pattern: 'AIK_(?:CI|SECRET|CLIENT)_[A-Za-z0-9]{24,70}'
        examples: ['TOKEN=AIK_CI_ugyetHFPJJ7Vv3U8yEeXmUTf']
        counterexamples: ['AIK_CI_abc']
      - id: dryrun-key
        title: DryRun Security key
        tier: certain
        prefixes: ['dryrunsec_']
        pattern: 'dryrunsec_[A-Za-z0-9]{32}'
        examples: ['TOKEN=dryrunsec_7e9ALrS3B9vCOSfVdw4Y4Imn5my9HdBV']
        counterexamples: ['dryrunsec_abc']
      - id: hex-token
        title: Hex token
        tier: certain
        prefixes: ['hxtp_']
        pattern: 'hxtp_[a-f0-9]{60,140}'
        examples: ['TOKEN=hxtp_45e5a8b39ff73b7085c8444bcd073642ad9dafb84e5fd32ce9ecaf0b70b9b']
        counterexamples: ['hxtp_abc']
      - id: coderabbit-key
        title: CodeRabbit key
        tier: certain
        prefixes: ['cr-']
        pattern: 'cr-[a-f0-9]{58}'
        examples: ['TOKEN=cr-4cd90c9fd423d96f9104f45d79133691e3b9730716302fc19b24040ba2']
        counterexamples: ['cr-abc']
      - id: convex-key
        title: Convex deploy key
        tier: certain
        prefixes: ['prod:', 'preview:']
        pattern: '(?:prod|preview):[a-z0-9\-:]{3,60}\|eyJ[A-Za-z0-9+/=._\-]{20,}'
        examples: ['TOKEN=prod:ew:ais5|eyJWx__T3veTUGCR/YGKhD8']
        counterexamples: ['prod:abc']
      - id: harness-token
        title: Harness token
        tier: certain
        prefixes: ['pat.']
        pattern: 'pat\.[A-Za-z0-9]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}'
        examples: ['TOKEN=pat.dK8oWeVgI0KiAEe5XhUAkC.4b9fab217d523f9477beabe0.S802o2ZK26Uot039Orh5']
        counterexamples: ['pat.abc']
      - id: unkey-key
        title: Unkey root key
        tier: certain
        prefixes: ['unkey_']
        pattern: 'unkey_[A-Za-z0-9]{20,40}'
        examples: ['TOKEN=unkey_FVjIbjta4bFa7Sdo39zzA']
        counterexamples: ['unkey_abc']
      - id: octopus-key
        title: Octopus Deploy key
        tier: certain
        prefixes: ['API-']
        pattern: 'API-[A-Z0-9]{26}'
        examples: ['TOKEN=API-O7AOXMU4Z0ZMQ96EKK1E9IQJX8']
        counterexamples: ['API-abc']
      - id: ansible-vault
        title: Ansible Vault text
        tier: certain
        prefixes: ['$ANSIBLE_VAULT;']
        pattern: '\$ANSIBLE_VAULT;\d\.\d;AES256(?:;\w*)?\s+[0-9]{60,}'
        examples: ['TOKEN=$ANSIBLE_VAULT;1.2;AES256  51641769871692791502720610392150394745874075173941448195834363']
        counterexamples: ['$ANSIBLE_VAULT;abc']
      - id: figma-legacy-token
        title: Figma token
        tier: likely
        prefixes: ['x-figma-token']
        ignore-case: true
        pattern: '(?i:x-figma-token)["''\s:=]{1,6}(\d{4,6}-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})'
        examples: ['TOKEN=x-figma-token "=833547-870c4474-4af0-1b74-b4b4-f61d33f0582e']
        counterexamples: ['x-figma-tokenabc']
      - id: grafana-service-token
        title: Grafana service account token
        tier: certain
        prefixes: ['glsa_']
        pattern: 'glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}'
        examples: ['TOKEN=glsa_0n9dgSH4LWUpan4kYxhU6HqMjP0jBSq6_7f20cd04']
        counterexamples: ['glsa_abc']
      - id: grafana-cloud-token
        title: Grafana Cloud token
        tier: certain
        prefixes: ['glc_']
        pattern: 'glc_[A-Za-z0-9+/=]{32,200}'
        examples: ['TOKEN=glc_V=I0rSGPfCFGSoUiAp1+8bM=LuO0Sj6+1']
        counterexamples: ['glc_abc']
      - id: grafana-key
        title: Grafana API key
        tier: certain
        prefixes: ['eyJrIjoi']
        pattern: 'eyJrIjoi[A-Za-z0-9+/=]{40,140}'
        examples: ['TOKEN=eyJrIjoiB8jfFkaLXknS=yx8ijDn+HIHlb1RwsAzUG0IlYNQN']
        counterexamples: ['eyJrIjoiabc']
      - id: azure-devops-pat
        title: Azure DevOps token
        tier: likely
        keywords: ['azure', 'devops', 'ado_pat', 'vsts', '$token']
        pattern: '[a-z2-7]{52}'
        examples: ['azure_key = "3phabx2l7nhgqvhstnkwf7ie36wnec5urdfgccz2zmorhsq5h4js"']
        counterexamples: ['azure is a service']
      - id: azure-devops-pat-new
        title: Azure DevOps token
        tier: certain
        prefixes: ['AZDO']
        pattern: '[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}'
        around: 80
        examples: ['TOKEN=t7L7KceCnYQHsy5K7ePGKmLRIlVYoyZnnXKmKbHcMXaFoCr4L7Xl36fwn4kNcMjXJrZVujaHlIk4AZDO2Nor']
        counterexamples: ['AZDOabc']

    """#
}

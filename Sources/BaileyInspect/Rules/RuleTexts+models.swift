extension RuleTexts {
  /// `Policies/inspection/models.yaml`.
  static let models = #"""
    rules:
      - id: anthropic-api-key
        title: Anthropic API key
        tier: certain
        prefixes: ['sk-ant-api']
        pattern: 'sk-ant-api\d{2,3}-[A-Za-z0-9_\-]{80,120}'
        examples: ['TOKEN=sk-ant-api69-HxCV3--dumzh8krRyv3cjc-bzhHM5s6XXmyhXQ2b5Krp0R6uv1Czb3URj1MkPwX_ka7eVzTXR9pKO2jJ']
        counterexamples: ['sk-ant-apiabc']
      - id: anthropic-admin-key
        title: Anthropic admin key
        tier: certain
        prefixes: ['sk-ant-admin']
        pattern: 'sk-ant-admin\d{2}-[A-Za-z0-9_\-]{80,120}'
        examples: ['TOKEN=sk-ant-admin34-Pxfb7bsV0Hd9oI22jC8fqf6Ca1ezExRDDmGG1MHZlApi89aAY6sA7xxHv6l9UF9d8dxA_raNFbMkoo5k']
        counterexamples: ['sk-ant-adminabc']
      - id: anthropic-oauth-token
        title: Anthropic OAuth token
        tier: certain
        prefixes: ['sk-ant-oat', 'sk-ant-ort', 'sk-ant-sid']
        pattern: 'sk-ant-(?:oat|ort|sid)\d{2}-[A-Za-z0-9_\-]{40,200}'
        examples: ['TOKEN=sk-ant-oat59-pi_OvPBr2cdJLT1bc5gCO7FCOPOfsHYao9h5SlWZC']
        counterexamples: ['sk-ant-oatabc']
      - id: openai-project-key
        title: OpenAI project key
        tier: certain
        prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-']
        pattern: 'sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_\-]{40,200}'
        examples: ['TOKEN=sk-proj-s6DdB1QRwmyjC-FWfP64ojXa_6eGqAismkSVRbSd']
        counterexamples: ['sk-proj-abc']
      - id: openai-key
        title: OpenAI API key
        tier: certain
        prefixes: ['sk-']
        pattern: 'sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}'
        examples: ['TOKEN=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']
        counterexamples: ['sk-abc']
      - id: sk-key-48
        title: Model API key (48 letters behind sk-)
        tier: likely
        prefixes: ['sk-']
        pattern: 'sk-[A-Za-z0-9]{48}'
        examples: ['TOKEN=sk-aO4EsFI67kcLdvWqb9E6K8WMsWK81Zg4eXEbT876iROusQjO']
        counterexamples: ['sk-abc']
      - id: sk-key-hex
        title: Model API key (32 digits behind sk-)
        tier: likely
        prefixes: ['sk-']
        pattern: 'sk-[a-f0-9]{32}'
        examples: ['TOKEN=sk-dad8aa9d5cb84e99a198b8dd9561c3ba']
        counterexamples: ['sk-abc']
      - id: openrouter-key
        title: OpenRouter API key
        tier: certain
        prefixes: ['sk-or-v1-']
        pattern: 'sk-or-v1-[a-f0-9]{64}'
        examples: ['TOKEN=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']
        counterexamples: ['sk-or-v1-abc']
      - id: langfuse-key
        title: Langfuse key
        tier: certain
        prefixes: ['sk-lf-', 'pk-lf-']
        pattern: '[sp]k-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
        examples: ['TOKEN=sk-lf-f40295fa-b98f-0d34-0b85-7972beb75e68']
        counterexamples: ['sk-lf-abc']
      - id: langsmith-key
        title: LangSmith API key
        tier: certain
        prefixes: ['lsv2_pt_', 'lsv2_sk_']
        pattern: 'lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}'
        examples: ['TOKEN=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']
        counterexamples: ['lsv2_pt_abc']
      - id: groq-key
        title: Groq API key
        tier: certain
        prefixes: ['gsk_']
        pattern: 'gsk_[A-Za-z0-9]{52}'
        examples: ['TOKEN=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']
        counterexamples: ['gsk_abc']
      - id: huggingface-token
        title: Hugging Face token
        tier: certain
        prefixes: ['hf_', 'api_org_']
        pattern: '(?:hf|api_org)_[A-Za-z]{34}'
        examples: ['TOKEN=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']
        counterexamples: ['hf_abc']
      - id: replicate-token
        title: Replicate token
        tier: certain
        prefixes: ['r8_']
        pattern: 'r8_[A-Za-z0-9]{37}'
        examples: ['TOKEN=r8_Gps0QEg9ocTfTOwG2FPPHy3Y5DIXnyJQAlO57']
        counterexamples: ['r8_abc']
      - id: perplexity-key
        title: Perplexity API key
        tier: certain
        prefixes: ['pplx-']
        pattern: 'pplx-[A-Za-z0-9]{48,56}'
        examples: ['TOKEN=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']
        counterexamples: ['pplx-abc']
      - id: xai-key
        title: xAI API key
        tier: certain
        prefixes: ['xai-']
        pattern: 'xai-[A-Za-z0-9_]{70,90}'
        examples: ['TOKEN=xai-hLKrFnWYhaevs9qQdhp9PNzc26Oyu6hbktTwVuWe85YMY5yfW5f98HRd9UG1slgxUxWVyHW1']
        counterexamples: ['xai-abc']
      - id: fireworks-key
        title: Fireworks API key
        tier: likely
        prefixes: ['fw_']
        pattern: 'fw_[A-Za-z0-9]{24}'
        examples: ['TOKEN=fw_PRF2BmGHPGLv1fgDLtJGIofG']
        counterexamples: ['fw_abc']
      - id: together-key
        title: Together AI key
        tier: certain
        prefixes: ['tgp_v1_']
        pattern: 'tgp_v1_[A-Za-z0-9_\-]{43}'
        examples: ['TOKEN=tgp_v1_yvj-6wsPc9gyxdCG4baxL-l0BKxMccQRSVg1UTDwT2K']
        counterexamples: ['tgp_v1_abc']
      - id: nvidia-key
        title: NVIDIA API key
        tier: certain
        prefixes: ['nvapi-']
        pattern: 'nvapi-[A-Za-z0-9_\-]{60,70}'
        examples: ['TOKEN=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']
        counterexamples: ['nvapi-abc']
      - id: cerebras-key
        title: Cerebras API key
        tier: certain
        prefixes: ['csk-']
        pattern: 'csk-[a-z0-9]{48}'
        examples: ['TOKEN=csk-fof3ysfiglquf4dk86yozrg9bvpwkccc7lsukygsuu5rfuwv']
        counterexamples: ['csk-abc']
      - id: tavily-key
        title: Tavily API key
        tier: certain
        prefixes: ['tvly-']
        pattern: 'tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}'
        examples: ['TOKEN=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']
        counterexamples: ['tvly-abc']
      - id: exa-key
        title: Exa API key
        tier: certain
        prefixes: ['exa-']
        pattern: 'exa-[A-Za-z0-9]{32,40}'
        examples: ['TOKEN=exa-xfqiwXMbg8Q1FiYbB1OhVAo9OTVZfyDXcJ']
        counterexamples: ['exa-abc']
      - id: firecrawl-key
        title: Firecrawl API key
        tier: likely
        prefixes: ['fc-']
        pattern: 'fc-[a-f0-9]{32}'
        examples: ['TOKEN=fc-a23c77afbb11c390500065759fae78a3']
        counterexamples: ['fc-abc']
      - id: e2b-key
        title: E2B API key
        tier: certain
        prefixes: ['e2b_']
        pattern: 'e2b_[a-f0-9]{40}'
        examples: ['TOKEN=e2b_0f6f7624a053505d5d6eecb7f554f7998491ff58']
        counterexamples: ['e2b_abc']
      - id: llamacloud-key
        title: LlamaCloud API key
        tier: certain
        prefixes: ['llx-']
        pattern: 'llx-[A-Za-z0-9]{44,60}'
        examples: ['TOKEN=llx-c33UVsqOAvxTVUQqAKsvpHhdjSwcEd9NzXBRkN2B2wrq']
        counterexamples: ['llx-abc']
      - id: voyage-key
        title: Voyage AI key
        tier: likely
        prefixes: ['pa-', 'al-']
        pattern: '(?:pa|al)-[A-Za-z0-9_\-]{43}'
        examples: ['TOKEN=pa-l1y25VM1vFIDOTbdYRBi3X-00IgOCcYP-Y0Ry3apzYQ']
        counterexamples: ['pa-abc']
      - id: jina-key
        title: Jina AI key
        tier: certain
        prefixes: ['jina_']
        pattern: 'jina_[A-Za-z0-9_\-]{60}'
        examples: ['TOKEN=jina_ikphTS4iz3fcTdwto12v_nb-vBoM703b9VteYHWk_yWbj-lsdR4TkP7IcJk4']
        counterexamples: ['jina_abc']
      - id: pinecone-key
        title: Pinecone API key
        tier: certain
        prefixes: ['pcsk_']
        pattern: 'pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,66}'
        examples: ['TOKEN=pcsk_Y5XrS_aEQggqqA0Mf25bYVFW0KHExkqlWaDhq3eCstChHNl4fbYgIr12Itl4sWJrrF79']
        counterexamples: ['pcsk_abc']
      - id: elevenlabs-key
        title: ElevenLabs API key
        tier: certain
        prefixes: ['sk_']
        pattern: 'sk_[a-f0-9]{48}'
        examples: ['TOKEN=sk_0c5c40c70d04d432877a6d514d93212c700def5dc9fe5181']
        counterexamples: ['sk_abc']
      - id: cartesia-key
        title: Cartesia API key
        tier: certain
        prefixes: ['sk_car_']
        pattern: 'sk_car_[A-Za-z0-9]{20,30}'
        examples: ['TOKEN=sk_car_yBsmdrV0zabOQKttDNoM']
        counterexamples: ['sk_car_abc']
      - id: runpod-key
        title: RunPod API key
        tier: certain
        prefixes: ['rpa_']
        pattern: 'rpa_[A-Z0-9]{40,44}[a-z0-9]{0,6}'
        examples: ['TOKEN=rpa_NTNK46D2X17F594HNCNJOQ16XA2BGZ8TZU9OKXTRPNrxr940']
        counterexamples: ['rpa_abc']
      - id: wandb-v1-key
        title: Weights & Biases key
        tier: certain
        prefixes: ['wandb_v1_']
        pattern: 'wandb_v1_[A-Za-z0-9_]{60,90}'
        examples: ['TOKEN=wandb_v1_Bytdba34APMyZ0CdypXKkeZi6KsTGRLj3BjxJ0_oQWlVULx9lJdI8Vz1guzi']
        counterexamples: ['wandb_v1_abc']
      - id: browserbase-key
        title: Browserbase key
        tier: certain
        prefixes: ['bb_live_', 'bb_test_']
        pattern: 'bb_(?:live|test)_[A-Za-z0-9_\-]{20,40}'
        examples: ['TOKEN=bb_live_zYM5Sewu4wHoKVPSgL_G3']
        counterexamples: ['bb_live_abc']
      - id: browser-use-key
        title: Browser Use key
        tier: likely
        prefixes: ['bu_']
        pattern: 'bu_[A-Za-z0-9_\-]{43}'
        entropy: 4.2
        examples: ['TOKEN=bu_wp0lNJzN1l64DwvYXhWRWcLovFNZikFUhEd1M9-eW9u']
        counterexamples: ['bu_abc']
      - id: mem0-key
        title: Mem0 API key
        tier: likely
        prefixes: ['m0-']
        pattern: 'm0-[A-Za-z0-9]{24,44}'
        examples: ['TOKEN=m0-SC5lnDPoG5Xyg4AKpb4QIo9U']
        counterexamples: ['m0-abc']
      - id: cursor-key
        title: Cursor API key
        tier: certain
        prefixes: ['key_']
        pattern: 'key_[a-f0-9]{64}'
        examples: ['TOKEN=key_bf7a5a7d9e0ef4b54f688c75f1221187215a3eb58f7254b055f28efe1e011ae3']
        counterexamples: ['key_abc']
      - id: key-hex
        title: API key behind key_
        tier: likely
        prefixes: ['key_']
        pattern: 'key_(?:[a-f0-9]{100,140}|[a-f0-9]{28,32})'
        examples: ['TOKEN=key_aa8df1be8b0c74161bb3e0fefbc08']
        counterexamples: ['key_abc']
      - id: devin-key
        title: Devin API key
        tier: certain
        prefixes: ['apk_']
        pattern: 'apk_(?:user_)?[A-Za-z0-9+/=]{60,160}'
        examples: ['TOKEN=apk_user_7Gd+bNhNuUfkqVZPOJZWfOXPcyo=4l4s9Ik3Evl4HSJh2OoOfW3ZW6epPIs2']
        counterexamples: ['apk_abc']
      - id: cog-key
        title: Cognition service key
        tier: certain
        prefixes: ['cog_']
        pattern: 'cog_[a-z0-9]{52}'
        examples: ['TOKEN=cog_152m2irz42cfrw5pg0z8qv6x1c3eo9inqk2wmfgph6gdgbdtbkrr']
        counterexamples: ['cog_abc']
      - id: coze-key
        title: Coze token
        tier: certain
        prefixes: ['pat_']
        pattern: 'pat_[A-Za-z0-9]{64}'
        examples: ['TOKEN=pat_gAmiLXscwTYcauuVHkqGY4logvCgNzYUxfXFjwb2Tuc7ORlkCNoWrJ598xRUsLq7']
        counterexamples: ['pat_abc']
      - id: modal-token
        title: Modal token
        tier: likely
        prefixes: ['ak-', 'as-']
        pattern: 'a[ks]-[A-Za-z0-9]{22}'
        examples: ['TOKEN=ak-saOtbWhHXJaBozNi9WHIdQ']
        counterexamples: ['ak-abc']
      - id: deno-token
        title: Deno Deploy token
        tier: certain
        prefixes: ['ddp_', 'ddo_']
        pattern: 'dd[po]_[A-Za-z0-9]{36}'
        examples: ['TOKEN=ddp_Y3wUbVmo9HCakrjIkDtIH4pZUDgtMcu8XF4j']
        counterexamples: ['ddp_abc']
      - id: friendli-token
        title: Friendli token
        tier: certain
        prefixes: ['flp_']
        pattern: 'flp_[A-Za-z0-9]{46,50}'
        examples: ['TOKEN=flp_HGZauPSsk8wwTOZxKl6kOMUYQgX5YAb0T4xYp8QU5ZtLOLKM']
        counterexamples: ['flp_abc']
      - id: salad-key
        title: SaladCloud key
        tier: certain
        prefixes: ['salad_cloud_user_']
        pattern: 'salad_cloud_user_[A-Za-z0-9]{40,60}'
        examples: ['TOKEN=salad_cloud_user_Vnt0XnPh37pcHewnNQOvDTMJmAGqRjkBxYBlV3X9']
        counterexamples: ['salad_cloud_user_abc']
      - id: inngest-key
        title: Inngest signing key
        tier: certain
        prefixes: ['signkey-']
        pattern: 'signkey-(?:prod|test|branch)-[a-f0-9]{64}'
        examples: ['TOKEN=signkey-prod-010a537a268b7f7472e5f4509ec2817b6215aa6ab271dfedce991b2aabec6240']
        counterexamples: ['signkey-abc']
      - id: triggerdev-key
        title: Trigger.dev key
        tier: certain
        prefixes: ['tr_dev_', 'tr_prod_', 'tr_pat_', 'tr_stg_']
        pattern: 'tr_(?:dev|prod|pat|stg)_[A-Za-z0-9]{20,40}'
        examples: ['TOKEN=tr_dev_s5q9Tmf2mmPFx067KHHlz']
        counterexamples: ['tr_dev_abc']
      - id: composio-key
        title: Composio key
        tier: likely
        prefixes: ['ak_', 'ck_']
        pattern: '[ac]k_[A-Za-z0-9_]{18,24}'
        examples: ['TOKEN=ak_eCTsL0JDCkH0lctNuVv4']
        counterexamples: ['ak_abc']
      - id: hackclub-key
        title: Hack Club key
        tier: certain
        prefixes: ['sk-hc-v1-']
        pattern: 'sk-hc-v1-[a-f0-9]{60,70}'
        examples: ['TOKEN=sk-hc-v1-ef5e34175b6efaee1f9964613e802f60ab53abf56789475e07ebf3c477e1cf']
        counterexamples: ['sk-hc-v1-abc']
      - id: gamma-key
        title: Gamma API key
        tier: certain
        prefixes: ['sk-gamma-']
        pattern: 'sk-gamma-[A-Za-z0-9]{32,60}'
        examples: ['TOKEN=sk-gamma-jD8uCImns0NZ7D8Ja5mPci54Iph6nIKpHi']
        counterexamples: ['sk-gamma-abc']
      - id: ai71-key
        title: AI71 key
        tier: certain
        prefixes: ['ai71-api-']
        pattern: 'ai71-api-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
        examples: ['TOKEN=ai71-api-18866822-8a07-3c52-91fc-eb3fe6b2950f']
        counterexamples: ['ai71-api-abc']
      - id: cohere-key
        title: Cohere API key
        tier: likely
        keywords: ['cohere', 'co_api']
        pattern: '[A-Za-z0-9]{40}'
        examples: ['cohere_key = "JtGEgmFoMuBngqPQADWdox72icAlYppXIoPX9io9"']
        counterexamples: ['cohere is a service']
      - id: mistral-key
        title: Mistral API key
        tier: likely
        keywords: ['mistral']
        pattern: '[A-Za-z0-9]{32}'
        examples: ['mistral_key = "2wL0PUwGFaK2xUSyhPrBTTnOn8QbFVlW"']
        counterexamples: ['mistral is a service']
      - id: deepgram-key
        title: Deepgram API key
        tier: likely
        keywords: ['deepgram']
        pattern: '[a-f0-9]{40}'
        examples: ['deepgram_key = "158e651f5584ec895dfdcbc779b55ba521a9f31b"']
        counterexamples: ['deepgram is a service']
      - id: assemblyai-key
        title: AssemblyAI API key
        tier: likely
        keywords: ['assemblyai', 'assembly_ai']
        pattern: '[a-f0-9]{32}'
        examples: ['assemblyai_key = "a08cc05b95c07797ad1368dd75211b91"']
        counterexamples: ['assemblyai is a service']
      - id: stability-key
        title: Stability AI key
        tier: likely
        keywords: ['stability', 'stabilityai']
        pattern: 'sk-[A-Za-z0-9]{48}'
        examples: ['stability_key = "sk-BcetaSIf3BjjfkeLj3z5TIw8Sz8K2sus8qIBLusGiDy5iiEC"']
        counterexamples: ['stability is a service']
      - id: ai21-key
        title: AI21 key
        tier: likely
        keywords: ['ai21']
        pattern: '(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[A-Za-z0-9]{32})'
        examples: ['ai21_key = "13d8ba38-16b4-baac-1641-1d2aee97b5e5"']
        counterexamples: ['ai21 is a service']
      - id: wandb-key
        title: Weights & Biases key
        tier: likely
        keywords: ['wandb']
        pattern: '[a-f0-9]{40}'
        examples: ['wandb_key = "73e14cc0c85c045c445bcb9775471d68300a5e7d"']
        counterexamples: ['wandb is a service']
      - id: fal-key
        title: fal.ai key
        tier: likely
        keywords: ['fal_key', 'falai', 'fal.ai', 'fal-api', 'fal_api']
        pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}:[a-f0-9]{32}'
        examples: ['fal_key_key = "4ac2da03-40b8-af8a-c8be-8615ce36299d:f7ab69a7d47189b20de1125aeed5ea48"']
        counterexamples: ['fal_key is a service']
      - id: clarifai-key
        title: Clarifai key
        tier: likely
        keywords: ['clarifai']
        pattern: '[a-f0-9]{32}'
        examples: ['clarifai_key = "7fcc3f455e08a14ec25942a8b542731b"']
        counterexamples: ['clarifai is a service']
      - id: azure-openai-key
        title: Azure OpenAI or AI services key
        tier: likely
        keywords:
          ['azure_openai', 'azureopenai', 'azure_face', 'cognitive', 'azure_speech', 'azure_translator', 'speech_key', 'translator_key',
           'spatial_anchors', 'ocp-apim-subscription-key', 'apim']
        pattern: '(?:[a-f0-9]{32}|[A-Za-z0-9]{84})'
        examples: ['azure_openai_key = "9d2b877454457d6a854aa3d8e5c28e51"']
        counterexamples: ['azure_openai is a service']
      - id: moonshot-key
        title: Moonshot key
        tier: likely
        keywords: ['kimi', 'moonshot', 'siliconflow']
        pattern: 'sk-[A-Za-z0-9]{48}'
        examples: ['kimi_key = "sk-jvP4OdKgt08H2z6zf6S1ODnyF0Q0qlT3L8IS6oQNXmZd0U1S"']
        counterexamples: ['kimi is a service']
      - id: vastai-key
        title: Vast.ai key
        tier: likely
        keywords: ['vast']
        pattern: '[a-f0-9]{64}'
        examples: ['vast_key = "b431e202fb2426d504dbe48f5a9112eb7efba66a0fbc031ecd88f18282476d6d"']
        counterexamples: ['vast is a service']
      - id: lighton-key
        title: LightOn key
        tier: likely
        keywords: ['lighton']
        pattern: '[A-Za-z0-9]{40,60}'
        examples: ['lighton_key = "tRsOSM0qP6JVDpFabkzoW1XWzO8bWTwfVu1hwlqQ"']
        counterexamples: ['lighton is a service']
      - id: upstage-key
        title: Upstage key
        tier: likely
        keywords: ['upstage']
        pattern: '[A-Za-z0-9_]{36,60}'
        examples: ['upstage_key = "JT2Gig21pJnLNFp4mEL3Cm7GCO7nzfwGtUoUq"']
        counterexamples: ['upstage is a service']
      - id: baseten-key
        title: Baseten key
        tier: likely
        keywords: ['baseten']
        pattern: '[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}'
        examples: ['baseten_key = "2bZuMLJT.Yn255aRxyLt8neAMcp0o2SSlg7aYaEha"']
        counterexamples: ['baseten is a service']
      - id: zhipu-key
        title: Zhipu or Ollama key
        tier: likely
        keywords: ['zhipu', 'bigmodel', 'glm_', 'ollama']
        pattern: '[a-f0-9]{32}\.[A-Za-z0-9_\-]{16,24}'
        examples: ['zhipu_key = "fe69b9217721991395d508501817c3d3.sXrNJqcnIzM2sYbBHW"']
        counterexamples: ['zhipu is a service']
      - id: dify-key
        title: Dify key
        tier: likely
        keywords: ['dify']
        pattern: '(?:app|dataset)-[A-Za-z0-9]{24}'
        examples: ['dify_key = "dataset-WxQsO84KMhqeFvf2i6RZL6Ae"']
        counterexamples: ['dify is a service']
      - id: minimax-key
        title: MiniMax key
        tier: likely
        keywords: ['minimax']
        pattern: '[A-Z0-9-]{30,50}'
        examples: ['minimax_key = "HWECYSH4YEWIHXFNACZZ2D9U9PL0PW87"']
        counterexamples: ['minimax is a service']

    """#
}

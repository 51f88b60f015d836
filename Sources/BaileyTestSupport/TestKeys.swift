/// Keys for tests only, made with openssl, and a bundle that Python and openssl made and signed with the RSA key.
package enum TestKeys {
  package static let rsaPrivate = """
    -----BEGIN PRIVATE KEY-----
    MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCv2phsWqbspABl
    N0SaprjdM2xfdlXQlUBqGcyc59K/fgw+vwRJ8I2tSGOluwgTPiaAjdoKUdNnBKmf
    pXTlqZFCFQPZJF470gPpx4hGUDTFy4jPxD05pYXfeYpGaSlpRSQ2MrU07NvPtR5d
    4aTI3D0bPr5+bWudKtoP1Nb8Ry9om89bp/kQvVkduRwzG4fT/JYFIAEbCqeLPjAF
    Jn4slwOaal99xlvB0EylfbrMrrcXrwHEkRC9biGyjqwWbkhsQW/EmqMNZoUxwpnm
    IIEmMybOC0pfJEgQvvd79GxWRoqq4lf7X92YpE4lVreCDnORxc142Z/lzi18QyW6
    Np8t0F5xAgMBAAECggEAFoDYIYGGO+EOxeUJK+sq2++hLiQj/iGjURCFHQ0TbHrS
    UVM7VsToNGT/j208Ls40uh2s6cYn0daIaEwRhfQpiPXMfMSJJImPA6MLfsfzwN33
    X3MCzLYwR/UzKyh46qY06JSbmK64wD8yqBvgbO22Ch8A3IffDgk2R3Fao4TufanA
    VDxFeCF+we/zpwggcObiicC7Ekm//1ELuKPvYFBYSlu2o76Yytc8aw5/cSN7dGsn
    iPatMNEcNd78UqCF9vMXg9768XBsZ//ZEHSnVo6ckHmngMHqN+BEOiAI6Q4zNIlm
    srA1S+jVh7TbZTqfr88bqxMZmbrF55yJ+4vNfAstWQKBgQDWiVfNoDuKwqbergKy
    p1cRDOTKZU7lRTJzDE0i19TiwWxlXJ1uA/V44/onBbnFaZ2dJdIBvnSzWL/imnvR
    fssjY/fP/jCzXKK5XBIY5/U8n73BKYuiC/Wi2t3n9OsaRHtl2/pO2HjP6O9cgrD+
    wbLmwP9Ik2XXN+IDJZiKkCxxHQKBgQDR11jFhMbjW/M5Uryxba+YNiyRI+9eTSgr
    2W8NVNvARllDTMIKzbY4MLhTLnxKSFLuouv8rlkUwoDdjROU53o4z9rb9cGZeFHr
    2tmW7NE51Xe84EP0+ofKK4b4llCrw68dln5rv/etp9smXo62G7ynIOW4v5mpZBD8
    +Ih/jOhWZQKBgQCPgEzf+Sb6uRsfZivdzns5p3M+QqeUSkXlmLvb65y1lIXqAxo2
    5aUDmRLRmU3a07ueyxZ/HiM3d8zaSVU7G2HLqWmwkamHwBYEgKaGTFnIlF074ItK
    +E71AQtfxX6hEl+sEYmLxdaB06CQM8cqkOwW18+qfxWm8PVX/4TaYnenrQKBgQCo
    HuutnHqoj/PnmmU5llKYFddRFcRi/lhQAW3a9YD2pKZBqE7SzwvOKyKS6myEKzve
    m8OMd7dBTbBnUO8+XtLqj4Wes2A/8ElaOMYaCHR87I15Uwi/TrXagVMq+Wt6olY7
    02ZIN85dYF3RePLH7qMQF+hVQ5T+RQDjXNAnuSIwjQJ/Ub22vUMSI9XJcZrX00rK
    j1tGxmp9NAj4Sl1Klr8JV6BfGeDhms2cUOdO9QS/s2zyw0qVsm5HjuehRp4nMwOt
    WttNWZFR4qH77xb/q2yPnTKafpHRmI5sIcBiYJCJe5VUMLqP8nbhpy8jqYtqk/OH
    +u3KA2nzyiYfCVS4CISr3Q==
    -----END PRIVATE KEY-----
    """

  package static let rsaPublic = """
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr9qYbFqm7KQAZTdEmqa4
    3TNsX3ZV0JVAahnMnOfSv34MPr8ESfCNrUhjpbsIEz4mgI3aClHTZwSpn6V05amR
    QhUD2SReO9ID6ceIRlA0xcuIz8Q9OaWF33mKRmkpaUUkNjK1NOzbz7UeXeGkyNw9
    Gz6+fm1rnSraD9TW/EcvaJvPW6f5EL1ZHbkcMxuH0/yWBSABGwqniz4wBSZ+LJcD
    mmpffcZbwdBMpX26zK63F68BxJEQvW4hso6sFm5IbEFvxJqjDWaFMcKZ5iCBJjMm
    zgtKXyRIEL73e/RsVkaKquJX+1/dmKROJVa3gg5zkcXNeNmf5c4tfEMlujafLdBe
    cQIDAQAB
    -----END PUBLIC KEY-----
    """

  package static let ecPrivate = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOWBV20nWni6ZWOHX
    8HdqcXTbbYEQLZ3OpLrV/d8JXrahRANCAASoYIRVaI++yOU2mSkzvpKPbBc0Ryvd
    zgtsKbuWWOPSqo3ZimoLidtMhglzhux5Q0D0NCPWBtD7RLyNqgMOqq/3
    -----END PRIVATE KEY-----
    """

  package static let ecPublic = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqGCEVWiPvsjlNpkpM76Sj2wXNEcr
    3c4LbCm7lljj0qqN2YpqC4nbTIYJc4bseUNA9DQj1gbQ+0S8jaoDDqqv9w==
    -----END PUBLIC KEY-----
    """

  package static let edPrivate = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIBsqPBVl/p/GBVSm1oMtkI/D1FU9suuoFp2ZZKBQSq25
    -----END PRIVATE KEY-----
    """

  package static let edPublic = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEA7BTfQtZfYWfd0e8NFwIvG4ZnHBxcKU8HwXgGRFbYyLM=
    -----END PUBLIC KEY-----
    """

  package static let otherPublic = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAT6ye0soMDap8kH/03fLbfBu9Ip8dqg9aCSZA1gEaB4s=
    -----END PUBLIC KEY-----
    """

  package static let foreignBundle = """
    H4sIAAAAAAACA+2XW2+jOBiGc91fEXG9bTmnqTQXSTgMBExJINQerSoClDMkgXAa7X9fmo40ms7FrlaajrT1IyGDbcnvZ+v193Hr\
    u7V7k1RlMfllkCM8y17akbctSVL09/dL/4ynqcmUnLwD56p2T+OSk4/JV8J7Dol76q+rCeYDcnuTu0X8HFT1b/Q/w//kf4bG/n8f\
    /5+CJq7isiDuiRnxB3Eqy7oi7r8QxJ/4TvgA/t/fHm5OQVhOfqP/2Z/yP8Px2P/vwcH1UjcMpvurKzfLynYaP08vJeFYFkw/fZpS\
    +A74n+f/Kg4Ltz6fgupX/Qb8g/8pnnuT/ymKmuH6/53y//fzJ+6nX4igV6O97MVGrG7tQaFArM5vxs7cdbrM6xVekeqZknPR3rHH\
    SYsYyRIJt9zRo+dnJW5DJY8ijw5fx6xFD4R0MAST1IeUAok3GNYuNaywg1ZIwiHsgKBQSPAz3VFjSNsUyKUECGqEEpsB+S5BssIY\
    AqSgtWiBtcn0XqmU1YtIv/HyjHRl8rKWTUZLzXoVrK2WP2jUcira51mOHgH5ViPMUT5q6UEOWUDDDg4LZtRJ684uBQOKQCIOwMpS\
    aIk0cExWF/QO0rDXHZ0c42tRorcoV9OXWNCo2xBsFv4HjTCet1qhZoi+i7XVInZlaXBX436vlMGQTdZwYA8ckYFD2sN8k+iOSQNL\
    7JC8i+Bg0oYg0kjwxvFdolspCQY4xuFngFZoJOvjt5rDBESGo/eGZdOv+yBViJ737uOm3G9f1lKtrSjWejKOF5R/0UHvONcxv531\
    LoePu8pfXeI7wMdLfweGRasLr8+zeWPwldpEnMhe++HhtIn0o9MW14rCstKy0cySJ1HadtG+bUQ1ac9VZczc9qEA0KDRKnMSixKX\
    3lLaBufS9uL2cOb45+HooIKqr8/SPJBOx/GEGmXdZ22kUd2DmoSDKhe9wAe7J8Mwk9UsqDVl//CUpulm6aGkgE/BWqg16BubdSSu\
    F2Ys75x4XeZ+lluKdypaco7cTKtVxid7JDUHLlZ2zHYfPib+neV0K33O+w8eOrXqIVjPWdlg0jtIVw+dKQRC04ClJW2YeWKDRE6v\
    BzZvgqPGXNstJVfx4K+cz57qcXdh2+SnYF59FqDCD7TC1dax5VjPvLNKN1qzdhtYJbOXlRlZLZDWHvOnrcJJg9OOBTnOVxgMBoPB\
    YDAYDAaDwWAwGAwGg/l3/A22rHOPACgAAA==
    """
}

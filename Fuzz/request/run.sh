#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
egress=$sources/BaileyEgress
set --
module BaileyCore "$sources"/BaileyCore/*.swift
# Refusals are made of errors that no request of this fuzzer has.
echo 'enum RequestHeadError: String, Error { case none }' > "$work/RequestHeadError.swift"
for name in BodyPreview CallFacts CanonicalTarget CredentialFields GitPush GraphQLDocument GraphQLLexer PathAmbiguity PathSegment QueryString \
  Refusal+Rules RequestLimits; do
  set -- "$@" "$egress/Request/$name.swift"
done
build "$@" "$egress"/Learn/*.swift "$egress"/Session/Refusal.swift "$egress"/Session/EgressRules.swift \
  "$egress"/Resolve/NameResolver.swift "$egress"/HTTP/HTTPToken.swift "$work/RequestHeadError.swift"
run -max_len=4096

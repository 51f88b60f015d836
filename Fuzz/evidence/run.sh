#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
module BaileyCore "$sources"/BaileyCore/*.swift
module BaileyMerkle "$sources"/BaileyMerkle/*.swift
module BaileyEvidence "$sources"/BaileyEvidence/*.swift
build
run -max_len=16384

#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
module BaileyMerkle "$sources"/BaileyMerkle/*.swift
build
run -max_len=4096

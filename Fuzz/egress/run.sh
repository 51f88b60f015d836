#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
build_egress
run_checked -max_len=4096

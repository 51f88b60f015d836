#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
build_inspection
run_checked -max_len=8000

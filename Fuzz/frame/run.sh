#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
module BaileyCore "$sources"/BaileyCore/*.swift
# Frames and messages only: they read no socket, and need of BaileyLinux no more than a descriptor's close.
cat > "$work/Descriptor.swift" <<'SWIFT'
package struct Descriptor: ~Copyable, Sendable {
  package init(owning descriptor: Int32) {}
}
SWIFT
module BaileyLinux "$work/Descriptor.swift"
module BaileyWire "$sources"/BaileyWire/Frames/*.swift "$sources"/BaileyWire/Messages/*.swift
build
run -max_len=8192

#!/bin/sh
# 20,000 deterministic mutations of the seeds in FuzzTests.swift; the same bytes in every run.
exec swift test --filter "BaileyEgressTests.FuzzTests/httpHead"

#!/usr/bin/env bash
# Measures the cryptography against the machine's OpenSSL, in turns, and writes the tables of docs/performance.md: once with all
# the processor has, once with AVX2 only for both. Takes about six minutes, and an otherwise idle machine.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

dotnet build benchmarks -c Release -v quiet -clp:NoSummary
benchmarks=benchmarks/bin/Release/net10.0/Benchmarks.dll
dotnet "$benchmarks" compare "$results/all"
# Word 2 of OPENSSL_ia32cap is leaf 7's EBX: without AVX-512's F, DQ, IFMA, CD, BW and VL, and without the SHA instructions,
# which .NET does not offer.
DOTNET_EnableAVX512=0 OPENSSL_ia32cap=:~0xf0230000 dotnet "$benchmarks" compare "$results/avx2"
dotnet "$benchmarks" report "$results/all" "$results/avx2" docs/performance.md

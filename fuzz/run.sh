#!/usr/bin/env bash
# fuzz/run.sh TARGET SECONDS [RANDOM-SEED]; without arguments it lists the targets.
set -euo pipefail
cd "$(dirname "$0")"
dotnet build -c Release -v quiet -clp:NoSummary
if [ $# -eq 0 ]; then set -- list; fi
exec dotnet bin/Release/net10.0/LucidSsh.Fuzz.dll "$@"

#!/usr/bin/env bash
# The one test command: restore, build without warnings, run every test.
set -euo pipefail
cd "$(dirname "$0")"
dotnet build Protocol.sln -c Release -v quiet
dotnet test tests -c Release --no-build

#!/usr/bin/env bash
# The one test command: restore, build without warnings, run every test. As root on a Debian-like machine it installs the real
# peers the tests talk to; elsewhere it leaves those tests out and says so.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# program, Debian package, trait of the tests that need it
peers=(
  "ssh openssh-client OpenSsh"
  "/usr/sbin/sshd openssh-server OpenSsh"
  "/usr/lib/openssh/sftp-server openssh-sftp-server OpenSsh"
  "dropbear dropbear-bin Dropbear"
  "curl curl Curl"
  "openssl openssl OpenSsl"
  "tshark tshark Tshark"
  "ssh-audit ssh-audit SshAudit"
  "chromium chromium Chromium"
  "puttygen putty-tools Putty"
  "plink putty-tools Putty"
  "krb5kdc krb5-kdc Kerberos"
  "kadmin.local krb5-admin-server Kerberos"
  "kinit krb5-user Kerberos"
  "script bsdutils Terminal"
  "danted dante-server Proxy"
  "tinyproxy tinyproxy Proxy"
)

packages=()
for peer in "${peers[@]}"; do
  read -r program package _ <<<"$peer"
  command -v "$program" >/dev/null || packages+=("$package")
done
if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "test.sh: installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

filter="Kind!=Long"
missing=()
for peer in "${peers[@]}"; do
  read -r program package trait <<<"$peer"
  if ! command -v "$program" >/dev/null; then
    missing+=("$program ($package)")
    [[ "$filter" == *"Peer!=$trait"* ]] || filter="$filter&Peer!=$trait"
  fi
done

# The machine code that the tests read (tests/Disassembly) is x64's; the vectorised part of it takes a machine with the vectors.
left_out=()
[[ "$(uname -m)" == x86_64 ]] || { left_out+=("the machine code of the cryptography (not an x64 machine)"); filter="$filter&Processor!=X64"; }
grep -qw avx2 /proc/cpuinfo 2>/dev/null || { left_out+=("its AVX2 code"); filter="$filter&Processor!=Avx2"; }
grep -qw avx512vl /proc/cpuinfo 2>/dev/null || { left_out+=("its AVX-512 code"); filter="$filter&Processor!=Avx512"; }

dotnet build Protocol.sln -c Release -v quiet -clp:NoSummary
dotnet test tests -c Release --no-build --filter "$filter" "$@"
# The cryptography once more without the processor's vector and AES instructions: the portable paths as the library picks them.
DOTNET_EnableHWIntrinsic=0 dotnet test tests -c Release --no-build --filter "FullyQualifiedName~LucidSsh.Tests.Crypto&FullyQualifiedName!~Crypto.Keys&$filter"

for peer in "${missing[@]}"; do
  left_out+=("every test against $peer")
done
for test in "${left_out[@]}"; do
  echo "########## LEFT OUT: $test, which this machine does not have ##########"
done

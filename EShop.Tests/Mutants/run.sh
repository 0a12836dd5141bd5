#!/usr/bin/env bash
# Takes one protection after the other out of a copy of the shop, and shows that the test which its patch names goes red.
# Called by ./eshop mutants [NAME…]; a name is that of a patch beside this file.
set -uo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
copy=$(mktemp -d "${TMPDIR:-/tmp}/eshop-mutants-XXXXXX")
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM

build() {
  (cd "$copy" && dotnet build EShop.Tests -v q --nologo -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false -p:Precompile=false -p:TreatWarningsAsErrors=false) > "$copy/build.log" 2>&1
}

# Runs tests, and says how many ran and how many of them failed; "none" where nothing ran.
run() {
  local filters=() test
  for test; do case ${test##*.} in *_*) filters+=(-method "$test") ;; *) filters+=(-method "$test.*") ;; esac; done
  (cd "$copy" && timeout 900 dotnet EShop.Tests/bin/Debug/net10.0/EShop.Tests.dll -noColor "${filters[@]}") > "$copy/test.log" 2>&1
  sed -n 's/.*Total: \([0-9]*\), Errors: \([0-9]*\), Failed: \([0-9]*\), Skipped: [0-9]*, Not Run: \([0-9]*\).*/\1 \2 \3 \4/p' "$copy/test.log" | tail -1 |
    awk '{ ran = $1 - $4; if (ran > 0 && $2 == 0) { print ran, $3; said = 1 } } END { if (!said) print "none" }'
}

killer() { sed -n 's/^Killed by: //p' "$1"; }

names=("$@")
[ ${#names[@]} -gt 0 ] || for patch in "$home"/EShop.Tests/Mutants/*.patch; do names+=("$(basename "$patch" .patch)"); done
for name in "${names[@]}"; do
  [ -f "$home/EShop.Tests/Mutants/$name.patch" ] || { echo "There is no mutant '$name': they are the patches in EShop.Tests/Mutants."; exit 2; }
done

(cd "$home" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - 2> /dev/null) | tar -x -C "$copy"
echo "Building a copy without a mutation, in which each of the tests has to be green."
build || { cat "$copy/build.log"; echo "The copy does not build."; exit 1; }
tests=()
for name in "${names[@]}"; do tests+=("$(killer "$home/EShop.Tests/Mutants/$name.patch")"); done
said=$(run $(printf '%s\n' "${tests[@]}" | sort -u))
case $said in none | *' '[1-9]*) grep -E '\[FAIL\]|Total' "$copy/test.log"; echo "Without a mutation: ${said/ / ran, } failed. Those have to be green first."; exit 1 ;; esac
echo "Green: ${said% *} tests."

died=0 lived=0
for name in "${names[@]}"; do
  patch=$home/EShop.Tests/Mutants/$name.patch test=$(killer "$home/EShop.Tests/Mutants/$name.patch")
  if ! (cd "$copy" && git apply "$patch" 2> "$copy/apply.log"); then
    verdict="LIVES  $name: the patch does not apply"
  else
    since=$SECONDS
    if ! build; then
      verdict="LIVES  $name: it does not build: $(grep -m1 error "$copy/build.log")"
    else
      said=$(run "$test")
      case $said in
        none) verdict="LIVES  $name: $test did not run" ;;
        *' 0') verdict="LIVES  $name: $test stays green" ;;
        *) if grep -q 'fixture type' "$copy/test.log"; then verdict="LIVES  $name: the shop does not start with it"; else verdict="dies   $name: $test ($((SECONDS - since)) s)"; fi ;;
      esac
    fi
    (cd "$copy" && git apply -R "$patch")
  fi
  echo "$verdict"
  case $verdict in dies*) died=$((died + 1)) ;; *) lived=$((lived + 1)) ;; esac
done
echo "${#names[@]} mutants: $died died, $lived live"
[ "$lived" = 0 ]

#!/usr/bin/env bash
# ./eshop mutants [--no-baseline] [NAME…]
# Takes one protection at a time out of a copy of the repository, and shows which test goes red. The product has no switch for it: a mutant is a patch.
set -euo pipefail

mutants=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$mutants/../.." && pwd)
# Runs beside every mutant and has to stay green: a service that does not start makes every test red, and proves nothing.
up=Every_service_is_up

die() { echo "$*" >&2; exit 1; }
says() { sed -n "s/^# $2: //p" "$mutants/$1.patch"; }

all=$(cd "$mutants" && for patch in *.patch; do echo "${patch%.patch}"; done)
baseline=1 names=
for argument; do
  case $argument in
    --no-baseline) baseline= ;;
    *) [ -f "$mutants/$argument.patch" ] || die "There is no mutant '$argument'. There are: ${all//$'\n'/ }"; names="$names $argument" ;;
  esac
done
[ -n "$names" ] || names=$all

copy=$(mktemp -d "${TMPDIR:-/tmp}/eshop-copy.XXXXXX")
log=$copy/run.log kept=$copy/kept
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
trap 'echo "Ended from outside." >&2; exit 143' TERM

# What git knows, with what is not committed yet. The precompiled packages are the same everywhere, and a minute of work.
(cd "$home" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do if [ -f "$file" ]; then printf '%s\0' "$file"; fi; done | tar -cf - --null -T -) |
  tar -xf - -C "$copy"
[ ! -d "$home/obj/precompiled" ] || { mkdir -p "$copy/obj" && cp -R "$home/obj/precompiled" "$copy/obj/"; }

# A patch is applied to the copy as to any folder, also where that lies inside a repository.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CEILING_DIRECTORIES=${copy%/*}
patch_() { git -C "$copy" apply "$@" > "$log" 2>&1; }

build() {
  dotnet build "$@" -v q --nologo -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false -p:TreatWarningsAsErrors=false -p:RunAnalyzers=false > "$log" 2>&1
}

# Builds the one project that a patch is of, and puts its assembly wherever the build had put it. What others see of it (its reference assembly) must not change, or they would have
# to be built as well: then everything is.
mutate() {
  project=$(dirname "$(sed -n 's|^+++ b/||p' "$mutants/$1.patch" | head -n 1)")
  while ! compgen -G "$copy/$project/*.csproj" > /dev/null; do project=$(dirname "$project"); done
  assembly=$(basename "$(compgen -G "$copy/$project/*.csproj")" .csproj).dll
  rm -rf "$kept" && mkdir "$kept"
  cp "$copy/$project/obj/Debug/net10.0/ref/$assembly" "$kept/ref.dll"
  cp "$copy/$project/bin/Debug/net10.0/$assembly" "$kept/$assembly"
  build "$copy/$project" --no-restore -p:BuildProjectReferences=false || return 1
  if cmp -s "$copy/$project/obj/Debug/net10.0/ref/$assembly" "$kept/ref.dll"; then
    cp "$copy/$project/bin/Debug/net10.0/$assembly" "$kept/mutant.dll"
    everywhere "$kept/mutant.dll"
  else
    build "$copy/EShop.Tests" --no-restore
  fi
}

everywhere() { find "$copy" -path "*/net10.0/$assembly" ! -path '*/ref/*' ! -path '*/refint/*' -exec cp "$1" {} \;; }

# As it was. Where everything was built, everything is built again.
restore() {
  patch_ -R "$mutants/$1.patch"
  if cmp -s "$copy/$project/obj/Debug/net10.0/ref/$assembly" "$kept/ref.dll"; then everywhere "$kept/$assembly"; else build "$copy/EShop.Tests" --no-restore; fi
}

# Whether a test runs in the other shop, which has to be up as well.
is_troubled() {
  local class=${1%.*}
  grep -rh -B 1 --include='*.cs' "class ${class##*.}[(]" "$home/EShop.Tests" | grep -q 'nameof(Troubled)'
}

# Runs tests, and fails where no result came of it. One that hangs is ended, where the machine can do that.
tests() {
  local filters=(-method "EShop.Tests.Hosting.ShopTests.$up") test limit=
  for test; do
    filters+=(-method "$test")
    ! is_troubled "$test" || filters+=(-method "EShop.Tests.Hosting.TroubledShopTests.$up")
  done
  ! command -v timeout > /dev/null || limit='timeout --foreground 900'
  (cd "$copy" && $limit dotnet EShop.Tests/bin/Debug/net10.0/EShop.Tests.dll -noColor "${filters[@]}") > "$log" 2>&1 || true
  grep -q 'Total: ' "$log"
}

is_red() { grep -F "$1" "$log" | grep -q '\[FAIL\]'; }

# Why it could not be tried, with what was said last.
untried=0
cannot() {
  printf 'ERROR  %-28s %s\n' "$1" "$2"
  grep -E 'error|\[FAIL\]|Total: ' "$log" | sort -u | tail -n 20 | sed 's/^/         /'
  untried=$((untried + 1))
}

echo "Building a copy."
build "$copy/EShop.Tests" || { tail -n 20 "$log"; die "It does not build as it is."; }

if [ -n "$baseline" ]; then
  killers=$(for name in $names; do says "$name" 'Killed by'; done | sort -u)
  tests $killers || { tail -n 20 "$log"; die "The tests do not run as it is."; }
  for test in ".$up" $killers; do ! is_red "$test" || { cat "$log"; die "Red already, with every protection in its place: $test"; }; done
fi

died=0 live=0
for name in $names; do
  SECONDS=0 killer=$(says "$name" 'Killed by')
  patch_ "$mutants/$name.patch" || { cannot "$name" 'does not apply'; continue; }
  if ! mutate "$name"; then cannot "$name" 'does not build'
  elif ! tests "$killer"; then cannot "$name" 'does not run'
  elif is_red "$up"; then cannot "$name" 'does not start'
  elif ! grep -qE 'Total: ([2-9]|[0-9]{2,}),.*Errors: 0,.*Not Run: 0,' "$log"; then cannot "$name" 'ran no test, or not to its end'
  elif is_red "$killer"; then printf 'dies   %-28s %s (%d s)\n' "$name" "${killer#EShop.Tests.}" "$SECONDS"; died=$((died + 1))
  else printf 'LIVES  %-28s %s (%d s)\n' "$name" "${killer#EShop.Tests.}" "$SECONDS"; live=$((live + 1))
  fi
  restore "$name"
done

echo "$((died + live + untried)) mutants: $died died, $live live$([ $untried = 0 ] || echo ", $untried could not be tried")"
[ $((live + untried)) = 0 ]

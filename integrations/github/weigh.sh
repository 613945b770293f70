#!/usr/bin/env bash
# The work of the action: every step is run, then the worst answer counts. See action.yml for the variables.
set -uo pipefail

say() { printf '%s\n' "$*"; }

# Names of files are the repository's. Between these two lines the runner takes no output for a command of its own.
quiet_token="weighbridge-$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')"
say "::stop-commands::$quiet_token"
trap 'say "::$quiet_token::"' EXIT

mapfile -t targets < <(printf '%s\n' "$TARGETS" | sed '/^[[:space:]]*$/d')
if [ "${#targets[@]}" -eq 0 ]; then
  say "weighbridge: no targets are named"
  exit 2
fi
REPORTS="${REPORTS:-${RUNNER_TEMP:-/tmp}/weighbridge-reports}"
mkdir -p -- "$REPORTS" || exit 2

# No settings, unless some are named: those of a repository must not decide how it is judged.
config="${CONFIG:-/dev/null}"

failed=0 erred=0 unknown=0
count() {
  case "$1" in
    0) ;;
    1) failed=1 ;;
    3) unknown=1 ;;
    *) erred=1 ;;
  esac
}

scan=(--config "$config" --output "sarif=$REPORTS/scan.sarif" --output "markdown=$REPORTS/scan.md" --output text=-)
if [ -n "$POLICY" ]; then
  scan+=(--exit-zero) # the policy decides
fi
weighbridge scan "${scan[@]}" -- "${targets[@]}"
count $?

if [ -n "$LOCK" ] && [ -f "$LOCK" ]; then
  weighbridge verify --config "$config" --lock "$LOCK"
  count $?
fi

if [ -n "$POLICY" ]; then
  check=(--policy "$POLICY" --config "$config" --output text=- --output "sarif=$REPORTS/policy.sarif")
  check+=(--output "json=$REPORTS/policy.json" --output "markdown=$REPORTS/policy.md")
  if [ -n "${SIGNERS:-}" ]; then
    check+=(--signers "$SIGNERS")
  fi
  weighbridge policy check "${check[@]}" -- "${targets[@]}"
  count $?
fi

code=0 result=pass
if [ "$failed" -eq 1 ]; then
  code=1 result=fail
elif [ "$erred" -eq 1 ]; then
  code=2 result=error
elif [ "$unknown" -eq 1 ]; then
  code=3 result=inconclusive
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  for part in policy scan; do
    if [ -f "$REPORTS/$part.md" ]; then
      cat -- "$REPORTS/$part.md" >> "$GITHUB_STEP_SUMMARY"
      printf '\n' >> "$GITHUB_STEP_SUMMARY"
    fi
  done
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'result=%s\nreports<<%s\n%s\n%s\n' "$result" "$quiet_token" "$REPORTS" "$quiet_token" >> "$GITHUB_OUTPUT"
fi
say "weighbridge: $result"
exit "$code"

#!/usr/bin/env bash
# Ids that "sort by time" don't sort by order: two of the same millisecond stand as they fall.
#
# Surprise: `ulid()` of the npm package draws the rest at random, so ids made one after another are unsorted.
#   The Python package of the same idea counts up, and keeps them sorted.
#   `v7()` of npm's uuid counts up too, until one gives it the time: `v7({ msecs })` doesn't.
# Why it matters: a chat that sorts by id shows answers before questions, within one busy millisecond.
#   Giving the id the message's own time, to be exact, is what loses the order.
# Instead: `monotonicFactory()`, `v7()` without a time, or a counter of your own beside the time.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --ignore-scripts --prefix "$work" ulid@3.0.2 uuid@14.0.3 >/dev/null || exit 2
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py python-ulid==4.1.0 || exit 2
cat >finding.mjs <<'JS'
import { monotonicFactory, ulid } from "ulid";
import { v7 } from "uuid";

function sorted(name, make) {
  const ids = Array.from({ length: 1000 }, make);
  const is = ids.every((id, at) => at === 0 || ids[at - 1] < id);
  console.log(`  ${name}: sorted ${is}`);
  return is;
}

const msecs = Date.UTC(2026, 0, 1);
const next = monotonicFactory();
const described = [
  !sorted("ulid(time)", () => ulid(msecs)),
  sorted("monotonicFactory()(time)", () => next(msecs)),
  sorted("v7()", () => v7()),
  !sorted("v7({ msecs: time })", () => v7({ msecs })),
].every(Boolean);
process.exit(described ? 0 : 1);
JS
cat >finding.py <<'PY'
import sys
from ulid import ULID

ids = [ULID.from_timestamp(1767225600.0) for _ in range(1000)]
print(f"  python-ulid, from_timestamp(time): sorted {ids == sorted(ids)}")
sys.exit(ids != sorted(ids))
PY
echo "ulid 3.0.2 and uuid 14.0.3 (npm), python-ulid 4.1.0: a thousand ids of the same millisecond"
if timeout 30 node finding.mjs && PYTHONPATH=py timeout 30 python3 finding.py; then
  echo "As described."
else
  echo "Changed."
  exit 1
fi

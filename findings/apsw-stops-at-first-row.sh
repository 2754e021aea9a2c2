#!/usr/bin/env bash
# Of several SQL statements in one `execute`, APSW runs those up to the first that gives a row.
#
# Surprise: what comes behind waits until somebody reads the rows, and is dropped if nobody does.
#   `pragma journal_mode = wal` gives a row, and so does an insert with `returning`.
#   There is no error; the next use of the table has one, or finds less than was written.
# Why it matters: a script that sets up a database with one long text stops at its first pragma.
#   Taking that pragma out, or moving it down, changes what the database holds.
# Instead: read the rows to their end (`list(...)`, `.fetchall()`), or execute one statement a call.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py apsw==3.54.1.0 || exit 2
cat >finding.py <<'PY'
import sys
import apsw

SCRIPTS = {
    "two inserts": "insert into said values ('one'); insert into said values ('two')",
    "with returning": "insert into said values ('one') returning text; insert into said values ('two')",
    "a pragma first": "pragma user_version; insert into said values ('one'); insert into said values ('two')",
}


def kept(script, read):
    database = apsw.Connection(":memory:")
    database.execute("create table said (text)")
    rows = database.execute(script)
    if read:
        list(rows)
    del rows
    return [text for (text,) in database.execute("select text from said")]


print(f"APSW {apsw.apsw_version()} with SQLite {apsw.sqlite_lib_version()}; what the table holds then:")
seen = {}
for name, script in SCRIPTS.items():
    seen[name] = kept(script, False), kept(script, True)
    print(f"  {name}: {seen[name][0]}; with the rows read: {seen[name][1]}")
both = ["one", "two"]
described = seen == {"two inserts": (both, both), "with returning": (["one"], both), "a pragma first": ([], both)}
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

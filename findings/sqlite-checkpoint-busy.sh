#!/usr/bin/env bash
# A passive checkpoint of SQLite says "not busy" though a reader kept it from moving nearly everything.
#
# Surprise: the first number of `PRAGMA wal_checkpoint(PASSIVE)` is called busy, and is 0 all the same.
#   It speaks of the call, not of the log. One open read transaction holds the log back.
# Why it matters: whoever watches `busy` sees health while the log grows without an end.
#   A checkpoint that SQLite makes by itself, after a commit, is of this kind.
# Instead: compare the second and the third number: frames in the log, and frames that were moved.
#   Or ask for FULL or TRUNCATE now and then; they do say busy.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py apsw==3.54.1.0 || exit 2
cat >finding.py <<'PY'
import sys
import apsw

writer, reader = apsw.Connection("log.db"), apsw.Connection("log.db")


def checkpoint(mode):
    return list(writer.execute(f"pragma wal_checkpoint({mode})"))[0]


list(writer.execute("pragma journal_mode = wal"))
list(writer.execute("pragma wal_autocheckpoint = 0"))
list(writer.execute("create table said (text); insert into said values ('hello')"))
reader.execute("begin")
list(reader.execute("select count(*) from said"))
for _ in range(500):
    list(writer.execute("insert into said values (randomblob(2000))"))
passive, full = checkpoint("passive"), checkpoint("full")
reader.execute("commit")
after = checkpoint("passive")
print("SQLite", apsw.sqlite_lib_version(), "WAL: busy, frames in the log, frames moved")
print(f"  passive, one reader open: {passive}\n  full, one reader open:    {full}\n  passive, no reader:       {after}")
described = (passive[0] == 0 and passive[1] > 500 and passive[2] < 10
             and full[0] == 1 and after[0] == 0 and after[1] == after[2])
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

#!/usr/bin/env python3
"""Builds that part of CredData whose repositories lie here as git mirrors.

build.py CREDDATA MIRRORS OUT

CREDDATA: a checkout of Samsung/CredData (snapshot.json, meta). MIRRORS: a directory with a git directory `OWNER+NAME`, or `OWNER+NAME/repo`,
for each repository, with its history. OUT gets `data` and `meta` as CredData's own script lays them out, so that its `obfuscate_creds.py`
(--meta_dir OUT/meta --data_dir OUT/data, run with OUT as the working directory) can follow. Nothing of it is committed.
"""
import binascii
import csv
import hashlib
import json
import os
import subprocess
import sys


def git(directory, *words):
    return subprocess.run(["git", "--git-dir", directory, *words], capture_output=True)


def mirror(root, url):
    name = url.removeprefix("https://github.com/").replace("/", "+")
    places = (f"{root}/{name}/repo", f"{root}/{name}/repo/.git", f"{root}/{name}")
    return next((place for place in places if os.path.exists(place + "/HEAD")), None)


def copy(directory, commit, wanted, out):
    """The files of one commit whose names' hashes are wanted; returns the hashes that were found."""
    found = set()
    for entry in git(directory, "ls-tree", "-rz", commit).stdout.split(b"\0"):
        if not entry or entry.startswith(b"120000"):
            continue
        head, path = entry.split(b"\t", 1)
        number = hashlib.sha256(path).hexdigest()[:8]
        if number not in wanted:
            continue
        blob = git(directory, "cat-file", "blob", head.split()[2].decode())
        if blob.returncode:
            continue
        place = f"{out}/{wanted[number]}"
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(blob.stdout)
        found.add(number)
    return found


def main(creddata, mirrors, out):
    with open(f"{creddata}/snapshot.json") as file:
        snapshot = json.load(file)
    os.makedirs(f"{out}/meta", exist_ok=True)
    built = 0
    for identifier, url in snapshot.items():
        directory, commit = mirror(mirrors, url), identifier[:40]
        if not directory or git(directory, "cat-file", "-e", commit + "^{commit}").returncode:
            continue
        name = f"{binascii.crc32(binascii.unhexlify(identifier)):08x}"
        with open(f"{creddata}/meta/{name}.csv") as file:
            rows = list(csv.DictReader(file))
        found = copy(directory, commit, {row["FileID"]: row["FilePath"] for row in rows}, out)
        with open(f"{out}/meta/{name}.csv", "w", newline="") as file:
            table = csv.DictWriter(file, rows[0].keys())
            table.writeheader()
            table.writerows(row for row in rows if row["FileID"] in found)
        built += 1
    print(built, "repositories")


main(*sys.argv[1:])

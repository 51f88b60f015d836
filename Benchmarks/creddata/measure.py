#!/usr/bin/env python3
"""Measures findings against CredData's labels, by line.

measure.py OUT FINDINGS [learn|final]

OUT: what build.py wrote. FINDINGS: what `InspectBench --list` wrote for the files of OUT/data (tab-separated: path, first byte, byte behind the
last, tier, kind, rule, disguises), or, for others, lines of path, line number (`@12`), and four more columns.
Half of the repositories were learnt from, and the other half never looked at: a repository is of the first half when the first digit of the
SHA-256 of its name in CredData is even.
A row is found when a finding begins in one of its lines; strict precision counts every other line with a finding as false, also where nobody
labelled it. Rows of UUIDs are left out. Labels other than T are false. Only findings of the kind `secret` count.
"""
import bisect
import collections
import csv
import glob
import hashlib
import os
import sys


def is_learnt(name):
    return int(hashlib.sha256(name.encode()).hexdigest()[0], 16) % 2 == 0


class Labels:
    def __init__(self, root, half):
        self.true = collections.defaultdict(set)
        self.other, self.neutral, self.rows, self.paths = set(), set(), [], set()
        for meta in glob.glob(f"{root}/meta/*.csv"):
            if half and is_learnt(os.path.basename(meta)[:-4]) != (half == "learn"):
                continue
            with open(meta) as file:
                for row in csv.DictReader(file):
                    self.add(f"{root}/{row['FilePath']}", row)

    def add(self, path, row):
        first, last = int(row["LineStart"]), int(row["LineEnd"])
        self.paths.add(path)
        lines = {(path, line) for line in range(first, last + 1)}
        if row["GroundTruth"] != "T":
            self.other |= lines
        elif row["Category"] == "UUID":
            self.neutral |= lines
        else:
            self.true[path] |= set(range(first, last + 1))
            self.rows.append((path, first, last, row["Category"]))


class Lines:
    """From bytes to line numbers."""

    def __init__(self):
        self.starts = {}

    def number(self, path, place):
        if place.startswith("@"):
            return int(place[1:])
        if path not in self.starts:
            with open(path, "rb") as file:
                text = file.read()
            self.starts[path] = [0] + [at + 1 for at, byte in enumerate(text) if byte == 10]
        return bisect.bisect_right(self.starts[path], int(place))


def read(path, labels):
    """By tier: the lines with findings. What was disguised lies somewhere in its span."""
    lines, hits = Lines(), collections.defaultdict(set)
    with open(path) as file:
        for text in file:
            name, start, end, tier, kind, _, disguises = text.rstrip("\n").split("\t")
            if name not in labels.paths or kind != "secret":
                continue
            line = lines.number(name, start)
            if disguises:
                known = (n for n in range(line, lines.number(name, end) + 1) if n in labels.true[name])
                line = next(known, line)
            for level in {"any": "", "above hint": "hint", "certain": "hint likely"}.items():
                if tier not in level[1].split():
                    hits[level[0]].add((name, line))
    return hits


def report(labels, hits):
    for level in ("any", "above hint", "certain"):
        lines = hits[level]
        true = sum(line in labels.true[path] for path, line in lines)
        rest = [hit for hit in lines if hit[1] not in labels.true[hit[0]] and hit not in labels.neutral]
        labelled = sum(hit in labels.other for hit in rest)
        found = [row for row in labels.rows if any((row[0], n) in lines for n in range(row[1], row[2] + 1))]
        recall, strict = len(found) / len(labels.rows), true / max(1, true + len(rest))
        print(
            f"{level:10} recall {recall:.3f}, precision {true / max(1, true + labelled):.3f} of the labelled, {strict:.3f} strict, "
            f"F1 {2 * recall * strict / max(1e-9, recall + strict):.3f} ({true} true, {labelled} labelled false, {len(rest) - labelled} unlabelled)"
        )
        if level == "above hint":
            for category, count in collections.Counter(row[3] for row in labels.rows).most_common(20):
                print(f"           {category:32} {sum(row[3] == category for row in found)} of {count}")


def main(root, findings, half=None):
    labels = Labels(root, half)
    print(f"{half or 'all'}: {len(labels.rows)} rows that are true, UUIDs left out")
    report(labels, read(findings, labels))


main(*sys.argv[1:])

#!/usr/bin/env python3
"""Measures `evenhand run` on public data sets and prints the tables of docs/measurements.md.

    tests/measure/measure.py EVENHAND DATA_DIR [--rulebook DIR] [--runs N]

A set that is not in DATA_DIR is skipped with one line on standard error. Nothing of a set is kept
or printed: only counts. The exit code is 1 if two runs over the same input differ in one byte, or if a
run ends with 1 (lines refused); 2 or more ends the measurement with what the run said.
"""

import argparse
import csv
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, namedtuple
from pathlib import Path

HATE = ("hateful-conduct#", "violent-threats#")
SPAM = ("platform-manipulation#",)

Set = namedtuple("Set", "name path options labels clauses positive")
Run = namedtuple("Run", "seconds peak_mb exit digest load")
# One judged row: its label, its functionality (HateCheck), which half it fell in, the clauses it
# breached and the clauses people were asked about.
Row = namedtuple("Row", "label group half breached referred")


def half(text):
    """How the sets were halved while rules were written: half 0 could be looked at, half 1 not."""
    return hashlib.sha256(text.encode()).digest()[0] & 1


def hatecheck(path):
    with open(path, newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        key = "case_id" if "case_id" in table.fieldnames else "mhc_case_id"
        return {r[key]: (r["label_gold"], r["functionality"], half(r["test_case"])) for r in table}


def davidson(path):
    names = {"0": "hate", "1": "offensive", "2": "neither"}
    with open(path, newline="", encoding="utf-8") as file:
        table = enumerate(csv.DictReader(file), 1)
        return {f"{path.name}:{n}": (names[r["class"]], "", half(r["tweet"])) for n, r in table}


def sms(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        table = enumerate((line.split("\t", 1) for line in file), 1)
        return {f"{path.name}:{n}": (r[0], "", half(r[1])) for n, r in table}


def hatecheck_set(name, path, id_column, language):
    columns = ["--text-column", "test_case", "--id-column", id_column, "--language", language]
    return Set(name, path, columns, hatecheck, HATE, "hateful")


SETS = [
    Set("(start alone: no events)", "", ["--format", "events"], None, (), ""),
    Set("Davidson tweets", "davidson-hate-offensive/data/labeled_data.csv",
        ["--text-column", "tweet", "--language", "en"], davidson, HATE, "hate"),
    hatecheck_set("HateCheck English", "hatecheck-en/test_suite_cases.csv", "case_id", "en"),
    hatecheck_set("HateCheck Spanish", "hatecheck-multilingual/hatecheck_cases_final_spanish.csv",
                  "mhc_case_id", "es"),
    hatecheck_set("HateCheck Mandarin", "hatecheck-multilingual/hatecheck_cases_final_mandarin.csv",
                  "mhc_case_id", "zh"),
    Set("SMS spam", "sms-spam/SMSSpamCollection",
        ["--no-header", "--delimiter", "\t", "--text-column", "2", "--language", "en"],
        sms, SPAM, "spam"),
    Set("Jetstream recording", "jetstream-corpus/internal/corpus/testdata/expected_v1.jsonl",
        ["--as-in-force"], None, (), ""),
]


def run(command, output):
    """One run: how long it took, its peak memory as the kernel counts it, what it wrote."""
    before = os.getloadavg()[0]
    with open(output, "wb") as out, open(f"{output}.err", "wb") as err:
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    digest = hashlib.sha256()
    with open(output, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return Run(seconds, usage.ru_maxrss / 1024, child.returncode, digest.hexdigest(), before)


def decisions(output):
    with open(output, encoding="utf-8") as file:
        yield from map(json.loads, file)


def breached(line):
    return line.get("decision", {}).get("clauses", [])


def referred(line):
    return [finding["clause"] for finding in line.get("case", {}).get("findings", [])]


def refused(output):
    """Lines that could not be read, as the summary of the run tells."""
    for line in Path(f"{output}.err").read_text(encoding="utf-8").splitlines():
        if line.startswith("lines refused"):
            return int(line.split()[-1].replace(",", ""))
    return 0


def judged_rows(data, output):
    labels = data.labels(data.path)
    rows = []
    for line in decisions(output):
        label = labels.pop(line["action_id"])
        rows.append(Row(*label, breached(line), referred(line)))
    if labels:
        sys.exit(f"{data.name}: {len(labels)} labelled rows have no decision")
    return rows


def under(clauses, prefixes):
    return any(clause.startswith(prefixes) for clause in clauses)


def found(row, prefixes, with_referred):
    return under(row.breached, prefixes) or (with_referred and under(row.referred, prefixes))


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def score(rows, data, with_referred):
    """Precision, recall and false-positive rate."""
    positive = [found(r, data.clauses, with_referred) for r in rows if r.label == data.positive]
    negative = [found(r, data.clauses, with_referred) for r in rows if r.label != data.positive]
    hits, alarms = sum(positive), sum(negative)
    return (percent(hits, hits + alarms), percent(hits, len(positive)),
            percent(alarms, len(negative)))


def table(heads, rows):
    print("| " + " | ".join(heads) + " |")
    print("| --- |" + " ---: |" * (len(heads) - 1))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    print()


def cost_row(data, runs, output):
    lines = list(decisions(output))
    posts = [line for line in lines if line["status"] != "recorded"]
    seconds = statistics.median(r.seconds for r in runs)
    failed = sum(1 for line in posts if line.get("failures"))
    return (data.name, f"{len(lines):,}", f"{len(posts):,}",
            f"{sum(bool(breached(x)) for x in lines):,}",
            f"{sum(bool(referred(x)) for x in lines):,}",
            refused(output), failed, f"{seconds:.2f} s",
            f"{len(lines) / seconds:,.0f}" if lines else "-",
            f"{max(r.peak_mb for r in runs):.0f} MB")


def scores_table(scored):
    rows = []
    for data, judged in scored:
        labelled = sum(r.label == data.positive for r in judged)
        sure, wide = score(judged, data, False), score(judged, data, True)
        rows.append((data.name, f"{data.positive}: {labelled:,} of {len(judged):,}", *sure, *wide))
    table(("set", "label", "precision", "recall", "false positives", "precision, with referred",
           "recall, with referred", "false positives, with referred"), rows)


def labels_table(data, judged):
    rows = []
    for label in sorted({r.label for r in judged}):
        mine = [r for r in judged if r.label == label]
        sure = sum(found(r, data.clauses, False) for r in mine)
        wide = sum(found(r, data.clauses, True) for r in mine)
        other = sum(bool(r.breached) and not under(r.breached, data.clauses) for r in mine)
        rows.append((label, f"{len(mine):,}", f"{sure:,} ({percent(sure, len(mine))})",
                     f"{wide - sure:,}", f"{other:,}"))
    table(("label", "posts", "breach", "referred only", "breach of another clause alone"), rows)


def clauses_table(scored):
    rows = []
    for data, judged in scored:
        hits, all_ = Counter(), Counter()
        for row in judged:
            for clause in set(row.breached):
                all_[clause] += 1
                hits[clause] += row.label == data.positive
        for clause, n in all_.most_common():
            rows.append((data.name, f"`{clause}`", f"{n:,}", percent(hits[clause], n)))
    table(("set", "clause", "breaches", "of them labelled so"), rows)


def halves_table(scored):
    rows = []
    for data, judged in scored:
        for number, what in ((0, "0 (could be looked at)"), (1, "1 (held out)")):
            mine = [r for r in judged if r.half == number]
            precision, recall, alarms = score(mine, data, False)
            rows.append((data.name, what, f"{len(mine):,}", precision, recall, alarms))
    table(("set", "half", "posts", "precision", "recall", "false positives"), rows)


def functionality_table(suites, hateful):
    names = []
    for _, judged in suites:
        for row in judged:
            if (row.label == "hateful") == hateful and row.group not in names:
                names.append(row.group)
    rows = []
    for name in names:
        cells = [f"`{name}`"]
        for data, judged in suites:
            mine = [r for r in judged if r.group == name]
            cells.append(len(mine) or "-")
            for wide in (False, True):
                cells.append(percent(sum(found(r, data.clauses, wide) for r in mine), len(mine)))
        rows.append(cells)
    heads = ["functionality"]
    for data, _ in suites:
        heads += [data.name.split()[-1], "breach", "or referred"]
    table(heads, rows)


def machine():
    model = "?"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {os.cpu_count()} cores"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("evenhand", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rulebook", default="rulebooks/starter")
    parser.add_argument("--runs", type=int, default=3, help="of each set; at least 2")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        # All runs before any scoring: the kernel counts the parent's memory at the fork as the
        # child's, so the parent has to be small still.
        measured = []
        for data in SETS:
            path = args.data / data.path if data.path else "-"
            if data.path and not path.exists():
                print(f"skipped: {data.name} (no {data.path})", file=sys.stderr)
                continue
            output = Path(scratch) / data.name.replace(" ", "-")
            command = [args.evenhand, "run", "--color", "never", "--rulebook", args.rulebook,
                       *data.options, path]
            runs = [run(command, output) for _ in range(max(2, args.runs))]
            print(f"{data.name}: {len(runs)} runs", file=sys.stderr)
            if max(r.exit for r in runs) > 1:
                sys.exit(Path(f"{output}.err").read_text(encoding="utf-8"))
            measured.append((data, path, output, runs))
        sys.exit(report(args, measured))


def report(args, measured):
    version = subprocess.run([args.evenhand, "--version"], capture_output=True, text=True).stdout
    rulebooks = {line["decision"]["rulebook"] for _, _, output, _ in measured
                 for line in decisions(output) if "decision" in line}
    loads = [r.load for *_, runs in measured for r in runs]
    equal = all(len({r.digest for r in runs}) == 1 for *_, runs in measured)
    clean = all(r.exit == 0 for *_, runs in measured for r in runs)
    print(f"* {version.splitlines()[0]}, rulebook {', '.join(sorted(h[:12] for h in rulebooks))}")
    print(f"* {machine()}; load average before a run {min(loads):.1f} to {max(loads):.1f}")
    print(f"* runs of each set: {max(2, args.runs)}; byte-identical: {'yes' if equal else 'NO'};"
          f" exit code 0 of all: {'yes' if clean else 'NO'}\n")

    print("## Cost\n")
    table(("set", "events", "posts judged", "breaches", "referred", "lines refused",
           "posts on which a rule failed", "time", "events/s", "peak memory"),
          [cost_row(data, runs, output) for data, _, output, runs in measured])

    scored = [(data, judged_rows(data._replace(path=path), output))
              for data, path, output, _ in measured if data.labels]
    print("## Precision and recall\n")
    scores_table(scored)
    for data, judged in scored:
        if data.name == "Davidson tweets":
            print("## Davidson by label\n")
            labels_table(data, judged)
    suites = [(data, judged) for data, judged in scored if data.name.startswith("HateCheck")]
    if suites:
        print("## HateCheck: hateful functionalities\n")
        functionality_table(suites, True)
        print("## HateCheck: functionalities that are not hateful\n")
        functionality_table(suites, False)
        print("## HateCheck by halves\n")
        halves_table(suites)
    print("## Clauses\n")
    clauses_table(scored)
    return 0 if equal and clean else 1


if __name__ == "__main__":
    main()

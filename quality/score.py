"""Scores findings against labels.

A labelled span is *found* if findings of its family cover each of its letters and digits; it is
*covered* if findings of any family do. A *false alarm* of a family is a finding of it that overlaps
no labelled span of any family. Precision is found / (found + false alarms), recall is found /
labelled, F their harmonic mean.
"""

import json
from collections import Counter, defaultdict

from labelled import FAMILIES

PRESIDIO_THRESHOLD = 0.4
ENGINES = ["blackbar", "blackbar named", "presidio", "presidio+spacy", "datadog"]


def names(engine):
    """Entity of an engine → the families that it may mean."""
    out = defaultdict(list)
    for family in FAMILIES:
        for entity in entities(engine, family):
            out[entity].append(family["id"])
    return out


def entities(engine, family):
    if engine == "datadog":
        return [family["id"]] if family.get("datadog") else []
    return family.get("blackbar" if engine.startswith("blackbar") else "presidio", [])


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def packs(family, rules):
    """The selection that names the packs of a family: its country, or one that must be asked for; the default one if
    it has neither."""
    named = {rule["pack"] for rule in rules if rule["entity"] in family.get("blackbar", []) and rule["pack"] not in GLOBAL}
    return "+".join(["default", *sorted(named)])


#: Packs that are in force only where they are named.
OPT_IN = ["names", "dates"]
GLOBAL = {"contact", "payment", "credentials", "network", "personal", "health", "documents", "energy"}


def findings(engine, stem, selection="default"):
    """Id of a text → spans found in it."""
    rows = read(f"{stem}.{selection if engine.startswith('blackbar') else engine.split('+')[0]}.jsonl")
    keep = lambda span: True
    if engine == "presidio":
        keep = lambda span: span["score"] >= PRESIDIO_THRESHOLD and span["by"] != "SpacyRecognizer"
    elif engine == "presidio+spacy":
        keep = lambda span: span["score"] >= PRESIDIO_THRESHOLD
    return {row["id"]: [span for span in row["spans"] if keep(span)] for row in rows}


def signs(text, span):
    return {i for i in range(span["start"], span["end"]) if text[i].isalnum()}


def score(texts, found, engine):
    """Per family: labelled, found, covered, false alarms, and a few examples of what went wrong."""
    known = names(engine)
    table = defaultdict(Counter)
    examples = defaultdict(lambda: {"missed": [], "false": []})
    for entry in texts:
        text, labels = entry["text"], entry["spans"]
        spans = found.get(entry["id"], [])
        covered = set().union(*[range(s["start"], s["end"]) for s in spans]) if spans else set()
        for label in labels:
            family = label["family"]
            needed = signs(text, label)
            same = [s for s in spans if family in known.get(s["entity"], ())]
            typed = set().union(*[range(s["start"], s["end"]) for s in same]) if same else set()
            row = table[family]
            row["labelled"] += 1
            row["found"] += needed <= typed
            row["covered"] += needed <= covered
            if not needed <= typed:
                examples[family]["missed"].append((entry["id"], text, text[label["start"]:label["end"]]))
        for span in spans:
            if any(span["start"] < label["end"] and label["start"] < span["end"] for label in labels):
                continue
            if not entry.get("partial"):
                for family in known.get(span["entity"], ()):
                    table[family]["false"] += 1
                    examples[family]["false"].append((entry["id"], text, text[span["start"]:span["end"]], span["by"]))
    return table, examples


def rates(row):
    found, false, labelled = row["found"], row["false"], row["labelled"]
    precision = found / (found + false) if found + false else 0.0
    recall = found / labelled if labelled else 0.0
    f = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"labelled": labelled, "found": found, "covered": row["covered"], "false": false,
            "precision": precision, "recall": recall, "f": f}


def compare(texts, stem, rules):
    """Family → engine → rates, for the engines that know the family; and examples of what went wrong."""
    out, wrong = defaultdict(dict), defaultdict(dict)
    for engine in ENGINES:
        tables = {}
        for family in FAMILIES:
            name = family["id"]
            selection = packs(family, rules) if engine == "blackbar named" else "default"
            if selection not in tables:
                tables[selection] = score(texts, findings(engine, stem, selection), engine)
            table, examples = tables[selection]
            if not table[name]["labelled"]:
                continue
            if entities(engine, family):
                out[name][engine] = rates(table[name])
                wrong[engine][name] = examples[name]
            out[name].setdefault("labelled", table[name]["labelled"])
    return dict(out), wrong

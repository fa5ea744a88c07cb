"""The judges: what python-stdnum, Presidio and DataDog say of a candidate."""

import importlib
import json
import random
import string
import subprocess
import tomllib
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
IDENTIFIERS = json.loads((HERE / "../tests/data/identifiers.json").read_text())


@cache
def table():
    return tomllib.loads((HERE / "oracles.toml").read_text())["check"]


def checkout_file(checkout, path):
    """A file of a checkout, bare or not."""
    plain = Path(checkout) / path
    if plain.exists():
        return plain.read_text(encoding="utf-8")
    return subprocess.run(["git", "-C", checkout, "show", f"HEAD:{path}"], check=True, capture_output=True).stdout.decode()


def stdnum(name):
    """The judge of python-stdnum of that name."""
    module = importlib.import_module(f"stdnum.{name}")


    def judge(text):
        try:
            return bool(module.is_valid(text))
        except (KeyError, IndexError, ValueError):  # some of its tables have gaps
            return False

    return judge


def presidio(name):
    import presidio_analyzer.predefined_recognizers as predefined
    recognizer = getattr(predefined, name)()
    return lambda text: recognizer.validate_result(text) is not False


def candidates(shape, rng, n):
    """Random texts of a shape; and others whose last signs run through all values, so that some pass.

    9 is a digit, A a letter, X either; <…> stands for itself; {ymd} and the like are dates.
    """
    tokens = tokenize(shape)
    drawn = [draw(tokens, rng) for _ in range(n)]
    out = []
    kinds = [kind for kind, _ in tokens]
    last = max(i for i, kind in enumerate(kinds) if kind in "9AX")
    prior = max((i for i, kind in enumerate(kinds) if kind in "9AX" and i < last), default=last)
    signs = {"9": string.digits, "A": string.ascii_uppercase, "X": string.digits + string.ascii_uppercase}
    for _ in range(max(20, n // 60)):
        base = [draw([token], rng) for token in tokens]
        for c in signs[kinds[last]]:
            for d in signs[kinds[prior]][:10] if rng.random() < 0.2 else [base[prior]]:
                base[last], base[prior] = c, d if prior != last else c
                out.append("".join(base))
    return drawn, list(dict.fromkeys(out))


def tokenize(shape):
    tokens, i = [], 0
    while i < len(shape):
        c = shape[i]
        if c in "<{":
            end = shape.index({"<": ">", "{": "}"}[c], i)
            tokens.append((c, shape[i + 1:end]))
            i = end + 1
        else:
            tokens.append((c if c in "9AX" else "<", c))
            i += 1
    return tokens


def draw(tokens, rng):
    out = []
    for kind, text in tokens:
        if kind == "9":
            out.append(rng.choice(string.digits))
        elif kind == "A":
            out.append(rng.choice(string.ascii_uppercase))
        elif kind == "X":
            out.append(rng.choice(string.digits + string.ascii_uppercase))
        elif kind == "{":
            y, m, d = rng.randrange(1930, 2010), rng.randrange(1, 13), rng.randrange(1, 29)
            parts = {"y": f"{y % 100:02}", "Y": str(y), "m": f"{m:02}", "d": f"{d:02}"}
            out.append("".join(parts[c] for c in text))
        else:
            out.append(text)
    return "".join(out)


@cache
def valid_values(key):
    """Values that pass: those of identifiers.json, and 40 more that python-stdnum accepts, if it can."""
    known = IDENTIFIERS[key]
    values = list(known["valid"])
    check = next((c for c in table() if c.get("vectors") == key and "stdnum" in c and "shape" in c), None)
    if check:
        rng = random.Random(key)
        judge = stdnum(check["stdnum"])
        drawn, varied = candidates(check["shape"], rng, 4000)
        fresh = [text for text in dict.fromkeys(drawn + varied) if judge(text)]
        rng.shuffle(fresh)
        values += fresh[:40]
    return values


def judge_all(work, program, n):
    """Each check of the table over its candidates: what each judge says, and where they differ."""
    rows, asked = [], []
    for number, check in enumerate(table()):
        rng = random.Random(number)
        known = IDENTIFIERS.get(check.get("vectors"), {})
        texts = list(known.get("valid", [])) + list(known.get("invalid_last_digit_plus1") or []) + check.get("specimen", [])
        drawn, varied = candidates(check["shape"], rng, n) if "shape" in check else ([], near(known.get("valid", []), rng, n // 4))
        rows.append((check, list(dict.fromkeys(texts + drawn + varied)), set(drawn)))
        asked += [{"text": text, "blackbar": check["validator"], "datadog": check.get("datadog")} for text in rows[-1][1]]
    source, target = work / "candidates.jsonl", work / "judged.jsonl"
    source.write_text("".join(json.dumps(entry) + "\n" for entry in asked))
    program(source, target)
    answers = iter([json.loads(line) for line in target.read_text().splitlines()])
    report = [compare(check, texts, drawn, answers) for check, texts, drawn in rows]
    (work / "oracles.json").write_text(json.dumps(report, ensure_ascii=False))


def near(values, rng, n):
    """Values with one sign changed: for kinds whose check a random text never passes."""
    out = list(values)
    while values and len(out) < n:
        value = rng.choice(values)
        at = rng.randrange(len(value))
        out.append(value[:at] + rng.choice(string.ascii_lowercase + string.digits) + value[at + 1:])
    return out


def compare(check, texts, drawn, answers):
    judges = {}
    if "stdnum" in check:
        judges["python-stdnum"] = stdnum(check["stdnum"])
    if "presidio" in check:
        judges["Presidio"] = presidio(check["presidio"])
    verdicts = []
    for text in texts:
        answer = next(answers)
        row = {"text": text, "Blackbar": answer["blackbar"]}
        if answer["datadog"] is not None:
            row["DataDog"] = answer["datadog"]
        row |= {name: judge(text) for name, judge in judges.items()}
        verdicts.append(row)
    shaped = [row for row in verdicts if row["text"] in drawn]
    others = {}
    for name in ("python-stdnum", "DataDog", "Presidio"):
        rows = [row for row in verdicts if name in row]
        if rows:
            only_us = [row["text"] for row in rows if row["Blackbar"] and not row[name]]
            only_them = [row["text"] for row in rows if row[name] and not row["Blackbar"]]
            others[name] = {"n": len(rows), "both": sum(row["Blackbar"] and row[name] for row in rows),
                            "only_blackbar": len(only_us), "only_other": len(only_them),
                            "examples": only_us[:3] + only_them[:3]}
    specimens = {name: [text for text in check.get("specimen", []) if not next(row for row in verdicts if row["text"] == text).get(name, True)]
                 for name in ("Blackbar", "python-stdnum", "DataDog", "Presidio")}
    return {"validator": check["validator"], "shape": check.get("shape", ""), "n": len(verdicts), "n_shaped": len(shaped),
            "accepted": sum(row["Blackbar"] for row in shaped), "others": others, "specimens": check.get("specimen", []),
            "specimens_refused": specimens, "has_vectors": bool(check.get("vectors")), "verdict": check.get("verdict", {})}

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
    return lambda text: bool(module.is_valid(text))


def presidio(name):
    import presidio_analyzer.predefined_recognizers as predefined
    recognizer = getattr(predefined, name)()
    return lambda text: recognizer.validate_result(text) is not False


def candidates(shape, rng, n):
    """Random texts of a shape, and such whose last signs run through all values, so that some pass.

    9 is a digit, A a letter, X either; <…> stands for itself; {ymd} and the like are dates.
    """
    tokens = tokenize(shape)
    out = [draw(tokens, rng) for _ in range(n)]
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
    return list(dict.fromkeys(out))


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
        fresh = [text for text in candidates(check["shape"], rng, 4000) if judge(text)]
        rng.shuffle(fresh)
        values += fresh[:40]
    return values

#!/usr/bin/env python3
"""Writes the table of built-in rules into docs/rules.md, from rules/**/*.toml. Python 3.11 or newer."""

import pathlib
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"
ORDER = ["contact", "payment", "credentials", "network", "personal", "documents", "health"]


def action(value):
    if isinstance(value, str):
        return value
    if "replace" in value:
        return f"replace `{value['replace']}`"
    return f"partial, last {value['keep_last']}"


def rank(path):
    return (ORDER.index(path.stem) if path.stem in ORDER else len(ORDER), path.stem)


def table():
    lines, total, checked = [], 0, 0
    for path in sorted((ROOT / "rules").rglob("*.toml"), key=rank):
        pack = tomllib.loads(path.read_text(encoding="utf-8"))
        head, rules = pack["pack"], pack["rule"]
        total += len(rules)
        checked += sum("validator" in rule for rule in rules)
        lines += [f"### {head['name']}", "", f"{head['description']}. {len(rules)} rules.", ""]
        lines += ["| rule | finds | tier | validator | keys | action |", "| --- | --- | --- | --- | --- | --- |"]
        for rule in rules:
            validator = f"`{rule['validator']}`" if "validator" in rule else ""
            tier = rule.get("tier", "keys only")
            if "named_tier" in rule:
                tier += f", named {rule['named_tier']}"
            n_keys = len(rule.get("keys", [])) or ""
            does = action(rule.get("action", head.get("action", "mask")))
            finds = rule["description"].replace("|", "\\|")
            lines.append(f"| `{rule['id']}` | {finds} | {tier} | {validator} | {n_keys} | {does} |")
        lines.append("")
    return [f"{total} rules, {checked} with a validator.", ""] + lines


text = PAGE.read_text(encoding="utf-8")
before, rest = text.split(BEGIN)
_, after = rest.split(END)
PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(table()) + END + after, encoding="utf-8")

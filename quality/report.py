"""Writes docs/QUALITY.md and docs/quality.json out of what the engines left in the work directory."""

import json
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import score
from labelled import FAMILIES

HERE = Path(__file__).parent
NAMES = {"blackbar": "Blackbar", "blackbar named": "Blackbar, packs named", "presidio": "Presidio, patterns",
         "presidio+spacy": "Presidio + spaCy", "datadog": "DataDog"}
OTHERS = ["presidio", "presidio+spacy", "datadog"]
#: Of these, those that say anything of numbers.
BESIDE = ["presidio", "datadog"]
#: What a tier allows: share of random texts of its shape that a rule may take without a keyword nearby.
LIMITS = {"distinctive": 0.005, "bounded": 0.03, "keyword_or_separators": 0.03, "keyword": 0.001}


def load(work, name):
    return json.loads((work / name).read_text())


def write(work, folder, has_research):
    notes = tomllib.loads((HERE / "notes.toml").read_text())
    rules = load(work, "chance.json")
    numbers = {}
    parts = []
    texts = score.read(work / "labelled.jsonl")
    sets = {name: [t for t in texts if t["set"] == name] for name in dict.fromkeys(t["set"] for t in texts)}
    results = {name: score.compare(rows, work / "labelled", rules)[0] for name, rows in sets.items()}
    numbers["sets"] = {name: {"texts": len(rows), "families": results[name]} for name, rows in sets.items()}
    numbers["negative"] = negative(work)
    numbers["corpus"] = {k: v for k, v in load(work, "corpus.json").items() if k != "examples"}
    numbers["encoded"] = encodings(work)
    numbers["chance"] = rules
    numbers["oracles"] = load(work, "oracles.json")
    parts.append(head(numbers, results, has_research))
    parts.append(method(has_research))
    for name, title in (("generated", "Generated texts"), ("presidio-research", "presidio-research"), ("corpus", "The recorded corpus, text by text")):
        if name in results:
            parts.append(f"## {title}\n\n{notes['sets'][name]}\n\n{table(results[name])}\n{behind(results[name], notes, name)}")
    parts.append(corpus_section(numbers["corpus"]))
    parts.append(negative_section(numbers["negative"], notes))
    parts.append(forms_section(sets["surface"], numbers["encoded"], work, rules))
    parts.append(weak_section(results))
    parts.append(one_sided(work, results))
    parts.append(oracle_section(numbers["oracles"]))
    parts.append(chance_section(rules, notes))
    parts.append(notes["limits"])
    (folder / "QUALITY.md").write_text("\n".join(part.rstrip() + "\n" for part in parts))
    (folder / "quality.json").write_text(json.dumps(rounded(numbers), ensure_ascii=False, separators=(",", ":")).replace('{"id"', '\n{"id"').replace('{"validator"', '\n{"validator"') + "\n")


def rounded(value):
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else value


def rows(header, body):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in body])


def ours(row):
    """The F that is compared: with the packs of the entity named, as the manual says to do."""
    return row["blackbar named"]["f"] if "blackbar named" in row else None


def losses(result):
    return [(family, engine) for family, row in result.items() if ours(row) is not None
            for engine in OTHERS if engine in row and row[engine]["f"] > ours(row) + 5e-4]


def shared(result):
    return [family for family, row in result.items() if ours(row) is not None and any(engine in row for engine in OTHERS)]


def head(numbers, results, has_research):
    lines = []
    for name in ("generated", "presidio-research", "corpus"):
        if name not in results:
            lines.append([name, "not measured: no checkout was given", "", ""])
            continue
        both, lost = shared(results[name]), sorted({family for family, _ in losses(results[name])})
        lines.append([name, f"{numbers['sets'][name]['texts']:,}", len(both), ", ".join(lost) or "none"])
    negative_ = numbers["negative"]
    corpus = numbers["corpus"]
    survived = sum(corpus["survived"].values())
    flagged = [rule["id"] for rule in numbers["chance"] if is_flagged(rule)]
    return f"""# Quality

How well the built-in rules tell what is personal from what is not, measured, and side by side with two other engines. Everything here is written by `quality/run`; the numbers behind it are in [quality.json](quality.json).

| set | texts | entities that Blackbar and another engine find | of these, another engine has a better F for |
| --- | --- | --- | --- |
""" + "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + f"""

- Negative list: {negative_['default']['n']} false alarms in {negative_['texts']:,} texts that only look personal, {negative_['default']['n'] / negative_['texts'] * 1e4:.2f} in 10,000, with the packs of `balanced`.
- Recorded corpus, through the whole product: of {corpus['with_value']:,} texts with a planted value {survived} showed one afterwards; of {corpus['without']:,} texts without one {corpus['changed']} were changed, {corpus['changed'] / corpus['without'] * 100:.3f} %.
- Chance: {len(numbers['chance'])} rules; {len(flagged)} take more random texts of their shape than their tier allows, each with its reason below.
"""


def method(has_research):
    return """## How it is measured

| engine | as it was run |
| --- | --- |
| Blackbar | the scanner with the packs that are in force by default (`contact`, `payment`, `credentials`, `network`, `personal`, `health` and the group `identity`). A label is given as context |
| Blackbar, packs named | the same, and the pack that the entity belongs to named besides, as the manual says to do: its country's, `names` for persons, `dates` for dates and times. This column is the one that is compared |
| Presidio, patterns | presidio-analyzer 2.2.366, every recognizer that needs neither a service nor another model, those of all countries switched on, each told that the text is English so that it runs. A label is given as context. Findings of a score of 0.4 and more count: the threshold of presidio-research's own evaluation. All else as it comes |
| Presidio + spaCy | the same with its spaCy recognizer on en_core_web_sm 3.8 |
| DataDog | dd-sensitive-data-scanner 0.1.0-20261029. Its pattern library is not published, so patterns, written for this comparison after its published descriptions, are in `quality/families.toml`; validators and engine are its own. Weak numbers need a label within 30 characters, its default. A label is given as the path of the event. One scanner an entity, so that no rule hides another |

A labelled value is *found* if findings of its entity cover each letter and digit of it. A *false alarm* is a finding that overlaps no labelled value of any entity; a finding on a value of another entity counts neither way. Precision (P) is found / (found + false alarms), recall (R) found / labelled, F = 2PR / (P + R). Where an engine has several names for what is one entity here, each will do. A cell is `P R F`; the best F of a row is bold.
"""


def cell(rates, best):
    f = f"{rates['f']:.3f}"
    return f"{rates['precision']:.2f} {rates['recall']:.2f} " + (f"**{f}**" if rates["f"] >= best - 5e-4 else f)


def table(result):
    body = []
    for family, row in result.items():
        if ours(row) is None and not any(engine in row for engine in OTHERS):
            continue
        best = max(row[engine]["f"] for engine in score.ENGINES if engine in row)
        body.append([family, row["labelled"], *(cell(row[engine], best) if engine in row else "–" for engine in score.ENGINES)])
    return rows(["entity", "n", *NAMES.values()], body)


def behind(result, notes, name):
    lost = losses(result)
    if not lost:
        return "\nFor every entity that both find, Blackbar's F is at least that of the other engine.\n"
    lines = ["", "Another engine is ahead:", ""]
    for family, engine in lost:
        reason = notes["behind"].get(family, "open")
        lines.append(f"- {family}: {NAMES[engine]}, {result[family][engine]['f']:.3f} against {ours(result[family]):.3f}. {reason}")
    return "\n".join(lines) + "\n"


def corpus_section(corpus):
    body = [[family, n] for family, n in corpus["survived"].items()]
    changed = ", ".join(f"{n} under `{key}`" for key, n in corpus["changed_by_key"].items())
    return f"""## The recorded corpus, through the whole product

811 requests of 20 recorded sessions go through the pipeline with preset `balanced`, in order and with the memory of sessions; each text before is compared with the same text after. {corpus['texts']:,} texts, numbers included.

| texts | n |
| --- | --- |
| with a planted value | {corpus['with_value']:,} |
| of these, still showing one that rules must find | {sum(corpus['survived'].values())} |
| typed into a field without a planted value: masked whatever they say | {corpus['typed']:,} |
| without one | {corpus['without']:,} |
| of these, changed | {corpus['changed']} ({changed}) |

Texts that are the beginning of a planted value, as recorded while it was typed, or a word of it, count in neither row. Kinds that rules must find in any text: e-mail, phone, IBAN, card, SSN, IP address and the seven kinds of secrets; names and places need a field that says so, and `tests/it/corpus.rs` holds what becomes of them.
"""


def negative(work):
    classes = {entry["id"]: entry["class"] for entry in score.read(work / "negative.jsonl")}
    out = {"texts": len(classes), "classes": dict(Counter(classes.values()))}
    for packs in ("default", "all", *(f"default+{name}" for name in score.OPT_IN)):
        hits = [row for row in score.read(work / f"negative.{packs}.jsonl") if row["spans"]]
        by = Counter(span["by"] for row in hits for span in row["spans"][:1])
        out[packs] = {"n": len(hits), "by_class": dict(Counter(classes[row["id"]] for row in hits)), "by_rule": dict(by.most_common())}
    sample = {entry["id"] for entry in score.read(work / "negative-sample.jsonl")}
    out["sample"] = {"texts": len(sample)}
    definition = {"person", "street address", "date or time"}
    both = [family for family in FAMILIES if family.get("blackbar") and family["id"] not in definition]
    known = {engine: {entity for family in both for entity in score.entities(engine, family)} for engine in score.ENGINES}
    for engine in ("blackbar", *BESIDE):
        found = score.findings(engine, work / "negative-sample")
        hit = {id_ for id_, spans in found.items() if any(span["entity"] in known[engine] for span in spans)}
        by_class = Counter(id_.rsplit("/", 1)[0].replace("_", " ") for id_ in hit)
        out["sample"][engine] = {"n": len(hit), "by_class": dict(by_class)}
    return out


def negative_section(negative_, notes):
    sample = negative_["sample"]
    body = []
    for name, n in negative_["classes"].items():
        default, all_ = (negative_[packs]["by_class"].get(name, 0) for packs in ("default", "all"))
        others = [f"{sample[engine]['by_class'].get(name, 0) / (sample['texts'] / len(negative_['classes'])) * 1e4:,.0f}" for engine in BESIDE]
        body.append([name, f"{n:,}", default, all_, *others])
    total = [f"{sample[engine]['n'] / sample['texts'] * 1e4:,.0f}" for engine in BESIDE]
    body.append(["**all**", f"**{negative_['texts']:,}**", f"**{negative_['default']['n']}**", f"**{negative_['all']['n']}**", *(f"**{t}**" for t in total)])
    by_rule = ", ".join(f"`{rule}` {n}" for rule, n in negative_["default"]["by_rule"].items())
    extra = []
    for name in score.OPT_IN:
        with_pack, without = negative_[f"default+{name}"], negative_["default"]
        rules = {rule: n - without["by_rule"].get(rule, 0) for rule, n in with_pack["by_rule"].items()}
        classes = {kind: n - without["by_class"].get(kind, 0) for kind, n in with_pack["by_class"].items()}
        named = lambda counts, mark: ", ".join(f"{mark}{key}{mark} {n:,}" for key, n in sorted(counts.items(), key=lambda item: -item[1]) if n) or "none"
        extra.append([f"`{name}`", f"{with_pack['n'] - without['n']:,}", f"{(with_pack['n'] - without['n']) / negative_['texts'] * 1e4:.2f}", named(rules, "`"), named(classes, "")])
    return f"""## Texts that only look personal

{notes['negative']}

By rule, with the packs of `balanced`: {by_rule}. The columns of the other engines are texts with a false alarm in 10,000, over every tenth text; only entities that Blackbar looks for, too, count there, and neither times nor pages, places or people.

{rows(["class", "texts", "false alarms, `balanced`", "false alarms, all packs named", "Presidio, patterns, in 10,000", "DataDog, in 10,000"], body)}

*All packs named* is `all`, which leaves out the packs that must be asked for by name. {notes['opt_in'].strip()}

{rows(["pack named besides", "more texts with a finding", "in 10,000", "by rule", "by class"], extra)}
"""


def encodings(work):
    asked = {entry["id"]: entry for entry in score.read(work / "encoded.jsonl")}
    out = defaultdict(lambda: [0, 0])
    for row in score.read(work / "encoded.out.jsonl"):
        entry = asked[row["id"]]
        out[entry["class"]][0] += 1
        out[entry["class"]][1] += row["text"] != entry["text"]
    return {name: {"n": n, "found": found} for name, (n, found) in out.items()}


def forms_section(texts, encoded, work, rules):
    by_form = defaultdict(list)
    for entry in texts:
        by_form[entry["class"]].append(entry)
    body = []
    for form, entries in by_form.items():
        row = [form, len(entries)]
        for engine in ("blackbar", *OTHERS):
            result, _ = score.score(entries, score.findings(engine, work / "labelled"), engine)
            row.append(sum(counts["found"] for counts in result.values()))
        body.append(row)
    coded = [[name, row["n"], row["found"]] for name, row in encoded.items()]
    return f"""## Forms of writing

Values of nine entities in running text without a label, in the forms that people, keyboards and browsers give them; how many of n each engine finds.

{rows(["form", "n", *(NAMES[engine] for engine in ("blackbar", *OTHERS))], body)}

The same values inside encodings, as a property of an event through Blackbar's pipeline. The other engines do not look through encodings.

{rows(["encoding", "n", "found"], coded)}
"""


def weak_section(results):
    def total(name):
        return {engine: (sum(row[engine]["found"] for row in results[name].values() if engine in row),
                         sum(row[engine]["labelled"] for row in results[name].values() if engine in row)) for engine in score.ENGINES}
    body = []
    for name, title in (("bare", "a weak number with no context"), ("mistyped", "a number with a wrong check digit next to its label")):
        counts = total(name)
        body.append([title, *(f"{found:,} of {n:,}" for found, n in (counts[engine] for engine in score.ENGINES))])
    return f"""## Where the answer is a matter of definition

Neither is part of the tables above. A number of nine digits passes some country's check more often than not, so Blackbar leaves it alone unless a word, a field or the official separators say what it is; the other engines name it, and the many numbers that pass by chance with it. A number that fails its check right next to its label is a mistyped one to Blackbar, and masked; the others let it pass. Each engine is asked for the entities that it knows.

{rows(["found", *NAMES.values()], body)}
"""


def one_sided(work, results):
    """Entities without a counterpart."""
    known = {engine: set(score.names(engine)) for engine in score.ENGINES}
    spans = {engine: Counter(s["entity"] for found in score.findings(engine, work / "labelled").values() for s in found) for engine in ("presidio+spacy",)}
    alone = sorted(set(spans["presidio+spacy"]) - known["presidio+spacy"])
    only = sorted(family["id"] for family in FAMILIES if family.get("presidio") and not family.get("blackbar"))
    theirs = {entity for family in FAMILIES for entity in family.get("blackbar", []) if family.get("presidio") or family.get("datadog")}
    ours_ = sorted({rule["entity"] for rule in load(work, "chance.json")} - theirs)
    return f"""## Entities of one side only

- Presidio: {", ".join(only)} (labelled here), and {", ".join(f"`{entity}`" for entity in alone)}, which no set labels.
- Blackbar, {len(ours_)} entities: {", ".join(f"`{entity}`" for entity in ours_)}.

Names of people in running text are found by lists of frequent names and the words next to them, where the pack `names` is asked for; a name that no list has is found where a field, a label, a title or a selector says that it is one. See the [threat model](threat-model.md).
"""


def oracle_section(oracles):
    body, differences, refused = [], [], []
    for row in oracles:
        cells = []
        for name in ("python-stdnum", "DataDog", "Presidio"):
            other = row["others"].get(name)
            cells.append("–" if not other else f"{other['both']:,} / {other['only_blackbar']:,} / {other['only_other']:,}")
            if other and (other["only_blackbar"] or other["only_other"]):
                verdict = row["verdict"].get(name) or row["verdict"].get("*") or "open"
                differences.append([f"`{row['validator']}`", row["shape"].replace("|", "\\|"), name, f"{other['only_blackbar']:,}", f"{other['only_other']:,}", verdict])
        own = "values of its own and a second reckoning (`tests/data/identifiers.json`)" if not row["others"] else ""
        if row["specimens"]:
            own += ("; " if own else "") + "specimen " + ", ".join(row["specimens"])
        chance = f"{row['accepted'] / row['n_shaped']:.4f}" if row["n_shaped"] else "–"
        body.append([f"`{row['validator']}`", f"`{row['shape']}`" if row["shape"] else "–", chance, *cells, own or "–"])
        for name, values in row["specimens_refused"].items():
            refused += [f"- {name} refuses {value} (`{row['validator']}`)." for value in values]
    return f"""## Validators and their oracles

Random texts of each shape, and such whose last signs run through all values so that some pass; known good and bad values; specimens that an authority published. A shape: 9 a digit, A a letter, X either, {{ymd}} a date. *Chance* is the share of random texts of the shape that Blackbar's validator takes. The other columns count candidates: both take it / Blackbar alone / the other alone. Validators that are not here judge something else than a number (passwords, drawn values, addresses); their tests are near them.

{rows(["validator", "shape", "chance", "python-stdnum 2.2", "DataDog", "Presidio", "besides"], body)}

Specimens that a judge refuses:

{chr(10).join(refused) or "- none."}

Where they differ, and who is right:

{rows(["validator", "shape", "against", "Blackbar alone takes", "the other alone takes", "verdict"], differences)}
"""


def is_flagged(rule):
    return bool(rule["n"]) and rule["shape"]["bare"] > LIMITS[rule["tier"]]


def share(value):
    return "–" if value is None else "0" if value == 0 else f"{value:.4f}" if value >= 0.0001 else "<0.0001"


def chance_section(rules, notes):
    flagged = [[f"`{rule['id']}`", rule["tier"], share(rule["shape"]["bare"]), notes["tiers"].get(rule["id"], "open")] for rule in rules if is_flagged(rule)]
    body = []
    for rule in rules:
        if not rule["n"]:
            continue
        tier = rule["tier"] if rule["tier_by_default"] in (None, rule["tier"]) else f"{rule['tier']}, by default {rule['tier_by_default']}"
        body.append([f"`{rule['id']}`", rule["pack"], tier, f"`{rule['validator']}`" if rule["validator"] else "–",
                     share(rule["shape"]["bare"]), share(rule["shape"]["beside"]), share(rule["form"]["bare"]), share(rule["form"]["beside"]), share(rule["shape"]["any"])])
    return f"""## Chance, rule by rule

{max(rule["n"] for rule in rules):,} random texts a rule, made from its own patterns. *In shape*: every digit replaced by a random digit, every letter by a random letter, so a fixed prefix is gone, too. *In form*: as the pattern wants it, so only checksum and context are left to say no. *Alone* is without a keyword, *near a keyword* with the rule's first keyword as context. *Any rule*: the share of texts in shape in which some rule of all packs finds something. With all countries named, which is the least careful setting.

A tier allows, alone and in shape, up to {LIMITS['distinctive']} (distinctive), {LIMITS['bounded']} (bounded), {LIMITS['keyword_or_separators']} (keyword_or_separators, by its official separators), none (keyword). More than that:

{rows(["rule", "tier", "alone, in shape", "why"], flagged)}

{rows(["rule", "pack", "tier", "validator", "in shape, alone", "in shape, near a keyword", "in form, alone", "in form, near a keyword", "any rule"], body)}
"""

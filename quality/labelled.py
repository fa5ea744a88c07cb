"""Makes labelled texts: what people write around identifiers, and what only looks like them.

One JSON object a line: id, set, text, words (the label beside the text), spans with start, end and
family (in code points), and for texts without any a class. Nothing here depends on an engine.
"""

import hashlib
import json
import random
import string
import tomllib
import uuid
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import phonenumbers

import oracles

HERE = Path(__file__).parent
IDENTIFIERS = json.loads((HERE / "../tests/data/identifiers.json").read_text())
FAMILIES = tomllib.loads((HERE / "families.toml").read_text())["family"]

LABELLED = [
    "{L}: {V}", "{L} {V}", "My {L} is {V}.", "{L} no. {V}", "Please change the {L} to {V}, thank you.",
    "{L}={V}", "{L} | {V} |", "Kundendaten – {L}: {V} – geprüft", "name: n/a; {L}: {V}; status: open",
    "{L}\n{V}\n", "The {L} on file ({V}) is out of date.", "{V} is my {L}",
]
BESIDE = ["{V}", "is {V} still right?", "{V} (new)"]
BARE = ["{V}", "Use {V} for this.", "({V})", "re: {V} / done"]
PLAIN = [
    "Order {V} has shipped", "{V}", "ref {V}", "ticket #{V}", "batch {V} done", "tracking {V}",
    "Invoice {V} of today", "item {V}, 3 left", "build {V}", "request {V} took 12 ms", "row {V}", "SKU {V}",
]


def luhn(digits):
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits + "0"), 1))
    return digits + str((10 - total % 10) % 10)


class Values:
    """Values of each kind, and their wrong neighbours."""

    def __init__(self, rng):
        self.rng = rng

    def digits(self, n):
        return "".join(self.rng.choice(string.digits) for _ in range(n))

    def letters(self, n):
        return "".join(self.rng.choice(string.ascii_uppercase) for _ in range(n))

    def email(self):
        first = self.rng.choice(["anna", "bob", "chen", "dara", "emil", "fatima", "jörg", "luis", "mia", "o.brien"])
        last = self.rng.choice(["smith", "müller", "garcia", "kowalska", "tanaka", "okafor", "dupont", "rossi"])
        host = self.rng.choice(["example.com", "example.org", "mail.example.net", "example.co.uk", "post.example.de", "münchen.de", "xn--mnchen-3ya.de"])
        local = self.rng.choice(["{f}.{l}", "{f}{l}{n}", "{f}+{l}", "{f}_{l}", "{f}"]).format(f=first, l=last, n=self.rng.randrange(99))
        local = local if self.rng.random() < 0.1 else local.replace("ö", "oe").replace("ü", "ue")
        return f"{local}@{host}"

    def phone(self):
        region = self.rng.choice(["US", "US", "US", "CA", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "SE", "IN", "JP", "BR", "AU", "IL", "CH"])
        kind = phonenumbers.PhoneNumberType.MOBILE if region not in ("US", "CA") else phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
        number = phonenumbers.example_number_for_type(region, kind)
        text = str(number.national_number)
        for _ in range(60):
            tail = 4
            fresh = phonenumbers.PhoneNumber(number.country_code, int(text[:-tail] + self.digits(tail)))
            if region in ("US", "CA"):
                area = self.rng.choice(["202", "212", "415", "512", "617", "702", "305", "416", "604"])
                fresh = phonenumbers.PhoneNumber(1, int(area + "555" + "01" + self.digits(2)))
            if phonenumbers.is_possible_number(fresh):
                break
        forms = phonenumbers.PhoneNumberFormat
        if region in ("US", "CA"):
            national = phonenumbers.format_number(fresh, forms.NATIONAL)
            dashed = national.replace("(", "").replace(") ", "-")
            return self.rng.choice([national, dashed, dashed.replace("-", "."), "+1 " + dashed, "1-" + dashed])
        return phonenumbers.format_number(fresh, self.rng.choice([forms.INTERNATIONAL, forms.INTERNATIONAL, forms.E164]))

    def card(self):
        bin_, length = self.rng.choice([("4111", 16), ("4242", 16), ("5555", 16), ("5105", 16), ("6011", 16), ("3782", 15), ("3566", 16), ("30569", 14)])
        number = luhn(bin_ + self.digits(length - len(bin_) - 1))
        if length == 15:
            return self.rng.choice([number, f"{number[:4]} {number[4:10]} {number[10:]}"])
        if length == 14:
            return self.rng.choice([number, f"{number[:4]} {number[4:10]} {number[10:]}"])
        groups = [number[i:i + 4] for i in range(0, 16, 4)]
        return self.rng.choice([number, " ".join(groups), "-".join(groups)])

    def ip(self):
        r = self.rng
        v4 = lambda: ".".join(str(r.randrange(1, 255)) for _ in range(4))
        doc = lambda: r.choice(["203.0.113.", "198.51.100.", "192.0.2.", "10.20.30.", "172.16.4."]) + str(r.randrange(1, 255))
        group = lambda: f"{r.randrange(1, 65536):x}"
        v6 = lambda: ":".join(["2001", "db8"] + [group() for _ in range(6)])
        short = lambda: "2001:db8::" + ":".join(group() for _ in range(r.randrange(1, 4)))
        return r.choice([v4, doc, v6, short])()

    def mac(self):
        sep = self.rng.choice([":", ":", "-"])
        return sep.join(f"{self.rng.randrange(256):02x}" for _ in range(6))

    def ethereum(self):
        return "0x" + "".join(self.rng.choice("0123456789abcdef") for _ in range(40))

    def jwt(self):
        part = lambda value: urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
        sig = urlsafe_b64encode(self.rng.randbytes(32)).decode().rstrip("=")
        return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': self.digits(8), 'iat': 1700000000})}.{sig}"

    def bank(self):
        return self.digits(self.rng.choice([8, 9, 10, 12]))

    def passport(self):
        return self.rng.choice([lambda: self.digits(9), lambda: self.letters(1) + self.digits(8), lambda: self.letters(2) + self.digits(7), lambda: "C" + self.rng.choice("FGHJK") + self.digits(7)])()

    def driver(self):
        return self.rng.choice([
            lambda: self.letters(1) + self.digits(7),
            lambda: self.letters(1) + self.digits(12),
            lambda: self.digits(8),
            lambda: self.letters(1) + self.digits(14),
            lambda: f"{self.letters(1)}{self.digits(3)}-{self.digits(4)}-{self.digits(4)}",
            lambda: "MORGA" + self.rng.choice("5678") + self.rng.choice(["0112", "5220", "1128", "6203"]) + self.digits(1) + "SM9" + self.rng.choice("IJ") + self.rng.choice("AEKS"),
        ])()

    def member(self):
        return self.rng.choice([lambda: self.letters(3) + self.digits(9), lambda: self.digits(9), lambda: self.letters(1) + self.digits(8)])()

    def plate(self):
        return self.rng.choice([
            lambda: f"{self.letters(2)}{self.digits(2)} {self.letters(3)}", lambda: f"{self.letters(3)} {self.digits(4)}",
            lambda: f"{self.letters(1)}-{self.letters(2)} {self.digits(3)}", lambda: f"{self.digits(1)}{self.letters(3)}{self.digits(3)}",
        ])()

    def postcode(self):
        letters = lambda n: "".join(self.rng.choice("ABEGHLNSTWY") for _ in range(n))
        return self.rng.choice([
            lambda: self.rng.choice(["SW1A 1AA", "M1 1AE", "EC1A 1BB", "CR2 6XH", "DN55 1PT", "W1A 0AX", "B33 8TH", "LS1 4AP"]),
            lambda: f"{letters(1)}{self.digits(1)}{letters(1)} {self.digits(1)}{letters(1)}{self.digits(1)}",
            lambda: self.rng.choice("123456789") + self.digits(4), lambda: self.rng.choice("123456789") + self.digits(4),
        ])()

    def lanr(self):
        return self.digits(9)

    def codice(self):
        cons = lambda n: "".join(self.rng.choice("BCDFGLMNPRSTV") for _ in range(n))
        body = f"{cons(3)}{cons(3)}{self.rng.randrange(100):02}{self.rng.choice('ABCDEHLMPRST')}{self.rng.choice([self.rng.randrange(1, 29), self.rng.randrange(41, 69)]):02}{self.rng.choice('ABCDEFGHIL')}{self.rng.randrange(100, 990)}"
        from stdnum.it import codicefiscale
        return body + codicefiscale.calc_check_digit(body)

    def pan_in(self):
        return self.letters(3) + "P" + self.letters(1) + self.digits(4) + self.letters(1)

    def pesel(self):
        from stdnum.pl import pesel
        year, month, day = self.rng.randrange(40, 99), self.rng.randrange(1, 13), self.rng.randrange(1, 29)
        body = f"{year:02}{month:02}{day:02}{self.digits(4)}"
        return body + pesel.calc_check_digit(body)

    def se_org2(self):
        return self.rng.choice([v for v in oracles.valid_values("se_org") if v[2] >= "2"])

    def steuernummer(self):
        d = self.digits
        return self.rng.choice([lambda: f"{d(2)}/{d(3)}/{d(5)}", lambda: f"{d(3)}/{d(4)}/{d(4)}", lambda: f"{d(3)}/{d(3)}/{d(5)}"])()

    def hrb(self):
        return f"HRB {self.rng.randrange(1000, 300000)}"

    def kr_brn_checked(self):
        body = self.rng.choice("123456789") + self.digits(8)
        total = sum(int(c) * w for c, w in zip(body, (1, 3, 7, 1, 3, 7, 1, 3, 5))) + int(body[8]) * 5 // 10
        number = body + str((10 - total % 10) % 10)
        return self.rng.choice([number, f"{number[:3]}-{number[3:5]}-{number[5:]}"])

    def kr_licence(self):
        return f"{self.rng.randrange(11, 29)}-{self.rng.randrange(80, 99)}-{self.digits(6)}-{self.digits(2)}"

    def ng_nin(self):
        judge = oracles.presidio("NgNinRecognizer")
        return next(text for text in iter(lambda: self.digits(11), None) if judge(text))

    def ph_tin(self):
        return f"{self.digits(3)}-{self.digits(3)}-{self.digits(3)}-{self.rng.choice(['000', '00000', '001'])}"

    def of(self, family):
        source = family["values"]
        if isinstance(source, list):
            source = self.rng.choice(source)
        if source in IDENTIFIERS:
            value = self.rng.choice(oracles.valid_values(source))
        else:
            value = getattr(self, source)()
        return dress(value, self.rng.choice(family["forms"])) if "forms" in family else value

    def wrong(self, family):
        """Of the same shape, with the check digits wrong; None where there is no check."""
        source = family["values"]
        source = source[0] if isinstance(source, list) else source
        bad = IDENTIFIERS.get(source, {}).get("invalid_last_digit_plus1") or []
        if source == "card":
            value = self.card()
            return value[:-1] + str((int(value[-1]) + self.rng.randrange(1, 9)) % 10)
        if not bad or family["id"] == "github token":
            return None
        value = self.rng.choice(bad)
        return dress(value, self.rng.choice(family["forms"])) if "forms" in family else value

    def alike(self, value):
        """A random text of the same shape."""
        def other(c):
            if c.isdigit():
                return self.rng.choice(string.digits)
            if c.isascii() and c.isalpha():
                return self.rng.choice(string.ascii_uppercase if c.isupper() else string.ascii_lowercase)
            return c
        return "".join(map(other, value))


def dress(value, form):
    """The letters and digits of a value in the given form."""
    signs = [c for c in value if c.isalnum()]
    out = []
    for c in form:
        if not signs:
            break
        out.append(signs.pop(0) if c == "#" else c)
    return ("".join(out) + "".join(signs)).strip(" -")


def item(set_, id_, template, value, family, label, words=""):
    before, after = template.replace("{L}", label).split("{V}")
    spans = [{"start": len(before), "end": len(before) + len(value), "family": family}] if family else []
    return {"id": id_, "set": set_, "text": before + value + after, "words": words, "spans": spans}


def generated(n=96):
    """For each family as many texts with it as without."""
    rng = random.Random(20261124)
    values = Values(rng)
    junk = Junk(rng)
    for family in FAMILIES:
        if "values" not in family:
            continue
        name = family["id"]
        for i in range(n):
            value = values.of(family)
            label = rng.choice(family["labels"])
            kind = i % 4
            if kind == 3 and family.get("bare"):
                yield item("generated", f"{name}/{i}", rng.choice(BARE), value, name, label)
            elif kind == 2:
                words = rng.choice([label, camel(label), label.lower()])
                yield item("generated", f"{name}/{i}", rng.choice(BESIDE), value, name, "", words)
            else:
                yield item("generated", f"{name}/{i}", rng.choice(LABELLED), value, name, label)
        for i in range(n):
            wrong = values.wrong(family) if i % 3 == 0 else None
            is_alike = name not in OPEN and i % 3 < 2
            text = wrong or (values.alike(values.of(family)) if is_alike else junk.any()[1])
            yield {**item("generated", f"{name}/not/{i}", rng.choice(PLAIN), text, None, ""), "class": name}
        for i in range(n // 4):
            wrong = values.wrong(family)
            if wrong:
                label = rng.choice(family["labels"])
                yield {**item("mistyped", f"{name}/typo/{i}", "{L}: {V}", wrong, name, label)}


# Families whose shape alone is personal: a random text of that shape would be one of them.
OPEN = {
    "email", "phone", "ip", "mac", "ethereum", "jwt", "github token", "US SSN", "US ITIN", "India PAN", "Germany trade register",
}


def camel(label):
    if not label.isascii():
        return label
    first, *rest = "".join(c if c.isalnum() else " " for c in label).split()
    return first.lower() + "".join(word.capitalize() for word in rest)


def bare_weak(n=40):
    """Numbers with a weak check digit and nothing that says what they are."""
    rng = random.Random(7)
    values = Values(rng)
    for family in FAMILIES:
        if "values" in family and not family.get("bare"):
            for i in range(n):
                yield item("bare", f"{family['id']}/bare/{i}", rng.choice(BARE), values.of(family), family["id"], "")


FORMS = {
    "plain": lambda v: v,
    "no-break space": lambda v: regroup(v, "\u00a0"),
    "thin space": lambda v: regroup(v, "\u2009"),
    "narrow no-break space": lambda v: regroup(v, "\u202f"),
    "no-break hyphen": lambda v: regroup(v, "\u2011"),
    "full-width digits": lambda v: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in v),
    "Arabic-Indic digits": lambda v: "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in v),
    "zero-width space inside": lambda v: "\u200b".join([v[:5], v[5:]]),
    "soft hyphen inside": lambda v: "\u00ad".join([v[:6], v[6:]]),
    "direction marks around": lambda v: f"\u202d{v}\u202c",
    "lower case": lambda v: v.lower(),
}
ENCODINGS = {
    "HTML entities": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "percent-encoded in a query": lambda v: "https://shop.example/p?note=" + "".join(f"%{b:02X}" for b in v.encode()),
    "plus for blank in a query": lambda v: "https://shop.example/p?note=" + v.replace("@", "%40").replace(" ", "+"),
    "JSON in a string": lambda v: json.dumps({"note": v}),
    "JSON with \\u escapes": lambda v: '{"note":"' + "".join(f"\\u{ord(c):04x}" for c in v) + '"}',
    "base64 of JSON in a query": lambda v: "https://shop.example/p?d=" + b64encode(json.dumps({"note": v}).encode()).decode().rstrip("="),
    "markup around": lambda v: f"<p class='a'><b>{v}</b></p>",
    "style content": lambda v: f'.x::before{{content:"{v}"}}',
}
FORMED = {"card": ["4111 1111 1111 1111", "5555-5555-5555-4444"], "iban": ["CH62 8831 0QS8 IV3Z 8AUQ L", "DE89 3704 0044 0532 0130 00"],
          "US SSN": ["017-06-9948", "078-05-1120"], "email": ["anna.smith@example.com"], "phone": ["+49 1512 3456789", "(202) 555-0143"],
          "Germany tax id": ["14 328 599 673"], "UK NHS number": ["943 476 5919"], "ip": ["203.0.113.77"], "Spain DNI": ["01413926-R"]}


def regroup(value, sep):
    return value.replace(" ", sep).replace("-", sep) if any(c in value for c in " -") else None


def surface():
    for family, values in FORMED.items():
        for value in values:
            for name, form in FORMS.items():
                formed = form(value)
                if formed and (formed != value or name == "plain"):
                    yield {**item("surface", f"{family}/{name}/{value}", "given: {V} end", formed, family, ""), "class": name}


def encoded():
    for family, values in FORMED.items():
        for value in values:
            for name, form in ENCODINGS.items():
                yield {"id": f"{family}/{name}/{value}", "text": form(value), "class": name, "value": value, "family": family}


class Junk:
    """What looks like an identifier and is nobody's: section by section of the negative list."""

    def __init__(self, rng):
        self.rng = rng
        self.values = Values(rng)
        self.kinds = [name for name in dir(self) if name.startswith("k_")]

    def any(self):
        kind = self.rng.choice(self.kinds)
        return kind[2:], getattr(self, kind)()

    def hexes(self, n):
        return "".join(self.rng.choice("0123456789abcdef") for _ in range(n))

    def base62(self, n):
        return "".join(self.rng.choice(string.ascii_letters + string.digits) for _ in range(n))

    def decimal(self, top=500, places=None):
        return f"{self.rng.uniform(0, top):.{self.rng.randrange(1, 5) if places is None else places}f}"

    def k_epoch_seconds(self):
        return str(self.rng.randrange(1_400_000_000, 1_900_000_000))

    def k_epoch_milliseconds(self):
        return str(self.rng.randrange(1_400_000_000_000, 1_900_000_000_000))

    def k_epoch_microseconds(self):
        return str(self.rng.randrange(1_400_000_000_000_000, 1_900_000_000_000_000))

    def k_trace_id(self):
        return self.rng.choice([f"00-{self.hexes(32)}-{self.hexes(16)}-01", self.hexes(32), self.hexes(16)])

    def k_git_sha(self):
        return self.rng.choice([self.hexes(40), self.hexes(7), f"commit {self.hexes(10)}", f"sha256:{self.hexes(64)}"])

    def k_uuid(self):
        return str(uuid.UUID(bytes=self.rng.randbytes(16), version=4))

    def k_uuid_v7(self):
        ms = self.rng.randrange(1_600_000_000_000, 1_900_000_000_000)
        tail = self.hexes(32)
        h = f"{ms:012x}7{tail[:3]}{self.rng.choice('89ab')}{tail[3:18]}"
        return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"

    def k_css_color(self):
        return self.rng.choice([f"#{self.hexes(6)}", f"#{self.hexes(3)}", f"#{self.hexes(8)}", f"rgb({self.rng.randrange(256)}, {self.rng.randrange(256)}, {self.rng.randrange(256)})", f"rgba({self.rng.randrange(256)},{self.rng.randrange(256)},{self.rng.randrange(256)},0.{self.rng.randrange(100)})", f"hsl({self.rng.randrange(360)} {self.rng.randrange(100)}% {self.rng.randrange(100)}%)"])

    def k_css_rule(self):
        r = self.rng
        return r.choice([
            f".card-{r.randrange(999)}{{margin:{r.randrange(99)}px {r.randrange(99)}px;width:calc(100% - {self.decimal(90)}rem)}}",
            f"@media (min-width:{r.randrange(320, 1900)}px){{.col-{r.randrange(12)}{{flex:0 0 {self.decimal(99, 6)}%}}}}",
            f"transform:translate3d({self.decimal()}px, {self.decimal()}px, 0) scale({self.decimal(3)})",
            f"transition:all {self.decimal(2)}s cubic-bezier(.{r.randrange(99)},.{r.randrange(99)},.{r.randrange(99)},1)",
            f"grid-template-columns:repeat({r.randrange(12)},minmax({r.randrange(400)}px,1fr));z-index:{r.randrange(99999)}",
        ])

    def k_svg_path(self):
        r = self.rng
        steps = [f"M{self.decimal(24)} {self.decimal(24)}"]
        for _ in range(r.randrange(2, 9)):
            c = r.choice("lLcChHvVsSqQaA")
            n = {"h": 1, "v": 1, "l": 2, "q": 4, "s": 4, "c": 6, "a": 7}[c.lower()]
            steps.append(c + r.choice([" ", ","]).join(r.choice(["", "-"]) + self.decimal(300) for _ in range(n)))
        return "".join(steps) + "z"

    def k_svg_points(self):
        return " ".join(f"{self.rng.randrange(1000)},{self.rng.randrange(1000)}" for _ in range(self.rng.randrange(3, 9)))

    def k_viewbox(self):
        return f"{self.rng.choice([0, -10])} 0 {self.rng.randrange(16, 2000)} {self.rng.randrange(16, 2000)}"

    def k_matrix(self):
        return f"matrix({', '.join(self.rng.choice(['', '-']) + self.decimal(2, 6) for _ in range(4))}, {self.decimal()}, {self.decimal()})"

    def k_node_ids(self):
        return self.rng.choice([str(self.rng.randrange(1, 200000)), f"[{', '.join(str(self.rng.randrange(1, 99999)) for _ in range(6))}]"])

    def k_mouse_positions(self):
        return json.dumps([{"x": self.rng.randrange(1900), "y": self.rng.randrange(1000), "id": self.rng.randrange(999), "timeOffset": -self.rng.randrange(500)} for _ in range(3)])

    def k_semver(self):
        r = self.rng
        v = f"{r.randrange(30)}.{r.randrange(60)}.{r.randrange(200)}"
        return r.choice([v, "v" + v, v + f"-beta.{r.randrange(9)}", v + f"+{r.randrange(99999)}", f"^{v}", f"~{v}", f"{v}.{r.randrange(9999)}", f"@scope/pkg@{v}"])

    def k_user_agent(self):
        r = self.rng
        return f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.{r.randrange(99)} (KHTML, like Gecko) Chrome/{r.randrange(80, 160)}.0.{r.randrange(7000)}.{r.randrange(250)} Safari/537.36"

    def k_asset_name(self):
        r = self.rng
        return r.choice([f"main.{self.hexes(8)}.chunk.js", f"assets/index-{self.base62(8)}.js", f"/_next/static/chunks/{r.randrange(9999)}-{self.hexes(16)}.js", f"app~{self.hexes(8)}.css?v={r.randrange(99999999)}", f"logo@{r.randrange(1, 4)}x.png", f"fonts/inter-v{r.randrange(20)}-latin-{r.randrange(100, 900)}.woff2"])

    def k_file_name(self):
        r = self.rng
        return r.choice([f"IMG_{r.randrange(20200101, 20261231)}_{r.randrange(100000, 235959)}.jpg", f"Report-{r.randrange(2019, 2027)}-Q{r.randrange(1, 5)}.pdf", f"DSC{r.randrange(10000):05}.NEF", f"backup_{r.randrange(10**13)}.tar.gz", f"scan{r.randrange(10**6):06}.pdf", f"Screenshot 2026-{r.randrange(1, 13):02}-{r.randrange(1, 29):02} at 10.{r.randrange(60):02}.{r.randrange(60):02}.png"])

    def k_isbn(self):
        body = "978" + self.values.digits(9)
        check = (10 - sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(body)) % 10) % 10
        n = body + str(check)
        return self.rng.choice([n, f"ISBN {n[:3]}-{n[3]}-{n[4:7]}-{n[7:12]}-{n[12]}", f"{n[:3]}-{n[3]}-{n[4:6]}-{n[6:12]}-{n[12]}", f"ISBN: {n}"])

    def k_ean(self):
        body = self.rng.choice(["400", "500", "380", "871", "073"]) + self.values.digits(9)
        check = (10 - sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(body)) % 10) % 10
        return self.rng.choice([body + str(check), f"EAN {body}{check}", f"GTIN: {body}{check}"])

    def k_upc(self):
        body = self.values.digits(11)
        check = (10 - sum(int(d) * (3, 1)[i % 2] for i, d in enumerate(body)) % 10) % 10
        return self.rng.choice([body + str(check), f"UPC {body}{check}"])

    def k_order_number(self):
        r = self.rng
        n = r.randrange
        return r.choice([f"#{n(10**4, 10**6)}", f"order #{n(10**8, 10**12)}", f"ORD-{n(10**9, 10**10)}", f"Order {n(100, 999)}-{n(10**6, 10**7):07}-{n(10**6, 10**7):07}", f"INV-2026-{n(10**5):05}", f"PO{n(10**8):08}", f"Bestellung {n(10**9, 10**10)}", f"Commande n° {n(10**7, 10**9)}", f"R{n(10**9):09}"])

    def k_bare_number(self):
        return self.values.digits(self.rng.randrange(5, 20)).lstrip("0") or "1"

    def k_tracking_id(self):
        r = self.rng
        return r.choice([f"1Z{self.base62(6).upper()}{self.values.digits(10)}", f"JD{self.values.digits(18)}", f"{self.values.letters(2)}{self.values.digits(9)}DE", self.values.digits(12), f"9400{self.values.digits(18)}", f"GA1.2.{self.values.digits(9)}.{self.k_epoch_seconds()}", f"fb.1.{self.k_epoch_milliseconds()}.{self.values.digits(10)}", f"UA-{self.values.digits(8)}-1", f"G-{self.base62(10).upper()}", f"GTM-{self.base62(7).upper()}"])

    def k_cas(self):
        body = self.values.digits(self.rng.randrange(4, 9)).lstrip("0") or "50"
        body = body.rjust(4, "7")
        check = sum(int(d) * i for i, d in enumerate(reversed(body), 1)) % 10
        return self.rng.choice(["CAS ", ""]) + f"{body[:-2]}-{body[-2:]}-{check}"

    def k_container(self):
        return f"{self.values.letters(3)}U{self.values.digits(7)}"

    def k_font_metrics(self):
        return json.dumps({"ascent": self.rng.randrange(2000), "descent": -self.rng.randrange(600), "unitsPerEm": 2048, "xHeight": self.rng.randrange(1200), "capHeight": self.rng.randrange(1500)})

    def k_base64_image(self):
        data = b64encode(self.rng.randbytes(self.rng.randrange(40, 400))).decode()
        return self.rng.choice([f"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA{data}", f"data:image/gif;base64,R0lGODlh{data}", f"iVBORw0KGgoAAAANSUhEUgAA{data}"])

    def k_test_id(self):
        return self.rng.choice([f"data-v-{self.hexes(8)}", f"checkout-step-{self.rng.randrange(20)}", f"row-{self.rng.randrange(10**6)}-cell-{self.rng.randrange(20)}", f"radix-:r{self.base62(2).lower()}:", f"headlessui-menu-button-{self.rng.randrange(99)}", f"ember{self.rng.randrange(9999)}"])

    def k_class_names(self):
        r = self.rng
        words = [f"md:w-{r.randrange(12)}/12", f"text-[{r.randrange(40)}px]", f"bg-gray-{r.randrange(1, 9)}00", f"css-{self.base62(6).lower()}", f"sc-{self.base62(7)}", f"p-{r.randrange(9)}", f"_{self.base62(5)}_{r.randrange(99)}", f"jss{r.randrange(999)}", f"translate-x-[{self.decimal()}px]", f"MuiBox-root-{r.randrange(99)}"]
        return " ".join(r.sample(words, 4))

    def k_build_timestamp(self):
        r = self.rng
        d = f"{r.randrange(2018, 2027)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"
        t = f"{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}"
        return r.choice([f"{d}T{t}Z", f"{d} {t}", f"build {d.replace('-', '')}.{r.randrange(99)}", f"{d.replace('-', '')}{t.replace(':', '')}", f"{d}T{t}.{r.randrange(1000):03}+02:00", f"{t}.{r.randrange(1000):03}", f"{d}_{r.randrange(999999)}"])

    def k_viewport(self):
        r = self.rng
        return r.choice([f"{r.randrange(320, 3840)}x{r.randrange(480, 2160)}", f"{r.randrange(320, 3840)} × {r.randrange(480, 2160)} px", f"{self.decimal(2000)}px", f"top: {self.decimal(2000)}px; left: {self.decimal(2000)}px"])

    def k_sku(self):
        r = self.rng
        return r.choice([f"SKU-{self.values.letters(3)}-{self.values.digits(5)}", f"{self.values.letters(3)}{self.values.digits(4)}-{r.choice(['S', 'M', 'XL'])}", f"B0{self.base62(8).upper()}", f"{self.values.letters(2)}-{self.values.digits(4)}/{r.randrange(99)}", f"Art.-Nr. {self.values.digits(6)}", f"Model {self.values.letters(2)}{self.values.digits(3)}{self.values.letters(1)}"])

    def k_price(self):
        r = self.rng
        return r.choice([f"${r.randrange(10**6):,}.{r.randrange(100):02}", f"{r.randrange(1000)}.{r.randrange(1000):03},{r.randrange(100):02} €", f"€ {self.decimal(9999, 2)}", f"{r.randrange(10**5)} kr", f"¥{r.randrange(10**6):,}", f"{r.randrange(100)}% off, was {self.decimal(999, 2)}", f"Total: {self.decimal(99999, 2)} USD", f"{r.randrange(2, 999)} of {r.randrange(1000, 99999)} results"])

    def k_coordinates(self):
        r = self.rng
        return r.choice([f"{r.randrange(1900)}, {r.randrange(1000)}", f"{r.uniform(-90, 90):.{r.randrange(1, 4)}f}", f"x={self.decimal(1900)} y={self.decimal(1000)}", f"{self.decimal(2000)} {self.decimal(2000)} {self.decimal(2000)} {self.decimal(2000)}"])

    def k_measures(self):
        r = self.rng
        return r.choice([f"{self.decimal(99)} kg", f"{r.randrange(9999)} items", f"{r.randrange(999)} MB / {r.randrange(9999)} MB", f"{r.randrange(1, 13)}:{r.randrange(60):02} PM", f"{r.randrange(2, 99)} min read", f"3.{self.values.digits(14)}", f"{self.decimal(100, 12)}", f"1e-{r.randrange(20)}", f"{r.randrange(24)}h {r.randrange(60)}m", f"{r.randrange(10**5, 10**9):,} views"])

    def k_public_token(self):
        return "phc_" + self.base62(43)

    def k_session_id(self):
        return self.rng.choice(["$session_id ", "", "window "]) + self.k_uuid_v7()

    def k_score(self):
        r = self.rng
        return r.choice([f"{r.randrange(200)}-{r.randrange(200)}", f"{r.randrange(10)}:{r.randrange(10)}", f"{r.randrange(1900, 2027)}/{r.randrange(100):02}", f"pp. {r.randrange(999)}–{r.randrange(1000, 1999)}", f"RFC {r.randrange(9999)}", f"ISO {r.randrange(99999)}-{r.randrange(9)}:{r.randrange(1990, 2026)}", f"Section {r.randrange(99)}.{r.randrange(99)}.{r.randrange(99)}", f"doi:10.{r.randrange(1000, 9999)}/{self.base62(8).lower()}"])

    def k_url(self):
        r = self.rng
        return r.choice([f"https://cdn.example.com/{self.hexes(8)}/{r.randrange(10**8)}.webp?w={r.randrange(2000)}&q=75", f"https://shop.example.com/p/{r.randrange(10**9)}/red-shoe", f"/api/v{r.randrange(9)}/items/{r.randrange(10**10)}?page={r.randrange(99)}&limit=50", f"https://i.example.com/{r.randrange(10**5)}x{r.randrange(999)}/{self.base62(11)}.jpg"])

    def k_log_line(self):
        r = self.rng
        return r.choice([f"[{self.k_epoch_milliseconds()}] GET /items/{r.randrange(10**9)} 200 {r.randrange(999)}ms", f"Chunk {r.randrange(99)} loaded in {self.decimal(99)} ms", f"TypeError: Cannot read properties of undefined (reading '{self.base62(2)}') at https://app.example.com/main.{self.hexes(8)}.js:{r.randrange(9)}:{r.randrange(10**6)}", f"pid {r.randrange(99999)} exited with 0x{self.hexes(8)}", f"etag W/\"{self.hexes(10)}-{self.hexes(12)}\""])

    def k_prose(self):
        words = "the cart is empty please choose a size and colour then go on to delivery our shop ships within two days of the order every item can be sent back for 30 days read the terms of service version 4 and the notes for release 12".split()
        return " ".join(self.rng.choice(words) for _ in range(self.rng.randrange(4, 16))).capitalize() + "."


def negatives(each=3000):
    rng = random.Random(11)
    junk = Junk(rng)
    for kind in junk.kinds:
        for i in range(each):
            yield {"id": f"{kind[2:]}/{i}", "set": "negative", "text": getattr(junk, kind)(), "words": "", "spans": [], "class": kind[2:].replace("_", " ")}


def research(checkout):
    """presidio-research's synthetic sets, read out of a checkout; their text goes nowhere but the work directory."""
    families = {label: family["id"] for family in FAMILIES for label in family.get("research", [])}
    for path in ("data/synth_dataset_v2.json", "tests/data/generated_large.json"):
        for i, row in enumerate(json.loads(oracles.checkout_file(checkout, path))):
            spans = [
                {"start": s["start_position"], "end": s["end_position"], "family": families.get(s["entity_type"], s["entity_type"].lower())}
                for s in row["spans"]
            ]
            yield {"id": f"{path}/{i}", "set": "presidio-research", "text": row["full_text"], "words": "", "spans": spans}


def corpus(path):
    """The texts of the recorded corpus: all with a planted value, and one in five of the others."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if entry["spans"] or int(hashlib.sha256(entry["text"].encode()).hexdigest(), 16) % 5 == 0 and not entry["partial"]:
                yield entry


def everything(corpus_texts, checkout, scale):
    yield from generated(96 // scale)
    yield from bare_weak(40 // scale)
    yield from surface()
    yield from corpus(corpus_texts)
    if checkout:
        yield from research(checkout)


def write(path, items):
    n = 0
    with open(path, "w", encoding="utf-8") as out:
        for entry in items:
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")
            n += 1
    return n

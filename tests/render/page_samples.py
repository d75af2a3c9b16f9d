"""Snapshots to render: an industry of sixty entities, graphs of any size, and a hostile one. All invented."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta

from fabgrid.model import (
    Concept,
    Evidence,
    Measurement,
    Node,
    Quantity,
    Snapshot,
    Source,
    Span,
    Statement,
    Status,
    digest,
)

ENTITY = "https://w3id.org/fabgrid/entity/"
ARTICLE = "https://w3id.org/fabgrid/article/"

ENTITIES = """
Company|NVIDIA|Nvidia;Nvidia Corporation|Designs graphics processors and the systems around them.|US|NVDA
Company|TSMC|Taiwan Semiconductor;台積電|Makes chips for others.|TW|TSM
Company|Samsung Electronics|Samsung|Makes memory, phones and chips for others.|KR|
Company|SK hynix|Hynix|Makes memory.|KR|
Company|Micron||Makes memory.|US|MU
Company|Intel|||US|INTC
Company|AMD|Advanced Micro Devices||US|AMD
Company|ASML||Makes lithography systems.|NL|ASML
Company|Amazon Web Services|AWS||US|
Company|Microsoft|||US|MSFT
Company|Google|Alphabet||US|
Company|Meta|||US|META
Company|OpenAI||Builds large language models.|US|
Company|CoreWeave|||US|CRWV
Company|Oracle|||US|ORCL
Company|MARA Holdings|Mara;Marathon Digital|A bitcoin miner that turns to hosting.|US|MARA
Company|Riot Platforms|||US|RIOT
Company|Core Scientific|||US|
Company|Talen Energy|||US|TLN
Company|Constellation Energy|Constellation||US|CEG
Company|Vistra|||US|VST
Company|Dominion Energy|||US|D
Company|Foxconn|Hon Hai||TW|
Company|Broadcom|||US|AVGO
Company|Arm|||GB|ARM
Company|Amkor|||US|AMKR
Product|H100||||
Product|Blackwell B200|B200;GB200|||
Product|MI300X||||
Product|Trainium2||||
Product|TPU v5p||||
Product|HBM3E||Stacked memory of the fifth generation.||
Product|Antminer S21||||
GridOperator|PJM Interconnection|PJM|Runs the grid of thirteen US states.|US|
GridOperator|ERCOT|Electric Reliability Council of Texas|Runs the grid of Texas.|US|
GridOperator|MISO|Midcontinent Independent System Operator||US|
Organization|Federal Energy Regulatory Commission|FERC|Rules on US power markets.|US|
Organization|Bureau of Industry and Security|BIS||US|
Organization|European Commission|||EU|
Facility|TSMC Fab 21|Arizona fab|||
Facility|Taylor fab||||
Facility|Susquehanna nuclear plant||||
Facility|Crane Clean Energy Center|Three Mile Island Unit 1|||
Facility|Cumulus data center campus||||
Facility|Stargate Abilene||||
Facility|Granbury data center||||
Facility|Ohio One||||
Person|Jensen Huang||||
Person|Fred Thiel||||
Person|Lisa Su||||
Person|C. C. Wei||||
Place|Arizona||||
Place|Texas||||
Place|Northern Virginia|Data Center Alley|||
Place|Taiwan||||
Place|Pennsylvania||||
Place|Ohio||||
Technology|CoWoS|Chip on Wafer on Substrate|||
Technology|EUV lithography|EUV|||
Technology|Small modular reactors|SMR|||
Technology|2 nm process|N2|||
"""

# subject | relation | object | status
RELATIONS = """
TSMC|fabricatesFor|NVIDIA
TSMC|fabricatesFor|AMD
TSMC|fabricatesFor|Broadcom
TSMC|manufactures|Blackwell B200
TSMC|manufactures|H100
TSMC|manufactures|MI300X
TSMC|manufactures|TPU v5p
TSMC|manufactures|Trainium2
NVIDIA|develops|H100
NVIDIA|develops|Blackwell B200
AMD|develops|MI300X
Amazon Web Services|develops|Trainium2
Google|develops|TPU v5p
Blackwell B200|succeeds|H100
SK hynix|supplies|NVIDIA
Micron|supplies|NVIDIA
Samsung Electronics|supplies|NVIDIA|planned
Samsung Electronics|supplies|AMD
SK hynix|produces|HBM3E
Micron|produces|HBM3E
Samsung Electronics|produces|HBM3E
Blackwell B200|uses|HBM3E
Blackwell B200|uses|CoWoS
H100|uses|CoWoS
MI300X|uses|HBM3E
TSMC|develops|CoWoS
TSMC|develops|2 nm process
Samsung Electronics|develops|2 nm process|planned
Intel|uses|EUV lithography
TSMC|uses|EUV lithography
ASML|supplies|TSMC
ASML|supplies|Samsung Electronics
ASML|supplies|Intel
ASML|develops|EUV lithography
TSMC|operates|TSMC Fab 21
TSMC Fab 21|locatedIn|Arizona
Samsung Electronics|builds|Taylor fab
Taylor fab|locatedIn|Texas
Intel|builds|Ohio One
Ohio One|locatedIn|Ohio
TSMC|headquarteredIn|Taiwan
Foxconn|headquarteredIn|Taiwan
Foxconn|supplies|NVIDIA
Amkor|partnersWith|TSMC|planned
Amkor|builds|TSMC Fab 21|denied
Talen Energy|supplies|Amazon Web Services
Talen Energy|owns|Susquehanna nuclear plant
Amazon Web Services|acquires|Cumulus data center campus
Susquehanna nuclear plant|supplies|Cumulus data center campus
Susquehanna nuclear plant|locatedIn|Pennsylvania
Cumulus data center campus|locatedIn|Pennsylvania
PJM Interconnection|serves|Pennsylvania
PJM Interconnection|serves|Northern Virginia
PJM Interconnection|serves|Ohio
Federal Energy Regulatory Commission|regulates|PJM Interconnection
Federal Energy Regulatory Commission|regulates|MISO
Federal Energy Regulatory Commission|restricts|Talen Energy
Constellation Energy|supplies|Microsoft
Constellation Energy|owns|Crane Clean Energy Center
Crane Clean Energy Center|locatedIn|Pennsylvania
Constellation Energy|operates|Crane Clean Energy Center|planned
Dominion Energy|serves|Northern Virginia
Dominion Energy|develops|Small modular reactors|planned
Google|investsIn|Small modular reactors
Vistra|supplies|Meta|planned
ERCOT|serves|Texas
ERCOT|serves|Stargate Abilene|planned
MARA Holdings|owns|Granbury data center
Granbury data center|locatedIn|Texas
MARA Holdings|uses|Antminer S21
Fred Thiel|leads|MARA Holdings
Riot Platforms|uses|Antminer S21
Riot Platforms|acquires|Core Scientific|denied
CoreWeave|acquires|Core Scientific|planned
CoreWeave|acquires|Core Scientific|denied
Core Scientific|supplies|CoreWeave
NVIDIA|supplies|CoreWeave
NVIDIA|supplies|Microsoft
NVIDIA|supplies|Meta
NVIDIA|supplies|Oracle
NVIDIA|supplies|Amazon Web Services
NVIDIA|investsIn|CoreWeave
NVIDIA|investsIn|OpenAI|planned
NVIDIA|investsIn|Intel
NVIDIA|acquires|Arm|past
Arm|supplies|NVIDIA
Microsoft|investsIn|OpenAI
Microsoft|partnersWith|OpenAI
OpenAI|uses|Stargate Abilene|planned
Oracle|builds|Stargate Abilene
Stargate Abilene|locatedIn|Texas
AMD|supplies|OpenAI|reported
Broadcom|partnersWith|OpenAI|reported
Broadcom|develops|TPU v5p
Google|partnersWith|Broadcom
Jensen Huang|leads|NVIDIA
Lisa Su|leads|AMD
C. C. Wei|leads|TSMC
AMD|competesWith|NVIDIA
Intel|competesWith|TSMC
SK hynix|competesWith|Samsung Electronics
Bureau of Industry and Security|restricts|H100
Bureau of Industry and Security|restricts|ASML
European Commission|approves|Ohio One|reported
Microsoft|operates|Crane Clean Energy Center|denied
Amazon Web Services|locatedIn|Northern Virginia|past
Dominion Energy|supplies|Google
Constellation Energy|supplies|Meta
Intel|supplies|Microsoft|planned
"""

SENTENCES = {
    "asserted": [
        "{s} {v} {o}, the company said in a filing on Tuesday.",
        "According to its annual report, {s} {v} {o} under a contract of several years.",
        "Industry data for the quarter show that {s} {v} {o}.",
    ],
    "planned": [
        "{s} plans a step after which it {v} {o}, provided that regulators agree.",
        "{s} is in talks on terms under which it {v} {o} from next year.",
    ],
    "reported": ["{s} {v} {o}, people familiar with the matter said, asking not to be named."],
    "denied": [
        "{s} denied on Friday that it {v} {o}.",
        "A spokesperson said reports that {s} {v} {o} are wrong.",
    ],
    "past": ["Until that deal collapsed, {s} {v} {o}."],
}

PUBLISHERS = ["Grid Journal", "Chip Courier", "Power & Compute", "The Substation", "Foundry Weekly"]
METRICS = [
    (
        "NVIDIA",
        "revenue",
        [("Q1 2025", 44.1), ("Q2 2025", 46.7), ("Q3 2025", 57.0), ("Q4 2025", 62.5)],
        "USD",
        1e9,
    ),
    ("TSMC", "capex", [("2023", 30.4), ("2024", 29.8), ("2025", 40.9)], "USD", 1e9),
    ("TSMC", "market_share", [("Q3 2025", 66.0)], "%", 1),
    ("PJM Interconnection", "demand", [("2024", 152.0), ("2030", 184.0)], "GW", 1),
    ("Susquehanna nuclear plant", "capacity", [("2025", 2.5)], "GW", 1),
    ("MARA Holdings", "revenue", [("Q3 2025", 252.0)], "USD", 1e6),
]


def iri(name: str) -> str:
    return ENTITY + "-".join("".join(c if c.isalnum() else " " for c in name).lower().split())


def source(number: int, published: date | None, publisher: str = "Grid Journal") -> Source:
    url = f"https://example.org/articles/{number}"
    return Source(ARTICLE + digest(url), url, f"Article {number} on chips and power", publisher, published)


def statement(
    subject: Node,
    relation: str,
    target: Node,
    text: str,
    article: Source,
    *,
    at: int = 0,
    status: str = "asserted",
    confidence: float = 0.9,
    names: tuple[str, str] | None = None,
    **more: object,
) -> Statement:
    first, second = names or (subject.name, target.name)
    start = text.find(first)
    other = text.rfind(second)
    return Statement(
        iri="https://w3id.org/fabgrid/statement/"
        + digest(article.iri, subject.iri, relation, target.iri, status, str(at)),
        subject=subject.iri,
        relation=relation,
        object=target.iri,
        status=Status(status),
        confidence=confidence,
        evidence=Evidence(article.iri, text, Span(at, at + len(text))),
        # a subject that another sentence names stands before this one
        subject_span=Span(at + start, at + start + len(first))
        if start >= 0
        else Span(max(0, at - 20), max(1, at - 12)),
        object_span=Span(at + other, at + other + len(second)),
        rule="frame:active",
        **more,  # type: ignore[arg-type]
    )


def nodes_of(table: str) -> dict[str, Node]:
    found = {}
    for line in table.strip().splitlines():
        kind, name, aliases, description, country, ticker = line.split("|")
        found[name] = Node(
            iri(name),
            name,
            kind,
            tuple(filter(None, aliases.split(";"))),
            description,
            country,
            (ticker,) if ticker else (),
            (f"https://www.wikidata.org/wiki/Q{len(name) * 7919}",) if ticker else (),
        )
    return found


def industry() -> Snapshot:
    """Sixty entities and some 150 statements of two years, with conflicts, amounts and claimants."""
    draw = random.Random(4)
    nodes = nodes_of(ENTITIES)
    first = date(2024, 1, 9)
    articles = [
        source(k, first + timedelta(days=23 * k) if k != 7 else None, PUBLISHERS[k % len(PUBLISHERS)])
        for k in range(30)
    ]
    found = list(_statements(draw, nodes, articles))
    found += _special(nodes, articles)
    measured = list(_measurements(nodes, articles))
    return snapshot(nodes.values(), articles, found, measured, _concepts(articles))


def _statements(draw: random.Random, nodes: dict[str, Node], articles: list[Source]) -> Iterable[Statement]:
    verbs = {
        "fabricatesFor": "fabricates for",
        "investsIn": "invests in",
        "locatedIn": "is located in",
        "headquarteredIn": "is headquartered in",
        "partnersWith": "partners with",
        "competesWith": "competes with",
    }
    for line in RELATIONS.strip().splitlines():
        subject, relation, target, *status = line.split("|")
        how = status[0] if status else "asserted"
        for k in range(draw.choice([1, 1, 1, 2, 3]) if how == "asserted" else 1):
            at = draw.randrange(0, 4000)
            text = draw.choice(SENTENCES[how]).format(s=subject, v=verbs.get(relation, relation), o=target)
            yield statement(
                nodes[subject],
                relation,
                nodes[target],
                text,
                articles[draw.randrange(30)],
                at=at + k,
                status=how,
                confidence=round(draw.uniform(0.45, 0.99), 2),
                **({"claimant_text": "people familiar with the matter"} if how == "reported" else {}),
            )


def _special(nodes: dict[str, Node], articles: list[Source]) -> list[Statement]:
    dollars = Quantity(5e9, "USD", "$5 billion")
    return [
        statement(
            nodes["NVIDIA"],
            "investsIn",
            nodes["Intel"],
            "The chip designer will put $5 billion into Intel at $23.28 a share.",
            articles[20],
            at=310,
            names=("Nvidia", "Intel"),
            amount=dollars,
            claimant=nodes["Jensen Huang"].iri,
            time="September 2025",
        ),
        statement(
            nodes["NVIDIA"],
            "investsIn",
            nodes["Intel"],
            "Nvidia's stake in Intel is worth $4 billion, the filing shows.",
            articles[22],
            at=40,
            names=("Nvidia", "Intel"),
            amount=Quantity(4e9, "USD", "$4 billion"),
            time="September 2025",
        ),
        statement(
            nodes["MARA Holdings"],
            "acquires",
            nodes["Granbury data center"],
            "🔌 MARA Holdings bought the 300 MW Granbury data center for $178 million.",
            articles[3],
            at=0,
            amount=Quantity(178e6, "USD", "$178 million"),
            time="Q1 2024",
        ),
    ]


def _measurements(nodes: dict[str, Node], articles: list[Source]) -> Iterable[Measurement]:
    for name, metric, values, unit, size in METRICS:
        for k, (period, value) in enumerate(values):
            yield _measurement(nodes[name], metric, period, value, unit, size, articles[10 + k])
    yield _measurement(nodes["NVIDIA"], "revenue", "Q3 2025", 55.0, "USD", 1e9, articles[25])


def _measurement(
    node: Node, metric: str, period: str, value: float, unit: str, size: float, article: Source
) -> Measurement:
    surface = {"USD": f"${value:g} {'billion' if size == 1e9 else 'million'}", "%": f"{value:g}%"}.get(
        unit, f"{value:g} {unit}"
    )
    text = f"{node.name} put its {metric.replace('_', ' ')} at {surface} for {period}."
    return Measurement(
        "https://w3id.org/fabgrid/observation/" + digest(node.iri, metric, period, surface),
        node.iri,
        metric,
        Quantity(value * size, unit, surface),
        Status.ASSERTED,
        0.88,
        Evidence(article.iri, text, Span(0, len(text))),
        period,
    )


def _concepts(articles: list[Source]) -> list[Concept]:
    text = "Chip on Wafer on Substrate (CoWoS) is packaging that sets processor and memory side by side."
    other = "Curtailment means that a large load switches off when the grid is short."
    return [
        Concept(
            "https://w3id.org/fabgrid/term/cowos",
            "CoWoS",
            ("CoWoS", "Chip on Wafer on Substrate"),
            "packaging that sets processor and memory side by side",
            Evidence(articles[2].iri, text, Span(0, len(text))),
        ),
        Concept(
            "https://w3id.org/fabgrid/term/curtailment",
            "curtailment",
            ("curtailment",),
            "switching off a large load when the grid is short",
            Evidence(articles[5].iri, other, Span(0, len(other))),
        ),
    ]


def snapshot(
    nodes: Iterable[Node],
    sources: Iterable[Source],
    statements: Iterable[Statement],
    measurements: Iterable[Measurement] = (),
    concepts: Iterable[Concept] = (),
) -> Snapshot:
    return Snapshot(
        {n.iri: n for n in sorted(nodes, key=lambda n: n.iri)},
        {s.iri: s for s in sorted(sources, key=lambda s: s.iri)},
        tuple(sorted(statements, key=lambda s: s.iri)),
        tuple(sorted(measurements, key=lambda m: m.iri)),
        tuple(sorted(concepts, key=lambda c: c.iri)),
    )


SYLLABLES = [
    "al",
    "ber",
    "cor",
    "dan",
    "el",
    "fer",
    "gal",
    "hel",
    "in",
    "jor",
    "kal",
    "lum",
    "mar",
    "nor",
    "ol",
    "per",
    "qua",
    "ren",
    "sol",
    "tan",
    "ur",
    "vel",
    "wen",
    "xan",
    "yor",
    "zen",
]


def scale_free(size: int, *, per_node: float = 2.5, seed: int = 11) -> Snapshot:
    """Return a graph of that many entities in which a few know most, and 2.5 edges for each."""
    draw = random.Random(seed)
    kinds = ["Company"] * 8 + [
        "Product",
        "Product",
        "Facility",
        "Facility",
        "Place",
        "Person",
        "Technology",
        "Organization",
        "GridOperator",
    ]
    nodes = []
    for k in range(size):
        name = " ".join(
            "".join(draw.choice(SYLLABLES) for _ in range(draw.randint(2, 3))).title()
            for _ in range(draw.randint(1, 2))
        )
        nodes.append(Node(f"{ENTITY}e{k}", f"{name} {k}", draw.choice(kinds), (f"E{k}",)))
    articles = [source(k, date(2023, 1, 1) + timedelta(days=3 * k), PUBLISHERS[k % 5]) for k in range(300)]
    relations = [
        "supplies",
        "acquires",
        "develops",
        "uses",
        "locatedIn",
        "leads",
        "owns",
        "competesWith",
        "regulates",
        "serves",
    ]
    ends = [0, 1]
    statements = []
    for k in range(1, size):
        for _ in range(2 + (draw.random() < per_node - 2)):
            other = draw.choice(ends) if draw.random() < 0.85 else draw.randrange(k)
            if other == k:
                continue
            ends += [k, other]
            statements.append(_invented(draw, nodes[k], nodes[other], draw.choice(relations), draw.choice(articles)))
    return snapshot(nodes, articles, statements)


def _invented(draw: random.Random, a: Node, b: Node, relation: str, article: Source) -> Statement:
    status = draw.choices(["asserted", "planned", "reported", "denied", "past"], [80, 8, 5, 3, 4])[0]
    text = draw.choice(SENTENCES[status]).format(s=a.name, v=relation, o=b.name)
    return statement(
        a,
        relation,
        b,
        text,
        article,
        at=draw.randrange(9000),
        status=status,
        confidence=round(draw.uniform(0.4, 0.99), 2),
    )


EVIL = '</script><script>window.__xss=1</script><img src=x onerror="window.__xss=2">"\'`&{{7*7}}${1}'


def hostile() -> Snapshot:
    """Return a graph of which every text tries to break out of the page."""
    names = [
        EVIL,
        '=HYPERLINK("http://evil.example","x")',
        "right \u202eot tfel\u202c \u2066mark\u2069 \u200f",
        "long " + "W" * 10_000,
        "line\u2028separator\u2029and\x00null\x1b",
        "🏭👩‍🔬 emoji 🔌",
        "javascript:alert(1)",
        "href <a href='x'>y</a>",
        "-->]]><!--",
        "__proto__",
        "constructor",
        "lone \ud800 surrogate",
    ]
    nodes = [
        Node(
            f"{ENTITY}{'evil' if k else EVIL}{k}",
            name,
            ["Company", "Place", "Wizard<b>"][k % 3],
            (EVIL, name),
            EVIL,
            EVIL,
            (EVIL,),
            (
                "javascript:alert(1)",
                "data:text/html,<script>1</script>",
                'https://example.org/ok"onclick=alert(1)',
            ),
        )
        for k, name in enumerate(names)
    ]
    articles = [
        Source(ARTICLE + "1", "javascript:window.__xss=3", EVIL, EVIL, date(2025, 5, 5)),
        Source(ARTICLE + "2", 'https://example.org/"><script>window.__xss=4</script>', EVIL, EVIL),
    ]
    statements = []
    for k, node in enumerate(nodes):
        target = nodes[(k + 1) % len(nodes)]
        text = f"{EVIL} {node.name[:50]} supplies {target.name[:50]} {EVIL}"
        statements.append(
            statement(
                node,
                ["supplies", "odd<relation>"][k % 2],
                target,
                text,
                articles[k % 2],
                names=(node.name[:50], target.name[:50]),
                claimant_text=EVIL,
                time=EVIL,
                amount=Quantity(float(k), EVIL, EVIL),
            )
        )
    figures = [
        Measurement(
            "m1",
            nodes[0].iri,
            EVIL,
            Quantity(1.0, EVIL, EVIL),
            Status.ASSERTED,
            0.5,
            Evidence(articles[0].iri, EVIL, Span(0, len(EVIL))),
            EVIL,
            None,
            EVIL,
        )
    ]
    terms = [Concept("c1", EVIL, (EVIL, "x"), EVIL, Evidence("no such article", EVIL, Span(0, len(EVIL))))]
    return snapshot(nodes, articles, statements, figures, terms)

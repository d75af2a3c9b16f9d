from dataclasses import replace
from functools import partial

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis.strategies import randoms

from fabgrid.graph.export import to_text
from fabgrid.graph.statements import article_iri, article_quads, entity_quads, projection_key, read, statement_names
from fabgrid.graph.terms import ENTITIES_GRAPH, ENTITY, FG, PREFIXES, compact, local_name, statement_iri
from fabgrid.model import Extraction, Node, Quantity, Span, Status, slug
from samples import RUN, article, chips, fact, iris, nodes, span
from strategies import extractions, words


def quads_of(extraction, **options):
    return list(article_quads(extraction, iris(extraction), run=RUN, **options))


def edges(quads):
    """The plain edges: triples from entity to entity."""
    ends = ((q.subject.value, q.predicate.value, q.object.value) for q in quads)
    return {
        tuple(part.removeprefix(ENTITY).removeprefix(FG) for part in edge)
        for edge in ends
        if edge[0].startswith(ENTITY) and edge[2].startswith(ENTITY)
    }


def test_only_asserted_facts_have_a_plain_edge():
    assert edges(quads_of(chips())) == {
        ("505mw-gas-plant-in-ohio", "locatedIn", "ohio"),
        ("amd", "competesWith", "nvidia"),
        ("nvidia", "competesWith", "amd"),
        ("jensen-huang", "leads", "nvidia"),
        ("jensen-huang", "worksFor", "nvidia"),
        ("tsmc", "fabricatesFor", "nvidia"),
        ("tsmc", "supplies", "nvidia"),
    }


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.ASSERTED])
def test_a_fact_of_any_other_status_has_none(status):
    x = chips()
    x = replace(x, facts=tuple(replace(f, status=status) for f in x.facts))
    assert edges(quads_of(x)) == set()
    assert len(read(quads_of(x)).statements) == len(x.facts)


def test_golden_article(golden):
    everything = [*entity_quads(nodes([chips()])), *quads_of(chips())]
    golden("chips.trig", to_text(everything, ".trig"))
    golden("chips.nq", to_text(everything, ".nq"))


def test_evidence_is_the_very_sentence_with_its_context():
    x = chips()
    for statement in read(quads_of(x)).statements:
        assert statement.evidence.text == statement.evidence.span.of(x.article.text)
        assert statement.evidence.source == article_iri(x.article)


def test_a_statement_keeps_its_iri_when_the_article_is_edited_elsewhere():
    x = chips()
    text = "A new first sentence. " + x.article.text
    shift = len("A new first sentence. ")

    def moved(s):
        return Span(s.start + shift, s.end + shift)

    facts = tuple(
        replace(
            f,
            evidence=moved(f.evidence),
            subject_span=moved(f.subject_span),
            object_span=moved(f.object_span),
        )
        for f in x.facts
    )
    edited = Extraction(replace(x.article, text=text), x.entities, facts=facts)
    before, after = ({s.iri for s in read(quads_of(e)).statements} for e in (x, edited))
    assert before == after
    assert edited.article.id != x.article.id


def test_a_rejected_statement_is_left_out():
    x = chips()
    wrong = statement_iri(x.article.url, x.facts[0].evidence.of(x.article.text), "TSMC", "fabricatesFor", "Nvidia")
    quads = quads_of(x, rejected={wrong})
    assert wrong not in {s.iri for s in read(quads).statements}
    assert ("tsmc", "supplies", "nvidia") not in edges(quads)
    key = partial(projection_key, x.article.id, iris(x), statements=statement_names(x))
    assert key(rejected={local_name(wrong)}) != key()
    assert key(rejected={"another"}) == key()


def test_a_fact_between_two_names_of_one_thing_is_dropped():
    x = chips()
    same = {**iris(x), "AMD": ENTITY + "nvidia"}
    assert "competesWith" not in {s.relation for s in read(article_quads(x, same)).statements}


def test_what_is_said_of_an_entity_without_iri_is_dropped():
    x = chips()
    known = {name: iri for name, iri in iris(x).items() if name != "Nvidia"}
    snapshot = read(article_quads(x, known))
    assert {s.relation for s in snapshot.statements} == {"acquires", "locatedIn"}
    assert not snapshot.measurements


def test_of_duplicates_the_surest_is_kept():
    x = chips()
    first = x.facts[0]
    twice = replace(x, facts=(replace(first, confidence=0.3, rule="weak"), first, *x.facts[1:]))
    assert set(quads_of(twice)) == set(quads_of(x))


def test_both_directions_of_a_symmetric_fact_are_one_statement():
    x = chips()
    first = next(f for f in x.facts if f.relation == "competesWith")
    turned = replace(first, subject=first.object, object=first.subject, confidence=0.5)
    assert set(quads_of(replace(x, facts=(*x.facts, turned)))) == set(quads_of(x))


def test_money_and_power_are_written_with_their_vocabularies():
    a = article("u", "Mara paid $1.5B for 505 MW and 3 racks.")
    amounts = [Quantity(1.5e9, "USD", "$1.5B"), Quantity(505, "MW", "505 MW"), Quantity(3, "rack", "3 racks")]
    base = fact(a, a.text, "Mara", "uses", "racks")
    names = {"Mara": ENTITY + "mara", "racks": ENTITY + "racks"}
    found = []
    for amount in amounts:
        quads = article_quads(Extraction(a, facts=(replace(base, amount=amount),)), names)
        found.append({(compact(q.predicate.value), q.object.value) for q in quads if "/amount/" in q.subject.value})
    assert ("schema:currency", "USD") in found[0]
    assert ("qudt:hasUnit", PREFIXES["unit"] + "MegaW") in found[1]
    assert not any(predicate == "qudt:hasUnit" for predicate, _ in found[2])


def test_no_blank_node_and_one_graph():
    quads = quads_of(chips())
    assert {q.graph_name.value for q in quads} == {article_iri(chips().article)}
    assert not any(isinstance(t, ox.BlankNode) for q in quads for t in (q.subject, q.object))


def test_entities_are_read_back():
    node = Node(ENTITY + "nvidia", "Nvidia", "Company", ("NVDA",), "Designs chips.", "US", ("NASDAQ:NVDA",),
                ("http://www.wikidata.org/entity/Q182477",))  # fmt: skip
    quads = list(entity_quads([node]))
    assert {q.graph_name for q in quads} == {ENTITIES_GRAPH}
    assert read(quads).nodes == {node.iri: node}


# ---------------------------------------------------------------- properties


def as_said(subject, claim, object_, evidence):
    """What a fact and its statement have in common."""
    return (
        *(subject, claim.relation, object_, evidence, claim.status, claim.amount, claim.time, claim.rule),
        *(claim.subject_span, claim.object_span, round(claim.confidence, 2)),
    )


@settings(max_examples=60, deadline=None)
@given(extractions())
def test_quads_give_the_same_facts_back(x):
    names = {iri: name for name, iri in iris(x).items()}
    store = ox.Store()  # through a store, for it canonicalises numbers
    store.extend(quads_of(x))
    snapshot = read(store)
    said = {
        (*as_said(names[s.subject], s, names[s.object], s.evidence.text), s.claimant_text) for s in snapshot.statements
    }
    meant = {
        (*as_said(f.subject, f, f.object, f.evidence.of(x.article.text)), f.claimant)
        for f in x.facts
        if f.subject != f.object
    }
    assert said <= meant
    assert {s[:3] for s in said} | {(o, r, s) for s, r, o in (t[:3] for t in said)} >= {m[:3] for m in meant}
    assert {m.quantity for m in snapshot.measurements} <= {o.quantity for o in x.observations}
    assert {(c.term, c.gloss) for c in snapshot.concepts} == {(d.term, d.gloss) for d in x.definitions}
    assert set(store) == set(quads_of(x))  # nothing was changed by the store, so differences are true ones


@settings(max_examples=40, deadline=None)
@given(extractions(), randoms())
def test_the_order_of_the_input_does_not_matter(x, random):
    parts = {k: random.sample(getattr(x, k), len(getattr(x, k))) for k in ("facts", "observations", "definitions")}
    shuffled = replace(x, **{k: tuple(v) for k, v in parts.items()})
    assert to_text(quads_of(x), ".nq") == to_text(quads_of(shuffled), ".nq")


@given(words)
def test_slugs_end_iris_and_are_stable(name):
    made = slug(name)
    assert made == slug(name)
    assert made
    assert ox.NamedNode(ENTITY + made)


def test_span_helper_finds_words():
    assert span("a bc", "bc") == Span(2, 4)

"""The joint network: MiniLM with word shapes and a tag head; then, sentence by sentence, the fact heads.

Written plainly, so that both halves export to ONNX as they stand.
"""

from __future__ import annotations

from functools import cache

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from fabgrid.nlp.pairs import GAPS, LINK_FEATURES, REGIONS
from fabgrid.nlp.wordpiece import SHAPES

WIDTH, LAYERS, HEADS, INNER, POSITIONS, VOCABULARY = 384, 6, 12, 1536, 512, 30522
PAIR, LINK, TYPE, FOCUS = 256, 96, 32, 4
MASKS = 2**23  # longer than any tensor that is thinned out


@cache
def _masks(share: float) -> Tensor:
    return torch.empty(MASKS).bernoulli_(1 - share) / (1 - share)


class Drop(nn.Module):
    """Dropout whose masks are cut at random places from one drawn beforehand: drawing each anew takes longer."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        first = int(torch.randint(MASKS - x.numel(), ()))
        return x * _masks(self.share)[first : first + x.numel()].view(x.shape)


class Layer(nn.Module):
    """One transformer layer as in BERT."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = Drop(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        rows, width = x.shape[0], x.shape[1]
        q, k, v = (t.reshape(rows, width, HEADS, WIDTH // HEADS).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        weights = (q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + bias).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(rows, width, WIDTH)
        x = self.norm1(x + self.drop(self.out(mixed)))
        return self.norm2(x + self.drop(self.down(nn.functional.gelu(self.up(x)))))


def take(x: Tensor, rows: Tensor) -> Tensor:
    """Return rows of `x`; going back through this is several times faster than through x[rows]."""
    return x.index_select(0, rows)


def attention_bias(mask: Tensor) -> Tensor:
    return (1.0 - mask.float())[:, None, None, :] * -1e4


class Encoder(nn.Module):
    """Pieces and shapes of a chunk of sentences -> vectors and the logits of the tags."""

    def __init__(self, tags: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.word = nn.Embedding(VOCABULARY, WIDTH)
        self.position = nn.Embedding(POSITIONS, WIDTH)
        self.shape = nn.Embedding(SHAPES, WIDTH)
        nn.init.normal_(self.shape.weight, std=0.02)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.drop = Drop(dropout)
        self.tag = nn.Linear(WIDTH, tags)

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        at = self.position.weight[: ids.shape[1]]
        x = self.drop(self.norm(self.word(ids) + at + self.shape(shapes)))
        bias = attention_bias(mask)
        for layer in self.layers:
            x = layer(x, bias)
        return x, self.tag(self.drop(x))

    def load_pretrained(self, path: str) -> None:
        """Take the weights of all-MiniLM-L6-v2 from its safetensors file."""
        w = load_file(path)
        self.word.weight.data = w["embeddings.word_embeddings.weight"].float()
        kind = w["embeddings.token_type_embeddings.weight"][0].float()
        self.position.weight.data = w["embeddings.position_embeddings.weight"].float() + kind
        _copy(self.norm, w, "embeddings.LayerNorm")
        for n, layer in enumerate(self.layers):
            load_layer(layer, w, n)


def _copy(module: nn.Module, weights: dict[str, Tensor], name: str) -> None:
    module.weight.data = weights[f"{name}.weight"].float()
    module.bias.data = weights[f"{name}.bias"].float()


def load_layer(layer: nn.Module, w: dict[str, Tensor], number: int) -> None:
    at = f"encoder.layer.{number}."
    for part in ("weight", "bias"):
        whole = torch.cat([w[f"{at}attention.self.{x}.{part}"].float() for x in ("query", "key", "value")])
        getattr(layer.qkv, part).data = whole
    _copy(layer.out, w, at + "attention.output.dense")
    _copy(layer.norm1, w, at + "attention.output.LayerNorm")
    _copy(layer.up, w, at + "intermediate.dense")
    _copy(layer.down, w, at + "output.dense")
    _copy(layer.norm2, w, at + "output.LayerNorm")


class Company(nn.Module):
    """The pairs of a sentence see each other: what is said of "A and B" and C, or of C's other pairs.

    Attention among them, biased by which mentions two pairs share; the idea is that of axial attention
    over the table of pairs. It adds nothing before it has learnt something, so that older weights may start it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * PAIR)
        self.kin = nn.Embedding(16, FOCUS)
        self.up, self.down = nn.Linear(WIDTH + PAIR, WIDTH), nn.Linear(WIDTH, WIDTH)
        for zero in (self.kin.weight, self.down.weight, self.down.bias):
            nn.init.zeros_(zero)

    def forward(self, h: Tensor, pairs: Tensor, grid: Tensor, cells: Tensor) -> Tensor:
        """`h` by pair; `grid` and `cells` as `fabgrid.nlp.pairs.grid` makes them."""
        rows, width = grid.shape[0], grid.shape[1]
        at = grid.clamp(min=0)
        x, s, o = take(h, at.reshape(-1)).reshape(*at.shape, WIDTH), pairs[at][:, :, 0], pairs[at][:, :, 1]
        kin = 0 * grid[:, :, None]
        for n, (a, b) in enumerate([(s, s), (o, o), (s, o), (o, s)]):
            kin = kin + 2**n * (a[:, :, None] == b[:, None]).long()
        q, k, v = (t.reshape(rows, width, FOCUS, -1).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        scores = q @ k.transpose(2, 3) * (PAIR // FOCUS) ** -0.5 + self.kin(kin).permute(0, 3, 1, 2)
        scores = scores + (grid < 0).float()[:, None, None, :] * -1e4
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, width, PAIR)
        x = x + self.down(nn.functional.gelu(self.up(torch.cat([x, mixed], -1))))
        return take(x.reshape(-1, WIDTH), cells)


class Facts(nn.Module):
    """Vectors of sentences with their mentions marked -> relation, status, claimant and link scores.

    One more layer reads the chunk with the type of every mention added to its pieces (the "typed
    markers"); a pair is its two mentions, their product, and what it attends to in the sentence,
    told where each piece stands to the two, and what the other pairs of the sentence are.
    """

    def __init__(self, marks: int, relations: int, statuses: int, core: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.mark, self.kind = nn.Embedding(marks, WIDTH), nn.Embedding(marks, TYPE)
        nn.init.normal_(self.mark.weight, std=0.02)
        self.layer = Layer(dropout)
        mention = 2 * WIDTH + TYPE
        self.subject, self.object = nn.Linear(mention, PAIR), nn.Linear(mention, PAIR)
        self.ask, self.key, self.value = (
            nn.Linear(2 * PAIR, PAIR),
            nn.Linear(WIDTH, PAIR),
            nn.Linear(WIDTH, PAIR),
        )
        self.region = nn.Embedding(REGIONS, FOCUS)
        self.gap = nn.Embedding(GAPS, TYPE)
        self.mix = nn.Linear(4 * PAIR + 3 * TYPE, WIDTH)
        self.company = Company()
        self.drop = Drop(2 * dropout)
        self.relation, self.status = nn.Linear(WIDTH, relations), nn.Linear(WIDTH, statuses)
        self.core = nn.Linear(WIDTH, core)
        self.claim = nn.Linear(WIDTH, LINK + 2)  # query, then the logits of "nobody" and "a phrase"
        self.claimant = nn.Linear(mention, LINK)
        self.source = nn.Linear(WIDTH, 1)
        self.back, self.antecedent = nn.Linear(mention, LINK + 1), nn.Linear(mention, LINK + 1)

    def forward(
        self,
        hidden: Tensor,
        mask: Tensor,
        marks: Tensor,
        places: Tensor,
        present: Tensor,
        mentions: Tensor,
        pairs: Tensor,
        regions: Tensor,
        gaps: Tensor,
        grid: Tensor,
        cells: Tensor,
    ) -> tuple[Tensor, ...]:
        """`hidden`, `mask`, `marks` by chunk; `places` leads from a sentence's pieces (`present`) to them.

        `mentions`: sentence, first, last piece; `pairs`: two of the mentions; `regions` and `gaps` by pair;
        `grid` and `cells`: the pairs by sentence.
        """
        x = self.layer(hidden + self.mark(marks), attention_bias(mask)).reshape(-1, WIDTH)
        x = take(x, places.reshape(-1)).reshape(*places.shape, WIDTH)
        spot, flat = mentions[:, 0], x.reshape(-1, WIDTH)
        first = take(flat, spot * x.shape[1] + mentions[:, 1])
        last = take(flat, spot * x.shape[1] + mentions[:, 2])
        kind = self.kind(marks.reshape(-1)[places[spot, mentions[:, 1]]])
        rep = self.drop(torch.cat([first, last, kind], -1))
        s, o = take(self.subject(rep), pairs[:, 0]), take(self.object(rep), pairs[:, 1])
        context = self.focus(x, present, spot[pairs[:, 0]], s, o, regions)
        both = torch.cat([s, o, s * o, context, take(kind, pairs[:, 0]), take(kind, pairs[:, 1]), self.gap(gaps)], -1)
        h = self.drop(nn.functional.gelu(self.mix(both)))
        h = self.company(h, pairs, grid, cells)
        return (
            self.relation(h),
            self.status(h),
            self.claim(h),
            self.core(h),
            self.claimant(rep),
            self.back(rep),
            self.antecedent(rep),
            self.source(x)[:, :, 0],
        )

    def focus(self, x: Tensor, present: Tensor, spot: Tensor, s: Tensor, o: Tensor, regions: Tensor) -> Tensor:
        """Return what every pair attends to in its sentence."""
        width, size = x.shape[1], PAIR // FOCUS
        query = self.ask(torch.cat([s, o], -1)).reshape(-1, FOCUS, 1, size)
        key = self.key(x).reshape(-1, width, FOCUS, size).permute(0, 2, 3, 1)
        value = self.value(x).reshape(-1, width, FOCUS, size).transpose(1, 2)
        scores = (query @ take(key, spot))[:, :, 0] * size**-0.5 + self.region(regions).transpose(1, 2)
        scores = scores + (1.0 - present.float())[spot][:, None, :] * -1e4
        return (scores.softmax(-1)[:, :, None] @ take(value, spot)).reshape(-1, PAIR)


class Links(nn.Module):
    """The score of a link from a mention back to another, from their vectors and where they stand."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.places = nn.ModuleList(nn.Embedding(size, 1) for size in LINK_FEATURES.values())
        self.kinds = nn.Embedding(labels * labels, 1)
        for table in (*self.places, self.kinds):
            nn.init.zeros_(table.weight)

    def forward(self, back: Tensor, antecedent: Tensor, kinds: Tensor, places: Tensor) -> Tensor:
        """`back` against `antecedent` vectors, rows alike; the last entry of a vector is a bias."""
        score = (back[..., :LINK] * antecedent[..., :LINK]).sum(-1) * LINK**-0.5
        score = score + back[..., LINK] + antecedent[..., LINK] + self.kinds(kinds)[..., 0]
        return score + sum(t(places[..., n])[..., 0] for n, t in enumerate(self.places))


class Joint(nn.Module):
    def __init__(self, tags: int, marks: int, relations: int, statuses: int, core: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = Encoder(tags, dropout)
        self.facts = Facts(marks, relations, statuses, core, dropout)
        self.links = Links((marks - 1) // 2)

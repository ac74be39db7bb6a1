"""How does the encoder see an article? Sentences packed into chunks of token ids, every party replaced by a tag.

A party mention never reaches the encoder by its name: it becomes one of `SLOTS` tags, the same tag all over the
chunk, with a token that tells the kind of mention. So the heads cannot learn who tends to want what, and two
countries that swap their names keep their labels.

A chunk holds consecutive sentences: some to be labelled (targets), and around them context that is only read:
the article's first sentence (most often the headline), up to two sentences before, the beginning of the one after.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from worker.extraction.spelling import one_spelling

SLOTS = 24
"""Parties that one chunk can tell apart."""

TOKEN_LIMIT = 320
"""Tokens of one chunk at most, whatever the settings: longer sentences are cut."""

_CLS, _SEP = 101, 102
_FIRST_TAG = 1  # the vocabulary's spare entries [unused0], [unused1], ... start here
_SENTENCE, _PARAGRAPH = 30, 31
KIND_TOKENS = {"demonym": 32, "office": 33, "person": 34, "pronoun": 35, "carried": 36}
"""The token that follows a tag; a plain party has none."""

_SHAPES = {ord(mark): plain for marks, plain in (("“”„‟«»", '"'), ("‘’‚‛´`", "'")) for mark in marks}
"""Quotation marks of every shape look alike to the encoder; one character stands for one, so offsets stay."""

KEPT_KINDS = frozenset({"pronoun"})
"""Kinds of mention whose words stay beside the tag: they tell number and name nobody."""

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PartyMention:
    """Characters [start, end) that stand for party number `party`.

    `kind` is as in `position.Mention`, or `carried`: an empty span at the start of a sentence whose speaker is the
    party only by context (a quotation that goes on).
    """

    start: int
    end: int
    party: int
    kind: str


@dataclass(frozen=True, slots=True)
class SentenceTokens:
    """One sentence as tokens; `party[i]` is the party that token `i` is the tag of, or -1 for a common token."""

    ids: list[int]
    party: list[int]
    start: list[int]
    end: list[int]

    @property
    def parties(self) -> frozenset[int]:
        """The parties that have a tag in the sentence."""
        return frozenset(p for p in self.party if p >= 0)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One input of the encoder and what its heads are to look at.

    A row is a pair of target sentence and party of the chunk. Rows whose party has a tag in the sentence itself are
    the candidates (`candidates` are their indices); the others may only be addressees. Weight matrices have one
    line a row (or a sentence) and one column a token.
    """

    ids: IntArray
    starts: IntArray
    ends: IntArray
    sentences: tuple[int, ...]
    sentence_weights: FloatArray
    sentence_marks: IntArray
    rows: tuple[tuple[int, int], ...]
    row_sentence: IntArray
    row_weights: FloatArray
    party_weights: FloatArray
    candidates: IntArray
    pairs: IntArray
    pair_kinds: IntArray


@dataclass(frozen=True, slots=True)
class Packing:
    """How sentences are packed into chunks; sizes count tokens."""

    budget: int = 224
    context: int = 28
    headline: int = 0
    lookahead: int = 0
    gap: int = 2


DEFAULT_PACKING = Packing()


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a `tokenizer.json`, without the padding and truncation it may ask for."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def tokenize(
    tokenizer: Tokenizer,
    text: str,
    sentences: Sequence[tuple[int, int]],
    mentions: Iterable[PartyMention],
) -> list[SentenceTokens]:
    """Turn the sentences of a text into tokens with tags in the place of party mentions."""
    shown = one_spelling(text).translate(_SHAPES)
    encodings = tokenizer.encode_batch([shown[start:end] for start, end in sentences], add_special_tokens=False)
    waiting = _outermost(mentions)
    result = []
    previous_end = 0
    for (start, end), encoding in zip(sentences, encodings, strict=True):
        own = [m for m in waiting if start <= m.start < end or m.start == m.end == start]
        opens_paragraph = previous_end == 0 or "\n" in text[previous_end:start]
        result.append(_sentence(encoding.ids, encoding.offsets, start, own, opens_paragraph))
        previous_end = end
    return result


def _outermost(mentions: Iterable[PartyMention]) -> list[PartyMention]:
    """Sort the mentions and drop those that lie inside another of the same party."""
    kept: list[PartyMention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end, m.party)):
        inside = any(k.party == mention.party and k.end >= mention.end and k.start < k.end for k in kept[-4:])
        if not inside or mention.start == mention.end:
            kept.append(mention)
    return kept


def _sentence(
    ids: Sequence[int],
    offsets: Sequence[tuple[int, int]],
    base: int,
    mentions: Sequence[PartyMention],
    opens_paragraph: bool,
) -> SentenceTokens:
    out = SentenceTokens([_PARAGRAPH if opens_paragraph else _SENTENCE], [-1], [base], [base])

    def put(token: int, party: int, start: int, end: int) -> None:
        out.ids.append(token)
        out.party.append(party)
        out.start.append(start)
        out.end.append(end)

    def put_tag(mention: PartyMention) -> None:
        put(0, mention.party, mention.start, mention.end)
        if mention.kind in KIND_TOKENS:
            put(KIND_TOKENS[mention.kind], -1, mention.start, mention.end)

    next_mention = 0
    hidden_until = base
    for token, (start, end) in zip(ids, offsets, strict=True):
        token_start, token_end = base + start, base + end
        while next_mention < len(mentions) and mentions[next_mention].start < token_end:
            mention = mentions[next_mention]
            put_tag(mention)
            if mention.kind not in KEPT_KINDS:
                hidden_until = max(hidden_until, mention.end)
            next_mention += 1
        if token_start >= hidden_until:
            put(token, -1, token_start, token_end)
    for mention in mentions[next_mention:]:
        put_tag(mention)
    return out


@dataclass(slots=True)
class _Draft:
    """A chunk under construction."""

    sentences: Sequence[SentenceTokens]
    slots: Sequence[int]
    ids: list[int] = field(default_factory=list)
    party: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    slot_of: dict[int, int] = field(default_factory=dict)

    def special(self, token: int) -> None:
        """Append a token that belongs to no sentence."""
        self._append(token, -1, -1, -1, -1)

    def _append(self, token: int, party: int, start: int, end: int, sentence: int) -> None:
        self.ids.append(token)
        self.party.append(party)
        self.starts.append(start)
        self.ends.append(end)
        self.sentence.append(sentence)

    def add(self, index: int, limit: int, *, target: bool, tail: bool = False) -> None:
        """Append a sentence, cut to `limit` tokens (its last ones with `tail`)."""
        tokens = self.sentences[index]
        size = len(tokens.ids)
        first = max(0, size - limit) if tail else 0
        for i in range(first, min(size, first + limit)):
            party = tokens.party[i]
            token = tokens.ids[i]
            if party >= 0:
                if party not in self.slot_of and len(self.slot_of) == SLOTS:
                    party, token = -1, _FIRST_TAG + SLOTS  # one more than can be told apart: the tag of nobody
                else:
                    token = _FIRST_TAG + self.slots[self.slot_of.setdefault(party, len(self.slot_of))]
            self._append(token, party, tokens.start[i], tokens.end[i], index if target else -1)
        if target:
            self.targets.append(index)

    def finish(self) -> Chunk | None:
        """Return the chunk, or None where no target sentence has a candidate."""
        self.special(_SEP)
        size = len(self.ids)
        sentence = np.array(self.sentence)
        party = np.array(self.party)
        parties = [p for p in self.slot_of if (party == p).any()]
        sentence_weights = np.zeros((len(self.targets), size), np.float32)
        marks = []
        for line, target in enumerate(self.targets):
            inside = np.flatnonzero(sentence == target)
            sentence_weights[line, inside] = 1.0 / len(inside)
            marks.append(int(inside[0]))
        rows: list[tuple[int, int]] = []
        row_sentence: list[int] = []
        row_tokens: list[IntArray] = []
        party_tokens: list[IntArray] = []
        candidates: list[int] = []
        for line, target in enumerate(self.targets):
            for one in parties:
                everywhere = np.flatnonzero(party == one)
                here = everywhere[sentence[everywhere] == target]
                if len(here):
                    candidates.append(len(rows))
                rows.append((target, one))
                row_sentence.append(line)
                row_tokens.append(here if len(here) else everywhere)
                party_tokens.append(everywhere)
        if not candidates:
            return None
        count = len(parties)
        pairs = np.array([[row_sentence[c] * count + j for j in range(count)] for c in candidates], np.int64)
        own = set(candidates)
        pair_kinds = np.array(
            [[0 if r == c else 2 if r in own else 1 for r in line] for c, line in zip(candidates, pairs, strict=True)],
            np.int64,
        )
        return Chunk(
            ids=np.array(self.ids, np.int64),
            starts=np.array(self.starts, np.int64),
            ends=np.array(self.ends, np.int64),
            sentences=tuple(self.targets),
            sentence_weights=sentence_weights,
            sentence_marks=np.array(marks, np.int64),
            rows=tuple(rows),
            row_sentence=np.array(row_sentence, np.int64),
            row_weights=_weights(row_tokens, size),
            party_weights=_weights(party_tokens, size),
            candidates=np.array(candidates, np.int64),
            pairs=pairs,
            pair_kinds=pair_kinds,
        )


def _weights(token_lists: Sequence[IntArray], size: int) -> FloatArray:
    weights = np.zeros((len(token_lists), size), np.float32)
    for line, tokens in enumerate(token_lists):
        weights[line, tokens] = 1.0 / len(tokens)
    return weights


def pack(
    sentences: Sequence[SentenceTokens],
    *,
    targets: Collection[int] | None = None,
    packing: Packing = DEFAULT_PACKING,
    slots: Sequence[int] = range(SLOTS),
) -> list[Chunk]:
    """Pack sentences into chunks so that each target (all, by default) that has a party is a target of one chunk.

    `slots` says which tag the first, second, ... party of a chunk gets; training shuffles it.
    """
    wanted = [i for i, s in enumerate(sentences) if (targets is None or i in targets) and s.parties]
    chunks = []
    position = 0
    while position < len(wanted):
        draft = _Draft(sentences, slots)
        position = _fill(draft, wanted, position, packing)
        chunk = draft.finish()
        if chunk is not None:
            chunks.append(chunk)
    return chunks


def _fill(draft: _Draft, wanted: Sequence[int], position: int, packing: Packing) -> int:
    """Fill one chunk from `wanted[position]` on; return the position of the first sentence left for the next one."""
    sentences = draft.sentences
    first = wanted[position]
    for party in sentences[first].party:  # context must not use up the tags
        if party >= 0 and len(draft.slot_of) < SLOTS:
            draft.slot_of.setdefault(party, len(draft.slot_of))
    draft.special(_CLS)
    before = _before(sentences, first, packing.context)
    if packing.headline and first > 0 and 0 not in before:
        draft.add(0, packing.headline, target=False)
        draft.special(_SEP)
    for index in before:
        draft.add(index, packing.context, target=False, tail=True)
    current = first
    draft.add(first, TOKEN_LIMIT - packing.lookahead - len(draft.ids) - 1, target=True)
    position += 1
    while position < len(wanted):
        following = wanted[position]
        between = range(current + 1, following)
        needed = sum(len(sentences[i].ids) for i in (*between, following))
        parties = set(draft.slot_of).union(*(sentences[i].parties for i in (*between, following)))
        if len(between) > packing.gap or len(draft.ids) + needed > packing.budget or len(parties) > SLOTS:
            break
        for index in between:
            draft.add(index, packing.budget, target=False)
        draft.add(following, packing.budget, target=True)
        current = following
        position += 1
    if packing.lookahead and current + 1 < len(sentences):
        draft.add(current + 1, packing.lookahead, target=False)
    return position


def _before(sentences: Sequence[SentenceTokens], first: int, room: int) -> list[int]:
    """Choose the sentences (two at most) that are shown before a chunk's first target."""
    chosen: list[int] = []
    for index in range(first - 1, max(-1, first - 3), -1):
        size = len(sentences[index].ids)
        if chosen and size > room:
            break
        chosen.insert(0, index)
        room -= size
        if room <= 0:
            break
    return chosen

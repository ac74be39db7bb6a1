"""What is fitted? A small sentence encoder and the heads that read parties, sentences and tokens from it."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from training.batches import ATTRIBUTIONS, ISSUES, STANCES, TIMES
from worker.extraction.encoding import KIND_TOKENS, SLOTS

OUTPUTS = ("present", "issue", "stance", "attribution", "time", "has_condition", "addressee", "sentence", "tags")

_LIKE = (
    *("france", "germany", "italy", "spain", "poland", "sweden", "norway", "austria", "hungary", "greece", "portugal"),
    *("ireland", "japan", "india", "brazil", "mexico", "canada", "egypt", "cuba", "chile", "kenya", "peru", "nigeria"),
    "vietnam",
)
_KIND_LIKE = {"demonym": "national", "office": "officials", "person": "leader", "pronoun": "it", "carried": "quote"}


class Heads(nn.Module):
    """Reads, for each candidate, its tags, its party elsewhere, its sentence and what of the sentence it attends to."""

    def __init__(self, width: int, *, hidden: int = 384, attention_heads: int = 4, dropout: float = 0.15) -> None:
        super().__init__()
        self.attention_heads = attention_heads
        part = width // attention_heads
        self.part = part
        self.query = nn.Linear(2 * width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.mix = nn.Sequential(
            nn.LayerNorm(5 * width), nn.Dropout(dropout), nn.Linear(5 * width, hidden), nn.GELU(), nn.LayerNorm(hidden)
        )
        self.drop = nn.Dropout(dropout)
        self.present = nn.Linear(hidden, 1)
        self.issue = nn.Linear(hidden, len(ISSUES))
        self.stance = nn.Linear(hidden, len(STANCES))
        self.stance_rank = nn.Linear(hidden, 32)
        self.stance_issue = nn.Parameter(torch.randn(len(ISSUES), 32) * 0.2)
        self.stance_out = nn.Linear(32, len(STANCES), bias=False)
        self.attribution = nn.Linear(hidden, len(ATTRIBUTIONS))
        self.time = nn.Linear(hidden, len(TIMES))
        self.has_condition = nn.Linear(hidden, 1)
        self.nobody = nn.Linear(hidden, 1)
        self.pair_candidate = nn.Linear(hidden, 128)
        self.pair_row = nn.Linear(2 * width, 128)
        self.pair_product = nn.Linear(hidden, 2 * width)
        self.pair_kind = nn.Embedding(3, 128)
        self.pair_out = nn.Linear(128, 1)
        self.sentence = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * width, 128), nn.GELU(), nn.Linear(128, 1))
        self.tags = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, 3))

    def forward(
        self,
        states: Tensor,
        *,
        sentence_weights: Tensor,
        sentence_marks: Tensor,
        row_weights: Tensor,
        party_weights: Tensor,
        row_sentence: Tensor,
        candidates: Tensor,
        pairs: Tensor,
        pair_kinds: Tensor,
    ) -> dict[str, Tensor]:
        """Return logits by head; `states` has one line a token of the (flattened) batch."""
        sentences = sentence_weights @ states
        marks = states[sentence_marks]
        rows = torch.cat((row_weights @ states, party_weights @ states), -1)
        own = rows[candidates]
        where = row_sentence[candidates]
        attended = self._attend(own, states, sentence_weights[where] > 0)
        h = self.mix(torch.cat((own, sentences[where], marks[where], attended), -1))
        h = self.drop(h)
        stance = self.stance(h)[:, None, :] + self.stance_out(
            torch.tanh(self.stance_rank(h))[:, None, :] * self.stance_issue[None]
        )
        row_features = self.pair_row(rows)
        product = (self.pair_product(h)[:, None, :] * rows[pairs]).sum(-1) * (rows.shape[-1] ** -0.5)
        pair = self.pair_candidate(h)[:, None, :] + row_features[pairs] + self.pair_kind(pair_kinds)
        scores = product + self.pair_out(nn.functional.gelu(pair)).squeeze(-1)
        scores = scores.masked_fill(pair_kinds == 0, -1e4)
        return {
            "present": self.present(h).squeeze(-1),
            "issue": self.issue(h),
            "stance": stance,
            "attribution": self.attribution(h),
            "time": self.time(h),
            "has_condition": self.has_condition(h).squeeze(-1),
            "addressee": torch.cat((self.nobody(h), scores), -1),
            "sentence": self.sentence(torch.cat((sentences, marks), -1)).squeeze(-1),
            "tags": self.tags(states),
        }

    def _attend(self, own: Tensor, states: Tensor, visible: Tensor) -> Tensor:
        heads, part = self.attention_heads, self.part
        query = self.query(own).reshape(-1, heads, part).transpose(0, 1)
        key = self.key(states).reshape(-1, heads, part).permute(1, 2, 0)
        value = self.value(states).reshape(-1, heads, part).transpose(0, 1)
        scores = (query @ key) * part**-0.5
        weights = scores.masked_fill(~visible[None], -1e4).softmax(-1)
        return (weights @ value).transpose(0, 1).reshape(-1, heads * part)


_RENAMED = {"[CLS]": "<s>", "[PAD]": "<pad>", "[SEP]": "</s>", "[MASK]": "<mask>"}
"""What MPNet calls BERT's special entries (it lists the old names too, but never learnt them)."""


def own_ids(encoder_path: Path) -> Tensor | None:
    """Return the encoder's own id of each entry of `tokenizer.json`, or None where the ids are the same.

    Chunks are always made with the tokenizer that the worker ships. A teacher with another vocabulary lists it in
    `vocab.txt` (one entry a line, in the order of ids), so that rows and tokens of teacher and student align.
    """
    listed = encoder_path / "vocab.txt"
    if not listed.exists():
        return None
    own = {word: i for i, word in enumerate(listed.read_text("utf-8").split("\n"))}
    shared = Tokenizer.from_file(str(encoder_path / "tokenizer.json")).get_vocab()
    table = torch.zeros(len(shared), dtype=torch.long)
    for word, i in shared.items():
        renamed = _RENAMED.get(word, word)
        table[i] = own[renamed if renamed in own else word]
    return None if torch.equal(table, torch.arange(len(table))) else table


class StanceModel(nn.Module):
    """Encoder and heads: all answers of one pass."""

    own_ids: Tensor | None

    def __init__(self, encoder_path: Path, *, layers: int | None = None, dropout: float = 0.15) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(encoder_path), add_pooling_layer=False)
        if layers is not None:  # more than the encoder has (training.grow) or fewer
            stack, config = self.encoder.encoder.layer, self.encoder.config
            more = [deepcopy(stack[-1], {id(config): config}) for _ in range(layers - len(stack))]
            self.encoder.encoder.layer = nn.ModuleList([*stack[:layers], *more])
            config.num_hidden_layers = layers
        self.register_buffer("own_ids", own_ids(encoder_path), persistent=False)
        self.half_precision = False
        self.heads = Heads(self.encoder.config.hidden_size, dropout=dropout)

    def name_tags(self, vocabulary: dict[str, int]) -> None:
        """Start each tag from the embedding of some country's name, each kind from a like word: known ground."""
        words = self.encoder.embeddings.word_embeddings.weight
        own = range(len(words)) if self.own_ids is None else self.own_ids.tolist()
        with torch.no_grad():
            countries = torch.stack([words[own[vocabulary[w]]] for w in _LIKE])
            middle = countries.mean(0)
            for slot in range(SLOTS):
                words[own[1 + slot]] = 0.5 * middle + 0.8 * (countries[slot] - middle)
            words[own[1 + SLOTS]] = middle
            for kind, token in KIND_TOKENS.items():
                words[own[token]] = words[own[vocabulary[_KIND_LIKE[kind]]]]
            words[own[30]] = words[own[vocabulary["."]]]
            words[own[31]] = words[own[vocabulary["[SEP]"]]]

    def states(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        """Return the encoder's last states: chunks by tokens by width."""
        if self.own_ids is not None:
            ids = self.own_ids[ids]
        half = self.training or self.half_precision  # half the time, the same figures
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()

    def forward(self, ids: Tensor, mask: Tensor | None, **where: Tensor) -> dict[str, Tensor]:
        """Return logits by head."""
        states = self.states(ids, mask)
        return self.heads(states.reshape(-1, states.shape[-1]), **where)


def layers_in(state: Mapping[str, Tensor]) -> int:
    """Return how many layers the encoder of these weights has."""
    return 1 + max(int(name.split("layer.")[1].split(".")[0]) for name in state if "layer." in name)


def load_model(encoder: Path, weights: Path, *, dropout: float = 0.15) -> StanceModel:
    """Load a fitted student."""
    state = torch.load(weights, weights_only=True)
    model = StanceModel(encoder, layers=layers_in(state), dropout=dropout)
    model.load_state_dict(state)
    return model

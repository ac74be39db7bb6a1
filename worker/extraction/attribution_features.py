"""By what can one tell a cue, its source and its content? Named features for the linear model."""

from collections.abc import Sequence

from spacy.tokens import Token

from worker.extraction.attribution_arguments import SUBJECTS, Argument
from worker.extraction.attribution_layout import Layout
from worker.extraction.attribution_lexicon import AttributionLexicon

FAR = 60
"""Between a cue and a quotation that many tokens away nothing is counted any more."""


def bucket(number: int) -> str:
    for limit in (0, 1, 2, 3, 5, 8, 13, 21, 34):
        if number <= limit:
            return str(limit)
    return "more"


def cue_features(cue: Token, lexicon: AttributionLexicon, layout: Layout) -> list[str]:
    lemma, part, tag, dep = lexicon.lemma(cue), cue.pos_, cue.tag_, cue.dep_
    classes = lexicon.classes_of(cue) or ("none",)
    head = cue.head
    features = ["bias", f"l={lemma}", f"p={part}", f"t={tag}", f"d={dep}", f"l={lemma},t={tag}", f"p={part},d={dep}"]
    features += [f"hl={head.lemma_},d={dep}", f"hp={head.pos_},d={dep}"]
    own: list[str] = []
    subject = "none"
    for child in cue.children:
        child_dep = child.dep_
        if child_dep in SUBJECTS:
            subject = f"{child_dep}:{lexicon.sort(child)}"
            features.append(f"sl={child.lemma_.lower()}")
        elif child_dep in {"prep", "agent"}:
            own.append(f"prep:{child.lower_}")
        elif child_dep in {"aux", "neg", "auxpass"}:
            features.append(f"aux={child.lemma_}")
        elif child_dep in {
            "ccomp",
            "xcomp",
            "dobj",
            "acl",
            "advcl",
            "oprd",
            "attr",
            "acomp",
            "dative",
            "relcl",
            "poss",
            "prt",
        }:
            own.append(child_dep)
            if child_dep == "dobj":
                features += [
                    f"ok={lexicon.sort(child)}",
                    f"ol={child.lemma_.lower()}",
                    f"l={lemma},ok={lexicon.sort(child)}",
                ]
            elif child_dep == "prt":
                features.append(f"l={lemma},prt={child.lower_}")
            elif child_dep == "ccomp":
                features.append(f"cc={child.tag_}")
    features += [f"c={one}" for one in own]
    features += [f"l={lemma},c={one}" for one in own]
    features.append(f"s={subject}")
    frame = "+".join(sorted({one for one in own if one in {"ccomp", "xcomp", "dobj", "acl"}})) or "bare"
    features.append(f"f={frame},d={dep}")
    quote = _quote_context(cue, layout)
    features.append(f"q={quote}")
    for one in classes:
        features += [f"k={one}", f"k={one},p={part}", f"k={one},t={tag}", f"k={one},s={subject}", f"k={one},f={frame}"]
        features += [f"k={one},d={dep}", f"k={one},q={quote}"]
        features += [f"k={one},c={preposition}" for preposition in own]
    features.append(f"first={layout.paragraph[cue.i] == 0},p={part}")
    around = layout.around[cue.i]
    if around:
        features.append(f"inside,f={frame}")
        features.append(f"inside,s={subject}")
    return features


def _quote_context(cue: Token, layout: Layout) -> str:
    """How the nearest quotation before and after the cue lies, in coarse steps."""
    depth = len(layout.around[cue.i])
    before = after = "no"
    for quoted in layout.quotations_near(cue.i):
        if quoted.depth != depth or quoted.end - quoted.start < 5:
            continue
        if quoted.end <= cue.i:
            before = "near" if cue.i - quoted.end < 8 else "far"
        elif quoted.start > cue.i:
            after = "near" if quoted.start - cue.i < 4 else "far"
            break
    return f"{before}-{after}"


def source_features(
    cue: Token, argument: Argument | None, cue_parts: Sequence[str], lexicon: AttributionLexicon
) -> list[str]:
    """`cue_parts` are the properties of the cue that a source is weighed against; None is 'no source'."""
    if argument is None:
        return ["r=none", *[f"r=none,{part}" for part in cue_parts]]
    head = cue.doc[argument.head]
    relation, sort = argument.relation, lexicon.sort(head)
    features = [f"r={relation}", f"r={relation},{argument.link}", f"k={sort}", f"r={relation},k={sort}"]
    features += [f"r={relation},{part}" for part in cue_parts]
    features += [f"link={argument.link},{part}" for part in cue_parts] if argument.link else []
    features.append(f"l={head.lemma_.lower()}")
    features.append(f"gap={'-' if head.i < cue.i else '+'}{bucket(abs(head.i - cue.i))}")
    features.append(f"e={head.tag_}")
    return features


def content_features(
    cue: Token,
    argument: Argument,
    cue_parts: Sequence[str],
    relations: Sequence[str],
    *,
    layout: Layout,
    lexicon: AttributionLexicon,
) -> list[str]:
    """`relations` are those of all candidates of this cue: what else there is to choose from."""
    doc = cue.doc
    head = doc[argument.head]
    relation = argument.relation
    side = "before" if argument.end <= cue.i else "after" if argument.start > cue.i else "both"
    gap = argument.start - cue.i - 1 if side == "after" else cue.i - argument.end if side == "before" else 0
    length = sum(end - start for start, end in argument.pieces)
    features = ["bias", f"r={relation}", f"r={relation},link={argument.link}", f"r={relation},{side}"]
    features += [f"gap={side}{bucket(gap)}", f"n={bucket(length)}", f"r={relation},n={bucket(length)}"]
    features += [f"r={relation},{part}" for part in cue_parts]
    if argument.quoted is not None:
        features += _quotation_features(cue, argument, layout, side=side, gap=gap, length=length, cue_parts=cue_parts)
        return features
    first = doc[argument.start]
    sort = lexicon.sort(head)
    features += _held_quotations(cue, argument, relation, side, layout)
    features += [f"hp={sort}", f"r={relation},hp={sort}", f"ht={head.tag_}", f"hl={head.lemma_.lower()}"]
    features += [f"r={relation},w={first.lower_}", f"w={first.lower_}"]
    features += [f"link={argument.link},{part}" for part in cue_parts] if argument.link else []
    features += [f"r={relation},o={other}" for other in relations if other != relation]
    features.append(f"r={relation},gap={side}{bucket(gap)}")
    if relation.startswith("up:"):
        features += [f"up,hp={head.pos_},hd={head.dep_}", f"up,root={head.dep_ == 'ROOT'}"]
    return features


def _held_quotations(cue: Token, argument: Argument, relation: str, side: str, layout: Layout) -> list[str]:
    """A constituent with a quotation in it: how much of it is quoted, and whether on the side of the cue."""
    depth = len(layout.around[cue.i])
    size = sum(end - start for start, end in argument.pieces)
    held = sum(layout.quoted_tokens(start, end, depth) for start, end in argument.pieces)
    if not held:
        return []
    share = "all" if held >= size - 1 else "most" if 2 * held > size else "some"
    edge = argument.end - 1 if side == "before" else argument.start
    touches = any(
        len(layout.around[near]) > depth for near in (edge, edge - 1) if argument.start <= near < argument.end
    )
    return [f"held={share}", f"held={share},{side},touches={touches}", f"held={share},r={relation},touches={touches}"]


def _quotation_features(
    cue: Token, argument: Argument, layout: Layout, *, side: str, gap: int, length: int, cue_parts: Sequence[str]
) -> list[str]:
    doc = cue.doc
    index = argument.quoted or 0
    quoted = layout.quotations[index]
    same_paragraph = layout.paragraph[quoted.start] == layout.paragraph[cue.i]
    where = side if same_paragraph else "next"
    first, last = layout.bounds[layout.paragraph[quoted.start]]
    ends = doc[quoted.end - 2].text if quoted.end - quoted.start > 2 else ""
    features = [f"q,{where}", f"q,{where},n={bucket(length)}", f"q,{where},gap={bucket(gap)}"]
    features += [f"q,{where},{part}" for part in cue_parts]
    features.append(f"q,{where},starts={quoted.start <= first + 1},ends={quoted.end >= last - 2}")
    features.append(f"q,{where},last={ends if not ends.isalnum() else 'word'}")
    features.append(f"q,{where},capital={doc[min(quoted.start + 1, len(doc) - 1)].is_title}")
    start, end = (quoted.end, cue.i) if side == "before" else (cue.i + 1, quoted.start)
    stops = commas = verbs = others = 0
    if same_paragraph and start < end <= start + FAR:
        stops = layout.stops[end] - layout.stops[start]
        commas = layout.commas[end] - layout.commas[start]
        verbs = layout.verbs[end] - layout.verbs[start]
        others = layout.quoted_tokens(start, end, quoted.depth)
    features += [
        f"q,{where},stops={min(stops, 2)}",
        f"q,{where},verbs={min(verbs, 3)}",
        f"q,{where},commas={min(commas, 2)}",
    ]
    features.append(f"q,{where},others={others > 3},stops={min(stops, 2)}")
    features.append(f"q,{where},sent={layout.sentence[quoted.start] == layout.sentence[cue.i]}")
    features.append(f"q,{where},rel={argument.relation},n={bucket(length)}")
    return features

"""How is an entry of a topic shown on one line? Who, how, on what, in which words; no controls."""

from typing import TYPE_CHECKING, Any

from worker.commands.terminal import one_line

if TYPE_CHECKING:
    from rich.text import Text


def describe(topic: str, data: Any) -> "Text":
    """Return the line that tells an entry of a topic to a person."""
    known = {"positions": describe_position, "articles.processed": describe_processed, "articles.dead": describe_dead}
    return known.get(topic, describe_article)(data if isinstance(data, dict) else {"body": str(data)})


def describe_position(data: dict[str, Any]) -> "Text":
    """Tell a position event in a line: who, on what, how, in which words."""
    from rich.text import Text  # noqa: PLC0415

    party = one_line(str(name_of(data.get("party")) or "?"))
    speaker, addressee = name_of(data.get("speaker")), name_of(data.get("addressee"))
    line = Text.assemble(
        (party, "bold"), " ", stance_text(str(data.get("stance", "?"))), " ", str(data.get("issue", "?"))
    )
    if addressee:
        line.append(f" → {one_line(str(addressee))}")
    if speaker:
        line.append(f"  ({one_line(str(speaker))})", "dim")
    evidence = data.get("evidence")
    words = evidence.get("text", "") if isinstance(evidence, dict) else ""
    return line.append(f"  “{one_line(str(words), width=160)}”", "italic")


def describe_processed(data: dict[str, Any]) -> "Text":
    """Tell in a line what became of an article."""
    from rich.text import Text  # noqa: PLC0415

    outcome = f"skipped: {data['skipped']}" if data.get("skipped") else f"{data.get('positions', 0)} positions"
    if data.get("duplicate_of"):
        outcome = f"duplicate of {data['duplicate_of']}"
    return Text.assemble((one_line(str(data.get("article_id"))), "bold"), "  ", one_line(outcome))


def describe_dead(data: dict[str, Any]) -> "Text":
    """Tell in a line why an article was refused."""
    from rich.text import Text  # noqa: PLC0415

    name = data.get("article_id") or data.get("entry_id")
    reason, error = str(data.get("reason")), str(data.get("error", ""))
    return Text.assemble(
        (one_line(str(name)), "bold"), "  ", (one_line(reason), "red"), f"  {one_line(error, width=200)}"
    )


def describe_article(data: dict[str, Any]) -> "Text":
    """Tell in a line which article was fed."""
    from rich.text import Text  # noqa: PLC0415

    name = str(data.get("id") or data.get("url") or "no id")
    words = data.get("title") or data.get("body") or data
    return Text.assemble((one_line(name), "bold"), f"  {one_line(str(words), width=160)}")


STANCE_STYLES = {
    "conditional": "yellow",
    "threaten": "bold red",
    "oppose": "red",
    "demand": "magenta",
    "propose": "cyan",
    "support": "green",
    "undecided": "dim",
}


def stance_text(stance: str) -> "Text":
    """Return a stance in its colour."""
    from rich.text import Text  # noqa: PLC0415

    return Text(one_line(stance), style=STANCE_STYLES.get(stance, ""))


def name_of(value: object) -> object:
    """Return the name of a party or speaker as the event holds it."""
    return value.get("name") if isinstance(value, dict) else None

"""Made-up news in four topics, for a text classifier that is trained on the spot."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

WORDS: dict[str, str] = {
    "firm": "bakery chain|shipyard|software maker|small bank|toy maker|airline|insurer|brewery|"
    "furniture maker|steel works",
    "rise": "rose by a tenth|fell slightly|doubled within a year|stayed flat|beat all forecasts|slipped again",
    "figure": "profit|revenue|turnover|its share price|the order book|its debt",
    "boss": "the chief executive|the new owner|the finance director|a large shareholder|the board",
    "market": "investors|analysts|lenders|the unions|rival firms|customers",
    "side": "the home side|the visitors|the champions|the young team|the favourites|the newcomers",
    "player": "the goalkeeper|the captain|their striker|a substitute|the coach|the sprinter",
    "event": "the cup final|the last match of the season|the relay|the marathon|the second leg|the derby",
    "feat": "scored twice|missed a penalty|broke the record|was injured early|won the medal|lost in extra time",
    "thing": "a distant moon|a deep-sea fish|an old virus|a new battery|a swarm of bees|a fossil tooth|a faint comet",
    "person": "astronomers|biologists|a team of chemists|physicists|two geologists|young researchers",
    "way": "with a new telescope|in the laboratory|from satellite data|under the microscope|"
    "after ten years of field work",
    "claim": "is older than was thought|reacts to light|grows in salt water|holds more energy|"
    "carries an unknown gene",
    "work": "the novel|the opera|the exhibition|the first film of the director|the play|the album|"
    "the restored painting",
    "artist": "the composer|a young painter|the actress|the poet|the sculptor|the orchestra",
    "place": "in the old theatre|at the festival|in the city museum|on a small stage|in the concert hall",
    "praise": "moved the audience to tears|divided the critics|drew long queues|won the jury over|"
    "was met with applause",
    "when": "on Monday|this week|last month|in spring|yesterday|over the winter",
    "town": "in the harbour town|in the capital|in the north|across the border|near the coast",
}
PATTERNS: dict[str, tuple[str, ...]] = {
    "business": (
        "The {firm} said {when} that {figure} {rise}.",
        "{boss} of the {firm} wants to cut costs, and {market} are nervous.",
        "{market} had expected worse from the {firm} {town}: {figure} {rise}.",
        "A loan saved the {firm} {when}, but {figure} {rise}.",
    ),
    "sport": (
        "{player} {feat} as {side} played {event} {when}.",
        "{side} reached {event} after {player} {feat}.",
        "Before {event} {town}, {player} trained alone; {side} hope for a win.",
        "It rained during {event}, and {side} were beaten although {player} {feat}.",
    ),
    "science": (
        "{person} studied {thing} {way} and found that it {claim}.",
        "{thing} {claim}, report {person} {when}.",
        "What {person} saw {way} surprised them: {thing} {claim}.",
        "An experiment {town} shows that {thing} {claim}.",
    ),
    "culture": (
        "{work} {praise} {place} {when}.",
        "{artist} came {place}, and {work} {praise}.",
        "With {work}, {artist} returns to the stage {town}.",
        "Nobody left early: {work} by {artist} {praise}.",
    ),
}
LABELS = tuple(PATTERNS)
PARAGRAPHS = (
    (
        "business",
        "The shipyard in the north has found a buyer. Its debt had doubled within a year and lenders were nervous, "
        "but on Monday the board said that a loan would save the order book. Analysts called it a win in extra time.",
    ),
    (
        "science",
        "After ten years of field work, two geologists found a fossil tooth near the coast. Under the "
        "microscope it holds an unknown gene, they report this week, and is older than was thought. The city museum "
        "will show it.",
    ),
)
"""Two paragraphs to explain, with their topics; each borrows a few words from another topic."""


def articles(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Label and text, `count` of them, one to three sentences each; the topics take turns."""
    source = random.Random(seed)
    for number in range(count):
        label = LABELS[number % len(LABELS)]
        sentences = [_sentence(source.choice(PATTERNS[label]), source) for _ in range(source.randint(1, 3))]
        yield label, " ".join(sentences)


def _sentence(pattern: str, source: random.Random) -> str:
    text = re.sub(r"\{(\w+)\}", lambda found: source.choice(WORDS[found[1]].split("|")), pattern)
    return text[0].upper() + text[1:]

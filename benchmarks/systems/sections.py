"""The sections of docs/systems.md on Captum, Alibi and Flair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Record = dict[str, Any]
NOT_RUN = "Not run yet."


def range_of(values: Sequence[float]) -> str:
    """Smallest and largest, such as `9e-05 … 5e-04`; the page drops the zeros."""
    return f"{min(values):.0e} … {max(values):.0e}"


def captum_sections(records: dict[str, Record]) -> list[str]:
    """Both forms of Captum's tutorial."""
    new = ["## 3. Captum's tutorial, new form", *_new(records.get("captum_new"))]
    return ["## 2. Captum's tutorial, old form", *_old(records.get("captum_old")), *new]


def _old(record: Record | None) -> list[str]:
    if record is None:
        return [NOT_RUN]
    return [
        "`python -m benchmarks.systems.captum_old`",
        f"A CNN of 100 dimensions and 100 filters of widths 3, 4 and 5 with one logit, {record['vocabulary']:,} "
        f"tokens (about 101,500 in the tutorial), trained for {len(record['history'])} epochs on 22,500 reviews: "
        f"test F1 {record['f1']:.3f}, accuracy {record['accuracy']:.3f}. The tutorial's embeddings came from GloVe "
        "vectors of 100 numbers; these start at random, since there were none. Integrated gradients of the logit, "
        "500 steps, baseline `<pad>` at every place, at least 7 tokens; the six sentences are our own. In the table "
        "scores are divided by their L2 norm, and the attribution score is their sum, as in Captum's "
        "`visualize_text`; in the figure they are not divided, but shares of the logit.",
        _table(record),
        "![The six sentences, word by word](systems-captum.svg)",
        f"{_deltas(record)} {record['seconds_a_sentence']:.2f} s of processor time a sentence. Captum's "
        "`LayerIntegratedGradients` on the same network, in single precision: no attribution differs by more than "
        f"{record['largest_difference_to_captum']:.1e}.",
    ]


def _new(record: Record | None) -> list[str]:
    if record is None:
        return [NOT_RUN]
    error = (record["accuracy"] * (1 - record["accuracy"]) / record["reviews"]) ** 0.5
    return [
        "`python -m benchmarks.systems.captum_new`",
        f"4,000 training reviews of at most 256 tokens, {record['vocabulary']:,} tokens known, a CNN of 100 "
        "dimensions and 100 filters of widths 3, 4 and 5 with two outputs, cross-entropy, Adam, "
        f"{len(record['history'])} epochs; batches of {record['recipe']['batch_size']}, which the tutorial's figures "
        f"do not tell. Accuracy on 500 test reviews {record['accuracy']:.3f} (reported: "
        f"{record['reported']['accuracy']}); one standard error of so few reviews is {error:.3f}. On all "
        f"{record['reviews_all']:,}: {record['accuracy_all']:.3f}. Explained is the softmax probability of the "
        "predicted class, 50 steps, baseline `<pad>` at the sentence's own length.",
        _table(record),
        _deltas(record),
    ]


def _deltas(record: Record) -> str:
    gauss = f", {range_of(record['deltas_gauss'])} with Gauss–Legendre places" if "deltas_gauss" in record else ""
    return (
        f"Deltas {range_of(record['deltas'])} with the midpoint rule{gauss} (reported of other sentences and "
        f"weights, with Gauss–Legendre places: {record['reported']['delta']})."
    )


def _table(record: Record) -> str:
    rows = [
        "| true | predicted (probability) | explained | attribution score | strongest words | delta |",
        "|---|---|---|---|---|---|",
    ]
    for row in record["table"]:
        order = sorted(range(len(row["scores"])), key=lambda place: -abs(row["scores"][place]))[:3]
        words = ", ".join(f"{row['tokens'][place]} {_signed(row['scores'][place])}" for place in order)
        predicted = f"{row['predicted']} ({row['probability']:.2f})"
        rows.append(
            f"| {row['true']} | {predicted} | {row['explained']} | {_signed(row['score'])} | {words} | "
            f"{abs(row['delta']):.0e} |"
        )
    return "\n".join(rows)


def _signed(score: float) -> str:
    return f"{score:+.2f}".replace("-", "−")


def alibi_section(record: Record | None) -> list[str]:
    """Alibi's example, and alibi itself."""
    title = "## 4. Alibi's example"
    if record is None:
        return [title, NOT_RUN]
    alibi, riemann = record["alibi"], record["riemann"]
    return [
        title,
        "`python -m benchmarks.systems.alibi_example`",
        f"Vocabulary {record['vocabulary']:,}, the last 100 tokens of a review, padded on the left; embedding 50, "
        "250 filters of width 3, dense 250, two-way softmax, dropout 0.4, layers started as Keras starts them; "
        f"Adam, batches of 256, {len(record['history'])} epochs. Test accuracy **{record['accuracy']:.4f}** "
        f"(reported: {record['reported']['accuracy']}); the reviews were tokenised otherwise there, and a tenth of "
        "the training reviews is kept for validation here.",
        "Ten test reviews in one call, 50 Gauss–Legendre steps, at most 100 rows through the network at a time, "
        f"zero baseline, probability of the predicted class: attributions {tuple(record['shape'])}, summed to "
        f"{tuple(record['summed'])}, in {record['seconds_ten_reviews']:.2f} s of processor time. Saved and loaded "
        "again they are the same.",
        "alibi 0.9.6 with TensorFlow 2.14 explains the same reviews with the same weights, in a virtual environment "
        "of its own:",
        "\n".join(
            [
                "| largest difference, ten reviews | |",
                "|---|---|",
                f"| probability, Keras and PyTorch | {alibi['probability_difference']:.1e} |",
                f"| attribution, alibi and `explain` (largest attribution: {record['largest_attribution']:.3f}) | "
                f"{alibi['largest_difference']:.1e} |",
                f"| token score, alibi and `explain` (largest score: {record['largest_score']:.3f}) | "
                f"{alibi['largest_score_difference']:.1e} |",
                f"| token score, `explain` and a float64 Riemann sum of {riemann['steps']:,} places | "
                f"{riemann['largest_score_difference']:.1e} |",
                f"| token score, alibi and that sum | {riemann['largest_score_difference_of_alibi']:.1e} |",
            ]
        ),
        f"Targets are the same; deltas are {range_of(record['deltas'])} here and {range_of(alibi['deltas'])} in "
        "alibi. The last two rows are the error of so few steps, and equal: both libraries compute the same sum. "
        "One thing to know: alibi's default baseline is token id 0 at every place, which is the zero vector only if "
        "that token's embedding is zero. In Keras the padding has id 0 and an embedding that is trained, so the "
        "example's zero baseline is no zero; here the padding's vector stays zero, and the two agree.",
    ]


def flair_section(record: Record | None) -> list[str]:
    """The transformer inside a flair classifier."""
    title = "## 5. A flair classifier with an XLM-RoBERTa inside"
    if record is None:
        return [title, NOT_RUN]
    versions = record["versions"]
    rows = ["| rule | " + " | ".join(f"{steps} steps" for steps in record["deltas"]["gausslegendre"]) + " |"]
    rows += ["|" + "---|" * (1 + len(record["deltas"]["gausslegendre"]))]
    for rule, row in record["deltas"].items():
        rows.append(f"| `{rule}` | " + " | ".join(f"{value:.1e}" for value in row.values()) + " |")
    tables = []
    for item in record["paragraphs"]:
        tables.append(
            f"A paragraph on {item['true']}, predicted {item['predicted']} ({item['probability']:.4f}), explained "
            f"{item['explained']}; F(x) − F(x′) = {item['difference']:.2f}, delta {abs(item['delta']):.0e}; all "
            f"scores without their signs add up to {sum(abs(row[2]) for row in item['words']):.2f}. Words by "
            "attribution, first and last five:"
        )
        tables.append(_sorted_words(item["words"]))
    return [
        title,
        "`python -m benchmarks.systems.flair_example`",
        f"flair {versions['flair']} with transformers {versions['transformers']} and torch {versions['torch']}, in a "
        "virtual environment of its own. The published model cannot be had without a download, so a small one "
        "stands in for it, of the same classes: an XLM-RoBERTa of two layers made from a configuration, a tokenizer "
        f"of {record['pieces']} pieces, both made on the spot, and a `TextClassifier` that flair's own trainer "
        f"trained on {record['sizes']['train']} made-up news items in the topics {', '.join(record['labels'])} (test "
        f"accuracy {record['accuracy']:.2f} on {record['sizes']['test']} others; they are easy). So accuracy says "
        "nothing here; what is shown is that a real flair classifier is explained.",
        '`explain_flair(classifier, texts, "business")` of `textlab.attribution.flair_text` (extra `flair`) takes a '
        "class by its name. Probabilities differ from those of flair's own `predict` by at most "
        f"{record['probability_difference']:.0e}. A name that is not there: `{record['unknown_class']}`.",
        "The share of a word is its score divided by the sum of the paragraph's scores without their signs, as in "
        "`token_table`, so the shares without their signs add up to 100%. They are no shares of F(x) − F(x′), in "
        "which words for and against the class cancel.",
        *tables,
        "**Steps and rule change the answer.** Larger |delta| of the two paragraphs, logit of the predicted class:",
        "\n".join(rows),
        "The reported delta was 2.88 with 500 Gauss–Legendre steps, so few steps are hardly its cause: twenty of "
        f"them leave this transformer, which is smooth, with {record['deltas']['gausslegendre']['20']:.1e}. What the "
        "cause was cannot be told from a transformer of another size, trained on other texts; but it is no answer to "
        "trust, whatever the words say. Here it is the rule that can do harm: ten steps of a one-sided one come to "
        f"{record['deltas']['riemann_right']['10']:.1f}. Look at the delta before you read the words.",
    ]


def _sorted_words(words: Sequence[Sequence[Any]]) -> str:
    rows = ["| word | place | score | share |", "|---|---|---|---|"]
    shown = [*words[:5], None, *words[-5:]]
    for row in shown:
        if row is None:
            rows.append("| … | | | |")
            continue
        word, place, score, share = row
        part = f"{share:+.0%}".replace("-", "−") if round(100 * share) else "0%"
        rows.append(f"| {word.replace('<', '&lt;')} | {place} | {_signed(score)} | {part} |")
    return "\n".join(rows)

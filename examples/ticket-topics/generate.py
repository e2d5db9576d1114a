"""Makes the two predictions files of this example: invented tickets, and what two invented models say of them. The second
model knows more words, but has seen few tickets in German about returns."""

import csv
import math
import random
from pathlib import Path

TOPICS = ["billing", "delivery", "returns", "other"]
SHARES = [0.35, 0.30, 0.20, 0.15]


def probabilities(draw, topic, sureness, instead):
    """Of each topic: a softmax of noise, with the true topic, or what is taken for it, ahead."""
    logits = {name: draw.gauss(0, 1.5) for name in TOPICS}
    logits[instead or topic] += sureness
    total = sum(math.exp(logit) for logit in logits.values())
    rounded = {name: round(math.exp(logit) / total, 4) for name, logit in logits.items()}
    rounded["other"] = round(1 - sum(rounded[name] for name in TOPICS[:-1]), 4)
    return rounded


def main():
    draw = random.Random(20)
    tickets = []
    for number in range(1_600):
        language = draw.choices(["en", "de", "es"], [0.5, 0.3, 0.2])[0]
        tickets.append((f"T{number:05}", language, draw.choice(["mail", "chat"]), draw.choices(TOPICS, SHARES)[0]))
    for name, sureness, blind in [("predictions-v1.csv", 3.4, 0.0), ("predictions.csv", 4.4, 0.6)]:
        with (Path(__file__).parent / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["ticket_id", "language", "channel", "topic"] + [f"p_{topic}" for topic in TOPICS])
            for ticket in tickets:
                _, language, _, topic = ticket
                confused = language == "de" and topic == "returns" and draw.random() < blind
                found = probabilities(draw, topic, sureness, "delivery" if confused else None)
                writer.writerow([*ticket, *(f"{found[name]:.4f}" for name in TOPICS)])


if __name__ == "__main__":
    main()

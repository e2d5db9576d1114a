"""Makes the two predictions files of this example: invented customers of a shop, and the segments that two invented models put them into."""

import csv
import random
from pathlib import Path

# Visits a month, spending at a visit, and the share of things sent back.
SEGMENTS = {"regulars": (8, 22, 0.04), "big baskets": (2, 95, 0.1), "sale hunters": (3, 30, 0.3)}


def main():
    draw = random.Random(5)
    customers = []
    for number in range(900):
        segment = draw.choices(list(SEGMENTS), [0.5, 0.2, 0.3])[0]
        visits, spending, returns = SEGMENTS[segment]
        age = draw.choice(["18-39", "40-64", "65+"])
        row = (draw.gauss(visits, 1.2), draw.gauss(spending, 8), draw.gauss(returns, 0.04))
        customers.append((f"C{number:05}", age, segment, *(max(0.0, value) for value in row)))
    for name, mixed in [("predictions-v1.csv", 0.1), ("predictions.csv", 0.05)]:
        with (Path(__file__).parent / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["customer", "age_band", "visits", "spending", "returns", "segment"])
            for customer, age, segment, visits, spending, returns in customers:
                told = draw.choice(list(SEGMENTS)) if draw.random() < mixed else segment
                writer.writerow([customer, age, f"{visits:.1f}", f"{spending:.2f}", f"{returns:.3f}", list(SEGMENTS).index(told)])


if __name__ == "__main__":
    main()

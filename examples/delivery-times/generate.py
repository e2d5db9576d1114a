"""Makes the two predictions files of this example: invented deliveries, and what two invented models say how long they take.
The second model is closer on the whole, and promises too short times to people far out."""

import csv
import random
from pathlib import Path

AREAS = {"center": (18, 5), "suburb": (29, 7), "outskirts": (44, 11)}


def main():
    draw = random.Random(7)
    orders = []
    for number in range(1_500):
        area = draw.choices(list(AREAS), [0.5, 0.35, 0.15])[0]
        vehicle = draw.choice(["bike", "scooter", "car"])
        middle, spread = AREAS[area]
        # What can be known of an order, and what cannot.
        known = middle + draw.gauss(0, spread) + (3 if vehicle == "bike" else 0)
        orders.append((f"D{number:05}", area, vehicle, max(5.0, known), max(5.0, known + draw.gauss(0, 4))))
    for name, spread, bias in [("predictions-v1.csv", 5.0, 0.0), ("predictions.csv", 3.0, -6.0)]:
        with (Path(__file__).parent / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["order_id", "area", "vehicle", "minutes", "predicted_minutes"])
            for order, area, vehicle, known, minutes in orders:
                predicted = max(5.0, known + draw.gauss(bias if area == "outskirts" else 0.0, spread))
                writer.writerow([order, area, vehicle, f"{minutes:.1f}", f"{predicted:.1f}"])


if __name__ == "__main__":
    main()

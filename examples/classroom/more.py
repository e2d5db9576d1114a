"""Makes the table ten times as long, by the same rule as its first forty rows."""

import csv
import random

draw = random.Random(4)
with open("pupils.csv", "a", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    for number in range(41, 401):
        home = "quiet" if draw.random() < 0.6 else "loud"
        hours = round(draw.uniform(0, 9), 1)
        passed = hours + draw.gauss(0, 0.7) > (4 if home == "quiet" else 6)
        writer.writerow([number, home, hours, "yes" if passed else "no", "yes" if hours > 4 else "no"])

"""Makes the two predictions files of this example: invented applications, and the scores that two invented models give them."""

import csv
import random
from pathlib import Path

# Shares of applicants by the categories of the EEO-1 report; one has fewer than 2 of a hundred.
RACES = {
    "White": 0.42,
    "Hispanic or Latino": 0.2,
    "Black or African American": 0.17,
    "Asian": 0.13,
    "Two or More Races": 0.05,
    "American Indian or Alaska Native": 0.02,
    "Native Hawaiian or Pacific Islander": 0.01,
}


def main():
    draw = random.Random(11)
    applicants = []
    for number in range(3_000):
        sex = draw.choices(["female", "male", "not told"], [0.47, 0.49, 0.04])[0]
        race = draw.choices(list(RACES), list(RACES.values()))[0]
        fit = draw.gauss(0, 1)
        applicants.append((f"A{number:05}", sex, race, fit, "yes" if fit + draw.gauss(0, 0.6) > 0 else "no"))
    for name, noise in [("predictions-v1.csv", 0.6), ("predictions.csv", 0.5)]:
        with (Path(__file__).parent / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["application", "sex", "race_ethnicity", "interviewed", "score"])
            for application, sex, race, fit, interviewed in applicants:
                score = 1 / (1 + pow(2.718281828, -1.5 * (fit + draw.gauss(0, noise))))
                writer.writerow([application, sex, race, interviewed, f"{score:.4f}"])


if __name__ == "__main__":
    main()

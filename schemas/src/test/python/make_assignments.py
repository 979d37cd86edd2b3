"""Least-cost assignments as scipy solves them, for TestAssignment.

Made with Python 3.11, numpy 2.4.6, scipy 1.17.1, seed 20261121:
    python make_assignments.py ../resources/dev/boxmill/schemas/matching/assignments.csv
A line is rows, columns, least total cost, then the costs row by row. Costs are rounded as written.
"""

import sys

import numpy as np
from scipy.optimize import linear_sum_assignment

SHAPES = [(1, 1), (1, 9), (9, 1), (5, 5), (7, 12), (12, 7), (16, 16), (30, 8)]


def main(path):
    rng = np.random.default_rng(20261121)
    lines = ["# made by make_assignments.py; rows,columns,least total,costs"]
    for rows, columns in SHAPES:
        for kind in ("spread", "ties", "far"):
            cost = rng.normal(size=(rows, columns)).round(3)
            if kind == "ties":
                cost = rng.integers(0, 4, size=(rows, columns)).astype(float)
            if kind == "far":
                cost = cost * 1e4 + 1e6
            chosen = linear_sum_assignment(cost)
            numbers = [rows, columns, float(cost[chosen].sum()), *cost.ravel().tolist()]
            lines.append(",".join(repr(number) for number in numbers))
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])

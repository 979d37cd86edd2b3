"""Pictures with boxes, for the notebooks."""

from urllib.parse import urlparse
from urllib.request import url2pathname

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle
from PIL import Image, ImageOps

PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#666666"]


def colors(labels):
    """A color for each class: the same in every plot of a notebook."""
    return {label: PALETTE[i % len(PALETTE)] for i, label in enumerate(sorted(labels))}


def gallery(count, columns=4, size=3.2):
    """Axes for COUNT pictures, without frames."""
    rows = -(-count // columns)
    _, axes = plt.subplots(rows, columns, figsize=(size * columns, size * rows), squeeze=False)
    for each in axes.flat:
        each.axis("off")
    return axes.flat[:count]


def picture(axes, image_uri, title=""):
    """Shows an image as the label table counts its pixels: after EXIF orientation."""
    image = ImageOps.exif_transpose(Image.open(url2pathname(urlparse(image_uri).path)))
    axes.imshow(image.convert("RGB"), extent=(0, image.width, image.height, 0))
    axes.set_title(title)


def box(axes, corners, color, text="", style="-", width=2, alpha=1):
    """CORNERS: x_min, y_min, x_max, y_max in pixels."""
    x_min, y_min, x_max, y_max = corners
    axes.add_patch(
        Rectangle((x_min, y_min), x_max - x_min, y_max - y_min, fill=False, color=color, ls=style, lw=width, alpha=alpha)
    )
    if text:
        axes.text(x_min, y_min, text, color="white", size=8, va="bottom", bbox=dict(fc=color, ec=color, pad=1.5))


def zoom(axes, corners, margin=0.4):
    """Shows the surroundings of a box alone, inside its picture."""
    x_min, y_min, x_max, y_max = corners
    beside = margin * max(x_max - x_min, y_max - y_min)
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    axes.set_xlim(max(0, x_min - beside), min(right, x_max + beside))
    axes.set_ylim(min(bottom, y_max + beside), max(0, y_min - beside))

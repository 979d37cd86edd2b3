"""Opens the pages of `preview`, `compare`, `triage` and `review` in a browser and looks that they show what the tables say.

    python check_pages.py BROWSER --preview PAGE LABELS --many PAGE LABELS --compare FOLDER --triage TRIAGE LABELS \\
        --review FOLDER ANNOTATIONS --pictures FOLDER

BROWSER is a Chromium's executable. PAGE was made by `preview` from the label table LABELS, which has refined boxes; the second
one shows 1,000 images. The first FOLDER was written by `compare`, with ground truth. TRIAGE is the table that `triage` wrote of LABELS,
whose page lies beside the labels. The second FOLDER was written by `review` of the COCO file ANNOTATIONS, with errors of all kinds in
it. Pictures of the pages are put into the last one.

Checked are: every box where its table has it, drawn and as pixels; layers, classes, scores and changes show and hide the boxes
that the tables say; nothing is fetched; every control is reached and worked by keys and seen when it has the focus; what a
screen reader is told; axe-core's rules; light and dark; a telephone's width; and what 1,000 pictures cost.
"""

import argparse
import ctypes
import json
import math
import os
import re
import time
from collections import Counter
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlparse

import axe_playwright_python
import pyarrow.parquet as parquet
from PIL import Image
from playwright.sync_api import sync_playwright

PLACE = 0.05  # pixels of the original image: boxes are written to hundredths, a page is laid out in 64ths of its own pixels
REFINED = (20, 200, 180)
DETECTOR = (255, 171, 26)
OPENED_SECONDS = 15  # a page of 1,000 pictures, on two cores that do other things too
FILTERED_SECONDS = 1.5
MEMORY_MIB = 800
DECODED_AT_FIRST = 80

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()

CARDS = """placed => [...document.querySelectorAll('.card')].map(card => {
  const frame = card.querySelector('.picture').getBoundingClientRect();
  const {width, height} = card.querySelector('.picture svg').viewBox.baseVal;
  const corners = path => {
    if (!path || !placed) return path && true;
    const box = path.getBBox();
    const toScreen = path.getScreenCTM();
    const at = (x, y) => {
      const point = new DOMPoint(x, y).matrixTransform(toScreen);
      return [(point.x - frame.x) / frame.width * width, (point.y - frame.y) / frame.height * height];
    };
    return [...at(box.x, box.y), ...at(box.x + box.width, box.y + box.height)];
  };
  const seen = element => { // also what is not laid out, for it is far from the viewport
    for (let e = element; e !== card.parentElement; e = e.parentElement) {
      if (e === null || getComputedStyle(e).display === 'none') return false;
    }
    return true;
  };
  const boxes = [...card.querySelectorAll('.box')].map(box => {
    const [final, detector] = ['.final', '.detector'].map(line => box.querySelector(line));
    const tag = card.querySelector(`.tag[data-box="${box.dataset.box}"]`);
    return {
      index: Number(box.dataset.box), label: box.dataset.label, change: box.dataset.change ?? '',
      final: corners(final), detector: corners(detector),
      finalSeen: seen(final), detectorSeen: seen(detector), tagSeen: seen(tag), tag: tag.textContent,
    };
  });
  return {uri: card.querySelector('.name').title, width, height, seen: seen(card), note: card.querySelector('.note').textContent,
          told: card.querySelector('.frame').ariaLabel, boxes};
})"""

FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const shown = element.closest('.toggle') ?? element;
  const style = getComputedStyle(shown);
  const {x, y, width, height} = shown.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  return {
    name: element.id || element.className || element.localName,
    place: [...document.querySelectorAll('*')].indexOf(element),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    uncovered: top !== null && shown.contains(top),
  };
}"""

CONTROLS = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
  .filter(element => element.checkVisibility()).length"""

PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def table(labels):
    return {row["image_uri"]: row for row in parquet.read_table(labels).to_pylist() if row["status"] == "ok"}


def corners(box, prefix=""):
    return [box[prefix + side] for side in ("x_min", "y_min", "x_max", "y_max")]


def apart(one, other):
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def count(number, one, many):
    return f"{number:,} {one if number == 1 else many}"


class Browser:
    """A browser without a network, and all that its pages ask for or complain of."""

    def __init__(self, playwright, executable):
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.chromium = playwright.chromium.launch(executable_path=executable, args=arguments)
        self.requests = []
        self.complaints = []

    def context(self, width=1280, height=1000, **options):
        context = self.chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_offline(True)
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("console", lambda message: self.complaints.append(message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    def open(self, file, **options):
        page = self.context(**options).new_page()
        page.goto(file.absolute().as_uri())
        page.evaluate(PAINTED)
        return page

    def require_silence(self, pages):
        """No request but for the pages themselves, and no complaint."""
        others = [url for url in self.requests if url not in {page.absolute().as_uri() for page in pages}]
        assert self.requests and not others, others
        assert not self.complaints, self.complaints


def shown_text(page):
    page.evaluate(PAINTED)
    return page.locator("#shown").text_content()


def set_score(page, least):
    """By keys, as a person may."""
    page.locator("#score").focus()
    page.keyboard.press("Home" if least < 0.5 else "End")
    for _ in range(round(100 * (least if least < 0.5 else 1 - least))):
        page.keyboard.press("ArrowRight" if least < 0.5 else "ArrowLeft")
    page.evaluate(PAINTED)
    value = page.locator("#score-value").text_content()
    assert value == f"{least:.2f}", (value, least)


def choose_classes(page, labels=None):
    """All of them, or these."""
    page.locator(".menu summary").click()
    page.locator("#all-classes" if labels is None else "#no-classes").click()
    for label in labels or []:
        page.locator(f'.class[value="{label}"]').check()
    page.keyboard.press("Escape")


def cards_of(page):
    """What is on the page; of boxes, whether they are in a layer, and seen there."""
    return page.evaluate(CARDS, False)


def placed_cards(page):
    """The same with the corners of the boxes in each layer, as drawn, in pixels of the original image."""
    return page.evaluate(CARDS, True)


def check_drawn(page, rows):
    """Every box of the table lies where the table has it, in both layers."""
    cards = placed_cards(page)
    worst = 0
    for card in cards:
        row = rows[card["uri"]]
        assert (card["width"], card["height"]) == (row["width"], row["height"]), card["uri"]
        assert sorted(box["index"] for box in card["boxes"]) == list(range(len(row["boxes"]))), card["uri"]
        for box in card["boxes"]:
            wanted = row["boxes"][box["index"]]
            assert box["label"] == wanted["label"] and box["tag"].startswith(wanted["label"]), (card["uri"], box)
            worst = max(worst, apart(box["final"], corners(wanted)), apart(box["detector"], corners(wanted, "detector_")))
    assert worst < PLACE, worst
    return len(cards), sum(len(card["boxes"]) for card in cards), worst


def check_pictures(page):
    """Each is there, upright, and fills what the boxes are drawn over."""
    sizes = page.evaluate("""async () => Promise.all([...document.querySelectorAll('.card')].map(async card => {
      const image = card.querySelector('img');
      image.loading = 'eager';
      await image.decode();
      const [a, b] = [image, card.querySelector('svg')].map(element => element.getBoundingClientRect());
      const {width, height} = card.querySelector('svg').viewBox.baseVal;
      return [image.naturalWidth, image.naturalHeight, width, height, Math.max(...['x', 'y', 'width', 'height'].map(side => Math.abs(a[side] - b[side])))];
    }))""")
    assert sizes
    for natural_width, natural_height, width, height, off in sizes:
        assert natural_width > 0 and off < 0.05, (natural_width, off)
        assert abs(natural_width / width - natural_height / height) * max(width, height) <= 1, (natural_width, natural_height)


def check_shown(page, rows, least, labels=None):
    """After a filter: the very boxes, the pictures, and the counts in words."""
    pictures = boxes = 0
    told = shown_text(page)
    for card in cards_of(page):
        row = rows[card["uri"]]
        wanted = [
            index for index, box in enumerate(row["boxes"])
            if box["score"] >= ctypes.c_float(least).value and (labels is None or box["label"] in labels)
        ]
        seen = labels is None or bool(wanted)  # a picture without a box is a finding, unless one looks for a class
        assert card["seen"] == seen, (card["uri"], least, labels)
        if seen:
            assert sorted(box["index"] for box in card["boxes"] if box["finalSeen"]) == wanted, (card["uri"], least, labels)
            check_told(card, [row["boxes"][index] for index in wanted])
        pictures += seen
        boxes += len(wanted)
    assert told == f"{count(pictures, 'picture', 'pictures')}, {count(boxes, 'box', 'boxes')}", told
    assert page.locator("#none").is_visible() == (pictures == 0)
    return told


def check_told(card, boxes):
    """What a screen reader says of a picture."""
    name = unquote(urlparse(card["uri"]).path).rsplit("/", 1)[1]
    total = count(len(card["boxes"]), "box", "boxes")
    assert card["note"] == (total if len(boxes) == len(card["boxes"]) else f"{len(boxes)} of {total}"), card["note"]
    head = f"{name}, {card['note']}"
    assert card["told"].startswith(head), (card["told"], head)
    more = f" and {len(boxes) - 10} more" if len(boxes) > 10 else ""
    assert card["told"].endswith(more), card["told"]
    list_told = card["told"][len(head):len(card["told"]) - len(more)].removeprefix(": ")
    found = [item.rsplit(" ", 1) for item in list_told.split(", ")] if list_told else []
    assert [label for label, _ in found] == [box["label"] for box in boxes[:10]], (card["told"], boxes)
    assert all(abs(float(score) - box["score"]) < 0.0051 for (_, score), box in zip(found, boxes)), (card["told"], boxes)


def check_filters(page, rows):
    labels = sorted({box["label"] for row in rows.values() for box in row["boxes"]})
    told = [check_shown(page, rows, 0.3)]
    for least in (0, 0.55, 1):
        set_score(page, least)
        told.append(check_shown(page, rows, least))
    set_score(page, 0.7)
    for chosen in ([labels[0]], labels[1:3], []):
        choose_classes(page, chosen)
        told.append(check_shown(page, rows, 0.7, chosen))
    choose_classes(page)
    set_score(page, 0.3)
    check_shown(page, rows, 0.3)
    assert len(set(told)) >= 6, told  # that the filters filter
    return told


def seen_layers(page):
    """Of the boxes that the filters let through: whether each layer is seen, as a set of what there is."""
    boxes = [box for card in cards_of(page) if card["seen"] for box in card["boxes"]]
    return tuple({box[name] for box in boxes if filtered(box)} for name in ("finalSeen", "detectorSeen", "tagSeen"))


def filtered(box):
    score = float(box["tag"].rsplit(" ", 1)[1])
    return score > 0.31 and box["final"] and box["detector"]


def check_layers(page, dense):
    """By the pointer and by their keys; a small picture with many boxes has no tags."""
    tags = {True, False} if dense else {True}
    assert seen_layers(page) == ({True}, {True}, tags), seen_layers(page)
    for identity, key, expected in (
        ("detector", page.locator("#show-detector").get_attribute("aria-keyshortcuts"), ({True}, {False}, tags)),
        ("final", page.locator("#show-final").get_attribute("aria-keyshortcuts"), ({False}, {True}, tags)),
        ("tags", "L", ({True}, {True}, {False})),
    ):
        page.locator(f"#show-{identity}").click()
        assert seen_layers(page) == expected, (identity, seen_layers(page))
        page.keyboard.press(key.lower())
        assert seen_layers(page) == ({True}, {True}, tags), (identity, key)
        assert f"<kbd>{key}</kbd>" in page.locator("footer").inner_html(), key


def color_near(pixels, x, y, color):
    return any(
        math.dist(pixels.getpixel((px, py)), color) < 60
        for px in range(max(0, round(x) - 2), min(pixels.width, round(x) + 3))
        for py in range(max(0, round(y) - 2), min(pixels.height, round(y) + 3))
    )


def check_pixels(page, rows):
    """The surest box of some pictures, enlarged: lines of its color lie there on the screen."""
    page.locator("#show-tags").uncheck()
    for hidden, color, prefix, share in (("detector", REFINED, "", 1), ("final", DETECTOR, "detector_", 0.5)):
        page.locator(f"#show-{hidden}").uncheck()
        for index in range(3):
            page.locator(".frame").nth(index).click()
            row = rows[page.locator("#large-uri").text_content()]
            picture = page.locator("dialog .picture").bounding_box()
            pixels = Image.open(BytesIO(page.screenshot())).convert("RGB")
            points = edge_points(corners(row["boxes"][0], prefix), row, picture)
            drawn = sum(color_near(pixels, x, y, color) for x, y in points)
            assert drawn >= share * len(points), (row["image_uri"], prefix, drawn, len(points))
            page.keyboard.press("Escape")
        page.locator(f"#show-{hidden}").check()
    page.locator("#show-tags").check()


def edge_points(box, row, picture):
    """On the screen, along a box's lines, as far as they are in the picture."""
    x_min, y_min, x_max, y_max = (
        start + min(max(side, 0), size) / size * length
        for side, start, size, length in zip(
            box, [picture["x"], picture["y"]] * 2, [row["width"], row["height"]] * 2, [picture["width"], picture["height"]] * 2)
    )
    steps = [0.15 + 0.7 * i / 20 for i in range(21)]
    along_x = [x_min + step * (x_max - x_min) for step in steps]
    along_y = [y_min + step * (y_max - y_min) for step in steps]
    return [(x, y) for x in along_x for y in (y_min, y_max)] + [(x, y) for x in (x_min, x_max) for y in along_y]


def check_compared(page, folder):
    """The boxes of both tables, what became of them, and the tables below."""
    report = json.loads((folder / "compare.json").read_text())
    before, after = (table(plain(report[run]["labels"])) for run in "ab")
    cards = placed_cards(page)
    assert [card["uri"] for card in cards] == [image["image_uri"] for image in report["differ_most"]]
    for card, image in zip(cards, report["differ_most"]):
        for layer, end, rows in (("detector", 0, before), ("final", -1, after)):
            drawn = [(box["label"].split(" → ")[end], box[layer]) for box in card["boxes"] if box[layer]]
            admitted = [box for box in rows[card["uri"]]["boxes"] if box["score"] >= ctypes.c_float(report["min_score"]).value]
            same_boxes(card["uri"], drawn, [(box["label"], corners(box)) for box in admitted])
        found = Counter(box["change"] for box in card["boxes"])
        for change in report["boxes"]:
            assert found[change.replace("_", " ")] == image[change], (card["uri"], change, found, image)
        for box in card["boxes"]:
            check_change(box, card["boxes"], report)
            assert not (box["change"] == "kept" and box["tagSeen"]), ("not faint", card["uri"], box)
        shown = sorted(card["boxes"], key=lambda box: box["index"])
        told = card["told"].split(": ", 1)[1].split(", ")
        assert told[0].startswith(shown[0]["label"]) and told[0].endswith(shown[0]["change"]), (card["told"], shown[0])
    check_changes(page, report)
    check_report(page, report)
    return len(cards), report["boxes"]


def plain(labels):
    return unquote(urlparse(labels).path) if labels.startswith("file:") else labels


def same_boxes(uri, drawn, wanted):
    assert len(drawn) == len(wanted), (uri, len(drawn), len(wanted))
    left = list(wanted)
    for label, place in drawn:
        nearest = min((box for box in left if box[0] == label), key=lambda box: apart(box[1], place), default=None)
        assert nearest and apart(nearest[1], place) < PLACE, (uri, label, place, nearest)
        left.remove(nearest)


def check_change(box, boxes, report):
    both = box["final"] is not None and box["detector"] is not None
    overlap = iou(box["final"], box["detector"]) if both else 0
    near = 0.01
    expected = {
        "kept": both and overlap >= report["kept_iou"] - near,
        "moved": both and report["match_iou"] - near <= overlap < report["kept_iou"] + near,
        "class changed": both and "→" in box["label"] and overlap >= report["match_iou"] - near,
        "appeared": box["detector"] is None and covered(box["final"], boxes, "detector") < report["match_iou"] + near,
        "vanished": box["final"] is None and covered(box["detector"], boxes, "final") < report["match_iou"] + near,
        "still covered": box["final"] is None and covered(box["detector"], boxes, "final") >= report["match_iou"] - near,
        "doubled": box["detector"] is None and covered(box["final"], boxes, "detector") >= report["match_iou"] - near,
    }
    assert expected[box["change"]], (box, overlap)


def covered(place, boxes, layer):
    """The IoU with the box of that layer that fits best."""
    return max((iou(place, box[layer]) for box in boxes if place and box[layer]), default=0)


def iou(one, other):
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (area - width * height)


def check_changes(page, report):
    """Each change is shown and hidden by its box."""
    names = [change.replace("_", " ") for change in report["boxes"]]
    chosen = set(names)
    require_changes(page, report, chosen, set(names))
    for name in names:
        page.locator(f'.change[value="{name}"]').click()
        chosen ^= {name}
        require_changes(page, report, chosen, set(names))
    for name in names:
        page.locator(f'.change[value="{name}"]').click()


def require_changes(page, report, chosen, names):
    told = shown_text(page)
    per_image = [{change: image[change.replace(" ", "_")] for change in names} for image in report["differ_most"]]
    boxes = sum(changes[change] for changes in per_image for change in chosen)
    pictures = sum(chosen == names or any(changes[change] for change in chosen) for changes in per_image)
    assert told == f"{count(pictures, 'picture', 'pictures')}, {count(boxes, 'box', 'boxes')}", (told, pictures, boxes, chosen)
    cards = [card for card in cards_of(page) if card["seen"]]
    seen = [box for card in cards for box in card["boxes"] if box["finalSeen"] or box["detectorSeen"]]
    assert len(cards) == pictures and len(seen) == boxes, (len(cards), len(seen), told)
    assert {box["change"] for box in seen} <= chosen


def check_report(page, report):
    figures = dict(page.evaluate("""() => [...document.querySelectorAll('.stat')].map(stat =>
      [stat.querySelector('dt').textContent, stat.querySelector('dd').firstChild.textContent.trim()])"""))
    for change, number in report["boxes"].items():
        assert figures[change.replace("_", " ").capitalize()] == f"{number:,}", (change, number, figures)
    text = page.locator("#after").inner_text()
    total = "\t".join(["all"] + [f"{number:,}" for number in report["boxes"].values()])
    assert total in text, (total, text)
    for name, value in report["a"]["ground_truth"].items():
        other = report["b"]["ground_truth"][name]
        assert re.search(rf"^{name}\t{value:.4f}\t{other:.4f}\t", text, re.M), (name, value, other, text)


def tab_through(page, key, most):
    """What gets the focus, in turn, until nothing has or there were that many."""
    stops = []
    while len(stops) < most:
        page.keyboard.press(key)
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        assert stop["outlined"], ("not seen to have the focus", stop)
        assert stop["uncovered"], ("lies under something", stop)
        stops.append(stop)
    return stops


def check_keyboard(page, expected):
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }")
    controls = page.evaluate(CONTROLS)
    stops = tab_through(page, "Tab", controls + 1)
    places = [stop["place"] for stop in stops]
    assert places == sorted(set(places)), "not in the order of the page"
    assert len(stops) == controls, (controls, [stop["name"] for stop in stops])
    names = [stop["name"] for stop in stops if stop["name"] not in ("frame", "change")]
    assert names[:len(expected)] == expected, names
    assert [stop["place"] for stop in tab_through(page, "Shift+Tab", controls)] == places[::-1]
    check_skipping(page)
    check_menu_by_keys(page)
    check_large_by_keys(page)
    return len(stops)


def check_skipping(page):
    for link, target in ((0, "pictures"), (1, "after")):
        page.locator(".skip").nth(link).focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == target
        page.keyboard.press("Tab")
        assert page.evaluate(f"document.getElementById('{target}').contains(document.activeElement)"), target


def check_menu_by_keys(page):
    before = shown_text(page)
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.matches('.class:not(:checked)')")
    assert shown_text(page) != before
    page.keyboard.press("Space")
    assert shown_text(page) == before
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.menu:not([open]) > summary')"), "the focus is lost with the menu"
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    assert not page.evaluate("document.querySelector('.menu').open"), "the menu covers what is below when it is left"
    page.locator("#show-final").focus()
    page.keyboard.press("Space")
    assert not page.locator("#show-final").is_checked()
    page.keyboard.press("Space")
    page.locator("#order").focus()
    page.keyboard.press("ArrowDown")
    names = [card["uri"].rsplit("/", 1)[1] for card in cards_of(page)]
    assert names == sorted(names), names
    page.keyboard.press("ArrowUp")


def check_large_by_keys(page):
    frame = page.locator(".card:not(.off) .frame").first
    frame.focus()
    page.keyboard.press("Enter")
    first = page.locator("#large-title").text_content()
    assert page.locator("dialog[open]").count() == 1
    assert frame.get_attribute("aria-label").startswith(first + ",")
    rows = page.locator("dialog tbody tr").count()
    assert rows == page.locator(".card:not(.off)").first.locator(".box:not(.off)").count()
    page.keyboard.press("ArrowDown")
    assert page.locator("dialog .box.lit").count() == 1 and page.locator("dialog tr.lit").count() == 1
    page.keyboard.press("ArrowRight")
    assert page.locator("#large-title").text_content() != first
    page.keyboard.press("ArrowLeft")
    assert page.locator("#large-title").text_content() == first
    for _ in range(4):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        assert stop is None or stop["outlined"], stop
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert frame.evaluate("element => element === document.activeElement"), "the focus is lost with the large view"


def check_accessible(page, fields):
    """Names and roles as a screen reader gets them."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    named = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")}
    for field in fields | {("main", ""), ("banner", ""), ("contentinfo", ""), ("heading", "Pictures"), ("slider", "Score at least"),
                           ("combobox", "Order"), ("form", "What is shown")}:
        assert any(role == field[0] and name.startswith(field[1]) for role, name in named), (field, sorted(named)[:80])
    status = [node for node in nodes if node["role"]["value"] == "status" and any(
        field["name"] == "live" and field["value"]["value"] == "polite" for field in node.get("properties", []))]
    assert status, "no live region"
    buttons = {name for role, name in named if role == "button"}
    for card in cards_of(page):
        assert not card["seen"] or card["told"] in buttons, card["told"]


def check_axe(page, what):
    """axe-core's rules: nothing serious, nothing critical, in any state."""
    states = {
        "html": lambda: None,
        ".menu": lambda: page.locator(".menu summary").click(),
        "dialog": lambda: page.locator(".card:not(.off) .frame").first.click(),
    }
    page.evaluate(AXE)
    passed = 0
    for state, enter in states.items():
        enter()
        result = page.evaluate("part => axe.run(part)", state)
        bad = [
            (violation["id"], violation["impact"], [node["html"][:200] + " " + node["failureSummary"] for node in violation["nodes"][:3]])
            for violation in result["violations"]
        ]
        assert not [one for one in bad if one[1] in ("serious", "critical")], (what, state, bad)
        if bad:
            print("axe, less than serious:", what, state, bad)
        passed += len(result["passes"])
        page.keyboard.press("Escape")
    return passed


def luminance(color):
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def check_scheme(page, scheme):
    paper, ink = page.evaluate("() => { const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]; }")
    dark, bright = (paper, ink) if scheme == "dark" else (ink, paper)
    assert luminance(dark) < 0.15 and luminance(bright) > 0.8, (scheme, paper, ink)


def check_still(page):
    """Nothing moves by itself, whatever one prefers."""
    moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter(element => {
      const style = getComputedStyle(element);
      return style.transitionDuration !== '0s' || style.animationName !== 'none' || style.scrollBehavior !== 'auto';
    }).length + document.getAnimations().length""")
    assert moving == 0, moving


def check_narrow(page, what):
    """On a telephone nothing is beyond the right border, in no state."""
    def require():
        width, beyond = page.evaluate("""() => [document.scrollingElement.scrollWidth - innerWidth,
          [...document.querySelectorAll('.controls *, .panel, dialog[open]')]
            .filter(e => e.checkVisibility() && !e.closest('.unseen'))
            .filter(e => { const r = e.getBoundingClientRect(); return r.right > innerWidth + 0.5 || r.left < -0.5; })
            .map(e => e.outerHTML.slice(0, 90))]""")
        assert width <= 0 and not beyond, (what, width, beyond)

    require()
    page.locator(".menu summary").click()
    require()
    page.keyboard.press("Escape")
    page.locator(".card:not(.off) .frame").first.click()
    require()
    picture = page.locator("dialog .picture").bounding_box()
    assert picture["width"] > 150 and picture["height"] > 100, picture
    page.keyboard.press("Escape")


def check_preview(browser, file, labels, pictures):
    rows = table(labels)
    for scheme in ("light", "dark"):
        page = browser.open(file, color_scheme=scheme)
        check_scheme(page, scheme)
        page.screenshot(path=pictures / f"preview-{scheme}.png")
        check_pixels(page, rows)
        rules = check_axe(page, f"preview, {scheme}")
        if scheme == "light":
            check_pictures(page)
            images, boxes, worst = check_drawn(page, rows)
            told = check_filters(page, rows)
            check_layers(page, any(sum(box["score"] >= 0.3 for box in rows[card["uri"]]["boxes"]) > 12 for card in cards_of(page)))
            to_failed = ["a"] * page.locator("header a").count()
            layers = ["show-final", "show-detector", "show-tags"]
            stops = check_keyboard(page, ["skip", "skip", *to_failed, *layers, "score", "summary", "order"])
            check_accessible(page, {("checkbox", "Refined"), ("checkbox", "Detector"), ("checkbox", "Labels")})
            check_still(page)
        page.locator(".card:not(.off) .frame").nth(1).click()
        page.screenshot(path=pictures / f"preview-large-{scheme}.png")
        page.context.close()
    page = browser.open(file, width=390, height=844, reduced_motion="reduce", device_scale_factor=2)
    check_narrow(page, "preview")
    check_still(page)
    page.screenshot(path=pictures / "preview-narrow.png", full_page=True)
    page.context.close()
    print(f"preview: {images} pictures, {boxes} boxes at most {worst:.4f} px off; shown in turn: {'; '.join(told)};"
          f" {stops} stops of the keyboard, {rules} of axe's checks passed in the dark")


def in_each_scheme(browser, file, name, pictures):
    """The page in light, then in the dark, each with the number of axe's checks that it passed."""
    for scheme in ("light", "dark"):
        page = browser.open(file, color_scheme=scheme)
        check_scheme(page, scheme)
        page.screenshot(path=pictures / f"{name}-{scheme}.png")
        yield scheme, page, check_axe(page, f"{name}, {scheme}")
        page.context.close()


def check_on_a_telephone(browser, file, name, pictures):
    page = browser.open(file, width=390, height=844, reduced_motion="reduce", device_scale_factor=2)
    check_narrow(page, name)
    page.screenshot(path=pictures / f"{name}-narrow.png", full_page=True)
    page.context.close()


def check_comparison(browser, folder, pictures):
    file = folder / "compare.html"
    for scheme, page, rules in in_each_scheme(browser, file, "compare", pictures):
        if scheme == "light":
            check_pictures(page)
            images, changes = check_compared(page, folder)
            stops = check_keyboard(page, ["skip", "skip", "show-detector", "show-final", "show-tags", "score", "summary", "order"])
            check_accessible(page, {("checkbox", "A"), ("checkbox", "B"), ("checkbox", "moved"), ("table", "")})
            check_still(page)
        page.locator(".card:not(.off) .frame").first.click()
        page.screenshot(path=pictures / f"compare-large-{scheme}.png")
    check_on_a_telephone(browser, file, "compare", pictures)
    print(f"compare: {images} pictures of {changes}; {stops} stops of the keyboard, {rules} of axe's checks passed in the dark")


def check_triage(browser, triage, labels, pictures):
    """The most doubtful images in the table's order, with all their boxes."""
    rows = table(labels)
    file = labels / "_boxmill" / "triage.html"
    doubtful = [row for row in parquet.read_table(triage).to_pylist() if row["status"] == "ok"]
    for scheme, page, rules in in_each_scheme(browser, file, "triage", pictures):
        if scheme == "light":
            check_pictures(page)
            images, boxes, worst = check_drawn(page, rows)
            cards = cards_of(page)
            assert [card["uri"] for card in cards] == [row["image_uri"] for row in doubtful[:images]]
            remarks = page.locator(".remark").all_inner_texts()
            for remark, row in zip(remarks, doubtful[:images], strict=True):
                assert remark.startswith(f"{100 * row['review_priority']:.0f} %"), (remark, row)
            check_shown(page, rows, 0.3)
            check_still(page)
    check_on_a_telephone(browser, file, "triage", pictures)
    print(f"triage: {images} pictures, {boxes} boxes at most {worst:.4f} px off; {rules} of axe's checks passed in the dark")
    return file


ERRORS = ("overlooked", "badly placed", "wrongly named")
AS_ANNOTATED = "as annotated"


def check_review(browser, folder, annotations, pictures):
    """The most doubtful images in the table's order: suspects with what speaks against them, and the other annotations, faint."""
    rows = [row for row in parquet.read_table(folder / "table").to_pylist() if row["suspects"]]
    people = annotated(annotations)
    file = folder / "review.html"
    for scheme, page, rules in in_each_scheme(browser, file, "review", pictures):
        if scheme == "light":
            check_pictures(page)
            images, found = check_reviewed(page, rows, people)
            told = check_errors(page, rows, people)
            stops = check_keyboard(page, ["skip", "skip", "show-detector", "show-final", "show-tags", "score", "summary", "order"])
            check_accessible(page, {("checkbox", "A"), ("checkbox", "B"), ("checkbox", "overlooked"), ("checkbox", "wrongly named"), ("table", "")})
            check_still(page)
        page.locator(".card:not(.off) .frame").first.click()
        titles = page.locator("dialog th").all_inner_texts()
        assert titles == ["Class", "Score", "Error", "IoU of A and B"], titles
        page.screenshot(path=pictures / f"review-large-{scheme}.png")
    check_on_a_telephone(browser, file, "review", pictures)
    print(f"review: {images} pictures of {dict(found)}; shown in turn: {'; '.join(told)}; {stops} stops of the keyboard, {rules} of axe's"
          f" checks passed in the dark")
    return file


def annotated(annotations):
    """Classes and boxes that people gave to each image, by its file's name."""
    truth = json.loads(annotations.read_text())
    names = {image["id"]: Path(image["file_name"]).name for image in truth["images"]}
    classes = {category["id"]: category["name"] for category in truth["categories"]}
    people = {name: [] for name in names.values()}
    for one in truth["annotations"]:
        x, y, width, height = one["bbox"]
        people[names[one["image_id"]]].append((classes[one["category_id"]], [x, y, x + width, y + height]))
    return people


def suspected(row):
    """The boxes of a row as the page has them: label, error, where people have it, where the detector has it."""
    for suspect in row["suspects"]:
        before = corners(suspect) if suspect["annotated"] else None
        after = corners(suspect, "found_") if suspect["found"] else None
        names = dict.fromkeys(name for name in (suspect["annotated"], suspect["found"]) if name)
        yield " → ".join(names), suspect["error"], before, after


def unsuspected(row, people):
    """What people annotated and nothing speaks against."""
    boxes = list(people[unquote(urlparse(row["image_uri"]).path).rsplit("/", 1)[1]])
    against = [(label.split(" → ")[0], before) for label, _, before, _ in suspected(row) if before]
    return [(name, box) for name, box in boxes if not any(name == other and apart(box, place) < PLACE for other, place in against)]


def check_reviewed(page, rows, people):
    cards = placed_cards(page)
    found = Counter()
    assert [card["uri"] for card in cards] == [row["image_uri"] for row in rows[:len(cards)]]
    assert len(cards) == min(len(rows), 24), (len(cards), len(rows))
    for card, remark, row in zip(cards, page.locator(".remark").all_inner_texts(), rows):
        left = list(card["boxes"])
        wanted = [*suspected(row), *((name, AS_ANNOTATED, box, None) for name, box in unsuspected(row, people))]
        for label, change, before, after in wanted:
            same = [box for box in left if (box["label"], box["change"]) == (label, change)
                    and near(box["detector"], before) and near(box["final"], after)]
            assert same, ("not drawn", card["uri"], label, change, before, after)
            left.remove(same[0])
            assert same[0]["tagSeen"] == (change != AS_ANNOTATED), (card["uri"], same[0])
            found[change] += 1
        assert not left, ("nobody's box", card["uri"], left)
        assert remark.startswith(f"{row['annotation_quality']:.2f}: "), (remark, row)
        for error in ERRORS:
            number = sum(suspect["error"] == error for suspect in row["suspects"])
            assert (f"{number} {error}" in remark) == (number > 0), (remark, row)
    assert all(found[error] for error in ERRORS), found
    figures = dict(page.evaluate("""() => [...document.querySelectorAll('.stat')].map(stat =>
      [stat.querySelector('dt').textContent, stat.querySelector('dd').firstChild.textContent.trim()])"""))
    for error in ERRORS:
        number = sum(suspect["error"] == error for row in rows for suspect in row["suspects"])
        assert figures[error.capitalize()] == f"{number:,}", (error, figures)
    text = page.locator("#after").inner_text()
    for name, errors in by_class(rows).items():
        line = "\t".join([name, *(f"{errors[error]:,}" for error in ERRORS)])
        assert re.search(f"^{re.escape(line)}$", text, re.M), (line, text)
    return len(cards), found


def by_class(rows):
    classes = {}
    for row in rows:
        for suspect in row["suspects"]:
            classes.setdefault(suspect["annotated"] or suspect["found"], Counter())[suspect["error"]] += 1
    return classes


def near(drawn, wanted):
    return (drawn is None) == (wanted is None) and (drawn is None or apart(drawn, wanted) < PLACE)


def check_errors(page, rows, people):
    """Each kind of error is shown and hidden by its box."""
    cards = len(cards_of(page))
    told = []
    for error in (*ERRORS, AS_ANNOTATED):
        page.locator(f'.change[value="{error}"]').click()
        counts = []
        for row in rows[:cards]:
            kinds = [change for _, change, _, _ in suspected(row)] + [AS_ANNOTATED] * len(unsuspected(row, people))
            counts.append(sum(change != error for change in kinds))
        told.append(shown_text(page))
        wanted = f"{count(sum(number > 0 for number in counts), 'picture', 'pictures')}, {count(sum(counts), 'box', 'boxes')}"
        assert told[-1] == wanted, (error, told[-1], wanted)
        assert not any(box["change"] == error and (box["finalSeen"] or box["detectorSeen"]) for card in cards_of(page) for box in card["boxes"])
        page.locator(f'.change[value="{error}"]').click()
    return told


def check_many(browser, file, labels, pictures):
    rows = table(labels)
    page = browser.context().new_page()
    trace = pictures / "trace.json"
    browser.chromium.start_tracing(page=page, path=trace, categories=["-*", "devtools.timeline", "disabled-by-default-devtools.timeline", "cc", "blink"])
    start = time.monotonic()
    page.goto(file.absolute().as_uri())
    page.evaluate(PAINTED)
    opened = time.monotonic() - start
    page.wait_for_timeout(500)  # what would be decoded without being looked at
    browser.chromium.stop_tracing()
    decoded = sum(event["name"] == "Decode LazyPixelRef" for event in json.loads(trace.read_text())["traceEvents"])
    trace.unlink()
    laid_out = page.evaluate("() => [...document.querySelectorAll('.frame')].filter(e => e.checkVisibility({contentVisibilityAuto: true})).length")
    assert 0 < decoded <= DECODED_AT_FIRST, decoded
    assert 0 < laid_out <= DECODED_AT_FIRST, laid_out
    assert opened < OPENED_SECONDS, opened
    at_first = memory(browser)
    told = shown_text(page)
    assert len(rows) == 1000 and told.startswith("1,000 pictures, "), told
    filtered_in = page.evaluate("""async () => {
      const start = performance.now();
      const score = document.getElementById('score');
      score.value = 0.8;
      score.dispatchEvent(new Event('input', {bubbles: true}));
      await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
      return (performance.now() - start) / 1000;
    }""")
    assert filtered_in < FILTERED_SECONDS, filtered_in
    check_painted(page, scroll_to_end(page))
    at_last = memory(browser)
    assert at_last < MEMORY_MIB, at_last
    page.screenshot(path=pictures / "many-end.png")
    all_told = check_shown(page, rows, 0.8)
    label = next(iter(rows.values()))["boxes"][0]["label"]
    choose_classes(page, [label])
    told = check_shown(page, rows, 0.8, [label])
    page.context.close()
    size = file.stat().st_size
    print(f"1,000 pictures: {size / 1e6:.1f} MB, opened in {opened:.1f} s with {decoded} pictures decoded, filtered in {filtered_in:.2f} s"
          f" (scores from 0.8: {all_told}; and one class: {told}), {at_first:.0f} MiB at first, {at_last:.0f} MiB at the end of the page")


def scroll_to_end(page):
    page.locator("body").press("End")
    at = -1
    while at != (at := page.evaluate("scrollY")):
        page.keyboard.press("End")
        page.wait_for_timeout(150)
    return page.locator(".card:not(.off)").last


def check_painted(page, card):
    card.locator("img").scroll_into_view_if_needed()
    page.evaluate(PAINTED)
    assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    pixels = Image.open(BytesIO(card.locator(".picture").screenshot())).convert("L")
    darkest, brightest = pixels.getextrema()
    assert brightest - darkest > 40, "the last picture is blank"


def memory(browser):
    """MiB that the largest process of a page holds."""
    processes = browser.chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    statuses = [Path(f"/proc/{one['id']}/status").read_text() for one in processes if one["type"] == "renderer"]
    return max(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) for status in statuses) / 1024


def check_shut(browser, file):
    """Not even its own script may fetch; last, for the browser complains of it."""
    page = browser.open(file)
    fetched = page.evaluate("() => fetch('http://127.0.0.1:9/').then(() => 'fetched', () => 'refused')")
    assert fetched == "refused"
    assert any("Content Security Policy" in text for text in browser.complaints), browser.complaints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("browser")
    parser.add_argument("--preview", type=Path, nargs=2, required=True)
    parser.add_argument("--many", type=Path, nargs=2, required=True)
    parser.add_argument("--compare", type=Path, required=True)
    parser.add_argument("--triage", type=Path, nargs=2, required=True)
    parser.add_argument("--review", type=Path, nargs=2, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    given = parser.parse_args()
    given.pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = Browser(playwright, given.browser)
        print("Chromium", browser.chromium.version)
        check_preview(browser, *given.preview, given.pictures)
        check_comparison(browser, given.compare, given.pictures)
        doubtful = check_triage(browser, *given.triage, given.pictures)
        reviewed = check_review(browser, *given.review, given.pictures)
        check_many(browser, *given.many, given.pictures)
        browser.require_silence([given.preview[0], given.compare / "compare.html", doubtful, reviewed, given.many[0]])
        check_shut(browser, given.preview[0])
        browser.chromium.close()
    print("No request but for the pages' own files")


if __name__ == "__main__":
    main()

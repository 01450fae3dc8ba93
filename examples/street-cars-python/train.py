"""Learns anchor boxes from a labeled dataset in Pipe mode: k-means over the shapes of boxes, one step an epoch.

Detectors predict boxes as corrections of a few fixed shapes, the anchors; better anchors, easier corrections. What is
learned is small, but everything around it is as in any algorithm: settings, two channels, epochs, a metric, a model, an end.

    ./truepipe pipe --channel train=... --channel validation=... --attributes source-ref,<label> -- python3 train.py train
"""
import json
import os
import signal
import struct
import sys

from pipe_mode import ROOT, epoch


def main():
    with open(os.path.join(ROOT, "input/config/hyperparameters.json")) as file:
        hyperparameters = json.load(file)  # every value is a string
    with open(os.path.join(ROOT, "input/config/inputdataconfig.json")) as file:
        channels = json.load(file)
    epochs = int(hyperparameters.get("epochs", "5"))
    anchors = Anchors(int(hyperparameters.get("anchors", "5")))
    signal.signal(signal.SIGTERM, lambda *_: stopped(anchors))
    for number in range(epochs):
        pictures = 0
        for picture, annotations in epoch("train", number, attributes=2):
            pictures += 1
            for shape in shapes(picture, annotations):
                anchors.see(shape)
        line = f"epoch {number + 1} of {epochs}: {pictures} pictures, train:iou={anchors.step():.4f}"
        if "validation" in channels:
            held_out = [anchors.overlap(shape) for pair in epoch("validation", number, attributes=2) for shape in shapes(*pair)]
            line += f", validation:iou={sum(held_out) / max(1, len(held_out)):.4f}"
        print(line, flush=True)
    anchors.save()


def shapes(picture, annotations):
    """Width and height of each box, as shares of the picture's."""
    width, height = jpeg_size(picture)
    for box in json.loads(annotations)["annotations"]:
        yield box["width"] / width, box["height"] / height


def jpeg_size(jpeg):
    """Width and height, from the first segment that tells them (SOF0 to SOF15, apart from DHT, JPG and DAC)."""
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", jpeg[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise ValueError("not a JPEG, or one without a size; are the attributes in the order picture, label?")


class Anchors:
    """k-means whose distance is 1 - overlap of two boxes laid on one corner."""

    def __init__(self, count):
        self.count, self.shapes, self.seen = count, [], {}

    def see(self, shape):
        if len(self.shapes) < self.count and shape not in self.shapes:
            self.shapes.append(shape)  # the first different boxes are the first anchors
        best = max(range(len(self.shapes)), key=lambda i: overlap(self.shapes[i], shape))
        number, width, height, total = self.seen.get(best, (0, 0, 0, 0))
        self.seen[best] = number + 1, width + shape[0], height + shape[1], total + overlap(self.shapes[best], shape)

    def step(self):
        """Moves each anchor to the middle of its boxes. Returns how well the boxes were met before."""
        boxes = sum(number for number, *_ in self.seen.values())
        met = sum(total for *_, total in self.seen.values()) / max(1, boxes)
        for i, (number, width, height, _) in self.seen.items():
            self.shapes[i] = width / number, height / number
        self.seen = {}
        return met

    def overlap(self, shape):
        return max((overlap(anchor, shape) for anchor in self.shapes), default=0)

    def save(self):
        with open(os.path.join(ROOT, "model/anchors.json"), "w") as file:
            json.dump(sorted(self.shapes), file)
        print("model saved", flush=True)


def overlap(a, b):
    both = min(a[0], b[0]) * min(a[1], b[1])
    return both / (a[0] * a[1] + b[0] * b[1] - both) if both else 0


def stopped(anchors):
    """SIGTERM: the job is being stopped, and SIGKILL comes in 120 seconds."""
    anchors.save()
    sys.exit(0)


if __name__ == "__main__":
    try:
        main()
    except Exception as reason:
        with open(os.path.join(ROOT, "output/failure"), "w") as file:
            file.write(f"{type(reason).__name__}: {reason}"[:1024])
        raise

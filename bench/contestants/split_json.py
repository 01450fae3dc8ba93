"""Splits a manifest with Python's own json module. Arguments: MANIFEST OUT. The rules: bench/README.md."""
import json
import os
import sys


def side(line):
    """train, validation or quarantine."""
    try:
        record = json.loads(line)
        source = record["source-ref"]
        label = record["cars"]
        names = record["cars-metadata"]["class-map"]
        size = label["image_size"][0]
        width = size["width"]
        height = size["height"]
        if not source.startswith("s3://") or width <= 0 or height <= 0:
            return "quarantine"
        for box in label["annotations"]:
            left, top, wide, high, class_id = box["left"], box["top"], box["width"], box["height"], box["class_id"]
            if wide <= 0 or high <= 0 or left < 0 or top < 0 or left + wide > width or top + high > height:
                return "quarantine"
            if type(class_id) is not int or str(class_id) not in names:
                return "quarantine"
        return "validation" if int(source[-6:-4]) < 20 else "train"
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return "quarantine"


def main(manifest, out):
    counts = {"train": 0, "validation": 0, "quarantine": 0}
    files = {name: open(os.path.join(out, name + ".manifest"), "wb", 256 << 10) for name in counts}
    with open(manifest, "rb", 256 << 10) as lines:
        for line in lines:
            name = side(line)
            counts[name] += 1
            files[name].write(line)
    for file in files.values():
        file.close()
    print(json.dumps({
        "lines": sum(counts.values()), "accepted": counts["train"] + counts["validation"], "quarantined": counts["quarantine"],
        "train": counts["train"], "validation": counts["validation"]}))


main(*sys.argv[1:])

"""Reads the same labels as an import did, with the tool's own library, and prints how the two differ: a JSON list, empty if they agree."""
import json
import os
import sys
import tempfile

HALF_A_PIXEL = 0.5


def manifest(file, label):
    images = {}
    for line in open(file, encoding="utf-8"):
        one = json.loads(line)
        names = one[label + "-metadata"]["class-map"]
        boxes = [(names[str(b["class_id"])], b["left"], b["top"], b["width"], b["height"]) for b in one[label]["annotations"]]
        size = one[label]["image_size"][0]
        images[one["source-ref"].rsplit("/", 1)[1]] = ((size["width"], size["height"]), boxes)
    return images


def coco(file):
    from pycocotools.coco import COCO

    out, sys.stdout = sys.stdout, sys.stderr
    read = COCO(file)
    sys.stdout = out
    images = {}
    for image in read.loadImgs(read.getImgIds()):
        boxes = []
        for annotation in read.loadAnns(read.getAnnIds(imgIds=[image["id"]], iscrowd=False)):
            left, top, width, height = annotation["bbox"]
            name = read.loadCats([annotation["category_id"]])[0]["name"]
            assert abs(width * height - annotation["area"]) <= 1e-6 * annotation["area"] + 1e-6, annotation
            boxes.append((name, left, top, width, height))
        images[image["file_name"].rsplit("/", 1)[-1]] = ((image["width"], image["height"]), boxes)
    return images


def label_studio(file, config):
    with tempfile.TemporaryDirectory() as folder:
        return converted_in(folder, file, config)


def converted_in(folder, file, config):
    from label_studio_sdk.converter import Converter

    Converter(config=open(config, encoding="utf-8").read(), project_dir=folder, download_resources=False).convert_to_coco(
        file, folder, output_image_dir=os.path.join(folder, "images"), is_dir=False)
    result = os.path.join(folder, "result.json")
    names = [os.path.basename(task["data"]["image"]) for task in json.load(open(file, encoding="utf-8"))]
    converted = json.load(open(result, encoding="utf-8"))
    assert len(converted["images"]) == len(names)
    for image, name in zip(converted["images"], names):
        image["file_name"] = name
    json.dump(converted, open(result, "w", encoding="utf-8"))
    return coco(result)


def differences(ours, theirs):
    found = []
    for name in sorted(set(ours) | set(theirs)):
        if name not in ours or name not in theirs:
            found.append("%s is only in %s" % (name, "the manifest" if name in ours else "the tool's reading"))
            continue
        (size, boxes), (their_size, their_boxes) = ours[name], theirs[name]
        if size != their_size or len(boxes) != len(their_boxes):
            found.append("%s: %s with %d boxes, and %s with %d" % (name, size, len(boxes), their_size, len(their_boxes)))
            continue
        for box, their_box in zip(boxes, their_boxes):
            if box[0] != their_box[0] or any(abs(a - b) > HALF_A_PIXEL for a, b in zip(box[1:], their_box[1:])):
                found.append("%s: %s, and %s" % (name, box, their_box))
    return found


if sys.argv[1] == "coco":
    print(json.dumps(differences(manifest(sys.argv[2], sys.argv[3]), coco(sys.argv[4]))))
else:
    print(json.dumps(differences(manifest(sys.argv[2], sys.argv[3]), label_studio(sys.argv[4], sys.argv[5]))))

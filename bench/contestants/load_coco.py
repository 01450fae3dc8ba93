"""Loads COCO instances with pycocotools, as training scripts begin, and prints how many there are."""
import json
import sys

from pycocotools.coco import COCO

out, sys.stdout = sys.stdout, sys.stderr
read = COCO(sys.argv[1])
sys.stdout = out
print(json.dumps({"images": len(read.imgs), "annotations": len(read.anns)}))

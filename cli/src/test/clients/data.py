"""Objects, a manifest, and what an algorithm must have read of them."""
import hashlib
import json
import struct

ATTRIBUTES = ["source-ref", "label"]


def objects(count):
    """Name, bytes and label of each; sizes that need every amount of padding, and bytes that look like a frame."""
    for i in range(count):
        yield f"objects/ü {i}.bin", struct.pack("<I", 0xCED7230A) * (i % 3) + bytes(i % 256 for _ in range(i % 7)), f"label {i}"


def upload(s3, bucket, count):
    """Puts objects and manifest there. Gives the manifest's URI and the digest of all records in their order."""
    lines, digest = [], hashlib.sha256()
    for name, data, label in objects(count):
        s3.put_object(Bucket=bucket, Key=name, Body=data)
        lines.append(json.dumps({"label": label, "source-ref": f"s3://{bucket}/{name}", "left": "out"}))
        for record in (data, label.encode()):
            digest.update(struct.pack("<I", len(record)) + record)
    s3.put_object(Bucket=bucket, Key="train.manifest", Body=("\n".join(lines) + "\n").encode())
    return f"s3://{bucket}/train.manifest", {"records": 2 * count, "sha256": digest.hexdigest()}

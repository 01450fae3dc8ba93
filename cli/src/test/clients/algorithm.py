"""A training algorithm that reads pairs of records from its channels and keeps what it read, for tests of clients.

It knows nothing of Truepipe but the folder: RecordIO is read by its description (magic, length word, padding).
"""
import hashlib
import json
import os
import signal
import struct
import sys
import time

ROOT = os.environ.get("TRUEPIPE_ROOT", "/opt/ml")


def records(path):
    with open(path, "rb") as pipe:
        while True:
            head = pipe.read(8)
            if not head:
                return
            magic, length = struct.unpack("<II", head)
            if magic != 0xCED7230A or length >> 29:
                raise ValueError(f"{path}: not a plain RecordIO frame: {head.hex()}")
            payload = pipe.read(length)
            pipe.read(-length % 4)
            yield payload


def main():
    with open(f"{ROOT}/input/config/hyperparameters.json") as file:
        hyperparameters = json.load(file)
    with open(f"{ROOT}/input/config/inputdataconfig.json") as file:
        channels = sorted(json.load(file))
    saved = f"{ROOT}/checkpoints/epochs"
    done = int(open(saved).read()) if os.path.exists(saved) else 0
    print("epochs done before:", done, flush=True)

    def stopped(_signal, _frame):
        with open(f"{ROOT}/model/partial.json", "w") as file:
            json.dump({"stopped": True}, file)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stopped)
    # A test that wants a job to be under way puts a file there, and takes it away again.
    while os.path.exists(os.environ.get("HOLD", "")):
        time.sleep(0.05)
    seen = {}
    for epoch in range(int(hyperparameters.get("epochs", "1"))):
        for channel in channels:
            digest = hashlib.sha256()
            count = 0
            for record in records(f"{ROOT}/input/data/{channel}_{epoch}"):
                digest.update(struct.pack("<I", len(record)) + record)
                count += 1
            seen[f"{channel}_{epoch}"] = {"records": count, "sha256": digest.hexdigest()}
        with open(saved, "w") as file:
            file.write(str(epoch + 1))
        print(f"epoch={epoch} loss={1 / (epoch + 2)} mAP={1 - 1 / (epoch + 2)}", flush=True)
    with open(f"{ROOT}/model/seen.json", "w") as file:
        json.dump(seen, file)


main()

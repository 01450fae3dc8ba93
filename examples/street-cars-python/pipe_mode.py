"""Reading a SageMaker channel in Pipe mode: the whole of it, with Python's standard library alone.

    for picture, annotations in epoch("train", 0, attributes=2):
        ...

Copy this page into your container. It reads `/opt/ml`, or the folder that `truepipe pipe` names in TRUEPIPE_ROOT.
"""
import os
import struct
import time

ROOT = os.environ.get("TRUEPIPE_ROOT", "/opt/ml")
MAGIC = 0xCED7230A
WHOLE, FIRST, MIDDLE, LAST = range(4)


def epoch(channel, number, attributes, patience=300):
    """All lines of one epoch, from 0: of each line as many records as the job has AttributeNames, in their order.

    Waits `patience` seconds for the pipe to appear. Stop early by leaving the loop: the pipe is closed then, which ends the epoch.
    """
    path = os.path.join(ROOT, "input", "data", f"{channel}_{number}")
    deadline = time.monotonic() + patience
    while not os.path.exists(path):  # the next pipe may come a moment after the last one has ended
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path} did not appear within {patience} s")
        time.sleep(0.01)
    with open(path, "rb", buffering=1 << 20) as pipe:  # opening waits until the writer is there
        line = []
        for record in records(pipe):
            line.append(record)
            if len(line) == attributes:
                yield line
                line = []
        if line:
            raise ValueError(f"{path} ends after {len(line)} of {attributes} records of a line")


def records(pipe):
    """The records of a RecordIO stream. Goes by lengths, never looks for the magic number: a JPEG may hold it."""
    parts = []
    while head := pipe.read(8):
        if len(head) < 8:
            raise EOFError("the pipe ends within a record")
        magic, word = struct.unpack("<II", head)
        if magic != MAGIC:
            raise ValueError(f"no record begins here: 0x{magic:08x}; is RecordWrapperType RecordIO?")
        kind, length = word >> 29, word & 0x1FFFFFFF
        payload = pipe.read(length)
        if len(payload) < length or len(pipe.read(-length % 4)) < -length % 4:
            raise EOFError("the pipe ends within a record")
        if kind in (WHOLE, FIRST) and parts or kind in (MIDDLE, LAST) and not parts:
            raise ValueError(f"a part of kind {kind} out of turn")
        if kind == WHOLE:  # what Truepipe writes, always
            yield payload
            continue
        parts.append(payload)
        if kind == LAST:  # where dmlc's writer cuts, the magic number stood
            yield struct.pack("<I", MAGIC).join(parts)
            parts = []
    if parts:
        raise EOFError("the pipe ends between the parts of a record")

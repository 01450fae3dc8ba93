"""Reads RecordIO from FIFOs by the format's description alone, and writes down what came: for each record its length and SHA-256,
for each pipe how many bytes. Arguments: epochs, channels.

A record is: 0a 23 d7 ce; a 32-bit little-endian word, of which the upper 3 bits are 0 for a whole record and the lower 29 the payload's
length; the payload; zeros up to a multiple of 4 bytes.
"""
import hashlib
import os
import sys
import threading

root = os.environ["TRUEPIPE_ROOT"]


def exactly(pipe, count):
    got = bytearray()
    while len(got) < count:
        some = pipe.read(count - len(got))
        if not some:
            raise EOFError(f"{len(got)} of {count} bytes, then the end")
        got += some
    return bytes(got)


def read(channel, epochs):
    for number in range(epochs):
        total = 0
        with open(f"{root}/input/data/{channel}_{number}", "rb") as pipe, open(f"{root}/model/{channel}_{number}", "w") as out:
            while first := pipe.read(1):
                head = first + exactly(pipe, 7)
                assert head[:4] == b"\x0a\x23\xd7\xce", head
                word = int.from_bytes(head[4:], "little")
                kind, length = word >> 29, word & 0x1FFFFFFF
                assert kind == 0, f"part {kind}"
                payload = exactly(pipe, length)
                padding = exactly(pipe, (4 - length % 4) % 4)
                assert not any(padding), padding
                out.write(f"{length} {hashlib.sha256(payload).hexdigest()}\n")
                total += 8 + length + len(padding)
        print(f"{channel}_{number} bytes={total}", flush=True)


threads = [threading.Thread(target=read, args=(channel, int(sys.argv[1]))) for channel in sys.argv[2:]]
failed = []
threading.excepthook = lambda failure: (failed.append(failure), sys.__excepthook__(*failure[:3]))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(1 if failed else 0)

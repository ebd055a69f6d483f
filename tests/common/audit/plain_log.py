"""A log as tlog-tiles has it, computed the plain way: from the definition of RFC 6962's tree, with hashlib alone.

plain_log.py ENTRIES SIZE... reads entries (two bytes of size, big-endian, and the entry, one after the other) and prints
a line for each SIZE: the size, the tree's root, and the SHA-256 over every path and content of that log's tiles and
bundles, in the order of their paths."""
import hashlib
import sys

TILE = 256


def sha(data):
    return hashlib.sha256(data).digest()


def root(hashes):
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    left = 1
    while left * 2 < len(hashes):
        left *= 2
    return sha(b"\x01" + root(hashes[:left]) + root(hashes[left:]))


def number_path(number):
    text = str(number)
    text = text.zfill((len(text) + 2) // 3 * 3)
    groups = [text[i : i + 3] for i in range(0, len(text), 3)]
    return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])


def pages(entries, leaves):
    """Path and content of each tile and bundle."""
    found = {}
    level, hashes = 0, leaves
    while hashes:
        for index in range(0, (len(hashes) + TILE - 1) // TILE):
            part = hashes[index * TILE : (index + 1) * TILE]
            partial = "" if len(part) == TILE else ".p/%d" % len(part)
            found["tile/%d/%s%s" % (level, number_path(index), partial)] = b"".join(part)
            if level == 0:
                bundle = entries[index * TILE : (index + 1) * TILE]
                content = b"".join(len(entry).to_bytes(2, "big") + entry for entry in bundle)
                found["tile/entries/%s%s" % (number_path(index), partial)] = content
        whole = len(hashes) // TILE
        hashes = [root(hashes[i * TILE : (i + 1) * TILE]) for i in range(whole)]
        level += 1
    return found


def main():
    data = open(sys.argv[1], "rb").read()
    entries, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    for size in map(int, sys.argv[2:]):
        leaves = [sha(b"\x00" + entry) for entry in entries[:size]]
        everything = hashlib.sha256()
        for path, content in sorted(pages(entries[:size], leaves).items()):
            everything.update(path.encode() + b"\n" + content)
        print(size, root(leaves).hex(), everything.hexdigest())


main()

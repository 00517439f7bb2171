"""Makes small Zarr stores of versions 2 and 3 with the real zarr-python, as JSON: path -> base64.

    python3 -m venv V && V/bin/pip install zarr==3.1.6 numcodecs==0.16.6
    V/bin/python tools/golden/zarr/make.py packages/zarr/test/golden
"""

import base64
import json
import pathlib
import sys
import tempfile

import numcodecs
import numpy
import zarr
from zarr.codecs import BloscCodec, GzipCodec, ZstdCodec

# Six by seven numbers in chunks of two by three.
GRID = {"shape": (6, 7), "chunks": (2, 3), "dtype": "f4", "fill_value": numpy.nan}
VALUES = numpy.arange(6 * 7, dtype="f4").reshape(6, 7) + 0.5


def files(root):
    root = pathlib.Path(root)
    return {
        str(path.relative_to(root)): base64.b64encode(path.read_bytes()).decode()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def filled(array):
    """Values everywhere, but one chunk is NaN and one is never written."""
    array[0:2, 0:3] = VALUES[0:2, 0:3]
    array[2:4, 0:3] = VALUES[2:4, 0:3]
    array[4:6, 0:3] = numpy.nan
    array[0:4, 3:7] = VALUES[0:4, 3:7]


def v2(root):
    zarr.config.set({"array.write_empty_chunks": True})
    group = zarr.open_group(root, mode="w", zarr_format=2)
    codecs = {
        "blosc": numcodecs.Blosc(cname="lz4", shuffle=1),
        "zstd": numcodecs.Zstd(),
        "gzip": numcodecs.GZip(),
        "zlib": numcodecs.Zlib(),
        "lz4": numcodecs.LZ4(),
        "plain": None,
    }
    for name, codec in codecs.items():
        filled(
            group.create_array(
                name,
                **GRID,
                compressors=codec,
                chunk_key_encoding={"name": "v2", "separator": "/" if name == "zstd" else "."},
            )
        )
    number = group.create_array("number", shape=(), dtype="i8", fill_value=0)
    number[...] = 7
    time = group.create_array("time", shape=(5,), chunks=(5,), dtype="i8", fill_value=-1, compressors=numcodecs.Zstd())
    time[:] = -1
    big = group.create_array("big", shape=(4,), chunks=(2,), dtype=">f8", fill_value=None, compressors=None)
    big[:] = numpy.array([numpy.nan, numpy.nan, 1.0, 2.0])
    shuffled = group.create_array(
        "shuffled",
        **GRID,
        filters=[numcodecs.Shuffle(4)],
        compressors=numcodecs.Zlib(),
        chunk_key_encoding={"name": "v2", "separator": "."},
    )
    filled(shuffled)


def v3(root):
    zarr.config.set({"array.write_empty_chunks": True})
    group = zarr.open_group(root, mode="w", zarr_format=3)
    codecs = {"blosc": BloscCodec(), "zstd": ZstdCodec(), "gzip": GzipCodec(), "plain": None}
    for name, codec in codecs.items():
        filled(
            group.create_array(
                name,
                **GRID,
                compressors=codec,
                chunk_key_encoding={"name": "default", "separator": "." if name == "gzip" else "/"},
            )
        )
    sharded = group.create_array(
        "sharded", shards=(4, 6), **GRID
    )
    zarr.config.set({"array.write_empty_chunks": False})
    filled(sharded)
    scalar = group.create_array("scalar", shape=(), dtype="f8", fill_value=0.0)
    scalar[...] = 1.5
    text = group.create_array("text", shape=(3,), dtype=str)
    text[:] = numpy.array(["a", "b", "c"], dtype=object)


def consolidated(root):
    v2(root)
    zarr.consolidate_metadata(root, zarr_format=2)


def consolidated_v3(root):
    v3(root)
    zarr.consolidate_metadata(root, zarr_format=3)


def main(target):
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    for make in (v2, v3, consolidated, consolidated_v3):
        with tempfile.TemporaryDirectory() as folder:
            make(folder)
            (target / f"{make.__name__.replace('_', '-')}.json").write_text(json.dumps(files(folder), indent=1) + "\n")


main(sys.argv[1])

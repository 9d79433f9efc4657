#!/usr/bin/env python3
"""Holds the source to docs/architecture.md: arrows.py SOURCE BUILD. Prints TAP.

What may include what is below, by folder. No headers may include each other in a circle, nor may
files call each other in one: that is seen in the objects of BUILD.
"""
import collections
import os
import re
import subprocess
import sys

public_core = ["core/include"]
core = ["core/include", "core/base"]
public = ["core/include", "vision/include"]
recordings = core + ["vision/video"]
cameras = core + ["vision/camera"]

# What each folder may include, beside itself: folders, or files.
ARROWS = {
    "core/include": [],
    "core/base": public_core,
    "core/network": core,
    "vision/include": public_core,
    "vision/faces": core + ["vision/include"],
    "vision/recogniser": core + ["vision/include"],
    "vision/camera": core,
    "vision/video": core,
    "vision/opencv": core
    + ["vision/include", "vision/faces/engine.h", "vision/faces/cascade.h"],
    "config/include": public_core,
    "config": core + ["config/include"],
    "app/common": core,
    "app/files": core,
    "app/draw": core + public + ["app/common", "app/files"],
    "app/data": core + public + ["app/common", "app/draw", "app/files"],
    "app/recognise": core + public + ["app/common", "app/data", "app/files", "app/sinks"],
    "app/score": core + public + ["app/files"],
    "app/sinks": core + public + ["config/include", "app/data"],
    "app/stream": recordings + cameras + public
    + ["app/common", "app/data", "app/draw", "app/files", "app/recognise", "app/sinks"],
    "app/recording": recordings + public
    + ["app/common", "app/data", "app/draw", "app/files", "app/recognise"],
    "app/kiosk": cameras + public + ["config/include", "app/data", "app/sinks", "app/stream"],
    "app/bench": recordings + cameras + public
    + ["app/common", "app/data", "app/draw", "app/recognise"],
    "app/lazy": ["app/common"],
    "app/sandbox": core + ["config/include", "app/common", "app/files"],
    "app": core + public + ["vision/camera", "vision/video", "vision/faces/engine.h",
                            "config/include", "app"],
}

# Where the compiler looks, after the file's own folder.
PLACES = ["core/include", "core", "vision/include", "vision", "vision/faces", "config/include",
          "config", "app"]
GENERATED = ("app_config.h", "version.h", "faces/vision_config.h")


def folder_of(path):
    """The row of ARROWS that a file belongs to: its folder, or the nearest one above."""
    folder = os.path.dirname(path)
    while folder not in ARROWS:
        folder = os.path.dirname(folder)
    return folder


def find(path, name, files):
    """The file that `path` includes as `name`; None for one that is not ours."""
    for place in [os.path.dirname(path)] + PLACES:
        found = os.path.normpath(os.path.join(place, name))
        if found in files:
            return found
    return None


def read(root):
    """{path: the paths that it includes}, and what was not found."""
    files, missing = set(), []
    for top in ("core", "vision", "config", "app"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            files.update(os.path.relpath(os.path.join(folder, name), root)
                         for name in names if name.endswith((".c", ".h", ".cpp")))
    includes = {}
    for path in sorted(files):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            names = re.findall(r'^\s*#\s*include\s+"([^"]+)"', file.read(), re.MULTILINE)
        found = {name: find(path, name, files) for name in names if name not in GENERATED}
        missing += [f"{path}: {name} is not there" for name in found if not found[name]]
        includes[path] = sorted(set(filter(None, found.values())))
    return includes, missing


def is_allowed(path, included):
    own = folder_of(path)
    return folder_of(included) == own or any(
        included == arrow or folder_of(included) == arrow or included.startswith(arrow + "/")
        for arrow in ARROWS[own])


def wrong_arrows(includes):
    return [f"{path} may not include {included}"
            for path in includes for included in includes[path]
            if not is_allowed(path, included)]


def read_calls(build):
    """{source file: the files of ours whose functions or data it uses}, from the objects."""
    objects = [os.path.join(folder, name)
               for top in ("core", "vision", "config", "app")
               for folder, _, names in os.walk(os.path.join(build, top))
               for name in names if name.endswith(".o")]
    listing = subprocess.run(["nm", "-A", "-P", *objects], check=True, capture_output=True,
                             text=True).stdout
    defined, needed = {}, collections.defaultdict(set)
    for line in listing.splitlines():
        path, name, kind = line.split()[:3]
        file = os.path.basename(path).removesuffix(":").removesuffix(".o").replace("_", "/", 1)
        if kind == "U":
            needed[file].add(name)
        elif kind.isupper():
            defined.setdefault(name, file)
    return {file: sorted({defined[name] for name in needed[file] if name in defined} - {file})
            for file in needed}


def circles(arrows):
    """One line for each circle that a walk along {from: [to]} comes upon."""
    found, done = [], set()

    def walk(node, way):
        if node in way:
            found.append(" -> ".join(way[way.index(node):] + [node]))
        elif node not in done:
            for following in arrows.get(node, []):
                walk(following, way + [node])
            done.add(node)

    for node in arrows:
        walk(node, [])
    return found


def main():
    includes, missing = read(sys.argv[1])
    headers = {path: includes[path] for path in includes if path.endswith(".h")}
    cases = [
        ("every header is found", missing),
        ("arrows between folders go one way", wrong_arrows(includes)),
        ("no folders need each other", circles(
            {folder: [arrow for arrow in ARROWS[folder] if arrow in ARROWS and arrow != folder]
             for folder in ARROWS})),
        ("no headers include each other", circles(headers)),
        ("no files call each other", circles(read_calls(sys.argv[2]))),
    ]
    for number, (name, wrong) in enumerate(cases, 1):
        for line in wrong:
            print("#", line)
        print("not ok" if wrong else "ok", number, "-", name)
    print(f"1..{len(cases)}")
    return any(wrong for _, wrong in cases)


if __name__ == "__main__":
    sys.exit(main())

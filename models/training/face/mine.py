#!/usr/bin/python3
"""Cuts out what the finder's cascades take for faces in pictures that show none.

    mine.py OUT.npy PICTURE… [--model face.safetensors] [--floor LOGIT] [--most N]

With a model only what it, too, takes for a face (a logit above the floor), where it first saw it
and where it then says that it is. Needs Debian's python3-opencv, whose cascades find what
vision/faces/scan.c finds.
"""
import argparse
import os
import re
import sys
import tempfile

import cv2
import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import model  # noqa: E402

from pictures import FRAME_SHARE, SIDE, TILT_UNIT, normalise  # noqa: E402

FOLDER = "/usr/share/opencv4/haarcascades"
FRONTAL, PROFILE = "haarcascade_frontalface_alt", "haarcascade_profileface"
# cascade, its first stages, turn in degrees, mirrored, step, smallest: as in finder.c, but quicker
VIEWS = [(FRONTAL, 11, 0, False, 1.15, 24), (FRONTAL, 12, 30, False, 1.2, 36),
         (FRONTAL, 12, -30, False, 1.2, 36), (PROFILE, 18, 0, False, 1.2, 40),
         (PROFILE, 18, 0, True, 1.2, 40)]
LONGEST = 1280


def first_stages(name, stages):
    """OpenCV's classifier of a cascade's first stages."""
    with open(f"{FOLDER}/{name}.xml") as f:
        text = f.read()
    begin, end = text.index("<stages>") + len("<stages>"), text.index("</stages>")
    head, *parts = re.split(r"(?=<_>\s*<maxWeakCount>)", text[begin:end])
    text = text[:begin] + head + "".join(parts[:stages]) + text[end:]
    text = re.sub(r"<stageNum>\d+</stageNum>", f"<stageNum>{stages}</stageNum>", text)
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as f:
        f.write(text)
        f.flush()
        return cv2.CascadeClassifier(f.name)


def read_gray(path):
    """Gray, at most LONGEST pixels; transparent parts are of one brightness. None: no picture."""
    picture = cv2.imread(path, cv2.IMREAD_UNCHANGED)
    if picture is None or picture.dtype != np.uint8 or min(picture.shape[:2]) < 60:
        return None
    if picture.ndim == 3 and picture.shape[2] == 4:
        share = picture[:, :, 3:] / 255.0
        picture = (picture[:, :, :3] * share + 128 * (1 - share)).astype(np.uint8)
    if picture.ndim == 3:
        picture = cv2.cvtColor(np.ascontiguousarray(picture[:, :, :3]), cv2.COLOR_BGR2GRAY)
    factor = LONGEST / max(picture.shape)
    return picture if factor >= 1 else cv2.resize(picture, None, fx=factor, fy=factor,
                                                  interpolation=cv2.INTER_AREA)


def look(picture, classifier, turn, mirrored, step, smallest):
    """Frames (x, y, side, tilt) that one view proposes."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(height * sin + width * cos), int(height * cos + width * sin)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    seen = cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    seen = seen[:, ::-1].copy() if mirrored else seen
    found = classifier.detectMultiScale(seen, step, 1, 0, (smallest, smallest))
    back = cv2.invertAffineTransform(matrix)
    frames = []
    for x, y, side, _ in found:
        x, y = x + side / 2, y + side / 2
        x = size[0] - x if mirrored else x
        frames.append([*(back @ [x, y, 1]), side, turn])
    return frames


def inside(frames, picture):
    frames = np.array(frames, np.float32).reshape(-1, 4)
    x, y = frames[:, 0], frames[:, 1]
    return frames[(x > 0) & (y > 0) & (x < picture.shape[1]) & (y < picture.shape[0])]


def cut(picture, frame, side):
    """The frame as side × side pixels."""
    x, y, size, tilt = frame
    shrink = max(1, int(size // (2 * side)))
    if shrink > 1:
        picture = cv2.resize(picture, None, fx=1 / shrink, fy=1 / shrink,
                             interpolation=cv2.INTER_AREA)
        x, y, size = x / shrink, y / shrink, size / shrink
    scale, angle = side / size, np.deg2rad(tilt)
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[cos, sin, side / 2 - cos * x - sin * y],
                       [-sin, cos, side / 2 + sin * x - cos * y]])
    return cv2.warpAffine(picture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)


def judge(network, picture, frames):
    """(logits, where the network says that the faces are)."""
    windows = [cut(picture, (x, y, side * FRAME_SHARE, tilt), SIDE) for x, y, side, tilt in frames]
    with torch.no_grad():
        x = normalise(torch.from_numpy(np.array(windows))[:, None].float())
        answers = network(x / 255).numpy()
    angle, side = np.deg2rad(frames[:, 3]), frames[:, 2] * FRAME_SHARE
    right, down = answers[:, 1] * side, answers[:, 2] * side
    places = np.stack([frames[:, 0] + right * np.cos(angle) - down * np.sin(angle),
                       frames[:, 1] + right * np.sin(angle) + down * np.cos(angle),
                       frames[:, 2] * np.exp(answers[:, 3].clip(-1, 1)),
                       frames[:, 3] + TILT_UNIT * answers[:, 4]], 1)
    return answers[:, 0], places.astype(np.float32)


def take(picture, frames, network, floor):
    """The frames to keep of a picture."""
    if network is None or len(frames) == 0:
        return frames
    first, places = judge(network, picture, frames)
    again, _ = judge(network, picture, places)
    hard = np.maximum(first, again) > floor
    return inside(np.concatenate([frames[hard], places[hard]]), picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", help="array of 48×48 pictures to write, *.npy")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--model", help="keep only what this network takes for a face")
    parser.add_argument("--floor", type=float, default=-0.5, help="logit from which it does")
    parser.add_argument("--most", type=int, default=80, help="of a picture, at random")
    args = parser.parse_args()
    network = model.load(args.model)[0] if args.model else None
    views = [(first_stages(name, stages), *rest) for name, stages, *rest in VIEWS]
    random, crops = np.random.default_rng(0), []
    for path in args.pictures:
        picture = read_gray(path)
        if picture is None:
            continue
        frames = inside([f for view in views for f in look(picture, *view)], picture)
        frames = take(picture, random.permutation(frames)[:args.most], network, args.floor)
        crops += [cut(picture, frame, 48) for frame in frames]
    np.save(args.output, np.array(crops, np.uint8).reshape(-1, 48, 48))
    print(len(crops), "places of", len(args.pictures), "pictures")


if __name__ == "__main__":
    main()
